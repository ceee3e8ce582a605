import Foundation
import PostgresBackend
import PostgresServer
import SessionPlan
import TestNeeds
import Testing
import WarehouseDriver

/// A pool that gives each transaction another process of the server is refused, one that keeps the process is not.
@Suite(.needs(PostgresServer.absence ?? PgBouncer.absence)) struct PoolingTests {
  @Test(arguments: [1, 5]) func poolsOfTransactionsAreRefused(size: Int) async throws {
    let database = try await Database()
    let pool = try await PgBouncer.start(before: database.server, mode: "transaction", poolSize: size)
    let url = pool.url(database: database.name, user: database.server.user)
    for readOnly in [false, true] {
      let error = await expect(.unsupported) {
        _ = try await PostgresBackendTests.connect(url: url, readOnly: readOnly)
      }
      #expect(error?.description.contains("pool_mode") == true, "\(String(describing: error))")
    }
    // Nothing was set for whoever comes next.
    let settings = [
      "default_transaction_read_only", "lock_timeout", "statement_timeout", "search_path", "jit", "TimeZone",
    ].map { "current_setting('\($0)')" }.joined(separator: ", ")
    let question = "SELECT \(settings)"
    let direct = try await database.server.psql(question, database: database.name)
    for _ in 0..<3 {
      #expect(try await database.server.psql(question, url: url) == direct)
    }
    pool.stop()
  }

  @Test func poolsOfSessionsAreNot() async throws {
    let database = try await Database()
    for size in [1, 5] {
      let pool = try await PgBouncer.start(before: database.server, mode: "session", poolSize: size)
      let url = pool.url(database: database.name, user: database.server.user)
      let connection = try await PostgresBackendTests.connect(url: url)
      _ = try await connection.execute("CREATE TABLE IF NOT EXISTS ledger(a int)")
      try await connection.lockJob(ObjectName("ledger"), wait: .zero)
      try await connection.unlockJob()
      await connection.close()
      pool.stop()
    }
  }

  /// While others use the pool, too.
  @Test func aBusyPoolIsFoundToo() async throws {
    let database = try await Database()
    let pool = try await PgBouncer.start(before: database.server, mode: "transaction", poolSize: 4)
    let url = pool.url(database: database.name, user: database.server.user)
    let others = (0..<6).map { _ in
      Task { while !Task.isCancelled { _ = try? await database.server.psql("SELECT pg_sleep(0.01)", url: url) } }
    }
    try await Task.sleep(for: .milliseconds(300))
    for _ in 0..<5 { await expect(.unsupported) { _ = try await PostgresBackendTests.connect(url: url) } }
    for other in others { other.cancel() }
    for other in others { await other.value }
    pool.stop()
  }
}
