import SQLiteBackend
import SessionPlan
import SessionRunner
import Testing
import WarehouseDriver

/// Times of a source on SQLite are read as `Timestamp(text:)` reads them, every text.
@Suite struct TimeTests {
  private func sessionized(
    _ texts: [String], declared: String = "TEXT", isQuoted: Bool = true, source: PageviewSource
  ) async throws -> [Int: Int64] {
    let connection = try await SQLiteBackend().connect(
      to: Target(url: "sqlite::memory:"), options: ConnectionOptions(mayCreate: true))
    _ = try await connection.execute("CREATE TABLE visits (event_id INTEGER, user_id TEXT, page_view_at \(declared))")
    for start in stride(from: 0, to: texts.count, by: 400) {
      let rows = texts[start..<min(start + 400, texts.count)].enumerated().map { index, text in
        "(\(start + index), 'u', \(isQuoted ? "'\(text.replacing("'", with: "''"))'" : text))"
      }
      _ = try await connection.execute("INSERT INTO visits VALUES " + rows.joined(separator: ","))
    }
    var source = source
    source.table = ObjectName("visits")
    source.page = nil
    let context = JobContext(connection, job: SessionJob(source: source))
    try await context.create()
    let report = try await context.run()
    #expect(Int(report.pageviews + report.quarantined) == texts.count)
    var found: [Int: Int64] = [:]
    try await context.events { batch in
      for row in 0..<batch.rowCount {
        if case .int64(let id)? = batch.columns[0][row], case .timestamp(let time)? = batch.columns[3][row] {
          found[Int(id)] = time
        }
      }
    }
    await connection.close()
    return found
  }

  /// Texts near to a time: every part is right, nearly right, or missing.
  private func drawn(_ count: Int) -> [String] {
    var random = SystemRandomNumberGenerator()
    func pick(_ list: [String]) -> String { list.randomElement(using: &random) ?? "" }
    return (0..<count).map { index in
      var text = pick(["2026", "2026", "1969", "0001", "0000", "9999", "10000", "12", "-001", "1900", "2000"]) + "-"
      text += pick(["01", "02", "06", "12", "13", "00", "1", "12"]) + pick(["-", "-", "-", "/"])
      text += pick(["01", "02", "28", "29", "30", "31", "32", "00", "15", "5"])
      if Int.random(in: 0..<12, using: &random) > 0 {
        text += pick([" ", " ", "T", "t", "  ", "x", ""])
        text +=
          pick(["00", "23", "24", "12", "7", "29"]) + pick([":", ":", ":", "."]) + pick(["00", "59", "60", "3"])
        text += pick([
          "", ":00", ":59", ":60", ":5", ":00.5", ":59.999999", ":00.1234567", ":01.", ":07.000001999", ".5",
        ])
        text += pick([
          "", "", "", "Z", "z", "+02:00", "-0530", "+14", "+15:59", "+16:00", "+2", " UTC", "+02:60", "-00:00", "Z ",
          "+1:00",
        ])
      }
      if index % 97 == 0 { text += pick([" ", "é", "\u{1F642}", ";", "'"]) }
      return text
    } + [
      "yesterday", "12:00", "now", "2460000.5", "2026-01-01 00:00:00\u{661}", "infinity", "0044-03-15 BC",
      "+2026-01-01",
    ]
  }

  @Test(arguments: [("UTC", 0), ("+02:00", 7200), ("-05:30", -19_800)])
  func textsAreReadAsTheToolReadsThem(zone: String, seconds: Int64) async throws {
    let texts = drawn(10_000)
    let found = try await sessionized(texts, source: PageviewSource(timeZone: zone))
    var good = 0
    for (index, text) in texts.enumerated() {
      var expected = Timestamp(text: text)
      // Without a zone of its own, a time is one of the job's zone.
      if let time = expected, seconds != 0,
        let shifted = Timestamp(text: text + (text.utf8.count == 10 ? " 00:00" : "") + zone)
      {
        expected = shifted
        #expect(shifted.microseconds == time.microseconds - seconds * 1_000_000)
      }
      let moment = expected.flatMap { $0.isInRange ? $0.microseconds : nil }
      if moment != nil { good += 1 }
      #expect(found[index] == moment, "'\(text)' in \(zone)")
    }
    #expect(good > 100, "enough of them are times")
  }

  @Test(arguments: [
    (TimeFormat.epochSeconds, Int64(1_000_000)), (.epochMilliseconds, 1000), (.epochMicroseconds, 1),
  ])
  func numbersSince1970(format: TimeFormat, unit: Int64) async throws {
    let first = Timestamp.earliest.microseconds / unit
    let end = Timestamp.end.microseconds / unit
    let numbers: [Int64] = [first - 1, first, first + 1, -1, 0, 1, 1_750_000_000, end - 1, end, .max, .min + 1]
    let found = try await sessionized(
      numbers.map(String.init), declared: "INTEGER", isQuoted: false, source: PageviewSource(timeFormat: format))
    for (index, number) in numbers.enumerated() {
      #expect(found[index] == (number >= first && number < end ? number * unit : nil), "\(number) \(format)")
    }
  }
}
