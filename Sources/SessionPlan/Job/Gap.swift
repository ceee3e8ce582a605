/// The inactivity timeout: how long a user must be silent for a new session to start. Exact to the microsecond.
///
/// ```swift
/// Gap(text: "30m")?.microseconds  // 1_800_000_000
/// ```
public struct Gap: Hashable, Sendable, Codable {
  public let microseconds: Int64

  /// 1 µs to 24 h, both included.
  public static let allowed: ClosedRange<Int64> = 1...86_400_000_000

  /// The default, 30 minutes: the field's usual inactivity timeout.
  public static let standard = Gap(unchecked: 1_800_000_000)

  /// Returns nil outside `allowed`.
  public init?(microseconds: Int64) {
    guard Self.allowed.contains(microseconds) else { return nil }
    self.microseconds = microseconds
  }

  private init(unchecked microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// Reads `250us`, `500ms`, `10s`, `30m`, `2h`; nil for another form or a gap outside `allowed`.
  public init?(text: String) {
    guard let value = DurationText.microseconds(text) else { return nil }
    self.init(microseconds: value)
  }
}

extension Gap: CustomStringConvertible {
  /// The shortest exact form that `init(text:)` reads, such as `30m`.
  public var description: String { DurationText.text(microseconds) }
}

/// At a distance of exactly the gap: does a new session start?
public enum GapBoundary: String, Hashable, Sendable, Codable, CaseIterable {
  /// A new session starts (the default): a session continues while the distance is less than the gap.
  case new
  /// The session goes on: it continues while the distance is less than or equal to the gap.
  case same
}

/// Durations as people write them: a whole number and one of `us`, `ms`, `s`, `m`, `h`, `d`.
public enum DurationText {
  private static let units: [(suffix: String, microseconds: Int64)] = [
    ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1000), ("us", 1),
  ]

  /// Microseconds, or nil where the text has another form or the number is too large.
  public static func microseconds(_ text: String) -> Int64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int64(digits), let unit = units.first(where: { $0.suffix == text.dropFirst(digits.count) })
    else { return nil }
    let (value, overflow) = number.multipliedReportingOverflow(by: unit.microseconds)
    return overflow ? nil : value
  }

  /// The shortest exact form, in the largest unit that divides the duration, up to hours.
  public static func text(_ microseconds: Int64) -> String {
    let unit = units.dropFirst().first { microseconds % $0.microseconds == 0 && microseconds != 0 }
    guard let unit else { return "\(microseconds)us" }
    return "\(microseconds / unit.microseconds)\(unit.suffix)"
  }
}
