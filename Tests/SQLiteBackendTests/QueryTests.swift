import Crypto
import Foundation
import Testing
import WarehouseDriver

@Suite struct QueryTests {
  @Test func rowsChanged() async throws {
    let connection = try await inMemory()
    #expect(try await connection.execute("CREATE TABLE t(a INTEGER)") == 0)
    #expect(try await connection.execute("INSERT INTO t VALUES (1), (2), (3)") == 3)
    #expect(try await connection.execute("INSERT INTO t SELECT 1 WHERE 0") == 0)
    #expect(try await connection.execute("CREATE TABLE u AS SELECT * FROM t") == 0)
    #expect(try await connection.execute("SELECT * FROM t") == 0)
    #expect(try await connection.execute("UPDATE t SET a = 5 WHERE a > 1") == 2)
  }

  @Test func exactlyOneStatement() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a); -- done\n /* really */ ;")
    await expect(.other) { _ = try await connection.execute("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)") }
    await expect(.other) { _ = try await connection.execute(" -- nothing") }
    await expect(.other) { _ = try await connection.execute("INSERT INTO t VALUES ('a\u{0}b')") }
    await expect(.other) { _ = try await connection.execute("SELEC 1") }
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
  }

  @Test func valuesArriveInTheTypesAskedFor() async throws {
    let connection = try await inMemory()
    let rows = try await connection.all(
      "SELECT 7, 7, 7, 1.5, '2020-02-02 12:55:16.000001', '2020-02-02T12:55:16+01:00', NULL, x'c3a9'",
      types: [.int64, .text, .double, .double, .timestamp, .timestamp, .timestamp, .text])
    let moment: Int64 = 1_580_648_116_000_001
    #expect(
      rows == [
        [
          .int64(7), .text("7"), .double(7), .double(1.5), .timestamp(moment), .timestamp(moment - 1 - 3_600_000_000),
          nil,
          .text("é"),
        ]
      ])
  }

  @Test(arguments: [
    ("'a'", BatchColumnType.int64), ("1.5", .int64), ("x'00'", .int64), ("'a'", .double), ("5", .timestamp),
    ("'yesterday'", .timestamp), ("'2020-02-30 00:00:00.000000'", .timestamp),
    ("'2020-02-02 24:00:00.000000'", .timestamp),
    ("'2020-02-02 12:00:00.00000x'", .timestamp), ("'2020-02-02x12:00:00.000000'", .timestamp),
  ])
  func valuesThatDoNotFitAreErrors(value: String, type: BatchColumnType) async throws {
    let connection = try await inMemory()
    let error = await expect(.wrongColumn) { _ = try await connection.all("SELECT \(value) AS c", types: [type]) }
    #expect(error?.message.contains("column c ") == true)
    // The connection goes on.
    #expect(try await connection.number("SELECT 1") == 1)
  }

  @Test func typesAreGuessedFromTheFirstRowOrTheDeclaration() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(i BIGINT, s VARCHAR(5), r REAL, x)")
    let empty = try await connection.open("SELECT * FROM t", types: nil)
    #expect(empty.schema.map(\.type) == [.int64, .text, .double, .text])
    #expect(empty.schema.map(\.name) == ["i", "s", "r", "x"])
    #expect(try await empty.next() == nil)
    _ = try await connection.execute("INSERT INTO t VALUES (NULL, NULL, NULL, 4)")
    let cursor = try await connection.open("SELECT * FROM t", types: nil)
    #expect(cursor.schema.map(\.type) == [.int64, .text, .double, .int64])
    await cursor.close()
  }

  @Test(arguments: [0, 1, 4095, 4096, 4097, 10_000])
  func batches(count: Int) async throws {
    let connection = try await inMemory()
    let cursor = try await connection.open(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count)) SELECT i FROM n WHERE \(count) > 0",
      types: [.int64])
    var seen: [Int64] = []
    while let batch = try await cursor.next() {
      #expect((1...RecordBatch.usualRows).contains(batch.rowCount))
      guard case .int64(let values) = batch.columns[0].values else { return #expect(Bool(false)) }
      seen += values
    }
    #expect(seen == (0..<count).map { Int64($0 + 1) })
  }

  @Test func largeTextsMakeSmallBatches() async throws {
    let connection = try await inMemory()
    let cursor = try await connection.open(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) SELECT hex(zeroblob(500000)) FROM n",
      types: [.text])
    var rows = 0
    while let batch = try await cursor.next() {
      rows += batch.rowCount
      #expect(batch.rowCount <= 9)
    }
    #expect(rows == 40)
  }

  @Test func oneThingAtATime() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a)")
    let cursor = try await connection.open("SELECT 1", types: nil)
    await expect(.other) { _ = try await connection.execute("SELECT 1") }
    await expect(.other) { _ = try await connection.open("SELECT 1", types: nil) }
    await expect(.other) { try await connection.begin(.write) }
    await cursor.close()
    await cursor.close()
    #expect(try await cursor.next() == nil)
    await expect(.other) { _ = try await connection.open("INSERT INTO t VALUES (1)", types: nil) }
    await expect(.other) { _ = try await connection.open("SELECT 1", types: [.int64, .int64]) }
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
  }

  @Test(arguments: ["", "a", "/página/🙂", String(repeating: "x", count: 3000)])
  func sha256(text: String) async throws {
    let connection = try await inMemory()
    let literal = text.replacingOccurrences(of: "'", with: "''")
    let expected = SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    #expect(try await connection.text("SELECT sessionizer_sha256('\(literal)')") == expected)
    #expect(try await connection.number("SELECT sessionizer_sha256(NULL) IS NULL") == 1)
    #expect(
      try await connection.number("SELECT sessionizer_sha256('a' || char(0) || 'b') <> sessionizer_sha256('a')") == 1)
  }

  @Test func theEngineCountsItsWork() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b)")
    _ = try await connection.execute(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO t SELECT i, i FROM n"
    )
    await connection.resetStatementStatistics()
    _ = try await connection.all("SELECT * FROM t WHERE b = 5000")
    let scan = await connection.statementStatistics
    await connection.resetStatementStatistics()
    _ = try await connection.all("SELECT * FROM t WHERE a = 5000")
    let lookup = await connection.statementStatistics
    #expect(scan.statements == 1 && lookup.statements == 1)
    #expect(scan.fullScanSteps == 9999 && scan.virtualMachineSteps > 10_000)
    #expect(lookup.fullScanSteps == 0 && lookup.virtualMachineSteps < 100)
  }

  @Test func theObserverHearsEachStatement() async throws {
    let log = Log()
    let connection = try await connect(
      ":memory:", observer: { log.add("\($0.sql) \($0.rows.map(String.init) ?? "-")") })
    _ = try await connection.execute("CREATE TABLE t(a)")
    try await connection.begin(.write)
    _ = try await connection.execute("INSERT INTO t VALUES (1), (2)")
    try await connection.commit()
    _ = try await connection.all("SELECT * FROM t")
    #expect(
      log.lines == [
        "CREATE TABLE t(a) 0", "BEGIN IMMEDIATE -", "INSERT INTO t VALUES (1), (2) 2", "COMMIT -", "SELECT * FROM t 2",
      ])
  }

  @Test func thePlanIsATree() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a)")
    let lines = try await connection.explain("SELECT * FROM t WHERE a IN (SELECT a FROM t)")
    #expect(lines.count > 2 && lines[0].hasPrefix("SCAN") && lines.contains { $0.hasPrefix("  ") })
  }
}
