import Foundation
import PostgresServer
import PrivateServer
import SessionRunner
import StatementRecording
import TestNeeds
import Testing
import WarehouseDriver

@Suite(.fewAtOnce, .needs(Engine.postgresC.absence)) struct PostgresFullDiskTests {
  /// A run for whose rows there is no room says so and leaves nothing; with more room it succeeds.
  @Test func aDiskThatFillsUpInTheMiddleOfARun() async throws {
    let server = try await PostgresServer.start()
    guard let disk = try SmallDisk(ownedBy: server.folder + "/data", megabytes: 24) else {
      await server.stop()
      try Test.cancel("a full disk needs root, to mount a small file system")
    }
    defer { disk.remove() }
    _ = try await server.psql("CREATE TABLESPACE small LOCATION '\(disk.path)'")
    let place = try await Place.database(on: .postgresC, server: server)
    let context = try await place.context()
    try await context.create()
    // The ledger alone is on the small disk.
    for table in ["session_table", "session_lineage"] {
      try await context.connection.executeByHand(
        "ALTER TABLE \(table) SET TABLESPACE small", because: "a disk that is soon full")
    }
    _ = try await context.connection.execute(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page)
      SELECT 'event ' || i, 'user ' || i % 999, TIMESTAMP '2025-01-01' + i * INTERVAL '13 seconds', repeat('/page', 60)
      FROM generate_series(1, 120000) AS i
      """)
    do {
      _ = try await context.run()
      Issue.record("the rows found room")
    } catch let error as DriverError {
      #expect(error.code == .diskFull && !error.description.contains("\n"), "\(error)")
    }
    #expect(try await context.connection.textRows("SELECT count(*) FROM session_table") == [["0"]])
    #expect(try await context.connection.textRows("SELECT count(*) FROM session_runs WHERE run_id > 0") == [["0"]])
    try disk.grow(megabytes: 512)
    #expect(try await context.run().pageviews == 120_000)
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    await context.connection.close()
    await server.stop()
  }
}
