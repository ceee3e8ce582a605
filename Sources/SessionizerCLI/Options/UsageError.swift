/// The command line is wrong: exit code 64.
struct UsageError: Error, Hashable, CustomStringConvertible {
  var description: String

  init(_ description: String) {
    self.description = description
  }
}
