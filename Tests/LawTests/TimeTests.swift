import SessionPlan
import SessionRunner
import Testing
import WarehouseDriver

/// Times of a source are read as `Timestamp(text:)` reads their texts, and as their types say.
@Suite(.fewAtOnce) struct TimeTests {
  private func sessionized(
    _ texts: [String], on engine: Engine = .sqlite, declared: String = "TEXT", isQuoted: Bool = true,
    source: PageviewSource
  ) async throws -> [Int: Int64] {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let connection = try await place.connect()
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

  /// On SQLite, every text.
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

  static let units: [(format: TimeFormat, unit: Int64)] = [
    (.epochSeconds, 1_000_000), (.epochMilliseconds, 1000), (.epochMicroseconds, 1),
  ]

  @Test(arguments: units, Engine.live)
  func numbersSince1970(number: (format: TimeFormat, unit: Int64), engine: Engine) async throws {
    let (format, unit) = number
    let first = Timestamp.earliest.microseconds / unit
    let end = Timestamp.end.microseconds / unit
    let numbers: [Int64] = [first - 1, first, first + 1, -1, 0, 1, 1_750_000_000, end - 1, end, .max, .min + 1]
    let found = try await sessionized(
      numbers.map(String.init), on: engine, declared: engine.integerType, isQuoted: false,
      source: PageviewSource(timeFormat: format))
    for (index, number) in numbers.enumerated() {
      #expect(found[index] == (number >= first && number < end ? number * unit : nil), "\(number) \(format)")
    }
  }

  /// A typed column: the moment as the engine holds it, in whatever zone the server is; a column without zone is in the
  /// job's. Each value is one of the type, and what it means in microseconds since 1970; nil is out of range.
  static let typed: [(type: String, zone: String, values: [(String, Int64?)])] = [
    (
      "timestamp", "UTC",
      [
        ("0001-01-01 23:59:59.999999", nil), ("0001-01-02", -62_135_510_400_000_000), ("-infinity", nil),
        ("1969-12-31 23:59:59.999999", -1), ("9999-12-30 23:59:59.999999", 253_402_214_399_999_999),
        ("9999-12-31", nil), ("294276-12-31 23:59:59.999999", nil), ("4713-01-01 BC", nil), ("infinity", nil),
        ("2025-03-09 02:30:00", 1_741_487_400_000_000),
      ]
    ),
    (
      "timestamptz", "Europe/Berlin",
      [
        ("2025-03-30 01:59:59.999999+01", 1_743_296_399_999_999), ("2025-03-30 03:00:00+02", 1_743_296_400_000_000),
        ("2025-03-09 01:59:59.5-05", 1_741_503_599_500_000), ("0001-01-02 00:00:00+14", nil),
        ("0001-01-01 23:59:59.999999-00:00:01", -62_135_510_399_000_001), ("infinity", nil),
        ("9999-12-31 00:00:00+00", nil),
      ]
    ),
    (
      "date", "UTC",
      [
        ("2025-03-09", 1_741_478_400_000_000), ("0001-01-01", nil), ("0001-01-02", -62_135_510_400_000_000),
        ("infinity", nil), ("4713-01-01 BC", nil), ("5874897-12-31", nil), ("9999-12-31", nil),
      ]
    ),
    (
      "timestamp", "America/New_York",
      [
        ("2025-07-01 08:00:00", 1_751_371_200_000_000), ("2025-01-01 08:00:00", 1_735_736_400_000_000),
        ("0001-01-01 12:00:00", nil), ("9999-12-30 20:00:00", nil), ("infinity", nil), ("4713-01-01 BC", nil),
      ]
    ),
    (
      "date", "-05:30",
      [
        ("2025-03-09", 1_741_498_200_000_000), ("-infinity", nil), ("5874897-12-31", nil),
        ("9999-12-30", 253_402_147_800_000_000),
      ]
    ),
    (
      "timestamp", "+02:00",
      [
        ("1970-01-01 02:00:00", 0), ("0001-01-02 01:59:59.999999", nil),
        ("0001-01-02 02:00:00", -62_135_510_400_000_000),
        ("9999-12-31 01:59:59.999999", 253_402_214_399_999_999), ("294276-12-31", nil), ("-infinity", nil),
      ]
    ),
  ]

  @Test(arguments: typed.indices, Engine.postgres)
  func typedColumnsHoldMoments(index: Int, engine: Engine) async throws {
    let column = Self.typed[index]
    let found = try await sessionized(
      column.values.map(\.0), on: engine, declared: column.type, source: PageviewSource(timeZone: column.zone))
    for (row, value) in column.values.enumerated() {
      #expect(found[row] == value.1, "\(column.type) '\(value.0)' in \(column.zone)")
    }
  }
}
