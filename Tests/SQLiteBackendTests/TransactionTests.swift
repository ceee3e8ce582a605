import Foundation
import SessionPlan
import Testing
import WarehouseDriver

@Suite struct TransactionTests {
  @Test func aReadSeesOneSnapshotFromItsBeginning() async throws {
    let folder = try TemporaryFolder()
    let (reader, writer) = (try await connect(folder.file()), try await connect(folder.file()))
    _ = try await writer.execute("CREATE TABLE t(a)")
    try await reader.begin(.read)
    _ = try await writer.execute("INSERT INTO t VALUES (1)")
    #expect(try await reader.number("SELECT count(*) FROM t") == 0)
    try await reader.commit()
    #expect(try await reader.number("SELECT count(*) FROM t") == 1)
  }

  @Test func rollbackUndoesAndNeedsNoTransaction() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a)")
    try await connection.rollback()
    try await connection.begin(.write)
    _ = try await connection.execute("INSERT INTO t VALUES (1)")
    _ = try await connection.execute("CREATE TEMP TABLE s(a)")
    let cursor = try await connection.open("SELECT * FROM t", types: nil)
    try await connection.rollback()
    #expect(try await cursor.next() == nil)
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    #expect(try await connection.number("SELECT count(*) FROM temp.sqlite_master") == 0)
  }

  @Test func onlyTheTransactionsOwnScratchTablesGo() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TEMP TABLE older(a)")
    try await connection.begin(.write)
    _ = try await connection.execute("CREATE TEMP TABLE \"odd \"\" name\"(a)")
    try await connection.commit()
    #expect(try await connection.all("SELECT name FROM temp.sqlite_master") == [[.text("older")]])
  }

  @Test func misuse() async throws {
    let connection = try await inMemory()
    await expect(.other) { try await connection.commit() }
    await expect(.other) {
      _ = try await connection.beginAppend(to: ObjectName("t"), columns: [BatchColumn("a", .text)])
    }
    try await connection.begin(.write)
    await expect(.other) { try await connection.begin(.write) }
    await expect(.other) { try await connection.lockJob(ObjectName("j"), wait: .zero) }
    try await connection.rollback()
  }

  @Test(arguments: ["BEGIN", "BEGIN IMMEDIATE", "SAVEPOINT a"])
  func transactionsAreNotBegunByStatements(statement: String) async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a)")
    await expect(.refused) { _ = try await connection.execute(statement) }
    _ = try await connection.execute("INSERT INTO t VALUES (1)")
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 1)
  }

  @Test func aTransactionEndedByAStatementIsNoticed() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a)")
    try await connection.begin(.write)
    await expect(.refused) { _ = try await connection.execute("COMMIT") }
    await expect(.refused) { _ = try await connection.execute("INSERT INTO t VALUES (1)") }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
  }

  @Test func aFailedStatementLeavesTheTransactionWhole() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a PRIMARY KEY, b NOT NULL)")
    try await connection.begin(.write)
    _ = try await connection.execute("INSERT INTO t VALUES (1, 1)")
    let key = await expect(.constraint) {
      _ = try await connection.execute("INSERT INTO t VALUES (2, 2), (1, 'secret')")
    }
    #expect(key?.message == "a row with the same key exists already (t.a)")
    let null = await expect(.constraint) { _ = try await connection.execute("INSERT INTO t VALUES (3, NULL)") }
    #expect(null?.message == "NULL in a column that takes none (t.b)")
    try await connection.commit()
    #expect(try await connection.number("SELECT count(*) FROM t") == 1)
  }

  @Test func aFullDiskIsSaidAndNothingIsHalfWritten() async throws {
    let folder = try TemporaryFolder()
    let connection = try await connect(folder.file())
    _ = try await connection.execute("CREATE TABLE t(a)")
    _ = try await connection.all("PRAGMA max_page_count = 20")
    try await connection.begin(.write)
    _ = try await connection.execute("INSERT INTO t VALUES (1)")
    let error = await expect(.diskFull) { _ = try await connection.execute("INSERT INTO t VALUES (zeroblob(1000000))") }
    #expect(error?.message.contains(folder.file()) == true)
    // Whether SQLite has rolled back by itself or not, only what the caller commits is there.
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    _ = try await connection.execute("INSERT INTO t VALUES (2)")
    #expect(try await connection.number("SELECT count(*) FROM t") == 1)
  }

  @Test func aTransactionThatSQLiteRolledBackDoesNotGoOn() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a UNIQUE ON CONFLICT ROLLBACK)")
    _ = try await connection.execute("INSERT INTO t VALUES (1)")
    try await connection.begin(.write)
    _ = try await connection.execute("INSERT INTO t VALUES (2)")
    await expect(.constraint) { _ = try await connection.execute("INSERT INTO t VALUES (1)") }
    // Without the check, this row would be committed by itself.
    let next = await expect(.constraint) { _ = try await connection.execute("INSERT INTO t VALUES (3)") }
    #expect(next?.message.contains("cannot go on") == true)
    await expect(.constraint) { try await connection.commit() }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 1)
  }

  @Test func halfABulkInsertIsNeverCommitted() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a INTEGER PRIMARY KEY)")
    try await connection.begin(.write)
    var batch = RecordBatch(schema: [BatchColumn("a", .int64)])
    for value in Array(0..<200) + [5] { batch.columns[0].append(Int64(value)) }
    await expect(.constraint) { _ = try await connection.insert(batch, into: "t") }
    await expect(.constraint) { try await connection.commit() }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    // Given up after some rows: the same.
    try await connection.begin(.write)
    let append = try await connection.beginAppend(to: ObjectName("t"), columns: batch.schema)
    var small = RecordBatch(schema: batch.schema)
    small.columns[0].append(Int64(1))
    try await append.write(small)
    await expect(.other) { try await connection.commit() }
    await append.cancel()
    await expect(.other) { try await connection.commit() }
    await expect(.other) { try await append.write(small) }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
  }

  @Test func bulkInsertErrors() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a INTEGER) STRICT")
    try await connection.begin(.write)
    func text(_ column: String) -> RecordBatch {
      var batch = RecordBatch(schema: [BatchColumn(column, .text)])
      batch.columns[0].append("secret")
      return batch
    }
    await expect(.noSuchObject) { _ = try await connection.insert(text("a"), into: "x") }
    await expect(.wrongColumn) { _ = try await connection.insert(text("b"), into: "t") }
    let wrong = await expect(.wrongColumn) { _ = try await connection.insert(text("a"), into: "t") }
    #expect(wrong?.description.contains("secret") == false)
    try await connection.rollback()
    try await connection.begin(.write)
    let append = try await connection.beginAppend(to: ObjectName("t"), columns: [BatchColumn("a", .int64)])
    await expect(.other) { try await append.write(text("a")) }
  }

  @Test func killedInTheMiddleNothingIsLeft() async throws {
    let folder = try TemporaryFolder()
    // A connection that is dropped without a word ends as a killed process does: nothing was committed.
    do {
      let connection = try await connect(folder.file())
      _ = try await connection.execute("CREATE TABLE t(a)")
      try await connection.begin(.write)
      _ = try await connection.execute("INSERT INTO t VALUES (1)")
    }
    let again = try await connect(folder.file(), lockTimeout: .seconds(2))
    #expect(try await again.number("SELECT count(*) FROM t") == 0)
    try await again.begin(.write)
    try await again.rollback()
  }
}
