import PostgresBackend
import PostgresServer
import SessionPlan
import TestNeeds
import Testing
import WarehouseDriver

@Suite struct GuardTests {
  private let ledgers = [ObjectName("session_runs"), ObjectName(parts: ["Odd \"s\"", "update; drop"])]
  private var running: InsertOnlyGuard { InsertOnlyGuard(.running(ledgers: ledgers), scratchSchemas: ["pg_temp"]) }

  @Test(arguments: [
    "SELECT 1", "select 1;", "(SELECT 1) UNION ALL (SELECT 2)", "WITH a AS (SELECT 1) SELECT * FROM a", "VALUES (1)",
    "TABLE t", "INSERT INTO session_runs SELECT 1", "insert into Session_Runs values (1)",
    "INSERT INTO \"session_runs\" VALUES ('x; DROP TABLE t')",
    "INSERT INTO \"Odd \"\"s\"\"\".\"update; drop\" SELECT 1",
    "WITH a AS (SELECT 1) INSERT INTO session_runs SELECT * FROM a", "CREATE TEMP TABLE x (a int) ON COMMIT DROP",
    "CREATE INDEX i ON session_runs (a)", "ALTER TABLE session_runs ADD PRIMARY KEY (\"a\", \"b\")",
    "CREATE TEMPORARY TABLE pg_temp.\"x\" (a int)", "CREATE INDEX i ON pg_temp.x (a)",
    "CREATE UNIQUE INDEX i ON pg_temp.\"x\" (a)", "ANALYZE pg_temp.x", "INSERT INTO pg_temp.\"new rows\" SELECT 1",
    "SELECT 'update' AS \"delete\", \"drop\".\"merge\" FROM \"truncate\" AS \"drop\"", "SELECT E'it\\'s UPDATE' FROM t",
    "SELECT $$ DROP $$, $a$ $$ DELETE $a$", "SELECT 1 -- UPDATE\n + 2", "SELECT /* DROP /* nested */ DELETE */ 1",
    "SELECT replace('a', 'b', 'c')", "SELECT updated_at, is_deleted FROM t", "EXPLAIN SELECT 1",
    "SELECT 'it''s; DELETE FROM x'", "SELECT \"a\"\"; DROP TABLE x; --\" FROM t",
  ])
  func aRunMay(_ sql: String) throws {
    try running.check(sql)
  }

  @Test(arguments: [
    "UPDATE t SET a = 1", "DELETE FROM session_runs", "TRUNCATE session_runs", "DROP TABLE t",
    "ALTER TABLE t ADD b int", "ALTER TABLE session_runs ADD b int", "ALTER TABLE t ADD PRIMARY KEY (\"a\")",
    "ALTER TABLE session_runs ADD PRIMARY KEY (\"a\"), DROP COLUMN b",
    "ALTER TABLE session_runs ADD PRIMARY KEY (\"a\") INCLUDE (b)", "ALTER TABLE session_runs DROP COLUMN \"a\"",
    "MERGE INTO t USING s ON true WHEN MATCHED THEN DO NOTHING", "GRANT SELECT ON t TO x", "COPY t FROM STDIN",
    "CREATE TABLE t(a int)", "CREATE INDEX i ON t (a)", "CREATE VIEW v AS SELECT 1",
    "CREATE OR REPLACE VIEW v AS SELECT 1", "INSERT INTO t VALUES (1)", "INSERT INTO other.session_runs VALUES (1)",
    "INSERT INTO \"Session_Runs\" VALUES (1)",
    "INSERT INTO session_runs VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2",
    "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone", "WITH a AS (SELECT 1) UPDATE t SET a = 1",
    "SELECT 1; DROP TABLE t", "SELECT * FROM t FOR UPDATE", "SELECT 1 INTO t", "SELECT * INTO TEMP x FROM t",
    "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT a", "DO $$ BEGIN END $$", "CALL p()", "VACUUM", "SET x = 1", "LOCK t",
    "ANALYZE session_runs", "ANALYZE", "EXPLAIN ANALYZE DELETE FROM t", "EXPLAIN ANALYZE INSERT INTO t SELECT 1",
    "INSERT INTO pg_temp2.x VALUES (1)", "SELECT 'a' 'b", "SELECT /* 1", "", ";",
    "SELECT E'\\' ; DROP TABLE t --'; DROP TABLE t",
    "SELECT 'a\\'; DROP TABLE t --'", "/**/delete/**/from t", "SELECT 1/**/;/**/DROP TABLE t", "$$x$$",
    "SELECT $a$ $b$ $a$; DELETE FROM t", "Select 1; dElEtE from t",
  ])
  func aRunMayNot(_ sql: String) {
    #expect(throws: DriverError.self) { try running.check(sql) }
    do { try running.check(sql) } catch {
      #expect(error.code == .refused)
      #expect(error.statement == sql)
    }
  }

