import Foundation
import PageviewFiles
import SessionPlan
import SessionRunner
import StatementRecording
import TestNeeds
import Testing
import WarehouseDriver

/// `doctor` tells which right is missing, and the command then fails for that right: a right is taken away at a time.
@Suite(.fewAtOnce) struct DoctorTests {
  private static let engines = [Engine.postgresC, .psqlODBC, .mariadb].filter(Engine.live.contains)

  /// A right, and what lacks it.
  private struct Case {
    var right: String
    /// What `doctor` calls it.
    var words: String
    /// Whether a run, and a load, cannot do without. A run that writes no such row ends well all the same.
    var run: Bool
    var load: Bool
    var isAlwaysUsed = true
  }

  private static func cases(_ place: Place) -> [Case] {
    let ledgers = ["session_table", "session_lineage", "session_versions", "session_runs", "session_quarantine"]
    let temporary =
      place.engine.family == .mariadb
      ? "CREATE TEMPORARY TABLES ON \(place.database).*" : "TEMPORARY ON DATABASE \(place.database)"
    return ledgers.map { ledger in
      Case(
        right: "INSERT ON \(ledger)", words: "INSERT on \(ledger)", run: true, load: ledger == "session_quarantine",
        isAlwaysUsed: !["session_lineage", "session_quarantine"].contains(ledger))
    } + [
      Case(right: "SELECT ON pageviews", words: "SELECT on pageviews", run: true, load: true),
      Case(right: "INSERT ON pageviews", words: "INSERT on pageviews", run: false, load: true),
      Case(
        right: "SELECT ON session_quarantine", words: "SELECT on session_quarantine", run: true, load: true,
        isAlwaysUsed: false),
      Case(right: temporary, words: "temporary tables", run: true, load: true),
    ]
  }

  /// A job, and a role that was granted it.
  private struct Granted {
    let place: Place
    let owner: JobContext
    let name: String
    private let url: String

    init(_ engine: Engine) async throws {
      place = try await Place.database(on: engine)
      name = "doc_\(place.database.suffix(10))"
      owner = try await place.context()
      if let server = place.mariadb {
        _ = try await server.query("CREATE USER \(name)@`%` IDENTIFIED BY 'another'")
        url = try Place.url(server, place.database, user: name, password: "another")
      } else {
        for sql in [
          "CREATE ROLE \(name) LOGIN", "REVOKE TEMPORARY ON DATABASE \(place.database) FROM PUBLIC",
          "REVOKE USAGE ON SCHEMA public FROM PUBLIC",
        ] { try await Self.change(place, sql) }
        url = try place.url(as: name)
      }
      try await owner.create(CreateRequest(grantee: name))
      try await change("GRANT INSERT ON pageviews TO \(name)")
    }

    /// By the server's own shell, as whoever has the server.
    func change(_ sql: String) async throws { try await Self.change(place, sql) }

    private static func change(_ place: Place, _ sql: String) async throws {
      if let server = place.mariadb {
        _ = try await server.query(sql, database: place.database)
      } else {
        _ = try await place.server?.psql(sql, database: place.database)
      }
    }

    /// As the role, on a connection of its own, since servers look at some rights only then.
    func asRole<Result>(
      _ job: SessionJob = SessionJob(), _ body: (JobContext) async throws -> Result
    ) async throws -> Result {
      let connection = try await place.engine.backend().connect(to: Target(url: url), options: ConnectionOptions())
      do {
        let result = try await body(JobContext(connection, job: job))
        await connection.close()
        return result
      } catch {
        await connection.close()
        throw error
      }
    }
  }

  private static func line(_ results: [Examination], _ name: String) throws -> Examination {
    try #require(results.first { $0.name == name }, "no line \(name) in \(results.map(\.name))")
  }

  private static func isRefused(_ error: any Error) -> Bool { (error as? DriverError)?.code == .permission }

