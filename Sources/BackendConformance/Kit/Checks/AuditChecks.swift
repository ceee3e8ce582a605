internal import Foundation
internal import PageviewFiles
internal import SQLRendering
internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver

/// One job from `create` to its removal, with every statement that the backend reports.
struct AuditChecks {
  let work: KitWork

  func carryOut() async throws {
    let log = StatementLog()
    let connection = InterposedConnection(try await work.connect(observer: { log.add($0.sql) }))
    let context = try await work.job(on: connection)
    let audit = StatementAudit(dialect: work.dialect, context.job.names)

    try await phase(.create, "create", "makes tables, views and indexes, and gives rights", log, audit) {
      let made = try await context.create()
      try require(made.kept.isEmpty, "\(made.kept) were there already")
      let again = try await context.create()
      try require(again.made.isEmpty, "a second create made \(again.made)")
    }
    let files = try Files()
    defer { files.remove() }
    try await phase(.load, "load", "inserts into the source and into quarantine", log, audit) {
      let first = try await context.load(files: [files.first], LoadRequest(options: LoadOptions()))
      let again = try await context.load(files: [files.first], LoadRequest(options: LoadOptions()))
      // An engine that does not count leaves it to the rows themselves, which the checks that follow look at.
      try require(
        first[0].loaded == 40 && (again[0].loaded ?? 0) == 0, "a file of 40 lines loads \(first), then \(again)")
    }
    var dump: [String: Set<ByteKey>] = [:]
    try await phase(.run, "run", "reads, keeps its steps in scratch tables, and inserts into its ledgers", log, audit) {
      let first = try await context.run()
      dump = try await log.paused { try await context.ledgerDump() }
      _ = try await log.paused { try await context.load(files: [files.second], LoadRequest(options: LoadOptions())) }
      let second = try await context.run()
      try require(
        first.pageviews == 40 && second.pageviews == 20 && second.lineageRows > 0,
        "runs over 40 and 20 pageviews took \(first.pageviews) and \(second.pageviews), with \(second.lineageRows) merges"
      )
    }
    try await work.check(
      "audit/rows-never-change", "Rows of the ledgers that were there before a run are there after it."
    ) {
      let later = try await context.ledgerDump()
      for (table, rows) in dump {
        let gone = rows.subtracting(later[table] ?? [])
        try require(gone.isEmpty, "\(gone.count) rows of \(table) have changed or gone")
      }
      return "\(dump.values.reduce(0) { $0 + $1.count }) rows"
    }
    try await phase(.read, "read", "only reads, for exports, aggregates, status and verify", log, audit) {
      _ = try await context.sessionsCSV()
      _ = try await context.eventsCSV(asOf: 1)
      for kind in AggregateKind.allCases { try await context.aggregate(kind) { _ in } }
      try await context.status { _ in }
      try await context.requireClean()
    }
    try await refusals(context)
    try await tables(context, files)
    try await phase(.cleanUp, "clean-up", "drops what the kit made, and nothing else", log, audit) {
      let names = context.job.names
      try await work.objects.drop(Set(ObjectNames.Object.allCases.map { names[$0] }), connection)
      for object in ObjectNames.Object.allCases {
        try require(try await connection.describe(names[object]) == nil, "\(names[object]) is still there")
      }
    }
  }

  /// Carries out a phase, and looks at what was sent.
  private func phase(
    _ phase: StatementAudit.Phase, _ word: String, _ does: String, _ log: StatementLog, _ audit: StatementAudit,
    _ body: () async throws -> Void
  ) async throws {
    var failure: (any Error)?
    try await work.check(
      "audit/\(word)", "\(word) \(does).", proves: Self.proves[phase] ?? []
    ) {
      log.start()
      do {
        try await body()
      } catch {
        failure = error
        throw error
      }
      let sent = log.stop()
      try require(
        !sent.isEmpty, "the backend reported no statement to the connection's observer (ConnectionOptions.observer)")
      let wrong = sent.compactMap { sql in audit.fault(of: sql, in: phase).map { "\($0): \(Self.short(sql))" } }
      try require(wrong.isEmpty, wrong.prefix(3).joined(separator: "\n"))
      let verbs = Set(sent.map { audit.verb(of: $0) }).sorted().joined(separator: ", ")
      return "\(sent.count) statements: \(verbs)"
    }
    // What comes next needs it.
    if let failure { throw failure }
  }

  private static let proves: [StatementAudit.Phase: [String]] = [
    .create: ["T20", "T29"], .run: ["scratch_tables", "T31", "T32"], .read: ["T21"],
  ]

