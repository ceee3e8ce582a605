import Foundation
import SessionPlan
import Testing
import WarehouseDriver

@testable import ConnectionCore
@testable import ODBCBackend

/// A result of any length is read in little memory, and no row of it is lost.
@Suite struct LongResultTests {
  private static let rows = 120_000

  private func filled(_ driver: Driver) async throws -> (Database, ODBCConnection) {
    let database = try await Database(driver)
    let connection = try await database.connectWithTable()
    let text =
      driver == .mariadb
      ? "concat('/page/', i, repeat('x', 100))"
      : driver == .postgres ? "'/page/' || i || repeat('x', 100)" : "'/page/' || i || hex(zeroblob(50))"
    try await connection.execute(
      "INSERT INTO t(i, u, p) SELECT i, 'user', \(text) FROM (\(driver.numbers(Self.rows))) n")
    return (database, connection)
  }

  @Test(arguments: Driver.present) func everyRowOnceAndInOrder(driver: Driver) async throws {
    let (_, connection) = try await filled(driver)
    for inTransaction in [false, true] {
      if inTransaction { try await connection.begin(.read) }
      let cursor = try await connection.open(
        "SELECT i, p, u, at FROM t ORDER BY i DESC", types: [.int64, .text, .text, .timestamp])
      var expected = Int64(Self.rows)
      while let batch = try await cursor.next() {
        guard case .int64(let numbers) = batch.columns[0].values, case .text(let pages) = batch.columns[1].values
        else {
          Issue.record("other types")
          return
        }
        for (row, number) in numbers.enumerated() {
          guard number == expected, pages[row].hasPrefix("/page/\(number)"), batch.columns[3].isNull(row) else {
            Issue.record("\(number) where \(expected) was expected")
            return
          }
          expected -= 1
        }
      }
      #expect(expected == 0)
      if inTransaction { try await connection.commit() }
    }
    // MariaDB's driver holds whole results before 3.2.
    if driver == .mariadb, connection.engine.driverVersion.hasPrefix("03.01") {
      #expect(await connection.spoolCount == 2)
    }
    await connection.close()
  }

  /// What is read is the transaction's snapshot, and nobody who writes waits for it.
  @Test(arguments: Driver.present) func ofTheSnapshot(driver: Driver) async throws {
    let (database, connection) = try await filled(driver)
    let writer = try await database.connect(lockTimeout: .seconds(20))
    try await connection.begin(.read)
    #expect(try await connection.number("SELECT count(*) FROM t") == Int64(Self.rows))
    try await writer.execute("INSERT INTO t(i) VALUES (-1)")
    let cursor = try await connection.open("SELECT i FROM t ORDER BY i", types: [.int64])
    var count = try await cursor.next()?.rowCount ?? 0
    try await writer.execute("INSERT INTO t(i) VALUES (-2)")
    while let batch = try await cursor.next() { count += batch.rowCount }
    #expect(count == Self.rows)
    try await connection.commit()
    await connection.close()
    await writer.close()
  }

  /// A query that is not read to its end leaves nothing behind, and the connection goes on.
  @Test(arguments: Driver.present) func closedEarly(driver: Driver) async throws {
    let (_, connection) = try await filled(driver)
    for inTransaction in [false, true, true] {
      if inTransaction { try await connection.begin(.read) }
      let cursor = try await connection.open("SELECT i, p FROM t", types: [.int64, .text])
      #expect(try await cursor.next() != nil)
      await cursor.close()
      #expect(try await connection.number("SELECT count(*) FROM t") == Int64(Self.rows))
      let second = try await connection.open("SELECT i, p FROM t", types: [.int64, .text])
      #expect(try await second.next() != nil)
      if inTransaction { try await connection.rollback() } else { await second.close() }
      #expect(try await second.next() == nil)
    }
    await connection.close()
  }

  /// Two columns of one name cannot be kept in a table: the driver holds them.
  @Test(arguments: Driver.present) func columnsOfOneName(driver: Driver) async throws {
    let (_, connection) = try await filled(driver)
    let cursor = try await connection.open("SELECT i, i, u FROM t", types: [.int64, .int64, .text])
    var count = 0
    while let batch = try await cursor.next() { count += batch.rowCount }
    #expect(count == Self.rows)
    await connection.close()
  }

}
