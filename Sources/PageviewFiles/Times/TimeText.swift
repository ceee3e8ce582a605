internal import SessionPlan

/// A date and a time as a text writes them, and the zone if the text names it.
struct TimeText {
  var civil: CivilTime
  /// Ahead of UTC, in microseconds.
  var zone: Int64?

  init(civil: CivilTime, zone: Int64?) {
    self.civil = civil
    self.zone = zone
  }

  /// Reads a form that can mean one moment only; nil for any other text:
  ///
  /// - `2026-3-1`, `2026/03/01`, `20260301T`, then a blank or `T` and a time
  /// - `01/Mar/2026:10:00:00`, `1 Mar 2026 10:00`, `[Sun, ]01 Mar 2026 10:00:00`, `Mar 1, 2026 10:00:00`
  /// - a time is `10:00[:00[.f or ,f]]`, in the compact form `100000`, perhaps with `AM` or `PM`
  /// - then perhaps a zone: `Z`, `UTC`, `GMT`, `+02`, `+0200`, `+02:00`, after blanks or not
  init?(_ bytes: Bytes) {
    var cursor = TimeCursor(bytes)
    guard var text = Self.date(&cursor) else { return nil }
    if !cursor.isAtEnd {
      guard let separator = cursor.next else { return nil }
      switch separator {
      case UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: ":"): _ = cursor.take(separator)
      case ASCII.blank: _ = cursor.takeBlanks()
      default: return nil
      }
      guard Self.time(&cursor, &text.civil) else { return nil }
      if !cursor.isAtEnd {
        _ = cursor.takeBlanks()
        guard let zone = cursor.offset() else { return nil }
        text.zone = zone
      }
    }
    guard cursor.isAtEnd, text.civil.isValid else { return nil }
    self = text
  }

  private static func date(_ cursor: inout TimeCursor) -> TimeText? {
    if cursor.isAtLetter, cursor.weekday() {
      _ = cursor.take(",")
      guard cursor.takeBlanks() else { return nil }
    }
    if cursor.isAtLetter {
      // Mar 1, 2026
      guard let month = cursor.monthName(), cursor.takeBlanks(), let day = cursor.number(1...2) else { return nil }
      _ = cursor.take(",")
      guard cursor.takeBlanks(), cursor.digits == 4, let year = cursor.number(4...4) else { return nil }
      return TimeText(civil: CivilTime(year: year, month: month, day: day), zone: nil)
    }
    switch cursor.digits {
    case 4:
      guard let year = cursor.number(4...4), let separator = cursor.next,
        separator == UInt8(ascii: "-") || separator == UInt8(ascii: "/"), cursor.take(separator),
        let month = cursor.number(1...2), cursor.take(separator), let day = cursor.number(1...2)
      else { return nil }
      return TimeText(civil: CivilTime(year: year, month: month, day: day), zone: nil)
    case 8:
      // Without the T it might be a number.
      guard let year = cursor.number(4...4), let month = cursor.number(2...2), let day = cursor.number(2...2),
        cursor.next == UInt8(ascii: "T")
      else { return nil }
      return TimeText(civil: CivilTime(year: year, month: month, day: day), zone: nil)
    case 1, 2:
      // 01/Mar/2026
      guard let day = cursor.number(1...2), let separator = cursor.next,
        separator == UInt8(ascii: "/") || separator == UInt8(ascii: "-") || separator == ASCII.blank,
        cursor.take(separator), let month = cursor.monthName(), cursor.take(separator), cursor.digits == 4,
        let year = cursor.number(4...4)
      else { return nil }
      return TimeText(civil: CivilTime(year: year, month: month, day: day), zone: nil)
    default: return nil
    }
  }

  private static func time(_ cursor: inout TimeCursor, _ civil: inout CivilTime) -> Bool {
    let digits = cursor.digits
    if digits == 4 || digits == 6 {
      guard let hour = cursor.number(2...2), let minute = cursor.number(2...2) else { return false }
      (civil.hour, civil.minute) = (hour, minute)
      if digits == 6 {
        guard let second = cursor.number(2...2) else { return false }
        civil.second = second
      }
    } else {
      guard let hour = cursor.number(1...2), cursor.take(":"), let minute = cursor.number(2...2) else { return false }
      (civil.hour, civil.minute) = (hour, minute)
      if cursor.take(":") {
        guard let second = cursor.number(2...2) else { return false }
        civil.second = second
      }
    }
    if cursor.next == UInt8(ascii: ".") || cursor.next == ASCII.comma {
      _ = cursor.take(".") || cursor.take(",")
      guard let fraction = cursor.fraction() else { return false }
      civil.microsecond = fraction
    }
    var behind = cursor
    _ = behind.takeBlanks()
    if let isAfternoon = behind.half() {
      guard (1...12).contains(civil.hour) else { return false }
      civil.hour = civil.hour % 12 + (isAfternoon ? 12 : 0)
      cursor = behind
    }
    return true
  }
}
