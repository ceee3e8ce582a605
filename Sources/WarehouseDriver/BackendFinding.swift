/// Something that a backend can reach, or would if it were there: for `sessionizer backends`.
public struct BackendFinding: Sendable {
  /// How a target begins: `adbc+duckdb:`.
  public var target: String
  /// Whether it can be used.
  public var isFound: Bool
  /// Where it is, or what was tried: one line.
  public var detail: String

  public init(target: String, isFound: Bool, detail: String) {
    self.target = target
    self.isFound = isFound
    self.detail = detail
  }
}
