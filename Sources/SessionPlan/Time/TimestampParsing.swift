extension Timestamp {
  /// Reads `YYYY-MM-DD[ HH:MM[:SS[.f…]]][Z|±HH[:]MM]`; a `T` may stand for the blank.
  ///
  /// Digits after the sixth of the fraction are cut, never rounded. A time without a zone is UTC.
  /// Returns nil where the text has another form or names a day or time that does not exist.
  public init?(text: some StringProtocol) {
    var copy = String(text)
    let parsed = copy.withUTF8 { Timestamp(ascii: $0) }
    guard let parsed else { return nil }
    self = parsed
  }

  /// The same, from bytes.
  ///
  /// - Parameter secondsEastOfUTC: where a time without a zone is from.
  public init?(ascii bytes: UnsafeBufferPointer<UInt8>, secondsEastOfUTC: Int64 = 0) {
    var reader = DigitReader(bytes: bytes)
    guard let year = reader.number(digits: 4), reader.take("-"),
      let month = reader.number(digits: 2), reader.take("-"),
      let day = reader.number(digits: 2)
    else { return nil }
    var civil = CivilTime(year: year, month: month, day: day)
    var offset = secondsEastOfUTC * 1_000_000
    if !reader.isAtEnd {
      guard reader.take(" ") || reader.take("T") || reader.take("t"),
        let hour = reader.number(digits: 2), reader.take(":"),
        let minute = reader.number(digits: 2)
      else { return nil }
      civil.hour = hour
      civil.minute = minute
      if reader.take(":") {
        guard let second = reader.number(digits: 2) else { return nil }
        civil.second = second
        if reader.take(".") {
          guard let fraction = reader.fraction() else { return nil }
          civil.microsecond = fraction
        }
      }
      if !reader.isAtEnd {
        guard let zone = reader.zoneOffset() else { return nil }
        offset = zone
      }
    }
    guard reader.isAtEnd, civil.isValid else { return nil }
    self.init(microseconds: civil.microseconds - offset)
  }
}

/// Reads fixed runs of ASCII digits from the front of some bytes.
private struct DigitReader {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0

  var isAtEnd: Bool { position == bytes.count }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(character.value) else { return false }
    position += 1
    return true
  }

  mutating func digit() -> Int? {
    guard position < bytes.count, case let value = bytes[position], value >= 48, value <= 57 else { return nil }
    position += 1
    return Int(value) - 48
  }

  mutating func number(digits: Int) -> Int? {
    var value = 0
    for _ in 0..<digits {
      guard let next = digit() else { return nil }
      value = value * 10 + next
    }
    return value
  }

  /// At least one digit; microseconds, what follows the sixth digit is cut.
  mutating func fraction() -> Int? {
    var value = 0
    var count = 0
    while let next = digit() {
      if count < 6 { value = value * 10 + next }
      count += 1
    }
    guard count > 0 else { return nil }
    while count < 6 {
      value *= 10
      count += 1
    }
    return value
  }

  /// `Z`, `±HH`, `±HHMM` or `±HH:MM` in microseconds; nil where something else stands here.
  mutating func zoneOffset() -> Int64? {
    if take("Z") || take("z") { return 0 }
    let sign: Int64
    if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
    guard let hours = number(digits: 2) else { return nil }
    var minutes = 0
    if !isAtEnd {
      _ = take(":")
      guard let value = number(digits: 2) else { return nil }
      minutes = value
    }
    guard hours <= 15, minutes <= 59 else { return nil }
    return sign * Int64(hours * 60 + minutes) * 60_000_000
  }
}
