import Foundation
import PostgresBackend
import PostgresServer
import SessionPlan
import TestNeeds
import Testing
import WarehouseDriver

@Suite(.needs(PostgresServer.absence)) struct FaultTests {
  @Test func aConnectionCutBetweenAndInStatements() async throws {
    let database = try await Database()
    let admin = try await database.connect()
    for inTransaction in [false, true] {
      let connection = try await database.connect()
      let pid = try await connection.number("SELECT pg_backend_pid()") ?? 0
      if inTransaction { try await connection.begin(.write) }
      let task = Task { try await connection.execute(endlessQuery) }
      while try await admin.number("SELECT count(*) FROM pg_stat_activity WHERE pid = \(pid) AND query LIKE '%n(i)%'")
        == 0
      {}
      _ = try await admin.execute("SELECT pg_terminate_backend(\(pid))")
      let error = await expect(.connectionLost) { _ = try await task.value }
      #expect(error?.isRetrySafe == !inTransaction)
      await expect(.connectionLost) { _ = try await connection.execute("SELECT 1") }
      try await connection.rollback()
      try await connection.unlockJob()
      await expect(.connectionLost) { _ = try await connection.execute("SELECT 1") }
      await connection.close()
    }
    await admin.close()
  }

  @Test func aKilledServer() async throws {
    // The table that is made here must outlive the server.
    let server = try await PostgresServer.start(.init(settings: ["synchronous_commit": "on"]))
    let reader = try await connect(url: server.url())
    let writer = try await connect(url: server.url())
    let committer = try await connect(url: server.url())
    _ = try await writer.execute("CREATE TABLE t(a int8)")
    try await reader.begin(.read)
    let cursor = try await reader.open("SELECT generate_series(1, 100000000)", types: nil)
    _ = try await cursor.next()
    try await writer.begin(.write)
    let columns = [BatchColumn("a", .int64)]
    let batch = RecordBatch(schema: columns, columns: [ColumnVector(values: .int64(Array(0..<100_000)))])
    let append = try await writer.beginAppend(to: ObjectName("t"), columns: columns)
    try await append.write(batch)
    try await committer.begin(.write)
    _ = try await committer.execute("CREATE TABLE u(a int)")
    server.kill()
    await expect(.connectionLost) { while try await cursor.next() != nil {} }
    await expect(.connectionLost) {
      for _ in 0..<100 { try await append.write(batch) }
      _ = try await append.finish()
    }
    let error = await expect(.connectionLost) { try await committer.commit() }
    #expect(error?.description.contains("not known whether") == true)
    for connection in [reader, writer, committer] {
      try await connection.rollback()
      await connection.close()
    }
    let absent = await expect(.connection) { _ = try await connect(url: server.url()) }
    #expect(absent?.description.contains("no PostgreSQL server answers at 127.0.0.1:\(server.port)") == true)
    try await server.restart()
    let again = try await connect(url: server.url())
    #expect(try await again.number("SELECT count(*) FROM t") == 0)
    await again.close()
    await server.stop()
  }

  @Test func errorsOfStatements() async throws {
    let database = try await Database()
    let connection = try await database.connect()
    _ = try await connection.execute("CREATE TABLE t(a int PRIMARY KEY, b text NOT NULL)")
    _ = try await connection.execute("INSERT INTO t VALUES (1, 'secret')")
    func fails(_ code: DriverError.Code, _ sql: String, says: String = "") async {
      let error = await expect(code) { _ = try await connection.execute(sql) }
      #expect(error?.description.contains("secret") == false)
      #expect(says.isEmpty || error?.description.contains(says) == true, "\(String(describing: error))")
      #expect(error?.statement == sql)
    }
    await fails(.noSuchObject, "SELECT * FROM nowhere", says: "nowhere")
    await fails(.noSuchObject, "SELECT * FROM nowhere.t", says: "nowhere")
    await fails(.wrongColumn, "SELECT c FROM t", says: "\"c\"")
    await fails(.wrongColumn, "INSERT INTO t SELECT true, 'x'")
    await fails(.wrongColumn, "SELECT 'secret'::int")
    await fails(.wrongColumn, "SELECT '2024-13-01 secret'::timestamp")
    await fails(.constraint, "INSERT INTO t VALUES (1, 'secret')", says: "t_pkey")
    await fails(.constraint, "INSERT INTO t VALUES (2, NULL)", says: "public.t.b")
    await fails(.other, "SELEC 1")
    await fails(.other, "CREATE TABLE t(a int)", says: "exists")
    await fails(.other, "SELECT 1/0")
    _ = try await connection.execute("CREATE ROLE reader_\(database.name)")
    _ = try await connection.execute("SET ROLE reader_\(database.name)")
    await fails(.permission, "SELECT * FROM t", says: "create --grant")
    _ = try await connection.execute("RESET ROLE")
    _ = try await connection.execute("DROP ROLE reader_\(database.name)")
    _ = try await connection.execute("CREATE TABLE big(a text PRIMARY KEY)")
    let long = "SELECT string_agg(md5(n::text), '') FROM generate_series(1, 400) n"
    await fails(.constraint, "INSERT INTO big \(long)", says: "too long")
    _ = try await connection.execute("SET temp_file_limit = '64kB'; ".dropLast(2).description)
    _ = try await connection.execute("SET work_mem = '64kB'")
    await fails(.diskFull, "SELECT count(*) FROM (SELECT n FROM generate_series(1, 100000) n ORDER BY md5(n::text)) x")
    await connection.close()
  }

  @Test func serializationFailuresMayBeRetried() async throws {
    let database = try await Database()
    let first = try await database.connect()
    let second = try await database.connect()
    _ = try await first.execute("CREATE TABLE t(a int)")
    _ = try await first.execute("INSERT INTO t VALUES (1)")
    try await first.begin(.write)
    _ = try await second.execute("UPDATE t SET a = 2")
    let error = await expect(.locked) { _ = try await first.execute("UPDATE t SET a = 3") }
    #expect(error?.isRetrySafe == true)
    #expect(error?.sqlState == "40001")
    await first.close()
    await second.close()
  }

  @Test func readOnlyConnectionsAndServers() async throws {
    let database = try await Database()
    let connection = try await database.connect(readOnly: true)
    await expect(.readOnly) { _ = try await connection.execute("CREATE TABLE t(a int)") }
    await expect(.readOnly) { try await connection.begin(.insertOnly(ledgers: [])) }
    await expect(.readOnly) { try await connection.begin(.write) }
    try await connection.begin(.rehearsal)
    _ = try await connection.execute("CREATE TEMP TABLE x(a int) ON COMMIT DROP")
    try await connection.rollback()
    await connection.close()
    let restricted = try await connect(url: database.url + "?options=-c%20default_transaction_read_only%3Don")
    await expect(.readOnly) { try await restricted.begin(.insertOnly(ledgers: [])) }
    await restricted.close()
  }

  /// An error of the server's is seen while rows are still being sent.
  @Test func anAppendStopsWhereTheServerRefusesARow() async throws {
    let connection = try await Database().connect()
    _ = try await connection.execute("CREATE TABLE t(a int8 CHECK (a < 10))")
    try await connection.begin(.write)
    let columns = [BatchColumn("a", .int64)]
    let append = try await connection.beginAppend(to: ObjectName("t"), columns: columns)
    let batch = RecordBatch(schema: columns, columns: [ColumnVector(values: .int64(Array(0..<50_000)))])
    var written = 0
    await expect(.constraint) {
      while written < 10_000 {
        try await append.write(batch)
        written += 1
      }
    }
    #expect(written < 10_000)
    await expect(.constraint) { try await connection.commit() }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    await connection.close()
  }

  /// Notices arrive as errors do.
  @Test(arguments: ["int8", "numeric"])
  func anAppendGoesOnAfterNotices(_ type: String) async throws {
    let connection = try await Database().connect()
    _ = try await connection.execute("CREATE TABLE t(a \(type))")
    _ = try await connection.execute(
      "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE WARNING ''here''; RETURN NEW; END'")
    _ = try await connection.execute(
      "CREATE TRIGGER warn BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.a % 10000 = 0) EXECUTE FUNCTION warn()")
    try await connection.begin(.write)
    let columns = [BatchColumn("a", .int64)]
    let append = try await connection.beginAppend(to: ObjectName("t"), columns: columns)
    for start in 0..<10 {
      let values = (0..<30_000).map { Int64(start * 30_000 + $0) }
      try await append.write(RecordBatch(schema: columns, columns: [ColumnVector(values: .int64(values))]))
    }
    #expect(try await append.finish() == 300_000)
    try await connection.commit()
    #expect(
      try await connection.all("SELECT count(*), count(DISTINCT a) FROM t") == [[.int64(300_000), .int64(300_000)]])
    await connection.close()
  }

  /// What is not read yet stays on the server.
  @Test func aMillionRowsStream() async throws {
    let connection = try await Database().connect()
    let cursor = try await connection.open(
      "SELECT n, md5(n::text), n::numeric FROM (SELECT generate_series(1, 1000000)::int8 AS n) x",
      types: [.int64, .text, .int64])
    var rows = 0
    var sum: Int64 = 0
    while let batch = try await cursor.next() {
      #expect(batch.rowCount <= RecordBatch.usualRows)
      rows += batch.rowCount
      guard case .int64(let numbers) = batch.columns[0].values, case .int64(let same) = batch.columns[2].values else {
        Issue.record("not integers")
        break
      }
      #expect(numbers == same)
      sum += numbers.reduce(0, +)
    }
    #expect(rows == 1_000_000)
    #expect(sum == 500_000_500_000)
    await connection.close()
  }
}
