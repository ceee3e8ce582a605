import SessionPlan
import SessionRunner
import StatementRecording
import Testing
import WarehouseDriver

/// `verify` sees a ledger that somebody has laid hands on.
@Suite(.fewAtOnce) struct VerifyTests {
  /// What the tool never sends.
  private func damage(_ connection: any WarehouseDriver.Connection, _ sql: String) async throws {
    try await connection.executeByHand(sql, because: "damage that verify is to find")
  }

  private func started(_ place: Place) async throws -> JobContext {
    let context = try await place.context()
    let connection = context.connection
    try await context.create()
    _ = try await connection.execute(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES
      ('a','u','2025-06-01 08:00:00','/'), ('b','u','2025-06-01 08:10:00','/b'), ('c','u','2025-06-01 09:00:00','/'),
      ('d','v','2025-06-01 08:00:00','/'), ('e','v','2025-06-01 12:00:00','/'),
      ('f','w','2025-06-01 08:00:00','/'), ('h','w','2025-06-01 08:50:00','/')
      """)
    _ = try await context.run()
    _ = try await connection.execute(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES
      ('z','u','2025-06-01 07:50:00','/'), ('g','w','2025-06-01 08:25:00','/')
      """)
    _ = try await context.run()
    let report = try await context.verify()
    #expect(report.isClean && report.findings.allSatisfy { $0.count == 0 })
    return context
  }

  private func faults(_ context: JobContext) async throws -> Set<String> {
    Set(try await context.verify().findings.filter { $0.isFault && $0.count > 0 }.map(\.name))
  }

  static let changes = [
    ("UPDATE session_table SET session_id = 'c' WHERE event_id = 'b'", "wrong session"),
    ("UPDATE session_table SET session_id = 'a' WHERE event_id = 'c'", "gap inside a session"),
    ("UPDATE session_table SET session_id = 'b' WHERE event_id = 'b'", "sessions too close"),
    ("UPDATE session_table SET session_id = 'nobody' WHERE event_id = 'e'", "wrong session row"),
    ("UPDATE session_table SET user_id = 'v' WHERE event_id = 'b'", "wrong session"),
    ("UPDATE session_table SET page_view_at = '2025-06-01 12:00:00.000000' WHERE event_id = 'b'", "wrong session"),
    ("DELETE FROM session_lineage", "wrong session"),
    ("UPDATE session_versions SET pageviews = 3 WHERE anchor = 'c'", "wrong session row"),
    ("UPDATE session_versions SET exit_page = NULL WHERE anchor = 'd'", "wrong session row"),
    ("UPDATE session_versions SET last_event_id = 'x' WHERE anchor = 'd'", "wrong session row"),
    ("UPDATE session_versions SET session_id = 'a' WHERE anchor = 'a'", "wrong session"),
    ("DELETE FROM session_versions WHERE anchor = 'a' AND run_id = 2", "pageviews do not add up"),
    ("DELETE FROM session_versions WHERE anchor = 'e'", "wrong session row"),
    (
      "INSERT INTO session_lineage (session_id, became, run_id) VALUES ('f','d',9)",
      "chained lineage"
    ),
    (
      "INSERT INTO session_lineage (session_id, became, run_id) VALUES ('d','e',9)",
      "wrong session"
    ),
  ]

  @Test(arguments: changes, Engine.live)
  func anAlteredLedgerIsFound(change: (sql: String, finding: String), engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await started(place)
    try await damage(context.connection, change.sql)
    #expect(try await faults(context).contains(change.finding), "\(change.sql)")
    #expect(try await !context.verify().isClean)
    await context.connection.close()
  }

  /// Without the keys it looks at everything in another way, and finds the same.
  @Test(arguments: changes, Engine.servers)
  func withoutKeysTheSameIsFound(change: (sql: String, finding: String), engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await started(place)
    try await damage(context.connection, change.sql)
    let found = try await context.verify().findings
    for table in ["session_table", "session_versions"] {
      let key = engine.family == .postgres ? "CONSTRAINT \(table)_pkey" : "PRIMARY KEY"
      try await damage(context.connection, "ALTER TABLE \(table) DROP \(key)")
    }
    let again = try await context.verify().findings
    #expect(again.map(\.count) == found.map(\.count))
    #expect(again.map { Set($0.samples) } == found.map { Set($0.samples) })
    await context.connection.close()
  }

  /// In a ledger whose key is not enforced.
  @Test(arguments: Engine.live) func aRowTwiceIsFound(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await started(place)
    let connection = context.connection
    switch engine.family {
    case .postgres: try await damage(connection, "ALTER TABLE session_table DROP CONSTRAINT session_table_pkey")
    case .mariadb: try await damage(connection, "ALTER TABLE session_table DROP PRIMARY KEY")
    case .sqlite, .duckdb:
      try await damage(connection, "ALTER TABLE session_table RENAME TO old")
      try await damage(connection, "DROP VIEW sessions")
      try await damage(connection, "DROP VIEW session_events")
      try await damage(connection, "CREATE TABLE session_table AS SELECT * FROM old")
      try await context.create()
    }
    #expect(try await context.verify().isClean)
    try await damage(connection, "INSERT INTO session_table SELECT * FROM session_table WHERE event_id = 'b'")
    #expect(try await faults(context).contains("row twice"))
    await connection.close()
  }

  @Test(arguments: Engine.live) func whatTheSourceAndTheLedgerDoNotShareIsCounted(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await started(place)
    let connection = context.connection
    func count(_ name: String) async throws -> Int {
      try #require(try await context.verify().findings.first { $0.name == name }).count
    }
    _ = try await connection.execute(
      "INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES ('x','v','2025-06-01 18:00:00','/')")
    #expect(try await count("pending") == 1)
    try await damage(connection, "UPDATE pageviews SET page = '/other' WHERE event_id = 'b'")
    #expect(try await count("changed") == 1)
    try await damage(connection, "DELETE FROM pageviews WHERE event_id = 'd'")
    #expect(try await count("retired") == 1)
    #expect(try await context.verify().isClean)
    #expect(try await !context.verify(VerifyRequest(isComplete: true)).isClean)
    // A window checks the sessions in it alone.
    let before = VerifyRequest(to: Timestamp(text: "2025-05-01"), isComplete: true)
    #expect(try await context.verify(before).isClean)
    await connection.close()
  }
}
