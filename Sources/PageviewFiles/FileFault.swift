/// Why a file cannot be read at all. Nothing of such a file should be loaded.
///
/// Faults of single lines are no `FileFault`: see `LineFault`.
public struct FileFault: Error, Hashable, Sendable {
  public var path: String
  /// Counted from 1; nil where the fault belongs to no line.
  public var line: Int?
  /// What is wrong, without a full stop.
  public var message: String
  /// What to do about it.
  public var remedy: String?

  public init(path: String, line: Int? = nil, _ message: String, remedy: String? = nil) {
    self.path = path
    self.line = line
    self.message = message
    self.remedy = remedy
  }
}

extension FileFault: CustomStringConvertible {
  /// One line: `views.csv:1: the header has no column "user_id"; …`.
  public var description: String {
    var text = path
    if let line { text += ":\(line)" }
    text += ": \(message)"
    if let remedy { text += "; \(remedy)" }
    return text
  }
}
