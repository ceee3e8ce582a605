/// The types that travel between a database and the tool.
public enum BatchColumnType: String, Hashable, Sendable, Codable {
  case int64
  case double
  /// UTF-8
  case text
  /// microseconds since 1970, UTC
  case timestamp
}

/// The name and type of a column in a batch.
public struct BatchColumn: Hashable, Sendable {
  public var name: String
  public var type: BatchColumnType

  public init(_ name: String, _ type: BatchColumnType) {
    self.name = name
    self.type = type
  }
}
