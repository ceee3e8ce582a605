import PostgresBackend
import PostgresServer
import SessionPlan
import TestNeeds
import Testing
import WarehouseDriver

@Suite(.needs(PostgresServer.absence)) struct TransactionTests {
  @Test func statementsReturnTheRowsTheyChange() async throws {
    let connection = try await Database().connect()
    #expect(try await connection.execute("CREATE TABLE t(a int)") == 0)
    #expect(try await connection.execute("INSERT INTO t SELECT generate_series(1, 7)") == 7)
    #expect(try await connection.execute("UPDATE t SET a = a + 1 WHERE a > 4") == 3)
    #expect(try await connection.execute("INSERT INTO t SELECT 1 WHERE false") == 0)
    #expect(try await connection.number("SELECT sum(a)::int8 FROM t") == 31)
    await connection.close()
  }

  @Test func commitKeepsAndRollbackUndoes() async throws {
    let database = try await Database()
    let connection = try await database.connect()
    let other = try await database.connect()
    try await connection.begin(.write)
    _ = try await connection.execute("CREATE TABLE t(a int)")
    _ = try await connection.execute("INSERT INTO t VALUES (1)")
    try await connection.commit()
    #expect(try await other.number("SELECT count(*) FROM t") == 1)
    try await connection.begin(.write)
    _ = try await connection.execute("INSERT INTO t VALUES (2)")
    try await connection.rollback()
    try await connection.rollback()
    #expect(try await other.number("SELECT count(*) FROM t") == 1)
    await connection.close()
    await other.close()
  }

  @Test(arguments: [TransactionMode.read, .rehearsal, .write, .insertOnly(ledgers: [])])
  func statementsSeeTheSnapshotOfBegin(_ mode: TransactionMode) async throws {
    let database = try await Database()
    let connection = try await database.connect()
    let other = try await database.connect()
    _ = try await other.execute("CREATE TABLE t(a int)")
    try await connection.begin(mode)
    _ = try await other.execute("INSERT INTO t VALUES (1)")
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 1)
    await connection.close()
    await other.close()
  }

  @Test func afterAnErrorOnlyRollbackLeadsOut() async throws {
    let connection = try await Database().connect()
    try await connection.begin(.write)
    await expect(.noSuchObject) { _ = try await connection.execute("INSERT INTO nowhere VALUES (1)") }
    let second = await expect(.noSuchObject) { _ = try await connection.execute("SELECT 1") }
    #expect(second?.description.contains("roll back") == true)
    await expect(.noSuchObject) { try await connection.commit() }
    try await connection.rollback()
    #expect(try await connection.number("SELECT 1") == 1)
    await connection.close()
  }

  @Test func handmadeTransactionsAreRefused() async throws {
    let connection = try await Database().connect()
    await expect(.refused) { _ = try await connection.execute("BEGIN") }
    #expect(try await connection.number("SELECT 1") == 1)
    try await connection.begin(.write)
    await expect(.refused) { _ = try await connection.execute("COMMIT") }
    await expect(.refused) { _ = try await connection.execute("SELECT 1") }
    try await connection.rollback()
    #expect(try await connection.number("SELECT 1") == 1)
    await connection.close()
  }

  @Test func aQueryClosedEarlyLeavesTheTransaction() async throws {
    let connection = try await Database().connect()
    try await connection.begin(.read)
    let cursor = try await connection.open("SELECT generate_series(1, 100000000)", types: nil)
    #expect(try await cursor.next()?.rowCount == RecordBatch.usualRows)
    await expect(.other) { _ = try await connection.execute("SELECT 1") }
    await cursor.close()
    await cursor.close()
    #expect(try await cursor.next() == nil)
    #expect(try await connection.number("SELECT 1") == 1)
    try await connection.commit()
    await connection.close()
  }

  @Test func rollbackEndsAnOpenQueryAndAnOpenAppend() async throws {
    let connection = try await Database().connect()
    _ = try await connection.execute("CREATE TABLE t(a int)")
    try await connection.begin(.write)
    _ = try await connection.open("SELECT generate_series(1, 100000000)", types: nil)
    try await connection.rollback()
    try await connection.begin(.write)
    let append = try await connection.beginAppend(to: ObjectName("t"), columns: [BatchColumn("a", .int64)])
    try await append.write(
      RecordBatch(schema: [BatchColumn("a", .int64)], columns: [ColumnVector(values: .int64([1, 2]))]))
    try await connection.rollback()
    await expect(.other) { _ = try await append.finish() }
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    await connection.close()
  }
}
