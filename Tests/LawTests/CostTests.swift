import Logging
import SQLiteBackend
import SessionPlan
import SessionRunner
import Synchronization
import Testing
import WarehouseDriver

let quiet = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

/// L9: a run costs what its new rows and the ledger rows beside them cost, whatever the history behind.
@Suite(.fewAtOnce) struct CostTests {
  /// A pageview of one user every 31.536 s: 1,000,000 in a year, 114 in an hour.
  private static let distance = "31536000"

  private final class RowCount: Sendable {
    let rows = Mutex(0)
  }

  private struct Cost {
    /// The engine's own counts.
    var statistics: StatementStatistics
    /// Ledger rows that the run took into its context.
    var context: Int
    var dry: DryRunReport
  }

  /// What a run of two rows costs, one of them at the start of the history.
  private func costOfLateRun(rows: Int) async throws -> Cost {
    let contextRows = RowCount()
    let options = ConnectionOptions(mayCreate: true) { event in
      if event.sql.hasPrefix("INSERT INTO temp.context\n") { contextRows.rows.withLock { $0 = event.rows ?? .max } }
    }
    let connection = try await Engine.sqlite.backend().connect(
      to: Target(url: "sqlite::memory:"), options: options)
    let job = SessionJob(source: PageviewSource(arrival: Arrival(column: "arrival_id", overlap: 0)))
    let context = JobContext(job: job, connection: connection, logger: quiet, toolVersion: "test")
    try await context.create()
    _ = try await connection.execute(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows)),
      t(i, us) AS (SELECT i, 1735689600000000 + i * \(Self.distance) FROM n)
      SELECT 'e' || i, 'u', strftime('%Y-%m-%d %H:%M:%S', us / 1000000, 'unixepoch') || printf('.%06d', us % 1000000), '/'
      FROM t
      """)
    let first = try await context.run()
    #expect(first.pageviews == Int64(rows))
    // The last one's end is where the history ends; the late one is between the second and the third pageview.
    _ = try await connection.execute(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page)
      SELECT 'late', 'u', '2025-01-01 00:08:10.000000', '/' UNION ALL
      SELECT 'new', 'u', (SELECT substr(max(page_view_at), 1, 19) || '.999999' FROM pageviews), '/'
      """)
    let dry = try await context.dryRun(RunRequest(mode: .new))
    let sqlite = try #require(connection as? SQLiteConnection)
    await sqlite.resetStatementStatistics()
    let report = try await context.run(RunRequest(mode: .new))
    #expect(report.mode == "new" && report.pageviews == 2)
    let cost = Cost(
      statistics: await sqlite.statementStatistics, context: contextRows.rows.withLock { $0 }, dry: dry)
    await connection.close()
    return cost
  }

  @Test func aLateRowCostsTheSameInAnyHistory() async throws {
    let small = try await costOfLateRun(rows: 10_000)
    let large = try await costOfLateRun(rows: 1_000_000)
    let (short, long, dry) = (small.statistics, large.statistics, large.dry)
    print("L9: \(short), context \(small.context) with 10,000 rows")
    print("L9: \(long), context \(large.context) with 1,000,000 rows")
    // An hour around the late row, half an hour before the new one.
    #expect((50..<1000).contains(large.context))
    #expect(large.context == small.context)
    // Scans are only over the run's own scratch tables.
    #expect(long.fullScanSteps < 1000)
    #expect(long.automaticIndexRows < 1000)
    #expect(abs(long.fullScanSteps - short.fullScanSteps) <= 50)
    #expect(abs(long.virtualMachineSteps - short.virtualMachineSteps) <= short.virtualMachineSteps / 10)
    for step in dry.steps {
      let sql = step.sql.joined(separator: "\n")
      let aliases = sql.matches(of: /"session_table" AS "(\w+)"/).map { String($0.1) }
      for line in step.explanation where line.contains("SCAN") && !line.contains("SCAN any_row") {
        // Whether there is any row at all is asked with EXISTS, which stops at the first.
        let scanned = aliases.filter { line.hasSuffix("SCAN " + $0) }
        #expect(scanned.isEmpty && !line.contains("session_table"), "\(step.name): \(line)")
      }
    }
  }

  // MARK: Many new rows

  /// The engine's steps for a run of some new rows, half of them beside a session that is there.
  private func stepsOfRun(newRows: Int) async throws -> Int {
    let connection = try await Engine.sqlite.backend().connect(
      to: Target(url: "sqlite::memory:"), options: ConnectionOptions(mayCreate: true))
    let context = JobContext(job: SessionJob(), connection: connection, logger: quiet, toolVersion: "test")
    try await context.create()
    func insert(_ prefix: String, _ time: String) async throws {
      _ = try await connection.execute(
        """
        INSERT INTO pageviews (event_id, user_id, page_view_at, page)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(newRows))
        SELECT '\(prefix)' || i, 'u' || i, \(time), '/' FROM n
        """)
    }
    try await insert("e", "'2025-06-01 08:00:00.000000'")
    _ = try await context.run()
    try await insert("n", "CASE i % 2 WHEN 0 THEN '2025-06-01 08:10:00.000000' ELSE '2025-06-01 18:00:00.000000' END")
    let sqlite = try #require(connection as? SQLiteConnection)
    await sqlite.resetStatementStatistics()
    #expect(try await context.run().pageviews == Int64(newRows))
    let steps = await sqlite.statementStatistics.virtualMachineSteps
    await connection.close()
    return steps
  }

  /// Four times as many new rows, in as many sessions, cost some four times as much, never sixteen times.
  @Test func aRunCostsWhatItsNewRowsCost() async throws {
    let few = try await stepsOfRun(newRows: 1000)
    let many = try await stepsOfRun(newRows: 4000)
    print("L9: \(few) steps for 1,000 new rows, \(many) for 4,000")
    #expect(many < few * 5)
  }
}
