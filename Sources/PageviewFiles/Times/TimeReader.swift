internal import SessionPlan

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
  /// How many times were there twice, because the clocks were set back.
  private(set) var twice = 0
  /// How many times named no zone.
  private(set) var withoutZone = 0

  init(_ options: LoadOptions) {
    format = options.timeFormat
    clock = ZoneClock(options.zone ?? FileZone(offsetMinutes: 0))
  }

  mutating func read(_ bytes: Bytes?) -> ParsedTime {
    guard var bytes, !bytes.isEmpty else { return .null }
    if bytes[0] == ASCII.blank || bytes[bytes.count - 1] == ASCII.blank {
      bytes = bytes.trimmed
      if bytes.isEmpty { return .null }
    }
    switch format {
    case .auto: return readText(bytes)
    case .epochSeconds: return EpochText.read(bytes, unitDigits: 6)
    case .epochMilliseconds: return EpochText.read(bytes, unitDigits: 3)
    case .epochMicroseconds: return EpochText.read(bytes, unitDigits: 0)
    case .epochNanoseconds: return EpochText.read(bytes, unitDigits: -3)
    case .pattern(let pattern): return pattern.read(bytes).map { moment($0) } ?? .bad
    }
  }

  private mutating func readText(_ bytes: Bytes) -> ParsedTime {
    if let time = AccessLogTime.read(bytes) { return .time(time) }
    if let time = Timestamp(ascii: bytes) {
      return Self.hasZone(bytes) ? .time(time.microseconds) : moment(local: time.microseconds)
    }
    if let text = TimeText(bytes) { return moment(text) }
    return Self.isFarAway(bytes) ? .outOfRange : .bad
  }

  private mutating func moment(_ text: TimeText) -> ParsedTime {
    let local = text.civil.microseconds
    return text.zone.map { .time(local - $0) } ?? moment(local: local)
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

  /// `infinity`, `-infinity`, a year with a sign or more than four digits, or ` BC` at the end.
  private static func isFarAway(_ bytes: Bytes) -> Bool {
    if bytes.equals(Array("infinity".utf8)) || bytes.equals(Array("-infinity".utf8)) { return true }
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
