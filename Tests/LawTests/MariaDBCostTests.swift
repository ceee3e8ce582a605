import MariaDBServer
import SessionPlan
import SessionRunner
import TestNeeds
import Testing
import WarehouseDriver

/// L9 on MariaDB, by the server's own counts of the rows that it read of a table.
@Suite(.fewAtOnce, .needs(Engine.mariadb.absence)) struct MariaDBCostTests {
  /// Rows read of a table so far, by all connections that have closed it since.
  private func rowsRead(of table: String, in place: Place, _ server: MariaDBServer) async throws -> Int {
    let text = try await server.query(
      """
      FLUSH TABLES; SELECT coalesce(max(rows_read), 0) FROM information_schema.table_statistics
      WHERE table_schema = '\(place.database)' AND table_name = '\(table)'
      """)
    return try #require(text.split(separator: "\n").last.flatMap { Int($0) })
  }

  /// One user's pageviews in a year, and two more, one of them in the middle: what is read of the ledger does not grow
  /// with it.
  @Test(arguments: [false, true]) func aLateRowReadsItsNeighboursOnly(hasStatistics: Bool) async throws {
    let server = try await MariaDBServer.start(MariaDBServer.Options(settings: ["userstat": "1"]))
    let place = try await Place.database(on: server)
    let job = SessionJob(source: PageviewSource(arrival: Arrival(column: "arrival_id", overlap: 0)))
    let context = try await place.context(job)
    try await context.create()
    let rows = 100_000
    _ = try await server.query(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page)
      SELECT concat('e', seq), 'u', TIMESTAMP '2025-01-01 00:00:00' + INTERVAL seq * 315 SECOND, '/' FROM seq_1_to_\(rows)
      """, database: place.database)
    #expect(try await context.run().pageviews == Int64(rows))
    if hasStatistics { _ = try await server.query("ANALYZE TABLE session_table, pageviews", database: place.database) }
    _ = try await server.query(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page)
      VALUES ('late', 'u', '2025-06-01 00:00:00.000001', '/'), ('new', 'u', '2025-12-31 22:59:00', '/')
      """, database: place.database)
    let before = try await rowsRead(of: "session_table", in: place, server)
    let report = try await context.run(RunRequest(mode: .new))
    #expect(report.mode == "new" && report.pageviews == 2)
    await context.connection.close()
    let read = try await rowsRead(of: "session_table", in: place, server) - before
    print("L9 on MariaDB, \(hasStatistics ? "fresh" : "the server's own") statistics: \(read) of \(rows) ledger rows")
    #expect(read > 5 && read < 1000, "\(read) rows read")
    await server.stop()
  }
}
