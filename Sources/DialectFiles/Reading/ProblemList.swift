public import YAMLReading

/// Collects what is wrong, so that all of it is said at once.
struct ProblemList {
  var problems: [YAMLFileError] = []

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

  public init(_ problems: [YAMLFileError]) { self.problems = problems }

  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
