import Foundation
import PostgresBackend
import PostgresServer
import SessionPlan
import TestNeeds
import Testing
import WarehouseDriver

@Suite(.needs(PostgresServer.absence)) struct CancelTests {
  private let columns = [BatchColumn("a", .int64)]

  @Test func aQueryStopsOnTheServer() async throws {
    let database = try await Database()
    let connection = try await database.connect()
    let watcher = try await database.connect()
    let running =
      "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%n(i)%' AND pid <> pg_backend_pid() AND datname = current_database()"
    let task = Task { try await connection.execute(endlessQuery) }
    while try await watcher.number(running) == 0 {}
    task.cancel()
    let error = await expect(.cancelled) { _ = try await task.value }
    #expect(error?.statement == endlessQuery)
    #expect(try await watcher.number(running) == 0)
    #expect(try await connection.number("SELECT 1") == 1)
    await connection.close()
    await watcher.close()
  }

  @Test func rollbackWorksOnACancelledTask() async throws {
    let database = try await Database()
    let connection = try await database.connect()
    _ = try await connection.execute("CREATE TABLE t(a int)")
    let task = Task {
      try await connection.begin(.write)
      do {
        _ = try await connection.execute("INSERT INTO t VALUES (1)")
        withUnsafeCurrentTask { $0?.cancel() }
        _ = try await connection.execute("INSERT INTO t VALUES (2)")
      } catch {
        await expect(.cancelled) { throw error }
        try await connection.rollback()
      }
    }
    try await task.value
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    await connection.close()
  }

  @Test func aCursorIsCancelledBetweenBatches() async throws {
    let connection = try await Database().connect()
    let task = Task {
      try await connection.begin(.read)
      let cursor = try await connection.open("SELECT generate_series(1, 100000000)", types: nil)
      _ = try await cursor.next()
      withUnsafeCurrentTask { $0?.cancel() }
      _ = try await cursor.next()
    }
    await expect(.cancelled) { try await task.value }
    try await connection.rollback()
    #expect(try await connection.number("SELECT 1") == 1)
    await connection.close()
  }

  @Test func aCursorIsCancelledWhileItWaitsForRows() async throws {
    let database = try await Database()
    let connection = try await database.connect()
    let watcher = try await database.connect()
    let task = Task {
      try await connection.begin(.read)
      // Enough rows at once that the server sends some, and then none.
      let cursor = try await connection.open(
        "SELECT n, CASE n WHEN 9000 THEN pg_sleep(600)::text END FROM (SELECT generate_series(1, 10000) AS n) x",
        types: nil)
      while try await cursor.next() != nil {}
    }
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
    while try await watcher.number(sleeping) == 0 {}
    task.cancel()
    await expect(.cancelled) { try await task.value }
    try await connection.rollback()
    #expect(try await connection.number("SELECT 1") == 1)
    #expect(try await watcher.number(sleeping) == 0)
    await connection.close()
    await watcher.close()
  }

  @Test func anAppendIsCancelled() async throws {
    let connection = try await Database().connect()
    _ = try await connection.execute("CREATE TABLE t(a int8)")
    let batch = RecordBatch(schema: columns, columns: [ColumnVector(values: .int64(Array(0..<100_000)))])
    let task = Task {
      try await connection.begin(.write)
      let append = try await connection.beginAppend(to: ObjectName("t"), columns: batch.schema)
      try await append.write(batch)
      withUnsafeCurrentTask { $0?.cancel() }
      try await append.write(batch)
    }
    await expect(.cancelled) { try await task.value }
    await expect(.cancelled) { try await connection.commit() }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    await connection.close()
  }

  @Test func aWaitForARowLockEndsByTimeoutOrCancel() async throws {
    let database = try await Database()
    let holder = try await database.connect()
    let waiter = try await database.connect(lockTimeout: .milliseconds(50))
    let patient = try await database.connect(lockTimeout: .seconds(600))
    _ = try await holder.execute("CREATE TABLE t(a int PRIMARY KEY)")
    try await holder.begin(.write)
    _ = try await holder.execute("LOCK TABLE t")
    let error = await expect(.locked) { _ = try await waiter.number("SELECT count(*) FROM t") }
    #expect(error?.isRetrySafe == true)
    let task = Task { try await patient.number("SELECT count(*) FROM t") }
    while try await holder.number(waitingForThis) == 0 {}
    task.cancel()
    await expect(.cancelled) { _ = try await task.value }
    for connection in [holder, waiter, patient] { await connection.close() }
  }

  @Test func aStatementTimeoutIsNoCancel() async throws {
    let connection = try await Database().connect(statementTimeout: .milliseconds(1500))
    let error = await expect(.timeout) { _ = try await connection.execute(endlessQuery) }
    #expect(error?.description.contains("1.5 s") == true)
    await connection.close()
  }

  /// A cancel request that comes too late must hit nothing else.
  @Test(.timeLimit(.minutes(15))) func cancelsAtRandomInstantsHitNoOtherStatement() async throws {
    let connection = try await Database().connect()
    _ = try await connection.execute("CREATE TABLE t(a int8)")
    var random = Seeded(7)
    var cancelled = 0
    // 300, and on until there were some of each, or the test shows nothing.
    var round = 0
    while round < 300 || cancelled <= 20 || cancelled == round {
      defer { round += 1 }
      let delay = UInt64.random(in: 0...4000, using: &random) * 1000
      let kind = Int.random(in: 0..<4, using: &random)
      let batch = RecordBatch(schema: columns, columns: [ColumnVector(values: .int64(Array(0..<20_000)))])
      let task = Task {
        switch kind {
        case 0: _ = try await connection.execute("SELECT pg_sleep(0.002)")
        case 1: _ = try await connection.all("SELECT n FROM generate_series(1, 20000) n")
        case 2:
          try await connection.transaction(.write) { _ = try await connection.insert(batch, into: ObjectName("t")) }
        default:
          try await connection.transaction(.read) {
            let cursor = try await connection.open("SELECT n FROM generate_series(1, 50000) n", types: nil)
            _ = try await cursor.next()
            await cursor.close()
            _ = try await connection.number("SELECT 1")
          }
        }
      }
      let canceller = Task {
        try? await Task.sleep(nanoseconds: delay)
        task.cancel()
      }
      do {
        try await task.value
      } catch {
        cancelled += 1
        await expect(.cancelled) { throw error }
      }
      await canceller.value
      // What a caller does at its end, cancelled or not; an open cursor is ended by it.
      try await connection.rollback()
      #expect(try await connection.number("SELECT \(round)") == Int64(round))
      #expect(try await connection.number("SELECT count(*) % 20000 FROM t") == 0)
    }
    await connection.close()
  }

  @Test func connectingIsCancelled() async throws {
    // Listens and never answers.
    let silent = try Silent()
    let task = Task { try await connect(url: "postgres://127.0.0.1:\(silent.port)/x?connect_timeout=600") }
    withExtendedLifetime(silent) { task.cancel() }
    await expect(.cancelled) { _ = try await task.value }
    let error = await expect(.connection) {
      _ = try await connect(url: "postgres://127.0.0.1:\(silent.port)/x?connect_timeout=2")
    }
    #expect(error?.description.contains("within 2 s") == true)
  }
}
