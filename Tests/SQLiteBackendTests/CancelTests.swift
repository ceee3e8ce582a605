import SessionPlan
import Synchronization
import Testing
import WarehouseDriver

/// Each test ends only because the statement was really stopped: what it stops would run for hours.
@Suite struct CancelTests {
  @Test func beforeTheFirstStep() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a)")
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      await expect(.cancelled) { _ = try await connection.execute(endlessQuery) }
      await expect(.cancelled) { _ = try await connection.open(endlessQuery, types: nil) }
      await expect(.cancelled) { try await connection.begin(.write) }
      await expect(.cancelled) { try await connection.lockJob(ObjectName("j"), wait: .seconds(3600)) }
    }
    task.cancel()
    await task.value
    #expect(try await connection.number("SELECT 1") == 1)
  }

  @Test(arguments: [0, 1, 20])
  func duringALongQuery(milliseconds: Int) async throws {
    let connection = try await inMemory()
    let task = Task { await expect(.cancelled) { _ = try await connection.execute(endlessQuery) } }
    try await Task.sleep(for: .milliseconds(milliseconds))
    task.cancel()
    let error = await task.value
    #expect(error?.statement == endlessQuery || milliseconds == 0)
    #expect(try await connection.number("SELECT 1") == 1)
  }

  @Test func betweenTwoBatches() async throws {
    let connection = try await inMemory()
    let hasRead = Atomic(false)
    let task = Task {
      let cursor = try await connection.open(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", types: [.int64])
      await expect(.cancelled) {
        while try await cursor.next() != nil { hasRead.store(true, ordering: .relaxed) }
      }
    }
    while !hasRead.load(ordering: .relaxed) { await Task.yield() }
    task.cancel()
    try await task.value
    #expect(try await connection.number("SELECT 1") == 1)
  }

  @Test func duringAnInsertTheWholeTransactionIsGone() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a)")
    let hasBegun = Atomic(false)
    let task = Task {
      try await connection.begin(.write)
      _ = try await connection.execute("INSERT INTO t VALUES (1)")
      hasBegun.store(true, ordering: .relaxed)
      await expect(.cancelled) { _ = try await connection.execute("INSERT INTO t \(endlessQuery)") }
      await expect(.cancelled) { try await connection.commit() }
      // On the cancelled task.
      try await connection.rollback()
    }
    while !hasBegun.load(ordering: .relaxed) { await Task.yield() }
    try await Task.sleep(for: .milliseconds(5))
    task.cancel()
    try await task.value
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    try await connection.begin(.write)
    _ = try await connection.execute("INSERT INTO t VALUES (1)")
    try await connection.commit()
    #expect(try await connection.number("SELECT count(*) FROM t") == 1)
  }

  @Test func whileWaitingForALock() async throws {
    let folder = try TemporaryFolder()
    let holder = try await connect(folder.file())
    let waiter = try await connect(folder.file(), lockTimeout: .seconds(3600))
    try await holder.begin(.write)
    for action in [
      { try await waiter.lockJob(ObjectName("job"), wait: .seconds(3600)) }, { try await waiter.begin(.write) },
      { _ = try await waiter.execute("CREATE TABLE t(a)") },
    ] as [@Sendable () async throws -> Void] {
      let task = Task { await expect(.cancelled, action) }
      try await Task.sleep(for: .milliseconds(5))
      task.cancel()
      _ = await task.value
    }
    try await holder.rollback()
    try await waiter.lockJob(ObjectName("job"), wait: .zero)
  }

  @Test func duringABulkInsert() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a)")
    let written = Atomic(false)
    let task = Task {
      try await connection.begin(.write)
      var batch = RecordBatch(schema: [BatchColumn("a", .int64)])
      for value in 0..<4096 { batch.columns[0].append(Int64(value)) }
      let append = try await connection.beginAppend(to: ObjectName("t"), columns: batch.schema)
      await expect(.cancelled) {
        while true {
          try await append.write(batch)
          written.store(true, ordering: .relaxed)
        }
      }
      await append.cancel()
      await expect(.cancelled) { try await connection.commit() }
      try await connection.rollback()
    }
    while !written.load(ordering: .relaxed) { await Task.yield() }
    task.cancel()
    try await task.value
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
  }

  @Test func closingOnACancelledTask() async throws {
    let folder = try TemporaryFolder()
    let connection = try await connect(folder.file())
    _ = try await connection.execute("CREATE TABLE t(a)")
    let task = Task {
      try await connection.begin(.write)
      _ = try await connection.execute("INSERT INTO t VALUES (1)")
      withUnsafeCurrentTask { $0?.cancel() }
      await connection.close()
    }
    try await task.value
    let again = try await connect(folder.file())
    try await again.begin(.write)
    #expect(try await again.number("SELECT count(*) FROM t") == 0)
  }
}
