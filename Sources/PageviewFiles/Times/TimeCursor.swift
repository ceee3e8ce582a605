/// Reads the parts of a time from the front of some bytes.
struct TimeCursor {
  private let bytes: Bytes
  private var position = 0

  init(_ bytes: Bytes) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }
  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// How many digits stand here.
  var digits: Int {
    var end = position
    while end < bytes.count, bytes[end] >= 48, bytes[end] <= 57 { end += 1 }
    return end - position
  }

  /// Whether a letter of ASCII stands here.
  var isAtLetter: Bool { next.map { ($0 | 0x20) >= 97 && ($0 | 0x20) <= 122 } ?? false }

  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool { take(UInt8(ascii: character)) }

  /// One or more blanks.
  mutating func takeBlanks() -> Bool {
    let start = position
    while next == ASCII.blank { position += 1 }
    return position > start
  }

  /// A number of so many digits.
  mutating func number(_ lengths: ClosedRange<Int>) -> Int? {
    var value = 0
    var count = 0
    while count < lengths.upperBound, let byte = next, byte >= 48, byte <= 57 {
      value = value * 10 + Int(byte - 48)
      position += 1
      count += 1
    }
    return count >= lengths.lowerBound ? value : nil
  }

  /// At least one digit; microseconds, what follows the sixth digit is cut.
  mutating func fraction() -> Int? {
    var value = 0
    var count = 0
    while let byte = next, byte >= 48, byte <= 57 {
      if count < 6 { value = value * 10 + Int(byte - 48) }
      count += 1
      position += 1
    }
    guard count > 0 else { return nil }
    while count < 6 {
      value *= 10
      count += 1
    }
    return value
  }

  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
  ].map { Array($0.utf8) }
  private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    .map { Array($0.utf8) }

  /// An English month, whole or its first three letters (`Sept`, too), in letters of either case: 1 to 12.
  mutating func monthName() -> Int? {
    let start = position
    let word = self.word()
    for (index, name) in Self.months.enumerated() where matches(word, name) || index == 8 && equals(word, "sept") {
      return index + 1
    }
    position = start
    return nil
  }

  /// An English weekday, whole or its first three letters.
  mutating func weekday() -> Bool {
    let start = position
    let word = self.word()
    if Self.weekdays.contains(where: { matches(word, $0) }) { return true }
    position = start
    return false
  }

  /// `AM` or `PM`: whether it is afternoon.
  mutating func half() -> Bool? {
    let start = position
    let word = self.word()
    if equals(word, "am") { return false }
    if equals(word, "pm") { return true }
    position = start
    return nil
  }

  /// `Z`, `UTC` or `GMT`.
  mutating func isUTC() -> Bool {
    let start = position
    let word = self.word()
    if equals(word, "z") || equals(word, "utc") || equals(word, "gmt") { return true }
    position = start
    return false
  }

  /// `Z`, `±HH`, `±HHMM` or `±HH:MM` in microseconds; nil where something else stands here.
  mutating func offset() -> Int64? {
    let start = position
    if isAtLetter { return isUTC() ? 0 : nil }
    let sign: Int64
    if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
    if let hours = number(2...2) {
      var minutes: Int? = 0
      if take(":") || digits > 0 { minutes = number(2...2) }
      if let minutes, hours <= 15, minutes <= 59 { return sign * Int64(hours * 60 + minutes) * 60_000_000 }
    }
    position = start
    return nil
  }

  private mutating func word() -> Bytes {
    let start = position
    while isAtLetter { position += 1 }
    return bytes.slice(start..<position)
  }

  private func matches(_ word: Bytes, _ name: [UInt8]) -> Bool {
    guard word.count == 3 || word.count == name.count else { return false }
    return zip(word, name).allSatisfy { $0 | 0x20 == $1 }
  }

  private func equals(_ word: Bytes, _ name: StaticString) -> Bool {
    word.count == name.utf8CodeUnitCount
      && zip(word, Bytes(start: name.utf8Start, count: word.count)).allSatisfy { $0 | 0x20 == $1 }
  }
}