  @Test(arguments: engines) func eachRightThatIsMissingIsNamed(engine: Engine) async throws {
    let granted = try await Granted(engine)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("doctor-\(UUID().uuidString).csv").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    var number = 0
    /// What a load and a run say, of rows that nobody has had yet: a bad line, and a pageview.
    func attempt(_ body: (JobContext) async throws -> Void) async throws -> (any Error)? {
      number += 1
      let text = "event_id,user_id,page_view_at,page\nl\(number),u,2025-06-01 08:00:00,/\nm\(number),u,never,/\n"
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      _ = try await granted.owner.connection.execute(
        "INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES ('r\(number)','u\(number)','2025-06-01 08:00:00','/')"
      )
      do {
        try await granted.asRole(SessionJob(), body)
        return nil
      } catch { return error }
    }
    func run(_ context: JobContext) async throws { _ = try await context.run() }
    func load(_ context: JobContext) async throws {
      _ = try await context.load(files: [file], LoadRequest(options: LoadOptions(), maxBad: .count(1)))
    }
    // All is there; what is left to `create` is nothing.
    let whole = try await granted.asRole { await $0.examine(for: [.run, .load]) }
    // Views that a user may not see might be there or not.
    let unknown = engine.family == .mariadb ? ["views", "create"] : []
    #expect(whole.allSatisfy { $0.outcome == .good || unknown.contains($0.name) }, "\(whole)")
    // Only people who read them need the views, and no one was let in.
    let views = try Self.line(whole, "views")
    #expect(views.outcome == (engine.family == .mariadb ? .advised : .good), "\(views)")
    for command in [run, load] {
      let problem = try await attempt(command)
      #expect(problem == nil)
    }

    for one in Self.cases(granted.place) {
      try await granted.change("REVOKE \(one.right) FROM \(granted.name)")
      let results = try await granted.asRole { await $0.examine(for: [.run]) }
      let (runs, loads) = (try Self.line(results, "run"), try Self.line(results, "load"))
      #expect(runs.outcome == (one.run ? .bad : .good), "\(one.right): \(runs)")
      #expect(loads.outcome == (one.load ? .lacking : .good), "\(one.right): \(loads)")
      if one.run { #expect(runs.detail.contains(one.words) && runs.detail.contains("create --grant ROLE"), "\(runs)") }
      if one.load { #expect(loads.detail.contains(one.words), "\(loads)") }
      let wanted = try await granted.asRole { await $0.examine(for: [.load]) }
      #expect(try Self.line(wanted, "load").outcome == (one.load ? .bad : .good), "\(one.right)")
      #expect(try Self.line(wanted, "run").outcome == (one.run ? .lacking : .good), "\(one.right)")

      let ran = try await attempt(run)
      if !one.run || one.isAlwaysUsed {
        #expect((ran != nil) == one.run, "\(one.right): \(String(describing: ran))")
      }
      #expect(ran.map(Self.isRefused) ?? true, "\(one.right): \(String(describing: ran))")
      let loaded = try await attempt(load)
      #expect((loaded != nil) == one.load, "\(one.right): \(String(describing: loaded))")
      #expect(loaded.map(Self.isRefused) ?? true, "\(one.right): \(String(describing: loaded))")
      try await granted.change("GRANT \(one.right) TO \(granted.name)")
    }
    for command in [run, load] {
      let problem = try await attempt(command)
      #expect(problem == nil)
    }
    #expect(try await granted.owner.verify(VerifyRequest()).isClean)
    await granted.owner.connection.close()
  }

  /// What cannot be seen is not there, as far as the tool knows; to run `create` once more would not help.
  @Test(arguments: engines) func tablesThatCannotBeSeenAreNotToBeMadeOnceMore(engine: Engine) async throws {
    let granted = try await Granted(engine)
    let hidden = engine.family == .mariadb ? "ALL PRIVILEGES ON session_lineage" : "USAGE ON SCHEMA public"
    try await granted.change(
      engine.family == .mariadb
        ? "REVOKE SELECT, INSERT ON session_lineage FROM \(granted.name)" : "REVOKE \(hidden) FROM \(granted.name)")
    let results = try await granted.asRole { await $0.examine() }
    let objects = try Self.line(results, "objects")
    #expect(objects.outcome == .bad && objects.detail.contains("session_lineage"), "\(objects)")
    #expect(objects.detail.contains("have their owner run `sessionizer create --grant ROLE`"), "\(objects)")
    #expect(try Self.line(results, "run").outcome == .skipped)
    await #expect {
      _ = try await granted.asRole { try await $0.run() }
    } throws: { "\($0)".contains("there is no table") && "\($0)".contains("`sessionizer create --grant ROLE`") }
    await granted.owner.connection.close()
  }

  /// Whether a role may make tables and views is told without making them.
  @Test(arguments: engines) func whoMayCreateIsTold(engine: Engine) async throws {
    let granted = try await Granted(engine)
    let job = SessionJob(names: ObjectNames(prefix: "two_"))
    let may =
      engine.family == .mariadb
      ? "CREATE, CREATE VIEW, DROP, INDEX, INSERT, SELECT ON \(granted.place.database).*" : "CREATE ON SCHEMA public"
    let before = try await granted.asRole(job) { await $0.examine() }
    #expect(try Self.line(before, "create").outcome == .lacking, "\(before)")
    let wanted = try await granted.asRole(job) { await $0.examine(for: [.create]) }
    #expect(try Self.line(wanted, "create").outcome == .bad, "\(wanted)")
    await #expect { _ = try await granted.asRole(job) { try await $0.create() } } throws: { Self.isRefused($0) }
    try await granted.change("GRANT \(may) TO \(granted.name)")
    let after = try await granted.asRole(job) { await $0.examine(for: [.create]) }
    let line = try Self.line(after, "create")
    #expect(line.outcome == .good && line.detail.contains("two_session_table"), "\(after)")
    #expect(try await granted.owner.connection.describe(ObjectName("two_session_table")) == nil, "nothing was made")
    #expect(try await granted.owner.connection.describe(ObjectName("two_pageviews")) == nil, "nothing was made")
    await granted.owner.connection.close()
  }

  /// `create --grant` on a source of somebody else's, in a schema of its own.
  @Test(arguments: [Engine.postgresC, .psqlODBC].filter(Engine.live.contains))
  func aGrantThatTheServerDidNotMakeIsAnError(engine: Engine) async throws {
    let granted = try await Granted(engine)
    let (place, role) = (granted.place, granted.name)
    let analyst = "ana_\(place.database.suffix(10))"
    for sql in [
      "CREATE ROLE \(analyst)", "CREATE SCHEMA data",
      "CREATE TABLE data.hits (event_id text, user_id text, page_view_at timestamp, page text)",
      "GRANT CREATE ON SCHEMA public TO \(role)", "GRANT USAGE ON SCHEMA data TO \(role)",
      "GRANT SELECT ON data.hits TO \(role)",
    ] { try await granted.change(sql) }
    let job = SessionJob(
      source: PageviewSource(table: ObjectName(parts: ["data", "hits"])), names: ObjectNames(prefix: "hits_"))
    func give() async throws -> CreateReport {
      try await granted.asRole(job) { try await $0.create(CreateRequest(grantee: analyst)) }
    }
    // The role may use the schema and read the table, and may not let anybody else: the server only warns of it.
    for (right, missing) in [
      ("USAGE ON SCHEMA public TO \(analyst)", "USAGE on the schema of hits_session_runs"),
      ("USAGE ON SCHEMA data TO \(analyst)", "USAGE on the schema of data.hits"),
      ("SELECT ON data.hits TO \(analyst)", "SELECT on data.hits"),
      ("TEMPORARY ON DATABASE \(place.database) TO \(analyst)", "the right to make temporary tables"),
    ] {
      await #expect { _ = try await give() } throws: { error in
        "\(error)".contains("this user may not give \(analyst) \(missing); it was not granted")
          && !"\(error)".contains("\n")
      }
      #expect(try await granted.owner.connection.describe(ObjectName("hits_session_runs")) == nil)
      try await granted.change("GRANT \(right)")
    }
    let report = try await give()
    #expect(report.made.contains("grant on session_table"), "\(report)")
    for name in ["grant on schema", "grant on source's schema", "grant on source", "grant scratch tables"] {
      #expect(report.kept.contains(name) && !report.made.contains(name), "\(name) was there: \(report)")
    }
    let again = try await give()
    #expect(!again.made.contains { $0.hasPrefix("grant") }, "\(again)")
    await granted.owner.connection.close()
  }

  /// The owner of both schemas gives all that is needed, also where the source has a schema of its own.
  @Test(arguments: [Engine.postgresC, .psqlODBC].filter(Engine.live.contains))
  func aSourceInAnotherSchemaCanBeReadAfterTheGrant(engine: Engine) async throws {
    let granted = try await Granted(engine)
    for sql in [
      "CREATE SCHEMA data", "CREATE TABLE data.hits (event_id text, user_id text, page_view_at timestamp, page text)",
      "INSERT INTO data.hits VALUES ('a', 'u', '2025-06-01 08:00:00', '/')",
    ] { try await granted.change(sql) }
    let job = SessionJob(
      source: PageviewSource(table: ObjectName(parts: ["data", "hits"])), names: ObjectNames(prefix: "hits_"))
    let owner = try await granted.place.context(job)
    let report = try await owner.create(CreateRequest(grantee: granted.name))
    #expect(report.made.contains("grant on source's schema"), "\(report)")
    let results = try await granted.asRole(job) { await $0.examine() }
    #expect(results.allSatisfy { $0.outcome == .good }, "\(results)")
    #expect(try await granted.asRole(job) { try await $0.run() }.pageviews == 1)
    await owner.connection.close()
    await granted.owner.connection.close()
  }
}
