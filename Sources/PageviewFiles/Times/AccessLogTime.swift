internal import SessionPlan

/// Reads the time of an access log: `10/Oct/2000:13:55:36 -0700`, or ISO 8601 as nginx can be told to write.
enum AccessLogTime {
  private static let months = "JanFebMarAprMayJunJulAugSepOctNovDec".utf8.map { $0 }

  /// - Parameter iso: reads the other form.
  static func read(_ bytes: Bytes, iso: TimeReader) -> ParsedTime {
    guard bytes.count >= 20, bytes[2] == UInt8(ascii: "/") else { return iso.read(bytes) }
    func number(_ start: Int, _ digits: Int) -> Int? {
      IntegerText.value(bytes[start..<start + digits], isNegative: false).map(Int.init)
    }
    guard bytes.count == 26, bytes[6] == UInt8(ascii: "/"), bytes[11] == UInt8(ascii: ":"),
      bytes[14] == UInt8(ascii: ":"), bytes[17] == UInt8(ascii: ":"), bytes[20] == ASCII.blank,
      let month = (0..<12).first(where: { bytes[3..<6].elementsEqual(months[$0 * 3..<$0 * 3 + 3]) }),
      let day = number(0, 2), let year = number(7, 4), let hour = number(12, 2), let minute = number(15, 2),
      let second = number(18, 2), let zoneHours = number(22, 2), let zoneMinutes = number(24, 2),
      zoneHours <= 15, zoneMinutes <= 59, bytes[21] == UInt8(ascii: "+") || bytes[21] == UInt8(ascii: "-")
    else { return .bad }
    let civil = CivilTime(year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second)
    guard civil.isValid else { return .bad }
    let zone = Int64(zoneHours * 60 + zoneMinutes) * 60_000_000
    return .time(civil.microseconds - (bytes[21] == UInt8(ascii: "-") ? -zone : zone))
  }
}
