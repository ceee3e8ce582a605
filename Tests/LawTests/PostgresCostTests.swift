import PostgresServer
import SessionPlan
import SessionRunner
import StatementRecording
import TestNeeds
import Testing
import WarehouseDriver

/// L9 on PostgreSQL, by the server's own counts of rows, with statistics missing or stale.
///
/// Each test has a database of its own: ANALYZE goes through all tables of a database, and what it takes of a ledger
/// while a run writes to it (many pages, no row committed yet) are other statistics than a test of them asks for.
@Suite(.fewAtOnce, .needs(Engine.postgresC.absence)) struct PostgresCostTests {
  /// What the planner knows of the ledgers.
  enum Statistics: String, CaseIterable {
    case missing
    /// Of when they were almost empty.
    case stale
  }

  /// Rows that the server has read of a table, by a scan of all of it or by an index.
  private struct RowsRead: CustomStringConvertible {
    var scanned: Int
    var fetched: Int
    var description: String { "\(scanned) scanned, \(fetched) by an index" }
  }

  private func rowsRead(of table: String, _ observer: any WarehouseDriver.Connection) async throws -> RowsRead {
    let rows = try await observer.textRows(
      """
      SELECT coalesce(seq_tup_read, 0), coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables
      WHERE relid = '\(table)'::regclass
      """)
    return RowsRead(scanned: Int(rows[0][0] ?? "") ?? -1, fetched: Int(rows[0][1] ?? "") ?? -1)
  }

  /// What a body reads of a table on a connection that is closed afterwards: only then are its counts sure to be there.
  private func rowsRead(
    of table: String, in place: Place, _ observer: any WarehouseDriver.Connection, _ job: SessionJob,
    _ body: (JobContext) async throws -> Void
  ) async throws -> RowsRead {
    func settled() async throws -> RowsRead {
      var last = try await rowsRead(of: table, observer)
      while true {
        let sessions = try await observer.textRows(
          "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'measured'")
        let next = try await rowsRead(of: table, observer)
        if sessions == [["0"]], next.scanned == last.scanned, next.fetched == last.fetched { return next }
        last = next
        try await Task.sleep(for: .milliseconds(50))
      }
    }
    let before = try await settled()
    let connection = try await place.engine.backend().connect(
      to: Target(url: place.url + "?application_name=measured"),
      // A plan that goes over all rows for each row would never end.
      options: ConnectionOptions(statementTimeout: .seconds(300)))
    try await body(JobContext(connection, job: job))
    await connection.close()
    let after = try await settled()
    return RowsRead(scanned: after.scanned - before.scanned, fetched: after.fetched - before.fetched)
  }

  /// One user's 300,000 pageviews in a year, and two more, one of them in the middle.
  @Test(arguments: Statistics.allCases) func aLateRowReadsItsNeighboursOnly(statistics: Statistics) async throws {
    let place = try await Place.database(on: .postgresC)
    let observer = try await place.connect()
    let job = SessionJob(source: PageviewSource(arrival: Arrival(column: "arrival_id", overlap: 0)))
    let context = JobContext(observer, job: job)
    try await context.create()
    try await withoutStatistics(observer)
    _ = try await observer.execute(
      "INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES ('e0','u','2025-01-01','/')")
    _ = try await context.run()
    if statistics == .stale { _ = try await observer.execute("ANALYZE") }
    let rows = 300_000
    _ = try await observer.execute(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page)
      SELECT 'e' || i, 'u', TIMESTAMP '2025-01-01' + i * INTERVAL '105.12 seconds', '/'
      FROM generate_series(1, \(rows)) AS i
      """)
    #expect(try await context.run(RunRequest(mode: .new)).pageviews == Int64(rows))
    _ = try await observer.execute(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page)
      VALUES ('late','u','2025-06-01 00:00:00.000001','/'), ('new','u','2025-12-31 22:59:00','/')
      """)
    let ledger = try await rowsRead(of: "session_table", in: place, observer, job) { context in
      let report = try await context.run(RunRequest(mode: .new))
      #expect(report.mode == "new" && report.pageviews == 2)
    }
    print("L9 on PostgreSQL, statistics \(statistics): \(ledger) of \(rows) ledger rows")
    // Whether there is any row at all is asked with EXISTS, which stops at the first.
    #expect(ledger.scanned <= 1 && ledger.fetched > 10 && ledger.fetched < 1000, "\(ledger)")
    await observer.close()
  }

  private func withoutStatistics(_ connection: any WarehouseDriver.Connection) async throws {
    for table in ["pageviews", "session_table", "session_lineage", "session_versions", "session_runs"] {
      try await connection.executeByHand(
        "ALTER TABLE \(table) SET (autovacuum_enabled = false)", because: "a server without statistics")
    }
  }

  /// A million merged anchors: each is looked up once.
  @Test(arguments: Statistics.allCases) func aMillionLineageRowsAreReadOnce(statistics: Statistics) async throws {
    let place = try await Place.database(on: .postgresC)
    let observer = try await place.connect()
    let context = JobContext(observer)
    try await context.create()
    try await withoutStatistics(observer)
    try await TwoBatches.insert(0, of: 30, into: observer)
    _ = try await context.run()
    if statistics == .stale { _ = try await observer.execute("ANALYZE") }
    let rows = 1_000_000
    // A thousand users with sessions of a thousand pageviews, each a session of its own until all were merged.
    _ = try await observer.execute(
      """
      INSERT INTO session_table (event_id, session_id, user_id, page_view_at, page, run_id)
      SELECT 'b' || i, 'b' || i, 'user ' || i % 1000, TIMESTAMP '2025-06-01' + i / 1000 * INTERVAL '1 minute', '/', 0
      FROM generate_series(1000, \(rows) + 999) AS i
      UNION ALL
      SELECT 'a' || i, 'a' || i, 'user ' || i, TIMESTAMP '2025-06-01', '/', 1 FROM generate_series(0, 999) AS i
      """)
    _ = try await observer.execute(
      """
      INSERT INTO session_lineage (session_id, became, run_id)
      SELECT 'b' || i, 'a' || i % 1000, 1 FROM generate_series(1000, \(rows) + 999) AS i
      """)
    _ = try await observer.execute(
      """
      INSERT INTO session_versions (
        anchor, run_id, session_id, user_id, started_at, ended_at, last_event_id, pageviews, anchors, entry_page,
        exit_page)
      SELECT 'b' || i, 0, 'b' || i, 'user ' || i % 1000, TIMESTAMP '2025-06-01' + i / 1000 * INTERVAL '1 minute',
        TIMESTAMP '2025-06-01' + i / 1000 * INTERVAL '1 minute', 'b' || i, 1, 1, '/', '/'
      FROM generate_series(1000, \(rows) + 999) AS i
      UNION ALL
      SELECT 'a' || i, 1, 'a' || i, 'user ' || i, TIMESTAMP '2025-06-01', TIMESTAMP '2025-06-01' + INTERVAL '1000 minutes',
        'b' || 1000000 + i, 1001, 1001, '/', '/' FROM generate_series(0, 999) AS i
      """)
    let exported = try await rowsRead(of: "session_lineage", in: place, observer, SessionJob()) { context in
      var pageviews = 0
      try await context.events { pageviews += $0.rowCount }
      #expect(pageviews > rows)
      var sessions = 0
      try await context.sessions { sessions += $0.rowCount }
      #expect((1000..<1100).contains(sessions))
    }
    print("lineage, statistics \(statistics): \(exported) of \(rows) rows for all events and all sessions")
    #expect(exported.scanned + exported.fetched <= 8 * rows, "\(exported)")
    // A run that touches one of them.
    _ = try await observer.execute(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES ('z','user 77','2025-05-31 23:50:00','/')
      """)
    let run = try await rowsRead(of: "session_lineage", in: place, observer, SessionJob()) { context in
      let report = try await context.run(RunRequest(mode: .window(from: .earliest, to: nil)))
      #expect(report.lineageRows == 0 && report.sessions == 1)
    }
    print("lineage, statistics \(statistics): \(run) of \(rows) rows for one late pageview")
    #expect(run.scanned == 0 && run.fetched < 5000, "\(run)")
    await observer.close()
  }

  /// A run handles each new row a few times, however many there are: no step compares each row with each other, as a
  /// nested loop over two scratch tables without statistics does. The server's own account of each statement is read.
  @Test func noRowIsComparedWithEachOther() async throws {
    let server = try await PostgresServer.start(
      .init(settings: [
        "session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0",
        "auto_explain.log_analyze": "on", "auto_explain.log_timing": "off", "log_line_prefix": "%a ",
      ]))
    let place = try await Place.database(on: .postgresC, server: server)
    let observer = try await place.connect()
    let job = SessionJob(source: PageviewSource(arrival: Arrival(column: "arrival_id", overlap: 0)))
    let context = JobContext(observer, job: job)
    try await context.create()
    _ = try await observer.execute(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page)
      SELECT 'e' || i, 'user ' || i % 5000, TIMESTAMP '2025-01-01' + i * INTERVAL '50 seconds', '/'
      FROM generate_series(1, 30000) AS i
      """)
    _ = try await context.run()
    try await observer.executeByHand("VACUUM ANALYZE", because: "statistics, as a server has them")
    for count in [300, 1000, 3000] {
      _ = try await observer.execute(
        """
        INSERT INTO pageviews (event_id, user_id, page_view_at, page)
        SELECT 'n\(count) ' || i, 'user ' || i * 7 % 5000, TIMESTAMP '2025-01-01' + i * INTERVAL '490 seconds', '/'
        FROM generate_series(1, \(count)) AS i
        """)
      let before = server.log.count
      let connection = try await place.engine.backend().connect(
        to: Target(url: place.url + "?application_name=measured"), options: ConnectionOptions())
      #expect(try await JobContext(connection, job: job).run(RunRequest(mode: .new)).pageviews == Int64(count))
      await connection.close()
      // `(actual rows=947 loops=1000)`: rows of each time.
      let handled = server.log.dropFirst(before).matches(of: /actual rows=(\d+) loops=(\d+)/).map { node in
        (Int(node.1) ?? .max) * (Int(node.2) ?? .max)
      }
      print("L9 on PostgreSQL, \(count) new rows: at most \(handled.max() ?? 0) rows in one of \(handled.count) nodes")
      #expect(handled.count > 50)
      #expect((handled.max() ?? .max) <= 10 * count)
    }
    await observer.close()
    await server.stop()
  }
}
