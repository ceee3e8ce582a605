import Foundation
import PageviewFiles
import SessionPlan
import StatementRecording
import Synchronization
import TestFixtures
import TestNeeds
import Testing
import WarehouseDriver

@testable import SessionRunner

/// `compare` finds what differs, exactly that, and writes nothing where it says so.
@Suite(.fewAtOnce) struct CompareTests {
  private static let others = [Engine.postgresC, .psqlODBC, .mariadb].filter(Engine.live.contains)

  private func side(_ place: Place, observer: (@Sendable (StatementEvent) -> Void)? = nil) async throws
    -> TargetComparison.Side
  {
    TargetComparison.Side(
      name: place.engine.rawValue, context: JobContext(try await place.connect(observer: observer)))
  }

  /// What the tool never sends.
  private func damage(_ connection: any WarehouseDriver.Connection, _ sql: String) async throws {
    try await connection.executeByHand(sql, because: "a difference that compare is to find")
  }

  /// With these the rows of buckets that differ are not sorted by `compare`, as usual with so few, but by the engines: as if
  /// they were many, or long.
  private static let limits = [(0, 16 << 20), (30_000, 100)]

  private func compare(_ sides: [TargetComparison.Side], _ mode: ComparisonRequest.Mode) async throws
    -> ComparisonReport
  {
    let report = try await TargetComparison(sides, ComparisonRequest(mode: mode, samples: 100)).run()
    var again = TargetComparison(
      sides, ComparisonRequest(mode: mode == .run ? .existing : mode, samples: 100))
    let reference = try await again.run()
    for limits in Self.limits {
      (again.mostRowsHere, again.mostBytesHere) = limits
      #expect(try await again.run() == reference, "\(limits)")
    }
    return report
  }

  private static func insert(_ values: String, _ context: JobContext) async throws {
    _ = try await context.connection.execute(
      "INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES " + values)
  }

  /// Sessions of three and of one pageview, copies of an id, rows for quarantine.
  private static let rows = """
    ('a','u','2025-06-01 08:00:00.000000','/'), ('b','u','2025-06-01 08:10:00.000000',NULL),
    ('c','u','2025-06-01 08:20:00.000000','/c'), ('d','v','2025-06-01 08:00:00.000000',''),
    ('d','v','2025-06-01 08:00:00.000000',''), ('Bob','Bob','2025-06-01 09:00:00.000000','/é'),
    ('bob','bob','2025-06-01 09:00:00.000000','/é'), (NULL,'w','2025-06-01 08:00:00.000000','/'),
    ('n',NULL,'2025-06-01 08:00:00.000000','/'), ('t','w',NULL,'/')
    """

  /// SQLite and another engine with the same rows, brought there by `compare` itself.
  private func pair(_ engine: Engine) async throws -> (places: [Place], sides: [TargetComparison.Side]) {
    let places = [try await Place.make(on: .sqlite), try await Place.make(on: engine)]
    let sides = [try await side(places[0]), try await side(places[1])]
    try await sides[0].context.create()
    try await Self.insert(Self.rows, sides[0].context)
    let report = try await compare(sides, .run)
    #expect(report.isEqual && report.rows.map(\.rowsHere) == [10, 6, 4] && report.rows.map(\.rowsThere) == [10, 6, 4])
    #expect(report.totals.count > 5)
    return (places, sides)
  }

