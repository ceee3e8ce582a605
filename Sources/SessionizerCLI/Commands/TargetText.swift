internal import Foundation

/// Keeps what may be a target, and have a password in it, out of messages about a wrong command line.
enum TargetText {
  /// A message without those arguments that look like targets.
  static func redacted(_ message: String, _ arguments: [String]) -> String {
    var result = message
    let candidates = arguments.flatMap { argument in
      // `--option=value`
      [argument]
        + (argument.hasPrefix("-") ? argument.split(separator: "=", maxSplits: 1).dropFirst().map(String.init) : [])
    }
    // Of an argument in the wrong place nothing is known; of an option's value, that its option names it in a message.
    let isMisplaced =
      ["nexpected argument", "nknown option"].contains(where: message.contains) || message == arguments.first
    for argument in candidates.sorted(by: { $0.utf8.count > $1.utf8.count })
    where mayBeTarget(argument) || (isMisplaced && mayHoldSecret(argument)) {
      result = result.replacing(argument, with: "…")
    }
    return result
  }

  private static func mayHoldSecret(_ text: String) -> Bool {
    !text.hasPrefix("-") && text.utf8.contains { ":/;=@".utf8.contains($0) }
  }

  /// A URL, or a connection string: what begins with a scheme that is none of a time or a Windows path, and what has
  /// settings of a connection.
  static func mayBeTarget(_ text: String) -> Bool {
    guard !text.hasPrefix("-") else { return false }
    let lower = text.lowercased()
    if ["pwd=", "password=", "pass=", "dsn=", "uid=", "driver=", "://", "@"].contains(where: lower.contains) {
      return true
    }
    let scheme = lower.prefix { $0 != ":" }
    return ["odbc", "postgres", "postgresql", "sqlite"].contains { scheme == $0 || scheme.hasPrefix($0 + "+") }
      && scheme.utf8.count < lower.utf8.count
  }
}
