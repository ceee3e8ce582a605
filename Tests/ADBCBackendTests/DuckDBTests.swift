import Foundation
import PrivateServer
import SessionPlan
import TestNeeds
import Testing
import WarehouseDriver

@testable import ADBCBackend

/// DuckDB, through its own driver.
@Suite(.needs(ADBCLibrary.duckdb.absence)) struct DuckDBTests {
  @Test func everyTypeIsRead() async throws {
    let connection = try await duckdb()
    let columns: [(sql: String, value: BatchValue)] = [
      ("1::TINYINT", .int64(1)), ("255::UTINYINT", .int64(255)), ("-2::SMALLINT", .int64(-2)),
      ("3::INTEGER", .int64(3)),
      ("4294967295::UINTEGER", .int64(4_294_967_295)), ("9223372036854775807::BIGINT", .int64(.max)),
      ("7::UBIGINT", .int64(7)), ("12::HUGEINT", .text("12")), ("true", .int64(1)), ("0.5::FLOAT", .double(0.5)),
      ("0.1::DOUBLE", .double(0.1)), ("-0.05::DECIMAL(5, 2)", .text("-0.05")),
      ("1234567.5::DECIMAL(30, 3)", .text("1234567.500")),
      ("'é🙂'", .text("é🙂")), ("''", .text("")), ("'a\\xFF'::BLOB::VARCHAR", .text("a\\xFF")),
      ("'11111111-2222-3333-4444-555555555555'::UUID", .text("11111111-2222-3333-4444-555555555555")),
      ("'b'::ENUM('a', 'b')", .text("b")), ("DATE '1969-12-31'", .timestamp(-86_400_000_000)),
      ("TIMESTAMP '1970-01-01 00:00:01.000001'", .timestamp(1_000_001)),
      ("TIMESTAMPTZ '1970-01-01 02:00:00+02'", .timestamp(0)),
      ("TIMESTAMP_S '1970-01-01 00:00:02'", .timestamp(2_000_000)),
      ("TIMESTAMP_MS '1969-12-31 23:59:59.999'", .timestamp(-1000)),
      // Digits after the sixth are cut, before 1970 too.
      ("TIMESTAMP_NS '1969-12-31 23:59:59.999999999'", .timestamp(-1)),
      ("TIMESTAMP_NS '1970-01-01 00:00:00.000001999'", .timestamp(1)),
    ]
    let list = columns.map { "(\($0.sql))" }.joined(separator: ", ")
    let nulls = columns.map { "CASE WHEN false THEN (\($0.sql)) END" }.joined(separator: ", ")
    let rows = try await connection.all("SELECT \(list) UNION ALL SELECT \(nulls)")
    #expect(rows.count == 2 && rows[1].allSatisfy { $0 == nil })
    for (column, found) in zip(columns, rows[0]) { #expect(found == column.value, "\(column.sql)") }
    await connection.close()
  }

  @Test func whatDoesNotFitIsAnError() async throws {
    let connection = try await duckdb()
    for (sql, type) in [
      ("18446744073709551615::UBIGINT", BatchColumnType.int64), ("1.5::DECIMAL(3, 1)", .int64), ("'x'", .int64),
      ("'x'", .timestamp), ("'x'", .double), ("1", .timestamp), ("0.5::DOUBLE", .int64),
    ] {
      await expect(.wrongColumn) { _ = try await connection.all("SELECT \(sql) AS c", types: [type]) }
    }
    let error = await expect(.wrongColumn) { _ = try await connection.all("SELECT [1, 2] AS things") }
    #expect(error?.message.contains("column things") ?? false)
    await connection.close()
  }

  private static let columns = [
    BatchColumn("i", .int64), BatchColumn("u", .text), BatchColumn("moment", .timestamp), BatchColumn("d", .double),
  ]

  private static func batch(_ rows: Int) -> RecordBatch {
    var batch = RecordBatch(schema: columns)
    for row in 0..<rows {
      batch.columns[0].append(Int64(row))
      if row % 3 == 0 { batch.columns[1].appendNull() } else { batch.columns[1].append("é🙂 \(row)") }
      batch.columns[2].append(Int64(row) * 1_000_001)
      if row % 5 == 0 { batch.columns[3].appendNull() } else { batch.columns[3].append(Double(row) / 4) }
    }
    return batch
  }

  /// Into all columns of a table, into some of them in another order, and into a scratch table.
  @Test func bulkInserts() async throws {
    let connection = try await duckdb()
    try await connection.execute("CREATE TABLE whole(i BIGINT, u VARCHAR, moment TIMESTAMP, d DOUBLE)")
    try await connection.execute(
      "CREATE TABLE more(x INTEGER DEFAULT 7, d DOUBLE, moment TIMESTAMP, u VARCHAR, i BIGINT)")
    for name in ["whole", "more", "temp.scratch"] {
      try await connection.begin(.write)
      if name == "temp.scratch" {
        try await connection.execute("CREATE TEMPORARY TABLE scratch(i BIGINT, u VARCHAR, moment TIMESTAMP, d DOUBLE)")
      }
      let table = ObjectName(parts: name.split(separator: ".").map(String.init))
      let append = try await connection.beginAppend(to: table, columns: Self.columns)
      for rows in [5000, 0, 1] { try await append.write(Self.batch(rows)) }
      #expect(try await append.finish() == 5001)
      #expect(try await connection.number("SELECT count(*) FROM \(name)") == 5001)
      let rows = try await connection.all("SELECT i, u, moment, d FROM \(name) WHERE i = 4 OR i = 15 ORDER BY i")
      #expect(
        rows == [
          [.int64(4), .text("é🙂 4"), .timestamp(4_000_004), .double(1)],
          [.int64(15), nil, .timestamp(15_000_015), nil],
        ])
      try await connection.commit()
    }
    #expect(try await connection.number("SELECT sum(x) FROM more") == 7 * 5001)
    // What is rolled back leaves nothing, the temporary table of the bulk insert neither.
    try await connection.begin(.write)
    let append = try await connection.beginAppend(to: ObjectName("more"), columns: Self.columns)
    try await append.write(Self.batch(10))
    await append.cancel()
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM more") == 5001)
    #expect(try await connection.describe(ObjectName("scratch")) == nil)
    await connection.close()
  }

  @Test func aCancelledStatementEnds() async throws {
    let connection = try await duckdb()
    let endless = "SELECT count(*) FROM range(100000000) a, range(100000000) b"
    let task = Task { try await connection.number(endless) }
    while !connection.watch.isBusy { await Task.yield() }
    try await Task.sleep(for: .milliseconds(50))
    task.cancel()
    await expect(.cancelled) { _ = try await task.value }
    #expect(try await connection.number("SELECT 1") == 1)
    let limited = try await duckdb(ConnectionOptions(mayCreate: true, statementTimeout: .milliseconds(200)))
    await expect(.timeout) { _ = try await limited.number(endless) }
    #expect(try await limited.number("SELECT 2") == 2)
    await connection.close()
    await limited.close()
  }

  @Test func errorsSayWhatIsWrong() async throws {
    let connection = try await duckdb()
    try await connection.execute("CREATE TABLE t(i INTEGER PRIMARY KEY)")
    try await connection.execute("INSERT INTO t VALUES (1)")
    await expect(.noSuchObject) { try await connection.execute("INSERT INTO nosuch VALUES (1)") }
    await expect(.wrongColumn) { _ = try await connection.number("SELECT nosuch FROM t") }
    #expect(try await connection.execute("INSERT INTO t SELECT 2 WHERE false") == 0)
    let twice = await expect(.constraint) { try await connection.execute("INSERT INTO t VALUES (1)") }
    #expect(!(twice?.message.contains("i: 1") ?? true))
    await expect(.wrongColumn) { try await connection.execute("INSERT INTO t VALUES ('S3cr3t')") }
    await expect(.other) { try await connection.execute("SELEC 1") }
    await connection.close()
  }

  // MARK: One file, one engine

  private func url(_ path: String, _ more: String = "") throws -> String {
    "adbc+duckdb:\(path)?driver=\(try ADBCLibrary.duckdb.found.get())\(more)"
  }

  /// Two connections of a process are on one database: a second copy of the engine would write over the first.
  @Test func connectionsShareAFile() async throws {
    let folder = try Folder()
    let path = folder.path + "/shared.duckdb"
    let (first, second) = (try await connect(url(path)), try await connect(url(folder.path + "/./shared.duckdb")))
    try await first.execute("CREATE TABLE t(i INTEGER PRIMARY KEY)")
    #expect(try await first.execute("INSERT INTO t SELECT * FROM range(1000)") == 1000)
    #expect(try await second.number("SELECT count(*) FROM t") == 1000)
    try await second.execute("INSERT INTO t VALUES (5000)")
    await first.close()
    #expect(try await second.number("SELECT count(*) FROM t") == 1001)
    await second.close()
    let third = try await connect(url(path), ConnectionOptions(readOnly: true))
    #expect(try await third.number("SELECT count(*) FROM t") == 1001)
    await expect(.readOnly) { try await third.execute("INSERT INTO t VALUES (6000)") }
    await expect(.jobLocked) {
      _ = try await connect(url(path), ConnectionOptions(mayCreate: true, lockTimeout: .milliseconds(10)))
    }
    await third.close()
  }

  /// Another process that holds the file as DuckDB does, until the pipe's end is closed.
  private func holder(_ path: String, _ input: Pipe) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      "import fcntl, sys; f = open(sys.argv[1], 'r+b'); fcntl.lockf(f, fcntl.LOCK_EX); print(flush=True); "
        + "sys.stdin.read()", path,
    ]
    let output = Process.exclusively { Pipe() }
    process.standardOutput = output
    process.standardInput = input
    try process.start()
    _ = output.fileHandleForReading.availableData
    return process
  }

  private static let pythonAbsence =
    (try? Command.run(["/usr/bin/env", "python3", "--version"])) == nil ? "there is no python3" : nil

  /// Whoever would wait for a run's lock waits for the process that has the file; nobody else does.
  @Test(.needs(pythonAbsence)) func waitingForAnotherProcess() async throws {
    let folder = try Folder()
    let path = folder.path + "/held.duckdb"
    let made = try await connect(url(path))
    try await made.execute("CREATE TABLE t(i INTEGER)")
    await made.close()
    let input = Process.exclusively { Pipe() }
    let process = try holder(path, input)
    func options(_ wait: Duration) -> ConnectionOptions {
      var options = ConnectionOptions(lockTimeout: .milliseconds(10))
      options.jobWait = wait
      return options
    }
    await expect(.jobLocked) { _ = try await connect(url(path), options(.milliseconds(50))) }
    let target = try url(path)
    let cancelled = Task { try await connect(target, options(.seconds(60))) }
    try await Task.sleep(for: .milliseconds(50))
    cancelled.cancel()
    await expect(.cancelled) { _ = try await cancelled.value }
    let waiting = Task { try await connect(target, options(.seconds(60))) }
    try await Task.sleep(for: .milliseconds(200))
    try input.fileHandleForWriting.close()
    let patient = try await waiting.value
    process.waitUntilExit()
    #expect(try await patient.number("SELECT count(*) FROM t") == 0)
    await patient.close()
  }

  @Test func theJobLockIsTheProcess() async throws {
    let folder = try Folder()
    let path = folder.path + "/lock.duckdb"
    let (first, second) = (try await connect(url(path)), try await connect(url(path)))
    try await first.lockJob(ObjectName("runs"), wait: .zero)
    await expect(.jobLocked) { try await second.lockJob(ObjectName("runs"), wait: .milliseconds(50)) }
    // Another job is another lock.
    try await second.lockJob(ObjectName("others"), wait: .zero)
    try await second.unlockJob()
    try await first.unlockJob()
    try await second.lockJob(ObjectName("runs"), wait: .zero)
    // It ends with its connection.
    await second.close()
    try await first.lockJob(ObjectName("runs"), wait: .zero)
    await first.close()
  }

  @Test func pathsAreChecked() async throws {
    let folder = try Folder()
    await expect(.noSuchObject) { _ = try await connect(url(folder.path + "/none.duckdb"), ConnectionOptions()) }
    await expect(.connection) { _ = try await connect(url(folder.path + "/no/folder.duckdb")) }
    await expect(.notADatabase) { _ = try await connect(url(folder.path)) }
    try folder.write(String(repeating: "no database\n", count: 500), "text.duckdb")
    await expect(.notADatabase) { _ = try await connect(url(folder.path + "/text.duckdb")) }
    let option = await expect(.connection) { _ = try await connect(url(":memory:", "&no_such_setting=1")) }
    #expect(option?.message.contains("no_such_setting") ?? false)
    let limited = try await connect(url(":memory:", "&threads=1&memory_limit=300MB"))
    #expect(try await limited.number("SELECT current_setting('threads')") == 1)
    await limited.close()
  }

  @Test func theCatalogIsRead() async throws {
    let connection = try await duckdb()
    try await connection.execute(
      "CREATE TABLE \"T one\"(\"the id\" BIGINT, n VARCHAR NOT NULL, moment TIMESTAMPTZ, ok BOOLEAN, PRIMARY KEY (n, \"the id\"))"
    )
    try await connection.execute("CREATE VIEW v AS SELECT n FROM \"T one\"")
    let table = try #require(try await connection.describe(ObjectName("t ONE")))
    #expect(table.kind == .table && table.primaryKey == ["n", "the id"])
    #expect(table.columns.map(\.type) == [.integer, .text, .zonedTimestamp, .flag])
    #expect(table.columns.map(\.isNullable) == [false, false, true, true])
    #expect(try await connection.describe(ObjectName("v"))?.kind == .view)
    #expect(try await connection.describe(ObjectName("nosuch")) == nil)
    #expect(try await connection.describe(ObjectName(parts: ["main", "v"]))?.columns.map(\.name) == ["n"])
    await connection.close()
  }
}