  /// One row altered, shifted by 1 µs, of another user by case, removed, added: exactly that is reported.
  @Test(arguments: others) func exactlyTheAlterationIsReported(engine: Engine) async throws {
    let (places, sides) = try await pair(engine)
    let connection = sides[1].context.connection
    for (table, kind, mode) in [
      ("session_table", "assignments", ComparisonRequest.Mode.existing), ("pageviews", "source", .sourceOnly),
    ] {
      func found() async throws -> ComparisonReport.Rows {
        let report = try await compare(sides, mode)
        #expect(!report.isEqual)
        return try #require(report.rows.first { $0.kind == kind })
      }
      let changes = [
        ("page", "'/x'", "NULL"), ("page_view_at", "'2025-06-01 08:10:00.000001'", "'2025-06-01 08:10:00.000000'"),
        ("user_id", "'U'", "'u'"),
      ]
      for (column, value, old) in changes {
        try await damage(connection, "UPDATE \(table) SET \(column) = \(value) WHERE event_id = 'b'")
        let rows = try await found()
        #expect(rows.onlyHere == 0 && rows.onlyThere == 0 && rows.changed == 1, "\(engine) \(table) \(column)")
        #expect(zip(rows.columns, rows.changedColumns).filter { $0.1 > 0 }.map(\.0) == [column])
        #expect(zip(rows.columns, rows.changedColumns).allSatisfy { $0.1 == ($0.0 == column ? 1 : 0) })
        guard case .changed(let here, let there)? = rows.samples.first, rows.samples.count == 1 else {
          Issue.record("\(rows.samples)")
          continue
        }
        #expect(here.values[0].text == "b" && there.values[0].text == "b")
        try await damage(connection, "UPDATE \(table) SET \(column) = \(old) WHERE event_id = 'b'")
      }
      #expect(try await compare(sides, mode).isEqual)

      let (more, values) = table == "pageviews" ? ("", "") : (", session_id, run_id", ", 'a', 1")
      func add(_ row: String) async throws {
        try await damage(
          connection,
          "INSERT INTO \(table) (event_id, user_id, page_view_at, page\(more)) VALUES (\(row)\(values))")
      }
      try await damage(connection, "DELETE FROM \(table) WHERE event_id = 'b'")
      var rows = try await found()
      #expect(rows.onlyHere == 1 && rows.onlyThere == 0 && rows.changed == 0)
      if case .onlyHere(let row)? = rows.samples.first { #expect(row.values[0].text == "b") } else { Issue.record() }
      try await add("'b','u','2025-06-01 08:10:00.000000',NULL")
      #expect(try await compare(sides, mode).isEqual)

      try await add("'new','u','2025-06-01 08:15:00.000000','/'")
      rows = try await found()
      #expect(rows.onlyHere == 0 && rows.onlyThere == 1 && rows.changed == 0)
      if case .onlyThere(let row)? = rows.samples.first { #expect(row.values[0].text == "new") } else { Issue.record() }
      try await damage(connection, "DELETE FROM \(table) WHERE event_id = 'new'")
      #expect(try await compare(sides, mode).isEqual)
    }
    for side in sides { await side.context.connection.close() }
    for place in places { place.remove() }
  }

  /// A copy of a row too many, in the source, is a difference.
  @Test func copiesAreCounted() async throws {
    let (places, sides) = try await pair(.sqlite)
    try await Self.insert("('d','v','2025-06-01 08:00:00.000000','')", sides[1].context)
    let rows = try await compare(sides, .sourceOnly).rows[0]
    #expect(rows.onlyThere == 1 && rows.onlyHere == 0 && rows.changed == 0)
    // A source with rows is never touched, and their difference is reported.
    #expect(try await !compare(sides, .run).isEqual)
    #expect(try await sides[1].context.connection.textRows("SELECT count(*) FROM pageviews") == [["11"]])
    for side in sides { await side.context.connection.close() }
    for place in places { place.remove() }
  }

  /// Where nothing is to be written, nothing but reads is sent.
  @Test(arguments: [Engine.sqlite] + others) func readingModesOnlyRead(engine: Engine) async throws {
    let (places, sides) = try await pair(engine)
    for side in sides { await side.context.connection.close() }
    let sent = Mutex<[String]>([])
    let readers = [
      try await side(places[0]),
      try await side(places[1], observer: { event in sent.withLock { $0.append(event.sql) } }),
    ]
    #expect(try await compare(readers, .existing).isEqual)
    #expect(try await compare(readers, .sourceOnly).isEqual)
    for side in readers { await side.context.connection.close() }
    let words = ["INSERT ", "UPDATE ", "DELETE ", "CREATE ", "DROP ", "ALTER ", "TRUNCATE ", "REPLACE ", "COPY "]
    let all = sent.withLock(\.self)
    #expect(all.count > 3)
    for sql in all { #expect(!words.contains { sql.uppercased().hasPrefix($0) }, "\(sql)") }
    for place in places { place.remove() }
  }

  private static func objects(_ context: JobContext) async throws -> [String] {
    var found: [String] = []
    for object in ObjectNames.Object.allCases {
      if try await context.connection.describe(context.job.names[object]) != nil { found.append(object.rawValue) }
    }
    return found
  }

  /// Interrupted after the pageviews were brought, after the first run, after the last: what the comparison made is gone,
  /// what was there before stays, and the next comparison is as the first.
  @Test(arguments: [Engine.sqlite] + others, 1...3)
  func anInterruptedCompareLeavesNothing(engine: Engine, step: Int) async throws {
    let places = [try await Place.make(on: .sqlite), try await Place.make(on: engine)]
    let sides = [try await side(places[0]), try await side(places[1])]
    try await sides[0].context.create()
    try await Self.insert(Self.rows, sides[0].context)
    let notes = Mutex<[String]>([])
    let task = Task {
      try await TargetComparison(
        sides, ComparisonRequest(),
        note: { note in
          let count = notes.withLock { notes in
            notes.append(note)
            return notes.count
          }
          if count == step { withUnsafeCurrentTask { $0?.cancel() } }
        }
      ).run()
    }
    await #expect(throws: (any Error).self) { try await task.value }
    #expect(notes.withLock { $0.count { $0.hasSuffix("are removed again") } } == 1, "\(notes.withLock(\.self))")
    for side in sides { await side.context.connection.close() }

    let after = [try await side(places[0]), try await side(places[1])]
    #expect(try await Self.objects(after[1].context).isEmpty)
    #expect(try await Self.objects(after[0].context).count == ObjectNames.Object.allCases.count)
    let runs = try await after[0].context.connection.textRows(
      "SELECT count(DISTINCT run_id) FROM session_runs WHERE run_id > 0")
    #expect(runs == [[step == 1 ? "0" : "1"]])
    #expect(try await compare(after, .run).isEqual)
    #expect(try await after[1].context.connection.textRows("SELECT count(*) FROM pageviews") == [["10"]])
    for side in after { await side.context.connection.close() }
    for place in places { place.remove() }
  }

  /// A comparison that fails takes back what it made, too, and nothing that was there before.
  @Test(arguments: [false, true]) func aFailedCompareTakesBackOnlyItsOwn(isPartlyThere: Bool) async throws {
    let places = [
      try await Place.make(on: .sqlite), try await Place.make(on: .sqlite), try await Place.make(on: .sqlite),
    ]
    var sides: [TargetComparison.Side] = []
    for place in places { sides.append(try await side(place)) }
    try await sides[0].context.create()
    try await Self.insert(Self.rows, sides[0].context)
    // No ledger of the job's: the last target cannot be prepared.
    _ = try await sides[2].context.connection.execute("CREATE TABLE session_runs (a INTEGER)")
    if isPartlyThere {
      _ = try await sides[1].context.create()
      try await damage(sides[1].context.connection, "DROP TABLE session_quarantine")
      try await Self.insert(Self.rows, sides[1].context)
    }
    let error = await #expect(throws: RunnerError.self) { try await compare(sides, .run) }
    #expect("\(String(describing: error))".contains("session_runs"))
    #expect(try await Self.objects(sides[0].context).count == ObjectNames.Object.allCases.count)
    let left = try await Self.objects(sides[1].context)
    let before = ObjectNames.Object.allCases.map(\.rawValue).filter { $0 != "session_quarantine" }
    #expect(left == (isPartlyThere ? before : []))
    #expect(try await Self.objects(sides[2].context) == ["session_runs"])
    for side in sides { await side.context.connection.close() }
    for place in places { place.remove() }
  }

  /// Somebody has written into the tables that a comparison made, which then does not end: they stay.
  @Test(arguments: [Engine.sqlite] + others) func whatOthersWroteStays(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    let context = try await side(place).context
    var preparation = try await Preparation(of: context)
    try await context.create()
    try await Self.insert(Self.rows, context)
    #expect(try await preparation.takeBack(context) == .isInUse(context.job.names[.pageviews]))
    #expect(try await Self.objects(context).count == ObjectNames.Object.allCases.count)
    preparation.pageviews = 10
    _ = try await context.run()
    #expect(try await preparation.takeBack(context) == .isInUse(context.job.names[.sessionTable]))
    preparation.runIDs = [1]
    // A line of a file, which somebody else has loaded.
    let quarantine = context.job.names[.sessionQuarantine]
    try await damage(
      context.connection,
      "INSERT INTO \(quarantine) (reason, source_file, line, row_key) VALUES ('bad_line', 'a.csv', 7, 'k')")
    #expect(try await preparation.takeBack(context) == .isInUse(quarantine))
    try await damage(context.connection, "DELETE FROM \(quarantine) WHERE run_id IS NULL")
    #expect(try await preparation.takeBack(context) == .removed)
    #expect(try await Self.objects(context).isEmpty)
    await context.connection.close()
    place.remove()
  }

  /// A stranger has rows in a table that are not committed yet: he is waited for, and what he commits stays.
  @Test(arguments: [Engine.sqlite] + others) func whatOthersAreAboutToCommitStays(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await side(place).context
    let preparation = try await Preparation(of: context)
    try await context.create()
    let stranger = try await place.context()
    try await stranger.connection.begin(.write)
    try await Self.insert("('s','s','2025-06-01 08:00:00.000000','/s')", stranger)

    // Who does not want to wait for him takes nothing away.
    let hurried = try await place.context(lockTimeout: .milliseconds(300))
    let error = await #expect(throws: DriverError.self) { try await preparation.takeBack(hurried) }
    #expect(error?.code == .locked, "\(String(describing: error))")
    await hurried.connection.close()
    #expect(try await Self.objects(context).count == ObjectNames.Object.allCases.count)

    let taking = Task { try await preparation.takeBack(context) }
    try await Task.sleep(for: .milliseconds(400))
    try await stranger.connection.commit()
    #expect(try await taking.value == .isInUse(context.job.names[.pageviews]))
    #expect(try await Self.objects(context).count == ObjectNames.Object.allCases.count)
    #expect(try await stranger.connection.textRows("SELECT event_id FROM pageviews") == [["s"]])
    // Nothing is locked any more.
    _ = try await stranger.run()
    #expect(try await preparation.takeBack(context) == .isInUse(context.job.names[.pageviews]))
    for context in [context, stranger] { await context.connection.close() }
  }

  /// A copy that was rolled back has brought nothing: the fewer rows of a stranger are not taken for it. After a COMMIT
  /// of which nobody knows what became, everything stays.
  @Test(arguments: [Engine.sqlite] + others) func rowsAreOursOnlyWhereThatIsKnown(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await side(place).context
    var preparation = try await Preparation(of: context)
    try await context.create()
    preparation.note(DriverError(.connectionLost, phase: .append, "cut"))
    try await Self.insert("('s','s','2025-06-01 08:00:00.000000','/s')", context)
    #expect(try await preparation.takeBack(context) == .isInUse(context.job.names[.pageviews]))
    preparation.pageviews = 10
    #expect(try await preparation.takeBack(context) == .isInUse(context.job.names[.pageviews]))
    preparation.pageviews = 1
    preparation.note(DriverError(.connectionLost, phase: .commit, "cut"))
    #expect(try await preparation.takeBack(context) == .isUncertain)
    #expect(try await Self.objects(context).count == ObjectNames.Object.allCases.count)
    preparation.isUncertain = false
    #expect(try await preparation.takeBack(context) == .removed)
    #expect(try await Self.objects(context).isEmpty)
    await context.connection.close()
  }

  /// Ledgers of another gap or boundary are no two versions of one result.
  @Test func otherJobsAreRefused() async throws {
    let places = [try await Place.make(on: .sqlite), try await Place.make(on: .sqlite)]
    for (place, gap) in zip(places, ["30m", "10m"]) {
      let plain = try await place.context()
      var job = plain.job
      job.gap = try #require(Gap(text: gap))
      let context = JobContext(job: job, connection: plain.connection, logger: plain.logger, toolVersion: "test")
      try await context.create()
      try await Self.insert(Self.rows, context)
      _ = try await context.run()
      await context.connection.close()
    }
    let sides = [try await side(places[0]), try await side(places[1])]
    let error = await #expect(throws: RunnerError.self) { try await compare(sides, .existing) }
    #expect(
      error?.message.contains("gap is 30") == true && error?.message.contains("10") == true,
      "\(String(describing: error))")
    #expect(try await compare(sides, .sourceOnly).isEqual)
    for side in sides { await side.context.connection.close() }
    for place in places { place.remove() }
  }

  /// The real pageviews on four ways to three engines, brought there, run and compared by one `compare`.
  @Test(.needs(SharedFolder.pageviewsAbsence ?? (others.isEmpty ? "there is one engine to compare" : nil)))
  func realPageviewsAgreeEverywhere() async throws {
    let file = SharedFolder.realPageviews
    var places: [Place] = []
    var sides: [TargetComparison.Side] = []
    for engine in [Engine.sqlite] + Self.others {
      places.append(try await Place.make(on: engine))
      sides.append(try await side(places[places.count - 1]))
    }
    try await sides[0].context.create()
    let loaded = try await sides[0].context.load(files: [file], LoadRequest(options: LoadOptions()))
    #expect(loaded[0].loaded == 63_524)
    let report = try await compare(sides, .run)
    #expect(report.isEqual)
    #expect(report.rows.count == 3 * Self.others.count)
    for rows in report.rows {
      #expect(rows.rowsHere == (rows.kind == "sessions" ? 22_226 : 63_524) && rows.rowsThere == rows.rowsHere)
      #expect(rows.checksumHere == rows.checksumThere)
    }
    for side in sides { await side.context.connection.close() }
    for place in places { place.remove() }
  }

  // MARK: explain-session

  @Test(arguments: [Engine.sqlite] + others) func aSessionIsExplained(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    let context = try await place.context()
    try await context.create()
    try await Self.insert(
      "('a','u','2025-06-01 08:00:00.000000','/'),('c','u','2025-06-01 08:50:00.000000','/c')", context)
    _ = try await context.run()
    // Bridges the two: c is merged into a. Then an earlier one: a is extended, and c comes with it.
    try await Self.insert("('b','u','2025-06-01 08:25:00.000000','/b')", context)
    _ = try await context.run()
    try await Self.insert("('z','u','2025-06-01 07:45:00.000000','/z')", context)
    _ = try await context.run()
    for id in ["z", "a", "c"] {
      var rows: [[String]] = []
      let explanation = try await context.explain(session: id) { batch in
        let columns = ["what", "id", "session", "reason", "run_id"].map { batch.index(of: $0) }
        rows += batch.textRows.map { row in columns.map { $0.flatMap { row[$0] } ?? "" } }
      }
      #expect(explanation.current == "z" && explanation.isRetired == (id != "z"))
      let pageviews = [
        ["pageview", "z", "z", "first", "3"], ["pageview", "a", "z", "within the gap", "1"],
        ["pageview", "b", "z", "within the gap", "2"], ["pageview", "c", "z", "within the gap", "1"],
      ]
      #expect(
        rows == pageviews + [["retired id", "c", "a", "merged", "2"], ["retired id", "a", "z", "extended", "3"]])
    }
    for id in ["b", "nobody"] {
      await #expect(throws: RunnerError.self) { try await context.explain(session: id) { _ in } }
    }
    await context.connection.close()
    place.remove()
  }
}
