/// What makes a plan impossible or wrong, before anything is rendered or sent.
public struct PlanError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// The dialect cannot do what the job needs.
    case unsupported
    /// A setting of the job is wrong.
    case wrongSetting
    /// The plan itself breaks a rule of the language: a defect of the planner.
    case malformed
  }

  public var code: Code
  public var message: String
  public var remedy: String?
  /// Where in the plan, outermost first.
  public var path: [String]

  public init(_ code: Code, _ message: String, remedy: String? = nil, path: [String] = []) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.path = path
  }

  public var description: String {
    (path.isEmpty ? "" : path.joined(separator: "/") + ": ") + message + (remedy.map { "; \($0)" } ?? "")
  }
}
