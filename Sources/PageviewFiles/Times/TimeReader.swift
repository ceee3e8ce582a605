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

/// Reads times in the format that the options name.
struct TimeReader {
  let format: TimeFormat
  let zoneOffset: Int64

  init(format: TimeFormat, zoneOffsetMinutes: Int) {
    self.format = format
    zoneOffset = Int64(zoneOffsetMinutes) * 60_000_000
  }

  func read(_ bytes: Bytes?) -> ParsedTime {
    guard let bytes, !bytes.isEmpty else { return .null }
    switch format {
    case .timestamp: return readText(bytes)
    case .epochSeconds: return readEpoch(bytes, fractionDigits: 6)
    case .epochMilliseconds: return readEpoch(bytes, fractionDigits: 3)
    case .epochMicroseconds: return readEpoch(bytes, fractionDigits: 0)
    }
  }

  private func readText(_ bytes: Bytes) -> ParsedTime {
    if let time = Timestamp(ascii: bytes) {
      return .time(zoneOffset == 0 || Self.hasZone(bytes) ? time.microseconds : time.microseconds - zoneOffset)
    }
    return Self.isFarAway(bytes) ? .outOfRange : .bad
  }

  /// Of a text that is a time: does it name its zone?
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

  /// `-?digits[.digits]`; of the fraction as many digits as microseconds need, the others are cut.
  private func readEpoch(_ bytes: Bytes, fractionDigits: Int) -> ParsedTime {
    var rest = bytes[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    let whole = rest.prefix { $0 >= 48 && $0 <= 57 }
    rest = rest.dropFirst(whole.count)
    guard !whole.isEmpty else { return .bad }
    var fraction: Int64 = 0
    if !rest.isEmpty {
      guard rest.first == UInt8(ascii: "."), rest.count > 1, rest.dropFirst().allSatisfy({ $0 >= 48 && $0 <= 57 })
      else { return .bad }
      let kept = rest.dropFirst().prefix(fractionDigits)
      for byte in kept { fraction = fraction * 10 + Int64(byte - 48) }
      for _ in kept.count..<fractionDigits { fraction *= 10 }
    }
    var unit: Int64 = 1
    for _ in 0..<fractionDigits { unit *= 10 }
    guard let value = IntegerText.value(whole, isNegative: isNegative) else { return .outOfRange }
    let (scaled, isTooLarge) = value.multipliedReportingOverflow(by: unit)
    let (time, overflows) = scaled.addingReportingOverflow(isNegative ? -fraction : fraction)
    return isTooLarge || overflows ? .outOfRange : .time(time)
  }
}
