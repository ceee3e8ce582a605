import TestNeeds
import Testing

/// Every driver answers, or is skipped by name: the other suites go over those that are there.
@Suite struct DriverTests {
  @Test(.needs(Driver.mariadb.absence)) func mariadb() async throws { try await answers(.mariadb) }
  @Test(.needs(Driver.postgres.absence)) func postgres() async throws { try await answers(.postgres) }
  @Test(.needs(Driver.sqlite.absence)) func sqlite() async throws { try await answers(.sqlite) }

  private func answers(_ driver: Driver) async throws {
    let connection = try await Database(driver).connect()
    #expect(try await connection.number("SELECT 1") == 1)
    await connection.close()
  }

  /// None has been forgotten above.
  @Test func allAreNamed() { #expect(Driver.allCases == [.mariadb, .postgres, .sqlite]) }
}
