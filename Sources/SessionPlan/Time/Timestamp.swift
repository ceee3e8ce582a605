/// A moment in UTC, in whole microseconds since 1970-01-01 00:00:00 (proleptic Gregorian calendar, no leap seconds).
///
/// ```swift
/// let moment = Timestamp(text: "2026-01-01 00:30:00.5")
/// moment?.description  // "2026-01-01 00:30:00.500000"
/// ```
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
  public var microseconds: Int64

  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// The first moment that is sessionized, 0001-01-02 00:00:00 (included).
  public static let earliest = Timestamp(microseconds: CivilTime(year: 1, month: 1, day: 2).microseconds)

  /// The end of the times that are sessionized, 9999-12-31 00:00:00 (not included).
  public static let end = Timestamp(microseconds: CivilTime(year: 9999, month: 12, day: 31).microseconds)

  /// Whether this moment can be sessionized; others go to quarantine as `time_out_of_range`.
  public var isInRange: Bool { self >= .earliest && self < .end }

  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }
}

extension Timestamp: CustomStringConvertible {
  /// The canonical form of every export, `YYYY-MM-DD HH:MM:SS.ffffff`.
  public var description: String {
    String(unsafeUninitializedCapacity: 32) { buffer in
      write(to: buffer)
    }
  }

  /// Writes the canonical form as ASCII, and returns the number of bytes: 26 for the years 0000 to 9999.
  ///
  /// - Parameter buffer: room for at least 32 bytes.
  public func write(to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    let civil = CivilTime(microseconds: microseconds)
    var used = 0
    func put(_ value: Int, digits: Int) {
      var rest = value
      for index in stride(from: digits - 1, through: 0, by: -1) {
        buffer[used + index] = UInt8(48 + rest % 10)
        rest /= 10
      }
      used += digits
    }
    func put(_ character: Unicode.Scalar) {
      buffer[used] = UInt8(character.value)
      used += 1
    }
    if civil.year < 0 { put("-") }
    let year = abs(civil.year)
    put(year, digits: year > 99_999 ? 6 : year > 9_999 ? 5 : 4)
    put("-")
    put(civil.month, digits: 2)
    put("-")
    put(civil.day, digits: 2)
    put(" ")
    put(civil.hour, digits: 2)
    put(":")
    put(civil.minute, digits: 2)
    put(":")
    put(civil.second, digits: 2)
    put(".")
    put(civil.microsecond, digits: 6)
    return used
  }
}
