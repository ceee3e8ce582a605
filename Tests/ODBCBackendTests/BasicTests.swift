import Foundation
import SessionPlan
import Synchronization
import Testing
import WarehouseDriver

@testable import ODBCBackend

/// The protocol's calls, one after the other, through every driver.
@Suite struct BasicTests {
  @Test(arguments: Driver.present) func executeCountsRows(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    #expect(try await connection.execute("INSERT INTO t(i, u) VALUES (1, 'a'), (2, 'b')") == 2)
    #expect(try await connection.execute("INSERT INTO t(i, u) SELECT i, u FROM t WHERE 1 = 0") == 0)
    #expect(try await connection.execute("INSERT INTO t(i, u) SELECT i + 10, u FROM t") == 2)
    await connection.close()
  }

  @Test(arguments: Driver.present) func transactions(driver: Driver) async throws {
    let database = try await Database(driver)
    let connection = try await database.connectWithTable()
    try await connection.begin(.write)
    try await connection.execute("INSERT INTO t(i) VALUES (1)")
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    try await connection.begin(.write)
    try await connection.execute("INSERT INTO t(i) VALUES (1)")
    try await connection.commit()
    try await connection.begin(.write)
    try await connection.execute("INSERT INTO t(i) VALUES (2)")
    await connection.close()
    let other = try await database.connect()
    #expect(try await other.number("SELECT count(*) FROM t") == 1)
    await other.close()
  }

  /// The reads of a transaction see one snapshot.
  @Test(arguments: Driver.present) func snapshot(driver: Driver) async throws {
    let database = try await Database(driver)
    let connection = try await database.connectWithTable()
    let other = try await database.connect()
    try await connection.begin(.read)
    try await other.execute("INSERT INTO t(i) VALUES (1)")
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    try await connection.commit()
    #expect(try await connection.number("SELECT count(*) FROM t") == 1)
    await connection.close()
    await other.close()
  }

  @Test(arguments: Driver.present) func describe(driver: Driver) async throws {
    let database = try await Database(driver)
    let connection = try await database.connectWithTable()
    try await connection.execute("CREATE VIEW v AS SELECT i, u FROM t")
    try await connection.execute("CREATE TABLE \(driver.quoted("a_b"))(x \(driver.types.integer))")
    try await connection.execute("CREATE TABLE \(driver.quoted("aXb"))(y \(driver.types.integer))")
    let table = try #require(try await connection.describe(ObjectName("t")))
    #expect(table.kind == .table)
    #expect(table.columns.map(\.name) == ["i", "u", "p", "at", "d"])
    #expect(table.primaryKey == ["i"])
    #expect(table.columns[0].type == .integer && table.columns[1].type == .text && table.columns[2].type == .text)
    #expect(table.columns[3].type == (driver == .sqlite ? .text : .timestamp))
    #expect(!table.columns[0].isNullable || driver == .sqlite)
    #expect(table.columns[1].isNullable)
    let view = try #require(try await connection.describe(ObjectName("v")))
    #expect(view.kind == .view && view.columns.map(\.name) == ["i", "u"])
    // The underscore is no wildcard.
    #expect(try await connection.describe(ObjectName("a_b"))?.columns.map(\.name) == ["x"])
    #expect(try await connection.describe(ObjectName("nothing")) == nil)
    // In a transaction, too, and it goes on.
    try await connection.begin(.write)
    #expect(try await connection.describe(ObjectName("nothing")) == nil)
    #expect(try await connection.describe(ObjectName("t")) != nil)
    try await connection.execute("INSERT INTO t(i) VALUES (1)")
    try await connection.commit()
    await connection.close()
  }

  /// A name with a schema, or a database in its place, is looked up there and nowhere else.
  @Test(arguments: Driver.present) func describeElsewhere(driver: Driver) async throws {
    let database = try await Database(driver)
    let connection = try await database.connectWithTable()
    let place: String
    switch driver {
    case .mariadb:
      place = try #require(try await connection.text("SELECT concat(database(), '_other')"))
      try await connection.execute("CREATE DATABASE \(driver.quoted(place))")
    case .postgres:
      place = "other"
      try await connection.execute("CREATE SCHEMA other")
    case .sqlite:
      #expect(try await connection.describe(ObjectName(parts: ["main", "t"]))?.columns.first?.name == "i")
      await connection.close()
      return
    }
    let name = ObjectName(parts: [place, "t"])
    #expect(try await connection.describe(name) == nil)
    try await connection.execute("CREATE TABLE \(place).t(z \(driver.types.integer))")
    #expect(try await connection.describe(name)?.columns.map(\.name) == ["z"])
    #expect(try await connection.describe(ObjectName("t"))?.columns.first?.name == "i")
    await connection.close()
  }

  /// The server's administrators see what a statement is part of.
  @Test(arguments: Driver.present.filter { $0 != .sqlite }) func annotationsAreSent(driver: Driver) async throws {
    let connection = try await Database(driver).connect()
    await connection.annotate("run 17 of session_runs")
    let seen = try await connection.text(
      driver == .mariadb
        ? "SELECT info FROM information_schema.processlist WHERE id = connection_id()"
        : "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()")
    #expect(seen?.contains("/* sessionizer: run 17 of session_runs */") == true, "\(String(describing: seen))")
    await connection.close()
  }

  @Test(arguments: Driver.present) func facts(driver: Driver) async throws {
    let connection = try await Database(driver).connect()
    let facts = try await connection.facts()
    #expect(facts.dialect == (try driver.dialect.name))
    #expect(facts.version.contains("."))
    let details = Dictionary(facts.details.map { ($0.name, $0.value) }) { first, _ in first }
    #expect(details["driver"]?.contains(".so") == true)
    #expect(details["why this dialect"] == "the target names it")
    await connection.close()
  }

