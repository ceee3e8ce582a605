import BackendConformance
import SessionPlan
import SessionRunner
import StatementRecording
import TestNeeds
import Testing
import WarehouseDriver

/// Erasure and retention on the tool's own table, with a guard, and without the rights.
@Suite(.fewAtOnce) struct RetentionTests {
  private static let rows = """
    INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES
    ('a','u','2025-06-01 08:00:00','/'), ('b','u','2025-06-01 08:10:00','/b'), ('c','u','2025-06-02 09:00:00','/'),
    ('d','v','2025-06-01 08:00:00','/'), ('e','v','2025-06-01 23:50:00','/'), ('f','v','2025-06-02 00:10:00','/'),
    ('g','w','2025-06-01 23:29:59','/'), ('h','w','2025-06-02 00:00:00','/')
    """
  private static let date = Timestamp(microseconds: 1_748_822_400_000_000)  // 2025-06-02

  private func started(_ place: Place, isGuarded: Bool = false) async throws -> JobContext {
    let context = try await place.context()
    try await context.create(CreateRequest(isGuarded: isGuarded))
    _ = try await context.connection.execute(Self.rows)
    _ = try await context.run()
    return context
  }

  private func counts(_ context: JobContext, _ request: VerifyRequest = VerifyRequest()) async throws -> [String: Int] {
    let findings = try await context.verify(request).findings
    return Dictionary(uniqueKeysWithValues: findings.filter { $0.count > 0 }.map { ($0.name, $0.count) })
  }

