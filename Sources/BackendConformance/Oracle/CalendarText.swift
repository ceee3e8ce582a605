/// Moments as text, counted from the year 1 in whole cycles: another way than the product's own, on purpose.
public enum CalendarText {
  private static let microsecondsPerDay: Int64 = 86_400_000_000
  /// Days from 0001-01-01 to 1970-01-01.
  private static let epoch: Int64 = 719_162

  /// `YYYY-MM-DD HH:MM:SS.ffffff` of a moment in the years 0001 to 9999.
  public static func canonical(_ microseconds: Int64) -> [UInt8] {
    let (day, rest) = split(microseconds)
    let seconds = rest / 1_000_000
    var bytes = date(day: day)
    bytes.append(UInt8(ascii: " "))
    bytes += padded(seconds / 3600, 2) + [UInt8(ascii: ":")]
    bytes += padded(seconds / 60 % 60, 2) + [UInt8(ascii: ":")]
    bytes += padded(seconds % 60, 2) + [UInt8(ascii: ".")]
    return bytes + padded(rest % 1_000_000, 6)
  }

  /// The UTC day of a moment, `YYYY-MM-DD`.
  public static func day(_ microseconds: Int64) -> [UInt8] { date(day: split(microseconds).day) }

  /// A number of at least `width` digits, zeros in front.
  static func padded(_ value: Int64, _ width: Int) -> [UInt8] {
    let digits = Array(String(value).utf8)
    return Array(repeating: UInt8(ascii: "0"), count: max(0, width - digits.count)) + digits
  }

  private static func split(_ microseconds: Int64) -> (day: Int64, rest: Int64) {
    var day = microseconds / microsecondsPerDay
    var rest = microseconds % microsecondsPerDay
    if rest < 0 {
      day -= 1
      rest += microsecondsPerDay
    }
    return (day, rest)
  }

  private static func date(day: Int64) -> [UInt8] {
    var rest = day + epoch
    var year: Int64 = 1
    // 400 years, then 100, 4 and 1; the last century of four and the last year of four are a day longer.
    year += rest / 146_097 * 400
    rest %= 146_097
    let centuries = min(rest / 36_524, 3)
    year += centuries * 100
    rest -= centuries * 36_524
    year += rest / 1461 * 4
    rest %= 1461
    let years = min(rest / 365, 3)
    year += years
    rest -= years * 365
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    var month: Int64 = 1
    for length in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as [Int64] {
      if rest < length { break }
      rest -= length
      month += 1
    }
    return padded(year, 4) + [UInt8(ascii: "-")] + padded(month, 2) + [UInt8(ascii: "-")] + padded(rest + 1, 2)
  }
}
