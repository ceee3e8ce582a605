import Foundation

/// How much the tests try, by the environment: `make check`, `make test` and `make soak` set it.
enum TestAmount {
  /// How many histories SQLite plays, over all shapes; the others play a share of it.
  static let histories = number("SESSIONIZER_HISTORIES").map { Int($0) } ?? 2000

  /// The engines to test on, by name; nil is all that are there.
  static let engines = variable("SESSIONIZER_ENGINES")?.split(separator: ",").map(String.init)

  /// How long `make soak` plays; nil where nobody asked for it.
  static let soak = number("SESSIONIZER_SOAK").map { Duration.seconds(Int64($0)) }

  /// From which the drawn histories of today are drawn: the date, so that each day sees others, and a failure of
  /// yesterday's comes back with yesterday's number.
  static let seed: UInt64 = {
    let seed = number("SESSIONIZER_SEED") ?? today
    print("SESSIONIZER_SEED=\(seed) plays this run's histories again, beside the fixed ones")
    return seed
  }()

  /// `YYYYMMDD`, UTC.
  private static var today: UInt64 {
    let day = ISO8601DateFormatter().string(from: Date()).prefix(10)
    return UInt64(day.replacing("-", with: "")) ?? 0
  }

  private static func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

  /// Something else than a number is an error, not the usual amount.
  private static func number(_ name: String) -> UInt64? {
    guard let text = variable(name) else { return nil }
    guard let value = UInt64(text) else { fatalError("\(name)='\(text)' is not a valid number") }
    return value
  }
}
