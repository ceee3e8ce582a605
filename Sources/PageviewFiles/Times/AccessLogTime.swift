internal import SessionPlan

/// The usual time of an access log, `10/Oct/2000:13:55:36 -0700`, read quickly.
enum AccessLogTime {
  private static let months = "JanFebMarAprMayJunJulAugSepOctNovDec".utf8.map { $0 }

  /// nil where the text has another form, or names a moment that does not exist.
  static func read(_ bytes: Bytes) -> Int64? {
    guard bytes.count == 26, bytes[2] == UInt8(ascii: "/"), bytes[6] == UInt8(ascii: "/"),
      bytes[11] == UInt8(ascii: ":"), bytes[14] == UInt8(ascii: ":"), bytes[17] == UInt8(ascii: ":"),
      bytes[20] == ASCII.blank, let month = month(bytes), let day = number(bytes, 0, 2),
      let year = number(bytes, 7, 4), let hour = number(bytes, 12, 2), let minute = number(bytes, 15, 2),
      let second = number(bytes, 18, 2), let zoneHours = number(bytes, 22, 2),
      let zoneMinutes = number(bytes, 24, 2), zoneHours <= 15, zoneMinutes <= 59,
      bytes[21] == UInt8(ascii: "+") || bytes[21] == UInt8(ascii: "-")
    else { return nil }
    let civil = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    guard civil.isValid else { return nil }
    let zone = Int64(zoneHours * 60 + zoneMinutes) * 60_000_000
    return civil.microseconds - (bytes[21] == UInt8(ascii: "-") ? -zone : zone)
  }

  private static func month(_ bytes: Bytes) -> Int? {
    for index in 0..<12
    where bytes[3] == months[index * 3] && bytes[4] == months[index * 3 + 1] && bytes[5] == months[index * 3 + 2] {
      return index + 1
    }
    return nil
  }

  private static func number(_ bytes: Bytes, _ start: Int, _ digits: Int) -> Int? {
    var value = 0
    for index in start..<start + digits {
      guard bytes[index] >= 48, bytes[index] <= 57 else { return nil }
      value = value * 10 + Int(bytes[index] - 48)
    }
    return value
  }
}
