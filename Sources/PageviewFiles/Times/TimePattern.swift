internal import SessionPlan

/// Why a text is not a pattern of times.
public struct TimePatternError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String
}

/// A pattern of times, in the words of strptime as DuckDB has them.
///
/// ```swift
/// try TimePattern(text: "%d/%m/%Y %H:%M")
/// ```
///
/// `%Y %y %m %d %e %j %b %B %h %a %A %H %I %M %S %f %g %n %p %z %Z %s %T %R %F %D %%`; a `-` after the percent sign
/// changes nothing, since one digit is read, too. `%f`, `%g` and `%n` are a fraction of a second of any length. A blank
/// stands for one or more blanks. `%Z` is UTC or GMT.
public struct TimePattern: Hashable, Sendable {
  public let text: String
  private let items: [Item]

  private enum Item: Hashable, Sendable {
    case literal(UInt8)
    case blanks
    case year, shortYear, month, day, dayOfYear, monthName, weekday
    case hour, hour12, minute, second, fraction, half, offset, zoneName, epoch
  }

  public init(text: String) throws(TimePatternError) {
    var items: [Item] = []
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        if byte == ASCII.blank {
          if items.last != .blanks { items.append(.blanks) }
        } else {
          items.append(.literal(byte))
        }
        continue
      }
      if bytes.first == UInt8(ascii: "-") { bytes.removeFirst() }
      guard let letter = bytes.popFirst(), let found = Self.items(Unicode.Scalar(letter)) else {
        let end = bytes.startIndex
        let shown = String(decoding: text.utf8.prefix(end).suffix(2), as: UTF8.self)
        throw TimePatternError(description: "'\(shown)' is not known in a pattern of times")
      }
      items += found
    }
    let has = Set(items)
    let hasDate =
      has.contains(.epoch)
      || !has.isDisjoint(with: [.year, .shortYear])
        && (has.contains(.dayOfYear) || has.contains(.day) && !has.isDisjoint(with: [.month, .monthName]))
    guard hasDate else {
      throw TimePatternError(
        description: "'\(text)' names no date: a pattern of times has a year, a month and a day, such as %d/%m/%Y %H:%M"
      )
    }
    if has.contains(.hour12) != has.contains(.half) {
      throw TimePatternError(description: "'\(text)': %I and %p go together")
    }
    self.text = text
    self.items = items
  }

  private static func items(_ letter: Unicode.Scalar) -> [Item]? {
    switch letter {
    case "Y": [.year]
    case "y": [.shortYear]
    case "m": [.month]
    case "d", "e": [.day]
    case "j": [.dayOfYear]
    case "b", "B", "h": [.monthName]
    case "a", "A": [.weekday]
    case "H": [.hour]
    case "I": [.hour12]
    case "M": [.minute]
    case "S": [.second]
    case "f", "g", "n": [.fraction]
    case "p": [.half]
    case "z": [.offset]
    case "Z": [.zoneName]
    case "s": [.epoch]
    case "T": [.hour, .literal(58), .minute, .literal(58), .second]
    case "R": [.hour, .literal(58), .minute]
    case "F": [.year, .literal(45), .month, .literal(45), .day]
    case "D": [.month, .literal(47), .day, .literal(47), .shortYear]
    case "%": [.literal(37)]
    default: nil
    }
  }

  /// nil where the text has another form, or names a day or time that does not exist.
  func read(_ bytes: Bytes) -> TimeText? {
    var cursor = TimeCursor(bytes)
    var civil = CivilTime(year: 0, month: 1, day: 1)
    var dayOfYear: Int?
    var isAfternoon: Bool?
    var zone: Int64?
    for item in items {
      switch item {
      case .literal(let byte): guard cursor.take(byte) else { return nil }
      case .blanks: guard cursor.takeBlanks() else { return nil }
      case .year:
        guard let value = cursor.number(4...4) else { return nil }
        civil.year = value
      case .shortYear:
        guard let value = cursor.number(2...2) else { return nil }
        // As POSIX has it.
        civil.year = value < 69 ? 2000 + value : 1900 + value
      case .month:
        guard let value = cursor.number(1...2) else { return nil }
        civil.month = value
      case .monthName:
        guard let value = cursor.monthName() else { return nil }
        civil.month = value
      case .day:
        guard let value = cursor.number(1...2) else { return nil }
        civil.day = value
      case .dayOfYear:
        guard let value = cursor.number(1...3) else { return nil }
        dayOfYear = value
      case .weekday: guard cursor.weekday() else { return nil }
      case .hour:
        guard let value = cursor.number(1...2) else { return nil }
        civil.hour = value
      case .hour12:
        guard let value = cursor.number(1...2), (1...12).contains(value) else { return nil }
        civil.hour = value % 12
      case .half:
        guard let value = cursor.half() else { return nil }
        isAfternoon = value
      case .minute:
        guard let value = cursor.number(1...2) else { return nil }
        civil.minute = value
      case .second:
        guard let value = cursor.number(1...2) else { return nil }
        civil.second = value
      case .fraction:
        guard let value = cursor.fraction() else { return nil }
        civil.microsecond = value
      case .offset:
        guard let value = cursor.offset() else { return nil }
        zone = value
      case .zoneName:
        guard cursor.isUTC() else { return nil }
        zone = 0
      case .epoch:
        guard let value = cursor.number(1...12) else { return nil }
        civil = CivilTime(microseconds: Int64(value) * 1_000_000)
        zone = 0
      }
    }
    guard cursor.isAtEnd else { return nil }
    if let dayOfYear {
      guard dayOfYear >= 1, dayOfYear <= (CivilTime.days(inMonth: 2, year: civil.year) == 29 ? 366 : 365) else {
        return nil
      }
      civil.month = 1
      civil.day = dayOfYear
      while civil.day > CivilTime.days(inMonth: civil.month, year: civil.year) {
        civil.day -= CivilTime.days(inMonth: civil.month, year: civil.year)
        civil.month += 1
      }
    }
    if isAfternoon == true { civil.hour += 12 }
    return civil.isValid ? TimeText(civil: civil, zone: zone) : nil
  }
}
