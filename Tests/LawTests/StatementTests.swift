import SessionPlan
import SessionRunner
import Synchronization
import Testing
import WarehouseDriver

/// L2 as the connection sees it: what a run really sends.
@Suite(.fewAtOnce) struct StatementTests {
  private final class Record: Sendable {
    let texts = Mutex<[String]>([])

    func takeAll() -> [String] {
      texts.withLock { texts in
        defer { texts = [] }
        return texts
      }
    }
  }

  /// The words of a statement that stand neither in a text nor in a name.
  private func words(_ sql: String) -> [String] {
    sql.replacing(#/'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`/#, with: " ").split { !$0.isLetter && $0 != "_" }.map {
      $0.uppercased()
    }
  }

  private static let ledgers = [
    "session_table", "session_lineage", "session_versions", "session_runs", "session_quarantine",
  ]

  /// The ways in which a run begins, ends, and makes its scratch tables.
  private func isFraming(_ sql: String, on engine: Engine, isFirst: Bool) -> Bool {
    func matches(_ pattern: Regex<Substring>) -> Bool { sql.wholeMatch(of: pattern) != nil }
    if engine.isODBC || engine.isADBC, sql == "job lock" { return true }
    switch engine.family {
    case .sqlite:
      return matches(#/BEGIN IMMEDIATE|COMMIT|ROLLBACK/#)
        || matches(#/CREATE TEMP TABLE \w+ \([^;]*|CREATE INDEX temp\.\w+ ON[^;]*/#)
        // Scratch tables of a connection that stays open.
        || engine != .sqlite && matches(#/DROP TABLE IF EXISTS temp\.\w+/#)
    case .mariadb:
      return matches(#/SET TRANSACTION ISOLATION LEVEL READ COMMITTED|COMMIT|ROLLBACK/#)
        || matches(#/CREATE TEMPORARY TABLE sessionizer_scratch_[^;]* ENGINE = \w+/#)
        || matches(#/DROP TEMPORARY TABLE IF EXISTS sessionizer_scratch_\w+/#)
    case .duckdb:
      return matches(#/BEGIN TRANSACTION|COMMIT|ROLLBACK/#)
        || matches(#/CREATE TEMPORARY TABLE \w+ \([^;]*/#) || matches(#/DROP TABLE temp\.\w+/#)
        || matches(#/CREATE INDEX \w+ ON \w+ \(\w+\)/#)
    case .postgres: break
    }
    return matches(#/BEGIN ISOLATION LEVEL REPEATABLE READ|COMMIT|ROLLBACK/#)
      || matches(#/CREATE TEMPORARY TABLE \w+ \([^;]* ON COMMIT DROP/#)
      || matches(#/CREATE INDEX \w+ ON pg_temp\.\w+ [^;]*|ANALYZE pg_temp\.\w+/#)
      // Only the first run into empty ledgers puts the key and the index on after the rows.
      || isFirst && matches(#/ALTER TABLE session_(?:table|versions) ADD PRIMARY KEY \([^()]*\)/#)
      || isFirst && matches(#/CREATE INDEX IF NOT EXISTS \w+ ON session_(?:table|versions) \([^()]*\)/#)
  }

  private func isAllowed(_ sql: String, on engine: Engine, isFirst: Bool = false) -> Bool {
    // A first run that meets copies of an event id is taken back, and done again by the general plan.
    if isFraming(sql, on: engine, isFirst: isFirst) { return true }
    // A scratch table that is filled at once: what fills it may only read.
    if engine.family != .mariadb,
      let made = sql.prefixMatch(of: #/CREATE TEMP(?:ORARY)? TABLE \w+ (?:ON COMMIT DROP )?AS\n/#)
    {
      let query = String(sql[made.range.upperBound...])
      return !words(query).contains("INSERT") && isAllowed(query, on: engine)
    }
    // Whatever else is in them, they may only insert.
    let forbidden: Set = [
      "UPDATE", "DELETE", "MERGE", "TRUNCATE", "DROP", "ALTER", "ATTACH", "DETACH", "VACUUM", "REINDEX", "PRAGMA",
      "RETURNING", "CONFLICT",
    ]
    guard forbidden.isDisjoint(with: words(sql)), !sql.contains("; "), !sql.contains("REPLACE INTO") else {
      return false
    }
    let inserts = words(sql).filter { $0 == "INSERT" }.count
    if inserts == 0 { return sql.hasPrefix("SELECT") || sql.hasPrefix("WITH ") }
    guard inserts == 1, sql.hasPrefix("INSERT INTO ") || sql.hasPrefix("WITH ") else { return false }
    let scratch = ["temp.", "pg_temp.", "sessionizer_scratch_"]
    return target(sql).map { target in
      scratch.contains { target.hasPrefix($0) } || Self.ledgers.contains(target)
    } ?? false
  }

  /// What a statement inserts into. Of a scratch table made just before, it names no columns.
  private func target(_ sql: String) -> String? {
    sql.firstMatch(of: #/(?:^|\n)INSERT INTO ((?:pg_)?temp\.)?["`]?(\w+)["`]?(?:\s*\(|\n)/#).map {
      String($0.1 ?? "") + String($0.2)
    }
  }

  @Test(arguments: Variant.all.filter { !$0.isLoose || $0.on != .sqlite })
  func aRunSendsInsertsOnly(variant: Variant) async throws {
    let record = Record()
    let place = try await Place.make(on: variant.on)
    defer { place.remove() }
    let connection = try await place.connect(dialect: variant.shape.dialect(on: variant.on)) { event in
      record.texts.withLock { $0.append(event.sql) }
    }
    let context = JobContext(connection)
    try await context.create()
    let batches = [
      """
      ('a','u','2025-06-01 08:00:00','/'), ('b','u','2025-06-01 08:50:00','/b'), ('b','u','2025-06-01 08:50:00','/c'),
      (NULL,'u','2025-06-01 08:50:00','/c'), ('n','u',NULL,'/c')
      """,
      "('z','u','2025-06-01 08:25:00','/'), ('a','w','2025-06-01 08:00:00','/')",
      "('y','u','2025-06-01 07:45:00','drop table pageviews')",
    ]
    let modes: [RunRequest.Mode] = [.whole, .new, .window(from: Timestamp(text: "2025-06-01"), to: nil), .whole]
    for (index, mode) in modes.enumerated() {
      if index < batches.count {
        _ = try await connection.execute(
          "INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES \(batches[index])")
      }
      _ = record.takeAll()
      let report = try await context.run(RunRequest(mode: mode))
      #expect(report.pageviews == (index == 0 ? 2 : index == 3 ? 0 : 1))
      let texts = record.takeAll()
      #expect(texts.filter { target($0)?.hasPrefix("session_") ?? false }.count >= 4, "the audit sees the run")
      for text in texts {
        #expect(isAllowed(text, on: variant.on, isFirst: index == 0), "\(variant), \(report.mode): \(text)")
      }
    }
    for text in [
      "WITH \"a\" AS (SELECT 1)\nREPLACE INTO \"session_table\" (x)", "INSERT OR REPLACE INTO \"session_table\" (x)",
      "DELETE FROM \"session_table\"", "INSERT INTO \"pageviews\" (x)", "ALTER TABLE \"session_table\" ADD x text",
      "WITH \"a\" AS (SELECT 1)\nINSERT INTO \"pageviews\" (x)", "TRUNCATE \"session_table\"",
    ] { #expect(!isAllowed(text, on: variant.on, isFirst: true), "\(text)") }
    await connection.close()
  }
}
