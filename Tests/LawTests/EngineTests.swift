import TestNeeds
import Testing
import WarehouseDriver

/// Every engine answers, or is skipped by name: the other suites go over those that are there, and would tell nothing of
/// one that is not.
@Suite(.fewAtOnce) struct EngineTests {
  @Test(.needs(Engine.sqlite.absence)) func sqlite() async throws { try await answers(.sqlite) }
  @Test(.needs(Engine.postgresC.absence)) func postgresC() async throws { try await answers(.postgresC) }
  @Test(.needs(Engine.postgresICU.absence)) func postgresICU() async throws { try await answers(.postgresICU) }
  @Test(.needs(Engine.mariadb.absence)) func mariadb() async throws { try await answers(.mariadb) }
  @Test(.needs(Engine.psqlODBC.absence)) func psqlODBC() async throws { try await answers(.psqlODBC) }
  @Test(.needs(Engine.sqliteODBC.absence)) func sqliteODBC() async throws { try await answers(.sqliteODBC) }
  @Test(.needs(Engine.duckdb.absence)) func duckdb() async throws { try await answers(.duckdb) }
  @Test(.needs(Engine.adbcSQLite.absence)) func adbcSQLite() async throws { try await answers(.adbcSQLite) }
  @Test(.needs(Engine.adbcPostgres.absence)) func adbcPostgres() async throws { try await answers(.adbcPostgres) }

  private func answers(_ engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let connection = try await place.connect()
    let facts = try await connection.facts()
    print("\(engine): \(facts.engine) \(facts.version)")
    #expect(try await connection.textRows("SELECT 1") == [["1"]])
    await connection.close()
  }

  /// None has been forgotten above.
  @Test func allAreNamed() {
    #expect(
      Engine.allCases == [
        .sqlite, .postgresC, .postgresICU, .mariadb, .psqlODBC, .sqliteODBC, .duckdb, .adbcSQLite, .adbcPostgres,
      ],
      "a new engine needs its test here")
  }
}
