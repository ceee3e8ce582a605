public import YAMLReading

/// Collects what is wrong, so that all of it is said at once.
struct ProblemList {
  var problems: [YAMLFileError] = []
  /// Whether a file could not be read at all, so that nothing is known of the answers in it.
  var isUnreadable = false

  /// What `body` gives; nil, and one problem more, where it fails.
  mutating func attempt<Value>(_ body: () throws(YAMLFileError) -> Value) -> Value? {
    do throws(YAMLFileError) {
      return try body()
    } catch {
      problems.append(error)
      return nil
    }
  }

  mutating func add(_ problem: YAMLFileError) { problems.append(problem) }
}

/// What is wrong with a dialect's files, a line each.
public struct DialectFileError: Error, Hashable, Sendable, CustomStringConvertible {
  public var problems: [YAMLFileError]
  /// Whether a file could not be read at all: it is not there, no YAML, or of another format.
  public var isUnreadable: Bool

  public init(_ problems: [YAMLFileError], isUnreadable: Bool = false) {
    self.problems = problems
    self.isUnreadable = isUnreadable
  }

  init(_ found: ProblemList) { self.init(found.problems, isUnreadable: found.isUnreadable) }

  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
