import Foundation
import MariaDBServer
import PageviewFiles
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

  /// A server that crashed before it had looked at the rows: kept statistics say 0 rows then, and the tool's tables have
  /// none that are kept. With them, the same reading would be quadratic, which shows that the count can tell.
  @Test(arguments: [false, true]) func aCrashMakesNothingQuadratic(isKept: Bool) async throws {
    let settings = ["userstat": "1", "innodb-stats-auto-recalc": "0"]
    let server = try await MariaDBServer.start(MariaDBServer.Options(settings: settings))
    let place = try await Place.database(on: server)
    let rows = 3000
    var context = try await place.context()
    try await context.create()
    if isKept {
      for table in ["pageviews", "session_table", "session_versions", "session_lineage", "session_quarantine"] {
        _ = try await server.query("ALTER TABLE \(table) STATS_PERSISTENT = 1", database: place.database)
      }
    }
    _ = try await server.query(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page)
      SELECT concat('e', seq), concat('u', seq % 150), TIMESTAMP '2025-01-01 00:00:00' + INTERVAL seq * 7919 % \(rows) * 130 SECOND, '/'
      FROM seq_1_to_\(rows)
      """, database: place.database)
    #expect(try await context.run().pageviews == Int64(rows))
    server.kill()
    await context.connection.close()
    try await server.restart()
    context = try await place.context()
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("crash-\(UUID().uuidString).csv")
    defer { try? FileManager.default.removeItem(at: file) }
    let lines = (1...600).map { "n\($0),u\($0 % 150),2025-06-01 08:00:00,/" }
    try ("event_id,user_id,page_view_at,page\n" + lines.joined(separator: "\n") + "\n")
      .write(to: file, atomically: true, encoding: .utf8)
    #expect(try await context.load(files: [file.path], LoadRequest(options: LoadOptions()))[0].loaded == 600)
    await context.connection.close()
    var read = 0
    for table in ["pageviews", "session_table"] { read += try await rowsRead(of: table, in: place, server) }
    print("MariaDB after a crash, \(isKept ? "kept" : "fresh") statistics: \(read) rows read of \(rows)")
    #expect(isKept ? read > 300 * rows : read < 60 * rows, "\(read) rows read")
    await server.stop()
  }
}