  private static func short(_ sql: String) -> String {
    let line = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count <= 160 ? line : line.prefix(159) + "…"
  }

  /// The backend itself refuses what a run never sends.
  private func refusals(_ context: JobContext) async throws {
    let ledger = context.job.names[.sessionTable]
    let ledgers = ObjectNames.Object.ledgers.map { context.job.names[$0] }
    let name = try Renderer(work.dialect).identifier(ledger)
    let column = try Renderer(work.dialect).identifier("run_id")
    try await work.check(
      "audit/refusals", "In a run, the backend refuses UPDATE, DELETE and DROP of a ledger before it sends them."
    ) {
      let before = try await context.ledgerDump()
      for sql in ["UPDATE \(name) SET \(column) = 0", "DELETE FROM \(name)", "DROP TABLE \(name)"] {
        try await context.connection.begin(.insertOnly(ledgers: ledgers))
        var isRefused = false
        do {
          _ = try await context.connection.execute(sql)
        } catch is DriverError {
          isRefused = true
        }
        try await context.connection.rollback()
        try require(isRefused, "\(sql.prefix(6)) was carried out")
      }
      let after = try await context.ledgerDump()
      try require(before == after, "the ledger is another one after them")
      return nil
    }
  }

  /// What the dialect says of tables.
  private func tables(_ context: JobContext, _ files: Files) async throws {
    let names = context.job.names
    try await work.check(
      "audit/enforced-keys", "A second row with the key of another is refused.", proves: ["enforced_keys", "T16"],
      needs: [.enforcedKeys]
    ) {
      let columns = try await context.connection.describe(names[.sessionTable])?.columns ?? []
      let schema = columns.map { SchemaColumn($0.name, $0.type ?? .text) }
      let table = Relation.table(TableReference(.stored(names[.sessionTable]), alias: "t", columns: schema))
      let copies = Relation.project(
        table, schema.map { NamedExpression($0.name, .column(ColumnReference("t", $0.name))) }, alias: "v")
      var isRefused = false
      do {
        try await context.connection.transaction(.write) {
          try await context.connection.execute(
            .insert(Insert(into: names[.sessionTable], columns: schema, query: Query(copies))),
            path: "conformance/copies")
          throw Failed(detail: "taken")
        }
      } catch let error as DriverError {
        try require(error.code == .constraint, "it was refused with another error: \(error)")
        isRefused = true
      } catch is Failed {}
      try require(isRefused, "all rows of the ledger went in a second time")
      return nil
    }
    try await work.check(
      "audit/late-keys", "The first run has built the key of session_table.", proves: ["late_keys"], needs: [.lateKeys]
    ) {
      let key = try await context.connection.describe(names[.sessionTable])?.primaryKey
      try require(key == ["event_id"], "its key is \(key ?? [])")
      return nil
    }
    try await work.check(
      "audit/arrival-column", "A run by arrival finds what was loaded since, however old it is.",
      proves: ["arrival_column"], needs: [.arrivalColumn]
    ) {
      _ = try await context.load(files: [files.third], LoadRequest(options: LoadOptions()))
      let report = try await context.run(RunRequest(mode: .new))
      try require(report.mode == "new", "the run was \(report.mode)")
      try require(report.pageviews == 1, "\(report.pageviews) pageviews were found, not 1")
      return nil
    }
  }

  /// Three files to load.
  private struct Files {
    let folder: URL
    var first: String { folder.appendingPathComponent("first.csv").path }
    var second: String { folder.appendingPathComponent("second.csv").path }
    var third: String { folder.appendingPathComponent("third.csv").path }

    init() throws {
      folder = FileManager.default.temporaryDirectory.appendingPathComponent("conformance-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      // Every third pageview comes late, and bridges.
      let lines = (0..<60).map { index in
        let time = Timestamp(microseconds: 1_748_764_800_000_000 + Int64(index) * 1_200_000_000)
        return "e\(index),u\(index / 30),\(time),/\(index % 5)\n"
      }
      let parts = [
        lines.enumerated().filter { $0.offset % 3 != 1 }.map(\.element),
        lines.enumerated().filter { $0.offset % 3 == 1 }.map(\.element), ["e60,u0,2001-01-01 00:00:00,/\n"],
      ]
      for (path, part) in zip([first, second, third], parts) {
        let text = "event_id,user_id,page_view_at,page\n" + part.joined()
        try text.write(toFile: path, atomically: true, encoding: .utf8)
      }
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
  }
}
