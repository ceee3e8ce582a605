import Logging
import SQLiteBackend
import SessionPlan
import SessionRunner
import Testing
import WarehouseDriver

@Suite struct SmokeTests {
  @Test(arguments: [false, true]) func fiveRows(inline: Bool) async throws {
    let backend = SQLiteBackend(dialect: inline ? SQLiteDialect.inlineDialect : SQLiteDialect.dialect)
    let connection = try await backend.connect(
      to: Target(url: "sqlite::memory:"), options: ConnectionOptions(mayCreate: true))
    let context = JobContext(
      job: SessionJob(), connection: connection, logger: Logger(label: "test"), toolVersion: "test")
    try await context.create()
    _ = try await connection.execute(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES
      ('e1','123','2020-02-02 12:55:16','/contact'),('e2','123','2020-02-02 12:55:18','/home'),
      ('e3','456','2020-02-02 12:55:18','/product/1'),('e4','456','2020-02-02T12:55:18Z','/product/2'),
      ('e5','789','2020-02-02 12:55:18.000000','/product/4')
      """)
    let report = try await context.run()
    #expect(report.pageviews == 5)
    var rows: [[BatchValue?]] = []
    try await context.sessions { batch in for row in 0..<batch.rowCount { rows.append(batch.row(row)) } }
    #expect(rows.count == 3)
    _ = try await connection.execute(
      "INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES ('e0','123','2020-02-02 12:45:16','/x'), ('b',NULL,'2020-02-02 12:45:16','/x'), ('e5','789','2020-02-02 12:55:19.000000','/product/4'), ('z','1','2020-02-30','x')"
    )
    let second = try await context.run()
    #expect(second == RunReport(runID: 2, mode: "whole", pageviews: 1, lineageRows: 1, quarantined: 3))
    let third = try await context.run()
    #expect(third == RunReport(runID: 3, mode: "whole", pageviews: 0, lineageRows: 0, quarantined: 0))
    let verified = try await context.verify()
    #expect(verified.isClean, "\(verified)")
    try await context.aggregate(.totals) { batch in for row in 0..<batch.rowCount { print(batch.row(row)) } }
    for kind in AggregateKind.allCases { try await context.aggregate(kind) { _ in } }
    try await context.changedSessions(since: 1) { batch in for row in 0..<batch.rowCount { print(batch.row(row)) } }
    try await context.status { _ in }
    if !inline {
      let dry = try await context.dryRun()
      for step in dry.steps { print("-- \(step.name)\n" + step.sql.joined(separator: ";\n")) }
    }
    await connection.close()
  }
}
