import BackendConformance
import SessionPlan
import SessionRunner
import StatementRecording
import Testing
import WarehouseDriver

/// Settings that the ledgers take over: other names of the same content, and new attributes (semantics.md, 10).
@Suite(.fewAtOnce) struct AdoptTests {
  private static let campaign = [Attribute(name: "campaign", column: "campaign")]

  private func rows(_ connection: any WarehouseDriver.Connection, _ values: String, campaign: Bool) async throws {
    _ = try await connection.execute(
      "INSERT INTO pageviews (event_id, user_id, page_view_at, page\(campaign ? ", campaign" : "")) VALUES \(values)")
  }

  private func modes(_ context: JobContext) async throws -> [String?] {
    try await context.connection.textRows(
      "SELECT mode FROM session_runs WHERE state = 'finished' ORDER BY run_id"
    ).map { $0[0] }
  }

  // MARK: A new attribute

  /// It is NULL in what is there; what comes has it, and the result is that of one run over everything.
  @Test(arguments: Engine.live) func aNewAttributeIsNullInWhatIsThere(engine: Engine) async throws {
    let (place, other) = (try await Place.make(on: engine), try await Place.make(on: engine))
    defer {
      place.remove()
      other.remove()
    }
    let before = try await place.context()
    let connection = before.connection
    try await before.create()
    let old =
      "('a','u','2025-06-01 08:00:00','/'), ('b','u','2025-06-01 08:50:00','/b'), ('c','v','2025-06-01 08:00:00','/')"
    try await rows(connection, old, campaign: false)
    _ = try await before.run()
    let written = try await connection.textRows(
      "SELECT event_id, session_id, run_id FROM session_table ORDER BY event_id")

    let context = JobContext(connection, job: SessionJob(attributes: Self.campaign))
    // Nobody runs with it before it is taken over.
    await #expect { try await context.run() } throws: { "\($0)".contains("pageviews has no column campaign") }
    let report = try await context.adopt()
    #expect(report.columns == ["campaign", "last_campaign"] || report.columns.first == "campaign")
    #expect(report.changes.map(\.setting) == ["attributes.campaign"])
    #expect(report.runID == 2 && !report.forgetsMark)
    let again = try await context.adopt()
    #expect(again.changes.isEmpty && again.runID == nil)
    #expect(
      try await connection.textRows("SELECT event_id, session_id, run_id FROM session_table ORDER BY event_id")
        == written)
    let view = try await connection.textRows("SELECT session_id, campaign FROM sessions ORDER BY session_id")
    #expect(view == [["a", nil], ["b", nil], ["c", nil]])
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)

    // A late pageview joins two sessions; the mark of arrivals is where it was.
    let new = "('m','u','2025-06-01 08:25:00','/m','x'), ('0','v','2025-06-01 07:50:00','/','y')"
    try await rows(connection, new, campaign: true)
    #expect(try await context.run(RunRequest(mode: .new)).mode == "new")
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    #expect(try await modes(context) == ["whole", "adopt", "new"])
    var asOf: [[String?]] = []
    try await context.sessions(asOf: 2) { asOf += $0.textRows.map { [$0[0], $0.last ?? nil] } }
    #expect(asOf == [["a", nil], ["b", nil], ["c", nil]])

    let anew = try await other.context(SessionJob(attributes: Self.campaign))
    try await anew.create()
    try await rows(anew.connection, old.replacing("')", with: "',NULL)"), campaign: true)
    try await rows(anew.connection, new, campaign: true)
    _ = try await anew.run()
    #expect(try await context.sessionsCSV() == anew.sessionsCSV())
    #expect(try await context.eventsCSV() == anew.eventsCSV())

    // What was before is another job now, and what was taken over cannot be given up.
    await #expect { try await before.run() } throws: { "\($0)".contains("attributes.campaign is unset") }
    await #expect { try await before.adopt() } throws: { "\($0)".contains("cannot give up") }
    await connection.close()
    await anew.connection.close()
  }

  /// Where table definitions are no part of a transaction, the columns may be there and the settings not.
  @Test(arguments: Engine.live) func anInterruptedOneIsDoneAgain(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let before = try await place.context()
    try await before.create()
    try await rows(before.connection, "('a','u','2025-06-01 08:00:00','/')", campaign: false)
    _ = try await before.run()
    for table in ["pageviews", "session_table"] {
      try await before.connection.executeByHand(
        "ALTER TABLE \(table) ADD COLUMN campaign TEXT", because: "an interrupted adopt")
    }
    // The job as it was goes on meanwhile.
    try await rows(before.connection, "('b','u','2025-06-01 08:01:00','/')", campaign: false)
    #expect(try await before.run().pageviews == 1)
    let context = JobContext(before.connection, job: SessionJob(attributes: Self.campaign))
    #expect(try await context.adopt().runID == 3)
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    await before.connection.close()
  }

  // MARK: Other names

  private func makeHits(
    _ connection: any WarehouseDriver.Connection, _ engine: Engine, _ table: String, user: String, _ values: String
  ) async throws {
    _ = try await connection.execute(
      """
      CREATE TABLE \(table) (event_id \(engine.integerType), \(user) TEXT, page_view_at \(engine.timeType), page TEXT,
        loaded \(engine.integerType))
      """)
    _ = try await connection.execute("INSERT INTO \(table) VALUES " + values)
  }

  private func job(_ table: String, user: String) -> SessionJob {
    SessionJob(
      source: PageviewSource(
        table: ObjectName(table), userID: user, arrival: Arrival(column: "loaded", overlap: 0)))
  }

  /// A new table with another name for a column goes on where the old one was, and begins its arrivals anew.
  @Test(arguments: Engine.live) func anotherTableOfTheSameContentGoesOn(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let connection = try await place.connect()
    let old = "(1,'u','2025-06-01 08:00:00','/',1000), (2,'u','2025-06-01 08:50:00','/',1001)"
    try await makeHits(connection, engine, "hits", user: "visitor", old)
    // Its arrivals count from 1 again, below the mark of the old table.
    let new = "(1,'u','2025-06-01 08:00:00','/',1), (2,'u','2025-06-01 08:50:00','/',2)"
    try await makeHits(connection, engine, "hits2", user: "person", new + ", (3,'u','2025-06-01 08:25:00','/',3)")
    let before = JobContext(connection, job: job("hits", user: "visitor"))
    try await before.create()
    _ = try await before.run()

    let context = JobContext(connection, job: job("hits2", user: "person"))
    await #expect { try await context.run() } throws: { "\($0)".contains("taken over by `sessionizer adopt`") }
    let report = try await context.adopt()
    #expect(report.changes.map(\.setting) == ["source.table", "source.user_id"])
    #expect(report.columns.isEmpty && report.missing == 0 && report.differing == 0 && report.forgetsMark)
    let run = try await context.run(RunRequest(mode: .new))
    #expect(run.mode == "whole" && run.pageviews == 1 && run.lineageRows == 1)
    #expect(try await context.run(RunRequest(mode: .new)).mode == "new")
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    await #expect { try await before.run() } throws: { "\($0)".contains("source.table is hits, theirs is hits2") }
    await connection.close()
  }

  /// A column that is no other name of the same, or a table that lacks pageviews, is told before anything is written.
  @Test(arguments: Engine.live) func anotherContentIsRefused(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let connection = try await place.connect()
    try await makeHits(
      connection, engine, "hits", user: "visitor",
      "(1,'u','2025-06-01 08:00:00','/',1), (2,'v','2025-06-01 08:50:00','/',2)")
    try await makeHits(
      connection, engine, "hits2", user: "person",
      "(1,'w','2025-06-01 08:00:00','/',1), (3,'v','2025-06-01 09:50:00','/',2)")
    let before = JobContext(connection, job: job("hits", user: "visitor"))
    try await before.create()
    _ = try await before.run()
    let context = JobContext(connection, job: job("hits2", user: "person"))
    await #expect { try await context.adopt() } throws: {
      "\($0)".contains("it lacks 1, such as 2, and has 1 with another user, time or page, such as 1")
    }
    #expect(try await modes(before) == ["whole"])
    let report = try await context.adopt(AdoptRequest(acceptsDifferences: true))
    #expect(report.missing == 1 && report.differing == 1 && report.runID == 2)
    // The ledgers' rows stand.
    #expect(try await context.run().pageviews == 1)
    let users = try await connection.textRows("SELECT event_id, user_id FROM session_table ORDER BY event_id")
    #expect(users == [["1", "u"], ["2", "v"], ["3", "v"]])
    await connection.close()
  }

  // MARK: What stays refused

  private static let refused: [(setting: String, change: @Sendable (inout SessionJob) -> Void)] = [
    ("gap", { $0.gap = Gap(text: "45m") ?? $0.gap }), ("gap_boundary", { $0.boundary = .same }),
    ("source.event_id", { $0.source.eventID = nil }), ("source.page", { $0.source.page = nil }),
    ("source.time_zone", { $0.source.timeZone = "+01:00" }),
    ("source.filter", { $0.source.filter = .isNull(column: "page") }),
  ]

  /// What decides which pageviews count or what a session is; before anything has run, all but the ids' type may change.
  @Test(arguments: [Engine.sqlite, .postgresC, .mariadb]) func whatDecidesIsRefused(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let connection = try await place.connect()
    _ = try await connection.execute(
      "CREATE TABLE hits (event_id TEXT, user_id TEXT, page_view_at \(engine.timeType), page TEXT)")
    let job = SessionJob(source: PageviewSource(table: ObjectName("hits")))
    let before = JobContext(connection, job: job)
    try await before.create()
    var early = job
    early.gap = try #require(Gap(text: "10m"))
    #expect(try await JobContext(connection, job: early).adopt().runID == 1)
    _ = try await connection.execute(
      "INSERT INTO hits VALUES ('a','u','2025-06-01 08:00:00','/'), ('b','u','2025-06-01 08:20:00','/')")
    let context = JobContext(connection, job: early)
    #expect(try await context.run().sessions == 2)
    for (setting, change) in Self.refused {
      var other = early
      change(&other)
      await #expect(
        performing: { try await JobContext(connection, job: other).adopt() },
        throws: { error in
          "\(error)".contains("\(setting) is ") && "\(error)".contains("decides which pageviews count")
        })
    }
    #expect(try await modes(context) == ["adopt", "whole"])
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    await connection.close()
  }

  // MARK: What create notes

  /// The row by which the ledgers know their job from `create` on is no run, and is written once.
  @Test(arguments: Engine.live) func createNotesTheSettings(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await place.context(SessionJob(gap: try #require(Gap(text: "10m")), attributes: Self.campaign))
    try await context.create(CreateRequest(fields: ["campaign": "utm"]))
    try await context.create()
    let noted = try await context.connection.textRows("SELECT run_id, state, mode FROM session_runs")
    #expect(noted == [["0", "created", "create"]])
    var runs = 0
    try await context.status { runs += $0.rowCount }
    #expect(runs == 0)
    await #expect { try await context.sessions(asOf: 0) { _ in } } throws: { "\($0)".contains("there is no run 0") }

    // Another job is refused before anything has run, and one that says nothing is this one.
    let another = JobContext(context.connection, job: SessionJob())
    await #expect { try await another.run() } throws: {
      "\($0)".contains("attributes.campaign is unset, theirs is campaign")
    }
    let (known, fields) = try await another.remembering(said: [])
    #expect(known.job == context.job && fields == ["campaign": "utm"])
    try await rows(context.connection, "('a','u','2025-06-01 08:00:00','/','x')", campaign: true)
    #expect(try await known.run().runID == 1)
    // What files call it goes on from row to row.
    #expect(try await another.remembering(said: []).fields == ["campaign": "utm"])
    await #expect { try await another.remembering(said: ["gap"]) } throws: {
      "\($0)".contains("gap is 30m, theirs is 10m")
    }
    await #expect { try await context.create(CreateRequest(fields: ["campaign": "other"])) } throws: {
      "\($0)".contains("is the field utm of files here, not other")
    }
    await context.connection.close()
  }
}
