/// A plan that a dialect cannot write: names the dialect, the node, and what to do.
public struct RenderingError: Error, Hashable, Sendable, CustomStringConvertible {
  public var dialect: String
  /// The intent node or the part of a statement.
  public var node: String
  public var message: String
  public var remedy: String?

  public init(dialect: String, node: String, message: String, remedy: String? = nil) {
    self.dialect = dialect
    self.node = node
    self.message = message
    self.remedy = remedy
  }

  public var description: String {
    "dialect \(dialect), \(node): \(message)" + (remedy.map { "; \($0)" } ?? "")
  }
}
