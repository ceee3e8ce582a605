internal import Logging
internal import PageviewFiles
public import SessionPlan
public import SessionRunner
internal import WarehouseDriver

/// Plays histories with the product itself on a live engine: `create`, `run`, the exports and `verify`.
public actor SQLPlayer: HistoryPlayer {
  public nonisolated let isTransactional: Bool
  private let engine: any PlayerEngine
  private let faults: InterposedConnection.Faults
  private let changeJob: (@Sendable (inout SessionJob) -> Void)?
  private var job = HistoryJob()
  private var current: (context: JobContext, connection: InterposedConnection, table: ObjectName)?

  /// - Parameter changeJob: makes the product's job another than the history's, as a mistake on purpose.
  public init(
    _ engine: any PlayerEngine, faults: InterposedConnection.Faults = .init(),
    changeJob: (@Sendable (inout SessionJob) -> Void)? = nil
  ) {
    self.engine = engine
    self.faults = faults
    self.changeJob = changeJob
    isTransactional = faults.hasTransactions
  }

  /// The job on its connection, for what a test wants beyond the laws.
  public var context: JobContext {
    get throws { try state().context }
  }

  struct NotStarted: Error {}

  private func state() throws -> (context: JobContext, connection: InterposedConnection, table: ObjectName) {
    guard let current else { throw NotStarted() }
    return current
  }

  public func reset(_ job: HistoryJob) async throws {
    await close()
    self.job = job
    let (inner, names) = try await engine.start()
    let connection = InterposedConnection(inner, faults: faults)
    let table = names[.sessionTable].sibling(names.prefix + "source_rows")
    try await engine.makeSource(table, job, on: inner)
    var sessionJob = job.sessionJob(table: table, names: names)
    changeJob?(&sessionJob)
    let context = JobContext(
      job: sessionJob, connection: connection, logger: Self.logger, toolVersion: "conformance")
    current = (context, connection, table)
    try await context.create()
  }

  /// Closes the connection.
  public func close() async {
    await current?.connection.close()
    current = nil
  }

  private static let logger = Logger(label: "conformance") { _ in SwiftLogNoOpLogHandler() }

  public nonisolated func spelling(_ time: SourceTime, _ job: HistoryJob) -> ByteKey { engine.spelling(time, job) }

  public func insert(_ rows: [SourceRow]) async throws {
    let state = try state()
    if !rows.isEmpty { try await engine.insert(rows, into: state.table, job, on: state.connection.inner) }
  }

  public func run(_ mode: RunMode) async throws -> RunOutcome {
    let report = try await state().context.run(RunRequest(mode: Self.request(mode)))
    return RunOutcome(runID: report.runID, pageviews: Int(report.pageviews), quarantined: Int(report.quarantined))
  }

  public func killedRun(_ mode: RunMode) async throws -> Bool {
    let state = try state()
    let names = state.context.job.names
    let delayed = faults.delayed
    await state.connection.change { $0.killedBefore = delayed?.table ?? names[.sessionTable] }
    do {
      _ = try await state.context.run(RunRequest(mode: Self.request(mode)))
      return false
    } catch is InterposedConnection.Killed {
      await state.connection.change { $0.killedBefore = nil }
      return true
    }
  }

  private static func request(_ mode: RunMode) -> RunRequest.Mode {
    switch mode {
    case .whole: .whole
    case .window(let from, let to):
      .window(from: from.map(Timestamp.init(microseconds:)), to: to.map(Timestamp.init(microseconds:)))
    case .new: .new
    }
  }

  public func exportSessions(asOf runID: Int64?) async throws -> [UInt8] {
    let context = try context
    return try await csv { try await context.sessions(asOf: runID, $0) }
  }

  public func exportEvents(asOf runID: Int64?) async throws -> [UInt8] {
    let context = try context
    return try await csv { try await context.events(asOf: runID, $0) }
  }

  public func verify() async throws -> Bool { try await context.verify().isClean }

  public func quarantine() async throws -> [QuarantineRow] {
    let columns = ["reason", "event_id", "user_id", "page_view_at", "page"].map {
      SchemaColumn($0, .text, nullable: true)
    }
    return try await rows(of: .sessionQuarantine, columns).map { row in
      QuarantineRow(reason: row[0] ?? "", eventID: row[1], user: row[2], time: row[3], page: row[4])
    }
  }

  public func lineage() async throws -> [LineageRow]? {
    let id: ValueType = job.idType == .integer ? .integer : .text
    let columns = [
      SchemaColumn("session_id", id), SchemaColumn("became", id), SchemaColumn("became_at", .timestamp),
      SchemaColumn("reason", .text), SchemaColumn("run_id", .integer),
    ]
    func event(_ key: ByteKey?) -> EventID {
      guard job.idType == .integer else { return .text(key ?? "") }
      return .integer(key.flatMap { Int64($0.text) } ?? 0)
    }
    return try await rows(of: .sessionLineage, columns).map { row in
      LineageRow(
        sessionID: event(row[0]), became: event(row[1]),
        becameAt: Timestamp(text: row[2]?.text ?? "")?.microseconds ?? .min, reason: row[3]?.text ?? "",
        runID: Int64(row[4]?.text ?? "") ?? 0)
    }
  }

  public func ledgerDump() async throws -> [String: Set<ByteKey>] {
    var dump: [String: Set<ByteKey>] = [:]
    for object in ObjectNames.Object.ledgers {
      let state = try state()
      guard let table = try await state.connection.describe(state.context.job.names[object]) else { continue }
      let columns = table.columns.map { SchemaColumn($0.name, $0.type ?? .text, nullable: true) }
      let rows = try await rows(of: object, columns)
      dump[object.rawValue] = Set(
        rows.map { row in
          ByteKey(Array(row.map { $0.map { [1] + $0.bytes } ?? [0] }.joined(separator: [UInt8(ascii: "|")])))
        })
    }
    return dump
  }

  // MARK: Reading

  /// Rows of a ledger as text.
  private func rows(of object: ObjectNames.Object, _ columns: [SchemaColumn]) async throws -> [[ByteKey?]] {
    let state = try state()
    let table = TableReference(.stored(state.context.job.names[object]), alias: "t", columns: columns)
    let values = columns.map { NamedExpression($0.name, .column(ColumnReference("t", $0.name))) }
    let query = Query(.project(.table(table), values, alias: "o"))
    var rows: [[ByteKey?]] = []
    try await state.connection.query(query, path: "conformance/\(object.rawValue)") { batch in
      for row in 0..<batch.rowCount {
        rows.append(
          batch.columns.map { column in
            if column.isNull(row) { return nil }
            if case .text(let texts) = column.values { return ByteKey(Array(texts.utf8(row))) }
            var bytes: [UInt8] = []
            ValueText.append(column, row, to: &bytes)
            return ByteKey(bytes)
          })
      }
    }
    return rows
  }

  private func csv(_ export: ((RecordBatch) async throws -> Void) async throws -> Void) async throws -> [UInt8] {
    let writer = CSVWriter()
    var bytes: [UInt8] = []
    try await export { batch in
      if bytes.isEmpty { writer.appendHeader(batch.schema.map(\.name), to: &bytes) }
      writer.append(batch, to: &bytes)
    }
    return bytes
  }
}
