import SessionPlan
import SessionRunner
import Testing
import WarehouseDriver

/// What a job takes from a source table that somebody else has made.
@Suite(.fewAtOnce) struct SourceTests {
  // MARK: Attributes

  /// Attributes are kept with each pageview; a session has those of its first, NULL included, now and as of any run.
  @Test(arguments: Engine.live) func attributesAreTheFirstPageviews(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let connection = try await place.connect()
    _ = try await connection.execute(
      """
      CREATE TABLE hits (event_id TEXT, user_id TEXT, page_view_at \(engine.timeType), page TEXT,
        \(engine.quoted("Utm Campaign")) TEXT, bid INTEGER)
      """)
    _ = try await connection.execute(
      """
      INSERT INTO hits VALUES ('a','u','2025-06-01 08:00:00','/','spring',7),
      ('b','u','2025-06-01 08:10:00','/b','SPRING',8), ('c','v','2025-06-01 08:00:00','/','',NULL)
      """)
    let job = SessionJob(
      source: PageviewSource(table: ObjectName("hits")),
      attributes: [Attribute(name: "campaign", column: "Utm Campaign"), Attribute(name: "device", column: "bid")])
    let context = JobContext(connection, job: job)
    try await context.create()
    func sessions(asOf run: Int64? = nil) async throws -> [[String?]] {
      var rows: [[String?]] = []
      try await context.sessions(asOf: run) { batch in
        #expect(batch.schema.map(\.name).suffix(2) == ["campaign", "device"])
        rows += batch.textRows.map { [$0[0]] + $0.suffix(2) }
      }
      return rows
    }
    _ = try await context.run()
    let first: [[String?]] = [["a", "spring", "7"], ["c", "", nil]]
    #expect(try await sessions() == first)
    // A late pageview without a campaign becomes the first.
    _ = try await connection.execute(
      "INSERT INTO hits VALUES ('z','u','2025-06-01 07:50:00','/',NULL,9), ('d','v','2025-06-01 08:01:00','/','x',1)")
    _ = try await context.run()
    #expect(try await sessions() == [["z", nil, "9"], ["c", "", nil]])
    #expect(try await sessions(asOf: 1) == first)
    let view = try await connection.textRows("SELECT session_id, campaign, device FROM sessions ORDER BY user_id")
    #expect(view == [["z", nil, "9"], ["c", "", nil]])
    let kept = try await connection.textRows("SELECT event_id, campaign, device FROM session_table ORDER BY event_id")
    #expect(
      kept == [["a", "spring", "7"], ["b", "SPRING", "8"], ["c", "", nil], ["d", "x", "1"], ["z", nil, "9"]])
    var events: [[String?]] = []
    try await context.events { batch in events += batch.textRows.map { [$0[0]] + $0.suffix(2) } }
    #expect(events.sorted { $0[0] ?? "" < $1[0] ?? "" } == kept)
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    await connection.close()
  }

  // MARK: Event ids

  /// Ledgers of a rendered script keep event ids as it was told; where the source has others, the first run says so, and
  /// writes nothing.
  @Test(arguments: Engine.live) func ledgersOfOtherIDsAreRefusedTheFirstNight(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let connection = try await place.connect()
    _ = try await connection.execute(
      "CREATE TABLE hits (event_id bigint, user_id TEXT, page_view_at \(engine.timeType), page TEXT)")
    _ = try await connection.execute("INSERT INTO hits VALUES (7,'u','2025-06-01 08:00:00','/')")
    for type in EventIDType.allCases {
      let source = PageviewSource(table: ObjectName("hits"))
      let job = SessionJob(
        eventIDType: type, source: source, names: ObjectNames(prefix: "\(type.rawValue)_", schema: nil))
      let planner = try Planner(.assumed(job), profile: engine.dialect.profile)
      for step in try planner.createPlan(withSource: false).steps {
        for sql in try connection.render(step.statement) { _ = try await connection.execute(sql) }
      }
      let context = JobContext(connection, job: job)
      if type == .integer {
        #expect(try await context.run().pageviews == 1)
        continue
      }
      let error = await #expect(throws: RunnerError.self) { try await context.run() }
      let text = error.map { "\($0)" } ?? ""
      #expect(text.contains("text_session_table keeps event ids as text, and event_id of hits is integer"))
      #expect(text.contains("(event_id_type)"))
      #expect(try await connection.textRows("SELECT count(*) FROM text_session_runs") == [["0"]])
    }
    await connection.close()
  }

  // MARK: The filter

  private static let filters: [(filter: String, events: String)] = [
    // Numbers by value, where the texts would be in another order; NULL is neither true nor false.
    ("status < 400", "acf"), ("not status < 400", "be"), ("status = '404'", "b"), ("status in (404, 500)", "be"),
    ("status not in (200, 404)", "ef"), ("status is null", "d"),
    // Texts by their bytes.
    (#""Kind of" = 'human'"#, "ab"), (#""Kind of" <> 'human'"#, "cef"), (#""Kind of" = 'it''s'"#, "e"),
    (#""Kind of" > 'a'"#, "abce"), (#""Kind of" is not null"#, "abcef"),
    // Logic.
    (#""Kind of" in ('human', 'bot') and status = 200"#, "ac"), (#"status = 404 or "Kind of" is null"#, "bd"),
    (#"status = 404 or status = 500 and "Kind of" = 'bot'"#, "b"),
    (#"(status = 404 or status = 500) and "Kind of" = 'it''s'"#, "e"),
    (#"not ("Kind of" is null or status >= 400)"#, "acf"),
    (#"not ("Kind of" = 'human' and status = 200)"#, "bcef"),
    // Times by moment, however they are spelled.
    ("seen >= '2025-06-01 09:00:00'", "bcf"), ("seen < '2025-06-01T10:00:00Z'", "abe"),
    ("seen = '2025-06-01 10:00:00'", "f"), ("seen in ('2025-06-01 08:00:00', '2025-06-01 12:00:00+02:00')", "af"),
  ]

  @Test(arguments: filters, Engine.live)
  func theFilterDecidesWhichRowsBelong(rule: (filter: String, events: String), engine: Engine) async throws {
    let (filter, events) = rule
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let connection = try await place.connect()
    _ = try await connection.execute(
      """
      CREATE TABLE hits (event_id TEXT, user_id TEXT \(engine.folding), page_view_at \(engine.timeType), page TEXT,
        status INTEGER, \(engine.quoted("Kind of")) TEXT \(engine.folding), seen \(engine.zonedTimeType))
      """)
    _ = try await connection.execute(
      """
      INSERT INTO hits VALUES ('a','u','2025-06-01 08:00:00','/',200,'human','2025-06-01 08:00:00'),
      ('b','u','2025-06-01 08:00:00','/',404,'human','2025-06-01T09:00:00\(engine.family == .mariadb ? "" : "Z")'),
      ('c','u','2025-06-01 08:00:00','/',200,'bot','2025-06-01 10:00:00.000001'),
      ('d','u','2025-06-01 08:00:00','/',NULL,NULL,NULL),
      ('e','u','2025-06-01 08:00:00','/',500,'it''s','2025-05-31 23:59:59'),
      ('f','u','2025-06-01 08:00:00','/',9,'Human','2025-06-01 \(engine.family == .mariadb ? "10:00:00" : "12:00:00+02:00")')
      """)
    let source = PageviewSource(table: ObjectName("hits"), filter: try SourceFilter(text: filter))
    let context = JobContext(connection, job: SessionJob(source: source))
    try await context.create()
    #expect(try await context.run().pageviews == Int64(events.count))
    let found = try await connection.textRows("SELECT event_id FROM session_table ORDER BY event_id")
    #expect(found.compactMap { $0[0] }.joined() == events)
    // What is not part of the job is neither pending nor retired.
    let report = try await context.verify(VerifyRequest(isComplete: true))
    #expect(report.findings.allSatisfy { $0.count == 0 }, "\(report)")
    await connection.close()
  }

  // MARK: Names

  /// Names that a careless statement would break at, in the source and in our own objects, in a schema.
  @Test(arguments: Engine.live) func oddNamesAreNames(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let connection = try await place.connect()
    let schema = place.schema ?? "main"
    // MariaDB has no names with characters beyond U+FFFF, nor with a blank at their end.
    let isNarrow = engine.family == .mariadb
    let (table, user, time, page) = (
      isNarrow ? #"Hits "of` 'Ünï' ; --"# : #"Hits "of" 'Ünï' 🙂; --"#, #"User "Id""#, "WHEN",
      isNarrow ? "select" : "select "
    )
    func quoted(_ name: String) -> String { engine.quoted(name) }
    _ = try await connection.execute(
      """
      CREATE TABLE \(quoted(table)) (\(quoted("Event.ID")) INTEGER, \(quoted(user)) TEXT,
        \(quoted(time)) \(engine.timeType), \(quoted(page)) TEXT, \(quoted("Arrived At")) INTEGER NOT NULL,
        \(quoted("ätt 1")) TEXT)
      """)
    func insert(_ values: String) async throws {
      _ = try await connection.execute("INSERT INTO \(schema).\(quoted(table)) VALUES \(values)")
    }
    try await insert("(1,'u','2025-06-01 08:00:00','/',1,'x'), (2,'u','2025-06-01 08:50:00','/b',2,'y')")
    let job = SessionJob(
      source: PageviewSource(
        table: ObjectName(parts: [schema, table]), eventID: "Event.ID", userID: user, pageViewAt: time, page: page,
        filter: .compare(column: page, .notEqual, .text("/health")),
        arrival: Arrival(column: "Arrived At", overlap: 0)),
      attributes: [Attribute(name: "Ätt \"1\"", column: "ätt 1")],
      names: ObjectNames(prefix: "My \"Own\" ", schema: ObjectName(schema)))
    let context = JobContext(connection, job: job)
    try await context.create()
    #expect(try await context.run().pageviews == 2)
    try await insert("(3,'u','2025-06-01 08:25:00','/',3,'z'), (4,'u','2025-06-01 08:25:00','/health',4,'z')")
    let report = try await context.run(RunRequest(mode: .new))
    #expect(
      report
        == RunReport(
          runID: 2, mode: "new", pageviews: 1, sessions: 1, lineageRows: 1, quarantined: 0, lateSessions: 1,
          mergedSessions: 1))
    let view = try await connection.textRows(
      "SELECT session_id, pageviews, \(quoted("Ätt \"1\"")) FROM \(schema).\(quoted("My \"Own\" sessions"))")
    #expect(view == [["1", "3", "x"]])
    try await context.sessions(asOf: 1) { batch in #expect(batch.rowCount == 2) }
    for kind in AggregateKind.allCases { try await context.aggregate(kind) { #expect($0.rowCount > 0) } }
    _ = try await context.changedSessions(since: 1) { #expect($0.rowCount > 0) }
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    await connection.close()
  }
}
