internal import Logging
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
  /// How many statements a run sends that nothing came before: it is killed before one of them.
  private var statementsOfRun: Int?
  private var kills = 0
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

  /// The source's name after the prefix.
  static let sourceName = "source_rows"

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
    let table = names[.sessionTable].sibling(names.prefix + Self.sourceName)
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
    let state = try state()
    let report = try await state.context.run(Self.request(mode))
    statementsOfRun = min(statementsOfRun ?? .max, await state.connection.statements)
    return RunOutcome(runID: report.runID, pageviews: Int(report.pageviews), quarantined: Int(report.quarantined))
  }

  public func killedRun(_ mode: RunMode) async throws -> Bool {
    let state = try state()
    let names = state.context.job.names
    let delayed = faults.delayed
    if state.connection.profile.commitPoint == .finishedRow {
      // Before any of its statements, one after the other.
      kills += 1
      let stop = (kills &* 5) % (statementsOfRun ?? 5)
      await state.connection.change { $0.killedAfter = stop }
    } else {
      await state.connection.change { $0.killedBefore = delayed?.table ?? names[.sessionTable] }
    }
    do {
      _ = try await state.context.run(Self.request(mode))
      return false
    } catch is InterposedConnection.Killed {
      await state.connection.change {
        $0.killedBefore = nil
        $0.killedAfter = nil
      }
      return true
    }
  }

  public func hidesUnfinishedRuns() async throws -> Bool {
    try state().connection.profile.commitPoint == .finishedRow
  }

  /// Nobody else runs: whoever has claimed the job and did not finish is dead.
  private static func request(_ mode: RunMode) -> RunRequest {
    RunRequest(mode: rows(of: mode), claimTimeout: .zero)
  }

  private static func rows(of mode: RunMode) -> RunRequest.Mode {
    switch mode {
    case .whole: .whole
    case .window(let from, let to):
      .window(from: from.map(Timestamp.init(microseconds:)), to: to.map(Timestamp.init(microseconds:)))
    case .new: .new
    }
  }

  public func exportSessions(asOf runID: Int64?) async throws -> [UInt8] { try await context.sessionsCSV(asOf: runID) }

  public func exportEvents(asOf runID: Int64?) async throws -> [UInt8] { try await context.eventsCSV(asOf: runID) }

  public func verify() async throws -> Bool { try await context.verify().isClean }

  public func quarantine() async throws -> [QuarantineRow] {
    let columns =
      ["reason", "event_id", "user_id", "page_view_at", "page"].map { SchemaColumn($0, .text, nullable: true) }
      + [SchemaColumn("run_id", .integer, nullable: true)]
    var rows = try await rows(of: .sessionQuarantine, columns)
    if try await hidesUnfinishedRuns() {
      let runs = try await self.rows(
        of: .sessionRuns, [SchemaColumn("run_id", .integer), SchemaColumn("state", .text)])
      let finished = Set(runs.filter { $0[1] == "finished" }.map { $0[0] })
      rows = rows.filter { $0[5] == nil || finished.contains($0[5]) }
    }
    return rows.map { row in
      QuarantineRow(
        reason: row[0] ?? "", eventID: row[1], user: row[2], time: row[3].map { engine.canonical($0, job) },
        page: row[4])
    }
  }

  public func changedSessions(since runID: Int64, until end: Int64) async throws -> ChangedSessions? {
    try await feed(since: runID, until: end).sessions
  }

  /// The feed with the keyed hashes of the users that were erased.
  package func feed(
    since runID: Int64, until end: Int64
  ) async throws -> (sessions: ChangedSessions, erased: [ByteKey]) {
    var reader = ChangedSessionsReader(hasIntegerIDs: job.idType == .integer)
    _ = try await context.changedSessions(since: runID, until: end) { try reader.read($0) }
    return (reader.result, reader.erased)
  }

  public func ledgerDump() async throws -> [String: Set<ByteKey>] { try await context.ledgerDump() }

  private func rows(of object: ObjectNames.Object, _ columns: [SchemaColumn]) async throws -> [[ByteKey?]] {
    let context = try context
    return try await context.texts(of: context.job.names[object], columns)
  }
}
