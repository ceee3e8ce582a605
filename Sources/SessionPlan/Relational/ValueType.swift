/// The types of the plan language. How an engine stores each is the dialect's answer.
public enum ValueType: String, Hashable, Sendable, Codable {
  /// 64-bit signed.
  case integer
  /// UTF-8, compared and ordered by bytes wherever it is a key.
  case text
  /// A moment in UTC to the microsecond, as our tables store it.
  case timestamp
  /// A moment with its zone, in a source column (`timestamp with time zone`); never in our tables.
  case zonedTimestamp
  /// A moment in the form in which the engine adds and compares exactly: a timestamp on most engines, whole
  /// microseconds on SQLite. Never stored in a ledger.
  case instant
  /// 0 or 1; there are no booleans in tables (trap T11).
  case flag
  /// A number of seconds with six decimals, for people to read.
  case seconds
}

/// A column of a relation: its name, type, and whether it may be NULL.
public struct SchemaColumn: Hashable, Sendable {
  public var name: String
  public var type: ValueType
  public var isNullable: Bool

  public init(_ name: String, _ type: ValueType, nullable: Bool = false) {
    self.name = name
    self.type = type
    isNullable = nullable
  }
}
