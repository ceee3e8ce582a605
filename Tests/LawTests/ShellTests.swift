import SessionPlan
import SessionRunner
import TestNeeds
import Testing
import WarehouseDriver

@Suite(.fewAtOnce) struct ShellTests {
  /// The views need nothing of the tool: the plain shell reads them, late events included.
  @Test(arguments: Engine.servers) func thePlainShellReadsTheViews(engine: Engine) async throws {
    try await check(engine)
  }

  @Test(.needs(Place.sqliteShellAbsence), arguments: Engine.live.filter { $0.family == .sqlite })
  func thePlainShellOfSQLiteReadsTheViews(engine: Engine) async throws {
    try await check(engine)
  }

  private func check(_ engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await place.context()
    try await context.create()
    for batch in 0..<2 {
      try await TwoBatches.insert(batch, of: 300, into: context.connection)
      _ = try await context.run()
    }
    #expect(try await context.connection.textRows("SELECT count(*) FROM session_versions WHERE run_id = 2") != [["0"]])
    var sessions: [String] = []
    try await context.sessions { batch in
      sessions += batch.textRows.map { $0.map { $0 ?? "NULL" }.joined(separator: "|") }
    }
    var events: [String] = []
    try await context.events { batch in
      events += batch.textRows.map { $0.map { $0 ?? "NULL" }.joined(separator: "|") }
    }
    await context.connection.close()

    // As text, in the form of the exports.
    func time(_ column: String) -> String {
      engine.family == .postgres ? "to_char(\(column), 'YYYY-MM-DD HH24:MI:SS.US')" : column
    }
    let (duration, bytes) =
      switch engine.family {
      case .sqlite: ("printf('%.6f', duration)", "")
      case .postgres: ("duration::numeric(20, 6)", " COLLATE \"C\"")
      case .mariadb: ("duration", " COLLATE utf8mb4_bin")
      case .duckdb: ("duration", "")
      }
    let found = try await place.shell(
      """
      SELECT session_id, user_id, \(time("started_at")), \(time("ended_at")), \(duration), pageviews, entry_page,
      exit_page, is_bounce FROM sessions ORDER BY user_id\(bytes), started_at, session_id\(bytes)
      """)
    #expect(found == sessions)
    let eventsFound = try await place.shell(
      "SELECT event_id, session_id, user_id, \(time("page_view_at")), page FROM session_events")
    #expect(eventsFound.sorted() == events.sorted())
    #expect(sessions.count >= 10 && events.count == 300)
  }
}