  @Test func purposesDiffer() throws {
    let rehearsal = InsertOnlyGuard(.rehearsal, scratchSchemas: ["pg_temp"])
    let reading = InsertOnlyGuard(.reading, scratchSchemas: ["pg_temp"])
    try rehearsal.check("INSERT INTO pg_temp.x SELECT 1")
    #expect(throws: DriverError.self) { try rehearsal.check("INSERT INTO session_runs SELECT 1") }
    #expect(throws: DriverError.self) { try reading.check("INSERT INTO pg_temp.x SELECT 1") }
    #expect(throws: DriverError.self) { try reading.check("CREATE TEMP TABLE x(a int)") }
    try running.check(insertInto: ledgers[1])
    #expect(throws: DriverError.self) { try running.check(insertInto: ObjectName("pageviews")) }
  }

  @Test(.needs(PostgresServer.absence)) func theConnectionAsksTheGuard() async throws {
    let connection = try await Database().connect()
    _ = try await connection.execute("CREATE TABLE runs(a int)")
    _ = try await connection.execute("CREATE TABLE t(a int)")
    _ = try await connection.execute("CREATE SEQUENCE numbers")
    try await connection.begin(.insertOnly(ledgers: [ObjectName("runs")]))
    await expect(.refused) { _ = try await connection.execute("DELETE FROM runs") }
    await expect(.refused) { _ = try await connection.execute("INSERT INTO t VALUES (1)") }
    await expect(.refused) {
      _ = try await connection.open("WITH d AS (DELETE FROM runs RETURNING a) SELECT a FROM d", types: nil)
    }
    let columns = [BatchColumn("a", .int64)]
    await expect(.refused) { _ = try await connection.beginAppend(to: ObjectName("t"), columns: columns) }
    _ = try await connection.execute("CREATE TEMP TABLE x (a int) ON COMMIT DROP")
    let row = RecordBatch(schema: columns, columns: [ColumnVector(values: .int64([1]))])
    #expect(try await connection.insert(row, into: ObjectName("runs")) == 1)
    #expect(try await connection.insert(row, into: connection.scratchTable("x")) == 1)
    try await connection.commit()
    #expect(try await connection.number("SELECT count(*) FROM runs") == 1)
    try await connection.begin(.read)
    // The guard does not see what a function does; the server's READ ONLY does.
    await expect(.readOnly) { _ = try await connection.number("SELECT nextval('numbers')") }
    try await connection.rollback()
    await connection.close()
  }

  @Test(.needs(PostgresServer.absence)) func scratchTablesDoNotShadow() async throws {
    let connection = try await Database().connect()
    _ = try await connection.execute("CREATE TABLE context(a int)")
    try await connection.begin(.rehearsal)
    _ = try await connection.execute("CREATE TEMP TABLE context(a int) ON COMMIT DROP")
    _ = try await connection.execute("INSERT INTO pg_temp.context VALUES (1)")
    #expect(try await connection.number("SELECT count(*) FROM context") == 0)
    #expect(try await connection.number("SELECT count(*) FROM pg_temp.context") == 1)
    try await connection.rollback()
    await expect(.noSuchObject) { _ = try await connection.number("SELECT count(*) FROM pg_temp.context") }
    await connection.close()
  }
}
