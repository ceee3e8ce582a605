import Foundation
import SessionPlan
import Testing
import WarehouseDriver

@testable import ODBCBackend

/// Values go in and come out as they are, through every driver.
@Suite struct RoundTripTests {
  static let texts = [
    "", " ", "bob", "Bob", "bob ", "bób", "bo\u{0301}b", "🙂", "🙃", "it's", "a\"b", "back\\slash", "\\", "`", "?",
    "{fn x}",
    "--", "/* */", "line\nbreak", "tab\t", "\u{7F}", "%_", "NULL", String(repeating: "é", count: 600),
    String(repeating: "x", count: 4000), String(repeating: "y", count: 4001), String(repeating: "🙂", count: 2000),
  ]

  static let times = [
    "0001-01-01 00:00:00.000000", "0001-01-02 00:00:00.000001", "0999-12-31 23:59:59.999999",
    "1582-10-10 12:00:00.500000", "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00.000000",
    "1999-12-31 23:59:59.999999", "2024-02-29 12:34:56.789012", "2026-03-29 01:59:59.999999",
    "2026-03-29 02:30:00.000001", "9998-12-31 23:59:59.999999", "9999-12-30 23:59:59.999999",
  ]

  @Test(arguments: Driver.present) func texts(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    let rows = Self.texts.enumerated().map { (Int64($0), String?($1), String?($1), Timestamp?.none, Double?.none) }
    try await connection.begin(.write)
    let narrow = rows.filter { $0.1?.unicodeScalars.count ?? 0 <= 1000 }
    #expect(try await connection.insert(batch(narrow)) == narrow.count)
    let wide = rows.filter { $0.1?.unicodeScalars.count ?? 0 > 1000 }.map { ($0.0, String?.none, $0.2, $0.3, $0.4) }
    #expect(try await connection.insert(batch(wide)) == wide.count)
    try await connection.commit()
    let read = try await connection.all("SELECT i, u, p FROM t ORDER BY i", types: [.int64, .text, .text])
    #expect(read.count == rows.count)
    for (row, found) in zip(rows, read) {
      #expect(found[0] == .int64(row.0))
      guard case .text(let page)? = found[2] else {
        Issue.record("no text for \(row.0)")
        continue
      }
      #expect(Array(page.utf8) == Array((row.2 ?? "").utf8), "text \(row.0)")
      if case .text(let user)? = found[1] { #expect(Array(user.utf8) == Array((row.1 ?? "").utf8), "key \(row.0)") }
    }
    await connection.close()
  }

  @Test(arguments: Driver.present) func numbersAndNulls(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    let time = try #require(Timestamp(text: "2026-01-01 00:00:00"))
    let rows: [(Int64, String?, String?, Timestamp?, Double?)] = [
      (.min, nil, "", time, 0.1), (-1, "", nil, nil, -1.5e300), (0, "a", "b", time, nil), (1, nil, nil, nil, nil),
      (.max, "z", nil, time, 1),
    ]
    try await connection.begin(.write)
    #expect(try await connection.insert(batch(rows)) == rows.count)
    try await connection.commit()
    let read = try await connection.all(
      "SELECT i, u, p, at, d FROM t ORDER BY i", types: [.int64, .text, .text, .timestamp, .double])
    #expect(read.count == rows.count)
    for (row, found) in zip(rows, read) {
      #expect(
        found == [
          .int64(row.0), row.1.map { .text($0) }, row.2.map { .text($0) }, row.3.map { .timestamp($0.microseconds) },
          row.4.map { .double($0) },
        ])
    }
    await connection.close()
  }

