/// How a file writes times.
public enum FileTimeFormat: Hashable, Sendable {
  /// ISO 8601 and its relatives, the form of access logs, and forms that name the month (`TimeText`). Numbers alone and
  /// forms such as 03/04/2026 are never guessed.
  case auto
  case epochSeconds, epochMilliseconds, epochMicroseconds, epochNanoseconds
  case pattern(TimePattern)

  /// The words of the closed choices.
  public static let words = ["auto", "timestamp", "epoch_s", "epoch_ms", "epoch_us", "epoch_ns"]

  /// - Throws: `TimePatternError` for a text that is neither one of the words nor a pattern
  public init(text: String) throws(TimePatternError) {
    switch text {
    case "auto", "timestamp": self = .auto
    case "epoch_s": self = .epochSeconds
    case "epoch_ms": self = .epochMilliseconds
    case "epoch_us": self = .epochMicroseconds
    case "epoch_ns": self = .epochNanoseconds
    default: self = .pattern(try TimePattern(text: text))
    }
  }

  var isEpoch: Bool {
    switch self {
    case .auto, .pattern: false
    default: true
    }
  }

  /// What it takes, for messages.
  var acceptedForms: String {
    switch self {
    case .auto: "2026-03-01 10:00:00[.f][Z|±HH:MM|UTC], 01/Mar/2026:10:00:00 +0000, Sun, 01 Mar 2026 10:00:00 GMT"
    case .epochSeconds: "seconds since 1970"
    case .epochMilliseconds: "milliseconds since 1970"
    case .epochMicroseconds: "microseconds since 1970"
    case .epochNanoseconds: "nanoseconds since 1970"
    case .pattern(let pattern): pattern.text
    }
  }
}
