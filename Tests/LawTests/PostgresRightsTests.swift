import Logging
import PostgresServer
import SessionPlan
import SessionRunner
import StatementRecording
import Synchronization
import TestNeeds
import Testing
import WarehouseDriver

/// L2 on PostgreSQL: a role that has been granted the least rights can run the job, and can change nothing.
@Suite(.fewAtOnce, .needs(Engine.postgresC.absence)) struct PostgresRightsTests {
  /// What the server is to refuse.
  private func refused(_ sql: String, by connection: any WarehouseDriver.Connection) async throws {
    try await connection.executeByHand(sql, because: "a change that the server is to refuse")
  }

  private static let ledgers = [
    "session_table", "session_lineage", "session_versions", "session_runs", "session_quarantine",
  ]

  /// What must be refused on a ledger, whoever asks.
  private static func changes(_ table: String) -> [String] {
    [
      "UPDATE \(table) SET run_id = run_id", "DELETE FROM \(table)", "TRUNCATE \(table)",
      "INSERT INTO \(table) SELECT * FROM \(table) ON CONFLICT DO NOTHING; DELETE FROM \(table)",
    ]
  }

  /// A place in which a role of its own has been granted the job.
  ///
  /// - Parameter isByHand: the statements that `create --dry-run` prints are carried out one by one
  private func granted(isGuarded: Bool, isByHand: Bool = false) async throws -> (
    place: Place, owner: JobContext, role: String, url: String
  ) {
    // Rights on a database are its own: two tests that change those of one by hand at once fail.
    let place = try await Place.database(on: .postgresC)
    let server = try #require(place.server)
    // Quotes, case and blanks are part of its name.
    let role = "Job \"runner\" \(place.database.suffix(12))"
    _ = try await server.psql("CREATE ROLE \"\(role.replacing("\"", with: "\"\""))\" LOGIN", database: place.database)
    // Where everybody may do it already, the grant would not be seen to be needed.
    _ = try await server.psql("REVOKE TEMPORARY ON DATABASE \(place.database) FROM PUBLIC")
    let owner = try await place.context()
    let request = CreateRequest(grantee: role, isGuarded: isGuarded)
    if isByHand {
      let script = try await owner.createScript(request)
      #expect(try await owner.connection.describe(ObjectName("session_runs")) == nil, "printing makes nothing")
      for sql in script.flatMap(\.sql) { _ = try await owner.connection.execute(sql) }
    } else {
      try await owner.create(request)
    }
    return (place, owner, role, server.url(database: place.database, user: role))
  }

  @Test(arguments: [false, true]) func theLeastRightsAreEnoughForEveryRun(isByHand: Bool) async throws {
    let (place, owner, _, url) = try await granted(isGuarded: false, isByHand: isByHand)
    let connection = try await place.engine.backend().connect(to: Target(url: url), options: ConnectionOptions())
    let context = JobContext(connection)
    for batch in 0..<2 {
      try await TwoBatches.insert(batch, of: 900, into: owner.connection)
      _ = try await owner.connection.execute(
        "INSERT INTO pageviews (event_id, user_id, page_view_at) VALUES ('bad \(batch)', NULL, NULL)")
      let dry = try await context.dryRun()
      #expect(dry.pageviews == (batch == 0 ? 600 : 300))
      let mode: RunRequest.Mode = batch == 0 ? .whole : .new
      #expect(try await context.run(RunRequest(mode: mode)).pageviews == (batch == 0 ? 600 : 300))
      #expect(try await context.run(RunRequest(mode: .window(from: .earliest, to: nil))).pageviews == 0)
    }
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    #expect(try await context.exports() == owner.exports())
    for kind in AggregateKind.allCases { try await context.aggregate(kind) { #expect($0.rowCount > 0) } }
    for table in Self.ledgers {
      for change in Self.changes(table) {
        await #expect("\(change)") { try await refused(change, by: connection) } throws: { error in
          // One text of several statements is refused too, by the protocol.
          (error as? DriverError)?.code == .permission || change.contains(";")
        }
      }
    }
    #expect(try await context.exports() == owner.exports(), "the owner's sessions are the role's")
    // The source is for reading.
    await #expect {
      _ = try await connection.execute("INSERT INTO pageviews (event_id) VALUES ('x')")
    } throws: { ($0 as? DriverError)?.code == .permission }
    await connection.close()
    await owner.connection.close()
  }

  /// Rights that were granted by hand after a plain `create`, which left the key to the first run: a role that may not
  /// build it does without, copies of an event id included, and says so once a run.
  @Test(arguments: [Engine.postgresC, .psqlODBC].filter(Engine.live.contains))
  func aRoleThatMayNotBuildTheKeyDoesWithout(engine: Engine) async throws {
    let place = try await Place.database(on: engine)
    let server = try #require(place.server)
    let owner = try await place.context()
    try await owner.create()
    let role = "runner_\(place.database.suffix(12))"
    for sql in [
      "CREATE ROLE \(role) LOGIN", "REVOKE TEMPORARY ON DATABASE \(place.database) FROM PUBLIC",
      "GRANT TEMPORARY ON DATABASE \(place.database) TO \(role)", "GRANT USAGE ON SCHEMA public TO \(role)",
      "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO \(role)",
    ] {
      _ = try await server.psql(sql, database: place.database)
    }
    let notices = Notices()
    let connection = try await engine.backend().connect(
      to: Target(url: try place.url(as: role)), options: ConnectionOptions())
    let context = JobContext(
      job: SessionJob(), connection: connection, logger: notices.logger, toolVersion: "test")
    for batch in 0..<2 {
      try await TwoBatches.insert(batch, of: 900, into: owner.connection)
      _ = try await owner.connection.execute(
        """
        INSERT INTO pageviews (event_id, user_id, page_view_at, page)
        SELECT event_id, user_id, page_view_at, '/other' FROM pageviews WHERE event_id = 'e\(batch + 2)'
        """)
      let mode: RunRequest.Mode = batch == 0 ? .whole : .new
      let report = try await context.run(RunRequest(mode: mode))
      #expect(report.pageviews == (batch == 0 ? 600 : 300) && report.quarantined == 1)
      #expect(try await context.run(RunRequest(mode: .window(from: .earliest, to: nil))).pageviews == 0)
    }
    let texts = notices.texts
    #expect(texts.count == 4, "once a run: \(texts)")
    #expect(texts.allSatisfy { $0.contains("session_table") && $0.contains("sessionizer create --finish") }, "\(texts)")
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    func advice(_ context: JobContext) async -> String? {
      await context.examine().first { $0.outcome == .advised }?.detail
    }
    #expect(await advice(context)?.contains("create --finish") == true)
    #expect(await advice(owner)?.contains("create --finish") == true)

    let before = try await owner.exports()
    try await owner.create(CreateRequest(finishes: true))
    #expect(try await owner.connection.describe(ObjectName("session_table"))?.primaryKey == ["event_id"])
    #expect(await advice(context) == nil)
    #expect(try await context.run().pageviews == 0)
    #expect(notices.texts.count == 4, "nothing to say any more")
    #expect(try await context.exports() == before)
    await connection.close()
    await owner.connection.close()
  }

  /// Grants on one database and one source at the same moment are grants on the same entries of the catalog, which
  /// PostgreSQL refuses to one of the two ("tuple concurrently updated").
  @Test(arguments: [Engine.postgresC, .psqlODBC, .adbcPostgres].filter(Engine.live.contains))
  func manyCanBeGrantedAtOnce(engine: Engine) async throws {
    let place = try await Place.database(on: engine)
    let server = try #require(place.server)
    try await place.context().create()
    let roles = (0..<6).map { "many_\($0)_\(place.database.suffix(12))" }
    for role in roles { _ = try await server.psql("CREATE ROLE \(role) LOGIN", database: place.database) }
    try await withThrowingTaskGroup { group in
      for role in roles {
        group.addTask {
          let owner = try await place.context()
          for _ in 0..<3 { try await owner.create(CreateRequest(grantee: role, isGuarded: true)) }
          await owner.connection.close()
        }
      }
      try await group.waitForAll()
    }
    for role in roles {
      for right in [
        "has_database_privilege('\(role)', current_database(), 'TEMPORARY')",
        "has_table_privilege('\(role)', 'pageviews', 'SELECT')",
        "has_table_privilege('\(role)', 'session_table', 'INSERT')",
      ] {
        #expect(try await server.psql("SELECT \(right)", database: place.database).contains("t"), "\(right)")
      }
    }
  }

  /// Before the first run, too.
  @Test func createCanFinishBeforeTheFirstRun() async throws {
    let place = try await Place.make(on: .postgresC)
    let owner = try await place.context()
    try await owner.create(CreateRequest(finishes: true))
    #expect(try await owner.connection.describe(ObjectName("session_table"))?.primaryKey == ["event_id"])
    try await owner.create(CreateRequest(finishes: true))
    try await TwoBatches.insert(0, of: 90, into: owner.connection)
    #expect(try await owner.run().pageviews == 60)
    await owner.connection.close()
  }

  @Test func theGuardRefusesChangesToEverybody() async throws {
    let (_, owner, _, _) = try await granted(isGuarded: true)
    try await TwoBatches.insert(0, of: 90, into: owner.connection)
    _ = try await owner.run()
    let before = try await owner.exports()
    for table in Self.ledgers {
      for change in Self.changes(table).prefix(3) {
        await #expect("\(change)") { try await refused(change, by: owner.connection) } throws: { error in
          guard let error = error as? DriverError else { return false }
          return error.code == .permission && !error.description.contains("\n")
        }
      }
    }
    try await TwoBatches.insert(1, of: 90, into: owner.connection)
    #expect(try await owner.run().pageviews == 30)
    #expect(try await owner.exports() != before)
    #expect(try await owner.verify(VerifyRequest(isComplete: true)).isClean)
    // A second `create` finds the guard there.
    try await owner.create(CreateRequest(isGuarded: true))
    await owner.connection.close()
  }

  /// A role that the server does not know: its own words, and no remedy that would be a guess.
  @Test(arguments: [Engine.postgresC, .psqlODBC].filter(Engine.live.contains))
  func anUnknownRoleIsToldInTheServersWords(engine: Engine) async throws {
    let context = try await Place.make(on: engine).context()
    await #expect {
      try await context.create(CreateRequest(grantee: "nobody here"))
    } throws: { error in
      guard let error = error as? DriverError else { return false }
      let words = error.description
      return error.remedy == nil && words.contains("role \"nobody here\" does not exist") && !words.contains("\n")
    }
    await context.connection.close()
  }
}

/// What a run tells its logger beyond information.
private final class Notices: Sendable {
  private let lines = Mutex<[String]>([])
  var texts: [String] { lines.withLock { $0 } }

  var logger: Logger { Logger(label: "tests") { _ in Handler(notices: self) } }

  private struct Handler: LogHandler {
    let notices: Notices
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.notice

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { notices.lines.withLock { $0.append("\(event.message)") } }
  }
}