  @Test(arguments: Driver.present) func explain(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    #expect(try await !connection.explain("SELECT * FROM t WHERE i = 1").isEmpty)
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    await connection.close()
  }

  /// A plain target asks the driver.
  @Test(arguments: Driver.present) func chosenDialect(driver: Driver) async throws {
    let database = try await Database(driver)
    let notes = Mutex<[String]>([])
    let dialects = try Driver.allCases.map { try $0.dialect }
    let options = ConnectionOptions(mayCreate: true, notice: { note in notes.withLock { $0.append(note) } })
    let connection = try await connect("odbc:\(database.string)", dialects, options)
    #expect(connection.dialect.name == (try driver.dialect.name))
    #expect(notes.withLock { $0.count } == 1)
    await connection.close()
    let error = await expect(.unsupported) {
      _ = try await connect("odbc:\(database.string)", dialects.filter { $0.name != connection.dialect.name })
    }
    #expect(error?.description.contains(connection.engine.product) == true)
    await expect(.badTarget) { _ = try await connect("odbc+nothing:\(database.string)", dialects) }
  }

  @Test(arguments: Driver.present) func jobLock(driver: Driver) async throws {
    let database = try await Database(driver)
    let ledger = ObjectName("t")
    let first = try await database.connectWithTable()
    let second = try await database.connect()
    try await first.lockJob(ledger, wait: .zero)
    let held = await expect(.jobLocked) { try await second.lockJob(ledger, wait: .zero) }
    #expect(held?.isRetrySafe == true)
    await expect(.jobLocked) { try await second.lockJob(ledger, wait: .milliseconds(200)) }
    try await first.begin(.insertOnly(ledgers: [ledger]))
    try await first.execute("INSERT INTO \(driver.quoted("t"))(i) VALUES (1)")
    try await first.commit()
    try await first.unlockJob()
    try await second.lockJob(ledger, wait: .zero)
    try await second.unlockJob()
    try await first.lockJob(ledger, wait: .zero)
    // A lock ends with its connection.
    await first.close()
    try await second.lockJob(ledger, wait: .seconds(10))
    await second.close()
  }

  /// One that waits gets the lock when the other lets go.
  @Test(arguments: Driver.present) func waitingForTheLock(driver: Driver) async throws {
    let database = try await Database(driver)
    let ledger = ObjectName("t")
    let first = try await database.connectWithTable()
    let second = try await database.connect()
    try await first.lockJob(ledger, wait: .zero)
    let isWaiting = Atomic(false)
    let hasLock = Atomic(false)
    let waiting = Task {
      isWaiting.store(true, ordering: .relaxed)
      try await second.lockJob(ledger, wait: .seconds(60))
      hasLock.store(true, ordering: .relaxed)
    }
    while !isWaiting.load(ordering: .relaxed) { await Task.yield() }
    try await Task.sleep(for: .milliseconds(300))
    let bothHaveIt = hasLock.load(ordering: .relaxed)
    #expect(!bothHaveIt)
    try await first.unlockJob()
    try await waiting.value
    await first.close()
    await second.close()
  }

  @Test(arguments: Driver.present) func orderOfCalls(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    await expect(.other) { try await connection.commit() }
    await expect(.other) { _ = try await connection.beginAppend(to: ObjectName("t"), columns: columnsOfT) }
    try await connection.begin(.write)
    await expect(.other) { try await connection.begin(.write) }
    let cursor = try await connection.open(driver.numbers(10_000), types: [.int64])
    await expect(.other) { try await connection.execute("INSERT INTO t(i) VALUES (1)") }
    await cursor.close()
    try await connection.execute("INSERT INTO t(i) VALUES (1)")
    let append = try await connection.beginAppend(to: ObjectName("t"), columns: columnsOfT)
    await expect(.other) { try await connection.execute("INSERT INTO t(i) VALUES (2)") }
    await append.cancel()
    await expect(.other) { try await connection.execute("INSERT INTO t(i) VALUES (3)") }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    await connection.close()
    await expect(.connection) { try await connection.execute("INSERT INTO t(i) VALUES (3)") }
  }

  @Test(arguments: Driver.present) func annotations(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    await connection.annotate("run 17 of 'x'? */ DELETE FROM t; /* {fn")
    try await connection.execute("INSERT INTO t(i) VALUES (1)")
    #expect(try await connection.number("SELECT count(*) FROM t") == 1)
    try await connection.begin(.write)
    try await connection.insert(batch([(2, "a", nil, nil, nil)]))
    try await connection.commit()
    await connection.annotate(nil)
    #expect(try await connection.number("SELECT count(*) FROM t") == 2)
    await connection.close()
  }

  /// A scratch table is gone after the transaction in which it was made, however that ends.
  @Test(arguments: Driver.present) func scratchTables(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    let table = connection.scratchTable("s")
    let own = driver.quoted(table.last)
    let name = table.parts.count > 1 ? "\(table.parts[0]).\(own)" : own
    for commits in [true, false, true] {
      try await connection.begin(.write)
      let ending = driver == .postgres ? " ON COMMIT DROP" : ""
      try await connection.execute("CREATE TEMPORARY TABLE \(own) (i \(driver.types.integer))\(ending)")
      var rows = RecordBatch(schema: [BatchColumn("i", .int64)])
      rows.columns[0].append(Int64(1))
      #expect(try await connection.insert(rows, into: table) == 1)
      #expect(try await connection.number("SELECT count(*) FROM \(name)") == 1)
      if commits { try await connection.commit() } else { try await connection.rollback() }
      await expect(.noSuchObject) { _ = try await connection.number("SELECT count(*) FROM \(name)") }
    }
    await connection.close()
  }
}