  /// Whole sessions only, and none that a later pageview could reach; what comes for the time before is counted.
  @Test(arguments: Engine.live) func oldPageviewsGoAndTheirSessionsStay(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await started(place)
    let before = try await context.sessionsCSV()
    var archived: [[String?]] = []
    let archive = RetainRequest.Archive(write: { archived += $0.textRows }, finish: {})
    let report = try await context.retain(RetainRequest(before: Self.date, archive: archive))
    // v's session over midnight stays; w's ended a gap and a second before it.
    #expect(report.runID == 2 && report.pageviews == 4 && report.sessions == 3 && report.sourceRows == 4)
    #expect(archived.map { $0[0] } == ["a", "b", "d", "g"])
    #expect(archived[1] == ["b", "a", "u", "2025-06-01 08:10:00.000000", "/b"])
    #expect(try await context.sessionsCSV() == before)
    #expect(
      try await context.connection.textRows("SELECT event_id FROM pageviews ORDER BY event_id").map { $0[0] }
        == ["c", "e", "f", "h"])
    #expect(try await counts(context).isEmpty)
    // Late for a session that is closed, late for one that stays, and a copy of an id that is free again.
    _ = try await context.connection.execute(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES
      ('x','u','2025-06-01 08:20:00','/'), ('y','v','2025-06-01 23:55:00','/'), ('a','z','2025-06-03 08:00:00','/'),
      ('i','w','2025-06-02 00:05:00','/')
      """)
    let dry = try await context.dryRun(RunRequest(mode: .new))
    #expect(dry.pageviews == 1 && dry.sessions == 1 && dry.lineageRows == 0 && dry.quarantined == 1)
    let run = try await context.run(RunRequest(mode: .new))
    #expect(run.pageviews == 1 && run.quarantined == 1)
    #expect(try await context.run().pageviews == 0)
    #expect(try await counts(context) == ["before retention": 2])
    #expect(try await context.verify().isClean)
    #expect(try await !context.verify(VerifyRequest(isComplete: true)).isClean)
    let ignoring = VerifyRequest(isComplete: true, ignoredBefore: Self.date)
    #expect(try await context.verify(ignoring).isClean)
    await #expect(throws: RunnerError.self) {
      try await context.retain(RetainRequest(before: Timestamp(microseconds: Self.date.microseconds - 1)))
    }
    await context.connection.close()
  }

  @Test(arguments: Engine.live) func whatWaitsForARunIsNotLost(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await started(place)
    _ = try await context.connection.execute(
      "INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES ('x','u','2025-06-01 08:20:00','/')")
    await #expect {
      try await context.retain(RetainRequest(before: Self.date))
    } throws: { "\($0)".contains("1 source rows before 2025-06-02") && "\($0)".contains("wait for a run") }
    _ = try await context.run()
    #expect(try await context.retain(RetainRequest(before: Self.date)).pageviews == 5)
    #expect(try await counts(context).isEmpty)
    await context.connection.close()
  }

  /// The guard is lifted for the removal alone.
  @Test(arguments: Engine.live.filter { !$0.dialect.rights.guardTable.isEmpty })
  func aGuardIsPutBack(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await started(place, isGuarded: true)
    let report = try await context.erase(EraseRequest(user: "v", hash: "h"))
    #expect(report.pageviews == 3 && report.sourceRows == 3 && report.sessions == 2)
    #expect(try await context.retain(RetainRequest(before: Self.date)).pageviews == 3)
    #expect(try await context.verify().isClean)
    for table in ["session_table", "session_versions", "session_lineage", "session_quarantine", "session_erasures"] {
      // A trigger for each row needs one.
      if ["session_lineage", "session_quarantine"].contains(table) { continue }
      await #expect(throws: DriverError.self, "\(table)") {
        try await context.connection.executeByHand("DELETE FROM \(table)", because: "a change that the guard refuses")
      }
    }
    let noted = try await context.connection.textRows(
      "SELECT run_id, kind, user_hash, pageviews FROM session_erasures ORDER BY run_id")
    #expect(noted == [["2", "erase", "h", "3"], ["3", "retain", nil, "3"]])
    await context.connection.close()
  }

  /// Erasing leaves nothing of the user, in any run.
  @Test(arguments: Engine.live) func nothingOfAUserIsLeft(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await started(place)
    _ = try await context.connection.execute(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES
      ('q','u',NULL,'/'), ('r','u','2025-06-01 08:35:00','/'), ('s','U','2025-06-01 08:35:00','/')
      """)
    #expect(try await context.run().quarantined == 1)
    let report = try await context.erase(EraseRequest(user: "u", hash: "h"))
    #expect(report.sourceRows == 5 && report.pageviews == 4 && report.sessions == 2 && report.quarantined == 1)
    for table in ["pageviews", "session_table", "session_versions", "session_quarantine"] {
      let users = try await context.connection.textRows("SELECT DISTINCT user_id FROM \(table)").map { $0[0] ?? "" }
      #expect(!users.contains("u"), "\(table): \(users)")
    }
    for run in Int64(1)...2 {
      try await context.sessions(asOf: run) { batch in
        #expect(batch.textRows.allSatisfy { $0[1] != "u" })
      }
    }
    var feed: [[String?]] = []
    #expect(try await context.changedSessions(since: 2) { feed += $0.textRows } == 3)
    #expect(feed.count == 1 && feed[0][0] == "erased" && feed[0].contains("h"))
    #expect(try await context.run().pageviews == 0)
    #expect(try await counts(context).isEmpty)
    // Somebody whom nobody knows.
    #expect(try await context.erase(EraseRequest(user: "nobody", hash: "n")).pageviews == 0)
    await context.connection.close()
  }

  /// A view's rows are its owner's to remove.
  @Test(arguments: Engine.live) func aViewMustBeEmptyOfTheUserFirst(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let connection = try await place.connect()
    _ = try await connection.execute(
      "CREATE TABLE hits (event_id \(engine.integerType), user_id varchar(20), page_view_at \(engine.timeType), page varchar(20))"
    )
    _ = try await connection.execute("CREATE VIEW shown AS SELECT event_id, user_id, page_view_at, page FROM hits")
    _ = try await connection.execute(
      "INSERT INTO hits VALUES (1,'u','2025-06-01 08:00:00','/'), (2,'v','2025-06-01 08:00:00','/')")
    let context = JobContext(connection, job: SessionJob(source: PageviewSource(table: ObjectName("shown"))))
    try await context.create()
    _ = try await context.run()
    await #expect {
      try await context.erase(EraseRequest(user: "u", hash: "h"))
    } throws: { "\($0)".contains("is a view and still shows rows of this user") }
    try await connection.executeByHand("DELETE FROM hits WHERE user_id = 'u'", because: "a view's rows are its owner's")
    #expect(try await context.erase(EraseRequest(user: "u", hash: "h")).pageviews == 1)
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    await connection.close()
  }

  /// The rights with which a role can run the job do not let it remove anything.
  @Test(arguments: Engine.postgres) func aRunsRoleCannotErase(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    let server = try #require(place.server)
    let role = "runner_\(place.schema ?? "")".prefix(50)
    _ = try await server.psql("CREATE ROLE \(role) LOGIN", database: place.database)
    let owner = try await place.context()
    try await owner.create(CreateRequest(grantee: String(role)))
    _ = try await owner.connection.execute(Self.rows)
    _ = try await owner.run()
    let before = try await owner.sessionsCSV()
    let connection = try await place.engine.backend().connect(
      to: Target(url: try place.url(as: String(role))), options: ConnectionOptions())
    let context = JobContext(connection)
    for attempt in 0..<2 {
      await #expect {
        if attempt == 0 {
          _ = try await context.erase(EraseRequest(user: "u", hash: "h"))
        } else {
          _ = try await context.retain(RetainRequest(before: Self.date))
        }
      } throws: { ($0 as? DriverError)?.code == .permission }
    }
    #expect(try await owner.sessionsCSV() == before)
    await connection.close()
    await owner.connection.close()
  }
}
