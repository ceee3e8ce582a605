/// What stops a command: one clear line, and the exit code.
public struct RunnerError: Error, Sendable, CustomStringConvertible {
  public var message: String
  public var remedy: String?
  /// As architecture.md says: 2 could not run, 64 wrong usage, 75 another run holds the job.
  public var exitCode: Int32

  public init(_ message: String, remedy: String? = nil, exitCode: Int32 = 2) {
    self.message = message
    self.remedy = remedy
    self.exitCode = exitCode
  }

  public var description: String { message + (remedy.map { "; \($0)" } ?? "") }
}
