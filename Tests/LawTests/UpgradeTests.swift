import BackendConformance
import Foundation
import SessionPlan
import SessionRunner
import StatementRecording
import Testing
import WarehouseDriver

/// Ledgers that the release before layout 2 made, kept in `Layout1`: its scripts, its rows, and what it exported.
@Suite(.fewAtOnce) struct UpgradeTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Layout1")
  private static let job = SessionJob(attributes: [Attribute(name: "campaign", column: "campaign")])
  private static let runs: [Int64] = Array(1...8)

  private static func text(_ file: String) throws -> String {
    try String(contentsOf: folder.appending(path: file), encoding: .utf8)
  }

  /// The statements of a script whose lines end no statement but at its end.
  private static func statements(_ script: String) -> [String] {
    (script.split(separator: "\n").filter { !$0.hasPrefix("--") && !$0.isEmpty }.joined(separator: "\n") + "\n")
      .components(separatedBy: ";\n").filter { !$0.isEmpty }
  }

  private static func create(_ engine: Engine) throws -> [String] {
    let dialect =
      switch engine.family {
      case .sqlite: "sqlite"
      case .postgres: "postgres"
      case .mariadb: "mariadb"
      case .duckdb: "duckdb"
      }
    return statements(try text("create_\(dialect).sql"))
  }

  private func oldLedgers(_ place: Place) async throws -> JobContext {
    let context = try await place.context(Self.job)
    for statement in try Self.create(place.engine) where statement.hasPrefix("CREATE") {
      try await context.connection.executeByHand(statement, because: "ledgers as an older release made them")
    }
    for statement in Self.statements(try Self.text("rows.sql")) {
      try await context.connection.executeByHand(statement, because: "ledgers as an older release made them")
    }
    return context
  }

  private func exports(_ context: JobContext) async throws -> String {
    var text = ""
    for run in Self.runs {
      text += "== sessions as of \(run)\n" + String(decoding: try await context.sessionsCSV(asOf: run), as: UTF8.self)
      text += "== events as of \(run)\n" + String(decoding: try await context.eventsCSV(asOf: run), as: UTF8.self)
    }
    return text
  }

  /// Those that older releases ran on.
  private static let oldEngines = Engine.live.filter { !$0.isADBC }

  @Test(arguments: oldEngines) func nothingIsLostAndEveryRunCanStillBeAskedFor(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await oldLedgers(place)
    // Until then every command says what to do.
    for work: (JobContext) async throws -> Void in [
      { _ = try await $0.run() }, { _ = try await $0.verify() }, { try await $0.create() },
      { try await $0.sessions { _ in } },
    ] {
      await #expect { try await work(context) } throws: { "\($0)".contains("run `sessionizer upgrade`") }
    }
    let before = try await context.connection.textRows("SELECT * FROM session_table ORDER BY event_id")
    let report = try await context.upgrade()
    #expect(report.from == 1 && report.to == 2 && report.runs == 8)
    #expect(try await exports(context) == Self.text("exports.txt"))
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    #expect(try await context.connection.textRows("SELECT * FROM session_table ORDER BY event_id") == before)
    // Once is enough, and the mark of arrivals is where it was.
    let again = try await context.upgrade()
    #expect(again.from == 2 && again.to == 2 && again.runs == 0)
    #expect(try await context.run(RunRequest(mode: .new)).mode == "new")
    await context.connection.close()
  }

  /// A late pageview for each user, then the same events sessionized at once elsewhere.
  @Test(arguments: oldEngines) func runsGoOnFromThere(engine: Engine) async throws {
    let (place, other) = (try await Place.make(on: engine), try await Place.make(on: engine))
    defer {
      place.remove()
      other.remove()
    }
    let context = try await oldLedgers(place)
    _ = try await context.upgrade()
    let late = ["ada", "Bob", "bob", "eve", "chain", "bridge"].enumerated().flatMap { index, user in
      (0..<4).map {
        "(\(1000 + index * 4 + $0),'n\(index)\($0)','\(user)','2026-01-01 0\($0 * 2):1\(index):00.000000','/late',NULL)"
      }
    }
    for part in [late.prefix(9), late.dropFirst(9)] {
      _ = try await context.connection.execute(
        "INSERT INTO pageviews (arrival_id, event_id, user_id, page_view_at, page, campaign) VALUES "
          + part.joined(separator: ", "))
      #expect(try await context.run().pageviews == part.count)
    }
    #expect(try await context.verify().isClean)
    let anew = try await other.context(Self.job)
    try await anew.create()
    let rows = Self.statements(try Self.text("rows.sql")).filter {
      // Of differing copies of an event the one that came first stands, so that only a history can say which.
      $0.hasPrefix("INSERT INTO pageviews") && !$0.contains("'/another'")
    }
    for row in rows + [
      "INSERT INTO pageviews (arrival_id, event_id, user_id, page_view_at, page, campaign) VALUES "
        + late.joined(separator: ", ")
    ] {
      _ = try await anew.connection.execute(row)
    }
    _ = try await anew.run()
    #expect(try await context.sessionsCSV() == anew.sessionsCSV())
    #expect(try await context.eventsCSV() == anew.eventsCSV())
    await context.connection.close()
    await anew.connection.close()
  }

  /// What an upgrade would make wrong, or what was wrong before, is not touched.
  /// Names that need no quotes lose them; where they keep them, the upgrade says how they are written.
  @Test(arguments: [false, true]) func keptQuotesAreSaid(isKept: Bool) async throws {
    let place = try await Place.make(on: .sqlite)
    try await oldLedgers(place).connection.close()
    var dialect = Engine.sqlite.dialect
    dialect.identifiers.quotesWhenNeeded = !isKept
    let context = JobContext(try await place.connect(dialect: dialect), job: Self.job)
    #expect(try await context.upgrade().quotedName == (isKept ? "\"sessions\"" : nil))
    await context.connection.close()
    place.remove()
  }

  @Test(arguments: oldEngines) func wrongLedgersStayAsTheyAre(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await oldLedgers(place)
    try await context.connection.executeByHand(
      "UPDATE session_table SET session_id = event_id WHERE user_id = 'bridge'", because: "damage to be found")
    await #expect { try await context.upgrade() } throws: { "\($0)".contains("the ledgers are not right") }
    await #expect { try await context.run() } throws: { "\($0)".contains("run `sessionizer upgrade`") }
    await context.connection.close()
  }

  @Test(arguments: Engine.live) func aNewerLayoutIsRefused(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await place.context()
    try await context.create()
    _ = try await context.run()
    try await context.connection.executeByHand("UPDATE session_runs SET layout = 3", because: "a newer release")
    for work: (JobContext) async throws -> Void in [
      { _ = try await $0.run() }, { _ = try await $0.verify() }, { try await $0.sessions { _ in } },
      { _ = try await $0.upgrade() },
    ] {
      await #expect { try await work(context) } throws: {
        "\($0)".contains("have layout 3, and this release knows up to 2")
      }
    }
    await context.connection.close()
  }
}
