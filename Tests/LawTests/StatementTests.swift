import Foundation
import SQLiteBackend
import SessionPlan
import SessionRunner
import Synchronization
import Testing
import WarehouseDriver

/// L2 as the connection sees it: what a run really sends.
@Suite struct StatementTests {
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
    sql.replacing(#/'(?:[^']|'')*'|"(?:[^"]|"")*"/#, with: " ").split { !$0.isLetter && $0 != "_" }.map {
      $0.uppercased()
    }
  }

  private static let ledgers = ["session_table", "session_lineage", "session_runs", "session_quarantine"]

  private func isAllowed(_ sql: String) -> Bool {
    // Whatever else is in them, they may only insert.
    let forbidden: Set = [
      "UPDATE", "DELETE", "MERGE", "TRUNCATE", "DROP", "ALTER", "ATTACH", "DETACH", "VACUUM", "REINDEX", "PRAGMA",
      "RETURNING", "CONFLICT",
    ]
    guard forbidden.isDisjoint(with: words(sql)), !sql.contains("; "), !sql.contains("REPLACE INTO") else {
      return false
    }
    // A first run that meets copies of an event id is taken back, and done again by the general plan.
    if ["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"].contains(sql) { return true }
    if sql.hasPrefix("CREATE TEMP TABLE \"") || sql.hasPrefix("CREATE INDEX temp.\"") { return true }
    let inserts = words(sql).filter { $0 == "INSERT" }.count
    if inserts == 0 { return sql.hasPrefix("SELECT") || sql.hasPrefix("WITH \"") }
    guard inserts == 1, sql.hasPrefix("INSERT INTO ") || sql.hasPrefix("WITH \"") else { return false }
    return target(sql).map { $0.hasPrefix("temp.") || Self.ledgers.contains($0) } ?? false
  }

  /// What a statement inserts into.
  private func target(_ sql: String) -> String? {
    sql.firstMatch(of: #/(?:^|\n)INSERT INTO (temp\.)?"(\w+)"\s*\(/#).map { String($0.1 ?? "") + String($0.2) }
  }

  @Test(arguments: Shape.allCases) func aRunSendsInsertsOnly(shape: Shape) async throws {
    let record = Record()
    let connection = try await SQLiteBackend(dialect: shape.dialect).connect(
      to: Target(url: "sqlite::memory:"),
      options: ConnectionOptions(mayCreate: true) { event in record.texts.withLock { $0.append(event.sql) } })
    let context = JobContext(connection)
    try await context.create()
    let batches = [
      """
      ('a','u','2025-06-01 08:00:00','/'), ('b','u','2025-06-01 08:50:00','/b'), ('b','u','2025-06-01 08:50:00','/c'),
      (NULL,'u','2025-06-01 08:50:00','/c'), ('n','u','never','/c')
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
      for text in texts { #expect(isAllowed(text), "\(shape), \(report.mode): \(text)") }
    }
    #expect(!isAllowed("WITH \"a\" AS (SELECT 1)\nREPLACE INTO \"session_table\" (x)"))
    #expect(!isAllowed("INSERT OR REPLACE INTO \"session_table\" (x)") && !isAllowed("DELETE FROM \"session_table\""))
    #expect(!isAllowed("INSERT INTO \"pageviews\" (x)"))
    #expect(!isAllowed("WITH \"a\" AS (SELECT 1)\nINSERT INTO \"pageviews\" (x)"))
    await connection.close()
  }

  /// The views need nothing of the tool: the plain shell reads them, late events included.
  @Test func thePlainShellReadsTheViews() async throws {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    guard let shell = folders.map({ $0 + "/sqlite3" }).first(where: FileManager.default.isExecutableFile) else {
      print("SKIPPED: there is no sqlite3 shell on the PATH, so that nobody has read the views without the tool")
      return
    }
    let database = TemporaryDatabase()
    defer { database.remove() }
    let context = JobContext(try await database.connect())
    try await context.create()
    for batch in 0..<2 {
      try await TwoBatches.insert(batch, of: 300, into: context.connection)
      _ = try await context.run()
    }
    #expect(try await context.connection.textRows("SELECT count(*) FROM session_lineage") != [["0"]])
    var sessions: [String] = []
    try await context.sessions { batch in
      sessions += batch.textRows.map { $0.map { $0 ?? "NULL" }.joined(separator: "|") }
    }
    var events: [String] = []
    try await context.events { batch in
      events += batch.textRows.map { $0.map { $0 ?? "NULL" }.joined(separator: "|") }
    }
    await context.connection.close()

    func ask(_ sql: String) throws -> [String] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: shell)
      process.arguments = ["-batch", "-init", "/dev/null", "-noheader", "-list", database.path, sql]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let bytes = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(sql)")
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
    let order = "ORDER BY user_id, started_at, session_id"
    let columns = """
      session_id, user_id, started_at, ended_at, printf('%.6f', duration), pageviews, entry_page, exit_page, is_bounce
      """
    #expect(try ask("SELECT \(columns) FROM sessions \(order)") == sessions)
    let ofEvents = "SELECT event_id, session_id, user_id, page_view_at, page FROM session_events"
    #expect(try ask(ofEvents).sorted() == events.sorted())
    #expect(sessions.count >= 10 && events.count == 300)
  }
}