  @Test(arguments: Driver.present) func times(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    let moments = try Self.times.map { try #require(Timestamp(text: $0)) }
    try await connection.begin(.write)
    try await connection.insert(batch(moments.enumerated().map { (Int64($0), nil, nil, $1, nil) }))
    try await connection.commit()
    let read = try await connection.all("SELECT at FROM t ORDER BY i", types: [.timestamp])
    #expect(read.map { $0[0] } == moments.map { .timestamp($0.microseconds) })
    // As the engine itself writes them.
    let text =
      switch driver {
      case .mariadb: "date_format(at, '%Y-%m-%d %H:%i:%s.%f')"
      case .postgres: "to_char(at, 'YYYY-MM-DD HH24:MI:SS.US')"
      case .sqlite: "at"
      }
    let texts = try await connection.all("SELECT \(text) FROM t ORDER BY i", types: [.text])
    #expect(texts.map { $0[0] } == Self.times.map { .text($0) })
    await connection.close()
  }

  /// Every engine stores them all, so that none is cut or rounded on the way.
  @Test(arguments: Driver.present) func everyMicrosecond(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    var moments: [Timestamp] = []
    for step in 0..<3000 {
      moments.append(Timestamp(microseconds: Int64(step) * 333_667_001 * 977 - 60_000_000_000_000_000))
    }
    moments = moments.filter { $0.isInRange }
    try await connection.begin(.write)
    try await connection.insert(batch(moments.enumerated().map { (Int64($0), nil, nil, $1, nil) }))
    try await connection.commit()
    let read = try await connection.all("SELECT at FROM t ORDER BY i", types: [.timestamp])
    #expect(read.map { $0[0] } == moments.map { .timestamp($0.microseconds) })
    await connection.close()
  }

  /// More values than one statement may have parameters: 40 columns × 2,500 rows.
  @Test(arguments: Driver.present) func wideRows(driver: Driver) async throws {
    let connection = try await Database(driver).connect()
    let (width, count) = (40, 2500)
    let names = (0..<width).map { "c\($0)" }
    try await connection.execute(
      "CREATE TABLE w(\(names.map { "\($0) \(driver.types.integer)" }.joined(separator: ", ")))")
    var rows = RecordBatch(schema: names.map { BatchColumn($0, .int64) })
    for row in 0..<count {
      for column in 0..<width { rows.columns[column].append(Int64(row * width + column)) }
    }
    try await connection.begin(.write)
    #expect(try await connection.insert(rows, into: ObjectName("w")) == count)
    try await connection.commit()
    let read = try await connection.all(
      "SELECT \(names.joined(separator: ", ")) FROM w ORDER BY c0", types: names.map { _ in .int64 })
    #expect(read.flatMap { $0 } == (0..<count * width).map { .int64(Int64($0)) })
    await connection.close()
  }

  @Test(arguments: Driver.present) func longTexts(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    let sizes = [1_000_000, 10, 0, 1023, 1024, 1025, 65_536, 300_000, 2_000_000, 5]
    let pages = sizes.map { size in
      String(decoding: (0..<size).map { UInt8(97 + $0 % 23) }, as: UTF8.self)
    }
    try await connection.begin(.write)
    let count = try await connection.insert(
      batch(pages.enumerated().map { (Int64($0), "u", $1, nil, nil) }))
    #expect(count == pages.count)
    try await connection.commit()
    let read = try await connection.all("SELECT p, u, i FROM t ORDER BY i", types: [.text, .text, .int64])
    #expect(read.count == pages.count)
    for (index, row) in read.enumerated() {
      #expect(row[0] == .text(pages[index]), "page of \(sizes[index]) bytes")
      #expect(row[1] == .text("u") && row[2] == .int64(Int64(index)))
    }
    await connection.close()
  }

  @Test(arguments: Driver.present) func manyRows(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    try await connection.begin(.write)
    let append = try await connection.beginAppend(to: ObjectName("t"), columns: columnsOfT)
    var next: Int64 = 0
    for size in [1, 4096, 999, 1000, 1001, 4096, 2] {
      try await append.write(
        batch(
          (0..<size).map { offset in
            let i = next + Int64(offset)
            return (i, "user \(i % 7)", i % 3 == 0 ? nil : "/page/\(i)", Timestamp(microseconds: i), Double(i) / 4)
          }))
      next += Int64(size)
    }
    #expect(try await append.finish() == Int(next))
    try await connection.commit()
    #expect(try await connection.number("SELECT count(*) FROM t") == next)
    #expect(try await connection.number("SELECT sum(i) FROM t") == next * (next - 1) / 2)
    #expect(try await connection.number("SELECT count(*) FROM t WHERE p IS NULL") == (next + 2) / 3)
    await connection.close()
  }

  /// What a driver would turn into a number without a word is an error.
  @Test(arguments: Driver.present) func noSilentConversion(driver: Driver) async throws {
    let connection = try await Database(driver).connect()
    for value in ["'abc'", "'12x'", "1.75", "'99999999999999999999'"] {
      await expect(.wrongColumn) { _ = try await connection.all("SELECT \(value) AS x", types: [.int64]) }
    }
    await expect(.wrongColumn) { _ = try await connection.all("SELECT 'soon' AS x", types: [.timestamp]) }
    #expect(try await connection.all("SELECT '12' AS x", types: [.int64]) == [[.int64(12)]])
    await connection.close()
  }

  @Test(arguments: Driver.present) func nulCharactersAreRefused(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    try await connection.begin(.write)
    await expect(.encoding) { try await connection.insert(batch([(1, "a\0b", nil, nil, nil)])) }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    await connection.close()
  }
}
