internal import SessionPlan

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// What a time's text says.
enum ParsedTime {
  /// Empty or absent.
  case null
  /// Microseconds since 1970; may be outside the years that are sessionized.
  case time(Int64)
  /// A time as databases write it, but outside what `Timestamp` holds: BC, five digits of a year, infinity.
  case outOfRange
  case bad
}

/// Reads times in the format and the zone that the options name.
struct TimeReader {
  let format: FileTimeFormat
  private var clock: ZoneClock
  /// The time of an access log that was read last, and what it says.
  private var lastLogTime = [UInt8](repeating: .max, count: logTimeLength)
  private var lastTime: Int64 = 0
  private static let logTimeLength = 26
  /// How many times were there twice, because the clocks were set back.
  private(set) var twice = 0
  /// How many were a date alone.
  private(set) var datesAlone = 0
  /// Of times that are numbers, the last.
  private var latestNumber: Int64?
  /// How many of them are in the first year, as numbers of a larger unit are.
  private var earlyNumbers = 0
  private static let firstYear: Int64 = 365 * 86_400_000_000
  /// What a log's format says that its times count, for notices.
  private var countedAs: FileTimeFormat?
  /// How many times named no zone, and how many named one.
  private(set) var withoutZone = 0
  private var withZone = 0
  /// Whether some times named a zone.
  var namesZones: Bool { withZone > 0 }
  /// Whether somebody said which zone those without are of.
  private let declaresZone: Bool

  init(_ options: LoadOptions) {
    format = options.timeFormat
    declaresZone = options.zone != nil
    clock = ZoneClock(options.zone ?? FileZone(offsetMinutes: 0))
  }

  /// What was decided about times.
  var notices: [String] {
    var notices: [String] = []
    if twice > 0 {
      notices.append(
        "\(twice == 1 ? "1 time is" : "\(twice) times are") there twice, because the clocks were set back; the first of "
          + "the two, summer time, is taken")
    }
    if datesAlone > 0 {
      notices.append(
        "\(datesAlone == 1 ? "1 time is a date" : "\(datesAlone) times are dates") without a time of day, and taken as "
          + "midnight")
    }
    if withoutZone > 0, withZone > 0, !declaresZone {
      notices.append(
        "\(withoutZone == 1 ? "1 time names no zone and is" : "\(withoutZone) times name no zone and are") taken as UTC, while "
          + "others name one; --file-time-zone says another")
    }
    // A number of seconds that is taken as milliseconds is a day of January 1970.
    if let latestNumber, latestNumber < Self.firstYear {
      notices.append(
        "all times are before 1971: the numbers may count something larger (\((countedAs ?? format).acceptedForms))")
    } else if earlyNumbers > 0 {
      notices.append(
        "\(earlyNumbers == 1 ? "1 time is" : "\(earlyNumbers) times are") before 1971, and others are not: some numbers may "
          + "count something larger (\((countedAs ?? format).acceptedForms))")
    }
    return notices
  }

  /// - Parameter unit: what the time counts since 1970, if nobody says otherwise
  mutating func read(_ bytes: Bytes?, unit: FileTimeFormat? = nil) -> ParsedTime {
    guard var bytes, !bytes.isEmpty else { return .null }
    if bytes[0] == ASCII.blank || bytes[bytes.count - 1] == ASCII.blank {
      bytes = bytes.trimmed
      if bytes.isEmpty { return .null }
    }
    var form = format
    if case .auto = format, let unit {
      form = unit
      countedAs = unit
    }
    switch form {
    case .auto: return readText(bytes)
    case .epochSeconds: return readNumber(bytes, 6)
    case .epochMilliseconds: return readNumber(bytes, 3)
    case .epochMicroseconds: return readNumber(bytes, 0)
    case .epochNanoseconds: return readNumber(bytes, -3)
    case .pattern(let pattern): return pattern.read(bytes).map { moment($0) } ?? .bad
    }
  }

  private mutating func readNumber(_ bytes: Bytes, _ digits: Int) -> ParsedTime {
    let time = EpochText.read(bytes, unitDigits: digits)
    if case .time(let value) = time {
      latestNumber = max(latestNumber ?? value, value)
      if value < Self.firstYear { earlyNumbers += 1 }
    }
    return time
  }

  private mutating func readText(_ bytes: Bytes) -> ParsedTime {
    if bytes.count == Self.logTimeLength {
      // Many lines of a log have the same second.
      if bytes.equals(lastLogTime) {
        withZone += 1
        return .time(lastTime)
      }
      if let time = AccessLogTime.read(bytes) {
        for index in bytes.indices { lastLogTime[index] = bytes[index] }
        lastTime = time
        withZone += 1
        return .time(time)
      }
    }
    if let time = Timestamp(ascii: bytes) {
      if bytes.count == 10 { datesAlone += 1 }
      guard Self.hasZone(bytes) else { return moment(local: time.microseconds) }
      withZone += 1
      return .time(time.microseconds)
    }
    if let text = TimeText(bytes) { return moment(text) }
    return Self.isFarAway(bytes) ? .outOfRange : .bad
  }

  private mutating func moment(_ text: TimeText) -> ParsedTime {
    let local = text.civil.microseconds
    guard let zone = text.zone else { return moment(local: local) }
    withZone += 1
    return .time(local - zone)
  }

  private mutating func moment(local: Int64) -> ParsedTime {
    withoutZone += 1
    switch clock.utc(local) {
    case .at(let time): return .time(time)
    case .twice(let time):
      twice += 1
      return .time(time)
    case .skipped: return .bad
    }
  }

  /// Of a text in ISO form: does it name its zone?
  private static func hasZone(_ bytes: Bytes) -> Bool {
    bytes.dropFirst(10).contains {
      $0 | 0x20 == UInt8(ascii: "z") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
    }
  }

  /// `infinity`, `-infinity`, a year with a sign or more than four digits, ` BC` at the end, or DuckDB's ` (BC)` behind
  /// the date.
  private static func isFarAway(_ bytes: Bytes) -> Bool {
    if bytes.equals(Array("infinity".utf8)) || bytes.equals(Array("-infinity".utf8)) { return true }
    let mark = Array(" (BC)".utf8)
    if bytes.count > 15, bytes[10..<15].elementsEqual(mark) {
      let text = Array(bytes[..<10]) + Array(bytes[15...])
      return text.withUnsafeBufferPointer { Timestamp(ascii: $0) != nil || TimeText($0) != nil }
    }
    var rest = bytes[...]
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    if rest.suffix(3).elementsEqual(" BC".utf8) { rest = rest.dropLast(3) }
    let yearDigits = rest.prefix { $0 >= 48 && $0 <= 57 }.count
    guard yearDigits >= 4, yearDigits <= 18 else { return false }
    // The last four digits stand for the year: the other fields must be right.
    return rest.count - yearDigits + 4 != bytes.count
      && Timestamp(ascii: Bytes(rebasing: rest.dropFirst(yearDigits - 4))) != nil
  }
}
