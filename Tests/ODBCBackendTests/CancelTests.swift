import Foundation
import SessionPlan
import Synchronization
import Testing
import WarehouseDriver

@testable import ODBCBackend

/// A cancelled task stops its statement on the server, and the connection goes on.
@Suite struct CancelTests {
  /// Cancels a task in the middle of its statement.
  private func cancelled(
    _ connection: ODBCConnection, _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    let task = Task { try await body() }
    while !connection.watch.isBusy { await Task.yield() }
    // It may not have reached the server yet.
    try await Task.sleep(for: .milliseconds(20))
    task.cancel()
    await expect(.cancelled) { try await task.value }
  }

  @Test(arguments: Driver.present) func statements(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    try await cancelled(connection) { try await connection.execute("INSERT INTO t(i) \(driver.endlessQuery)") }
    try await cancelled(connection) { _ = try await connection.all(driver.endlessQuery, types: [.int64]) }
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    // In a transaction only a rollback leads out.
    try await connection.begin(.write)
    try await connection.execute("INSERT INTO t(i) VALUES (-1)")
    try await cancelled(connection) { try await connection.execute("INSERT INTO t(i) \(driver.endlessQuery)") }
    await expect(.cancelled) { try await connection.execute("INSERT INTO t(i) VALUES (-2)") }
    await expect(.cancelled) { try await connection.commit() }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    await connection.close()
  }

  @Test(arguments: Driver.present) func aTaskThatIsCancelledAlready(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    try await connection.begin(.write)
    try await connection.execute("INSERT INTO t(i) VALUES (1)")
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      await expect(.cancelled) { try await connection.execute("INSERT INTO t(i) VALUES (2)") }
      await expect(.cancelled) { _ = try await connection.open(driver.numbers(10), types: nil) }
      // A rollback is carried out on a cancelled task.
      try await connection.rollback()
    }
    task.cancel()
    try await task.value
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    await connection.close()
  }

  /// Cancelled at any moment: either the statement has happened or it was cancelled, and the next one works.
  ///
  /// SQLCancel of SQLite's and of MariaDB's driver frees what the statement's call may be using: with the statement itself
  /// instead of an idle one, memory breaks here in every third run of these tests.
  @Test(arguments: Driver.present) func atAnyMoment(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    for attempt in 0..<60 {
      let task = Task { try await connection.number("SELECT count(*) FROM (\(driver.numbers(2000))) x") }
      for _ in 0..<(attempt * 13 % 40) { await Task.yield() }
      if attempt % 3 == 0 { try await Task.sleep(for: .microseconds(attempt * 20)) }
      task.cancel()
      do {
        #expect(try await task.value == 2000)
      } catch let error as DriverError {
        #expect(error.code == .cancelled, "\(error)")
      }
      #expect(try await connection.number("SELECT 7") == 7)
    }
    await connection.close()
  }

  @Test(arguments: Driver.present) func streams(driver: Driver) async throws {
    let connection = try await Database(driver).connect()
    try await connection.begin(.read)
    let cursor = try await connection.open(driver.numbers(200_000), types: [.int64])
    #expect(try await cursor.next() != nil)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      await expect(.cancelled) { while try await cursor.next() != nil {} }
    }
    task.cancel()
    await task.value
    try await connection.rollback()
    #expect(try await connection.number("SELECT 7") == 7)
    await connection.close()
  }

  @Test(arguments: Driver.present) func bulkInserts(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    try await connection.begin(.write)
    let append = try await connection.beginAppend(to: ObjectName("t"), columns: columnsOfT)
    let task = Task {
      var next: Int64 = 0
      while true {
        try await append.write(batch((0..<1000).map { (next + $0, "u", "/p", nil, nil) }))
        next += 1000
      }
    }
    try await Task.sleep(for: .milliseconds(200))
    task.cancel()
    await expect(.cancelled) { try await task.value }
    await expect(.cancelled) { try await connection.commit() }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    await connection.close()
  }

  /// Waiting for another connection's lock can be cancelled.
  @Test(arguments: Driver.present) func waits(driver: Driver) async throws {
    let database = try await Database(driver)
    let first = try await database.connectWithTable()
    try await first.execute("INSERT INTO t(i) VALUES (1)")
    let second = try await database.connect(lockTimeout: .seconds(600))
    try await first.begin(.write)
    try await first.execute("UPDATE t SET u = 'x' WHERE i = 1")
    try await cancelled(second) { try await second.execute("UPDATE t SET u = 'y' WHERE i = 1") }
    try await first.rollback()
    try await first.lockJob(ObjectName("t"), wait: .zero)
    try await cancelled(second) { try await second.lockJob(ObjectName("t"), wait: .seconds(600)) }
    try await first.unlockJob()
    try await second.lockJob(ObjectName("t"), wait: .zero)
    try await second.unlockJob()
    await first.close()
    await second.close()
  }

  // MARK: Time limits

  @Test(arguments: Driver.present) func statementTimeout(driver: Driver) async throws {
    let connection = try await Database(driver).connect(statementTimeout: .seconds(2))
    let error = await expect(.timeout) { _ = try await connection.all(driver.endlessQuery, types: [.int64]) }
    #expect(error?.description.contains("2 s") == true, "\(String(describing: error))")
    #expect(try await connection.number("SELECT 7") == 7)
    await connection.close()
  }

  /// The watchdog of the backend, where the engine has no limit of its own.
  @Test(arguments: Driver.present) func watchdog(driver: Driver) async throws {
    var dialect = try driver.dialect
    dialect.session.statementTimeout = nil
    let connection = try await Database(driver).connect(statementTimeout: .seconds(2), dialect: dialect)
    for _ in 0..<2 {
      await expect(.timeout) { _ = try await connection.all(driver.endlessQuery, types: [.int64]) }
      #expect(try await connection.number("SELECT 7") == 7)
    }
    await connection.close()
  }

  /// A wait for the job lock is not a statement that takes too long.
  @Test(arguments: Driver.present) func lockWaitUnderAStatementTimeout(driver: Driver) async throws {
    let database = try await Database(driver)
    let first = try await database.connectWithTable()
    try await first.lockJob(ObjectName("t"), wait: .zero)
    let second = try await database.connect(statementTimeout: .milliseconds(100))
    await expect(.jobLocked) { try await second.lockJob(ObjectName("t"), wait: .milliseconds(500)) }
    await first.close()
    try await second.lockJob(ObjectName("t"), wait: .seconds(10))
    await second.close()
  }

  /// Many connections of one process do not wait for each other.
  @Test(arguments: Driver.present) func connectionsAreIndependent(driver: Driver) async throws {
    let database = try await Database(driver)
    let busy = try await database.connect()
    let other = try await database.connect()
    let task = Task { _ = try await busy.all(driver.endlessQuery, types: [.int64]) }
    for _ in 0..<20 { #expect(try await other.number("SELECT 7") == 7) }
    task.cancel()
    await expect(.cancelled) { try await task.value }
    await busy.close()
    await other.close()
  }
}
