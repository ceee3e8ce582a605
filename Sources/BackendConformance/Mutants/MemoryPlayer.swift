internal import Foundation
internal import SessionPlan

/// The incremental algorithm of the contract in plain Swift: it proves the histories and the oracle without a database,
/// and with a mutant planted, that they can fail.
public actor MemoryPlayer: HistoryPlayer {
  /// A row of `session_table`.
  struct Row: Hashable {
    var pageview: Pageview
    /// As first assigned.
    var sessionID: EventID
    var runID: Int64
  }

  public nonisolated let isTransactional: Bool
  let mutant: Mutant?
  var job = HistoryJob()
  var source: [SourceRow] = []
  var table: [Row] = []
  var lineageRows: [LineageRow] = []
  var quarantineRows: [(row: QuarantineRow, runID: Int64)] = []
  /// Finished or not.
  var lastRunID: Int64 = 0
  var mark: Int64?
  var runTexts: Set<ByteKey> = []

  /// - Parameter isTransactional: without transactions, a killed run leaves what it had written.
  public init(mutant: Mutant? = nil, isTransactional: Bool = true) {
    self.mutant = mutant
    self.isTransactional = isTransactional
  }

  public func reset(_ job: HistoryJob) {
    self.job = job
    source = []
    table = []
    lineageRows = []
    quarantineRows = []
    lastRunID = 0
    mark = nil
    runTexts = []
  }

  public func insert(_ rows: [SourceRow]) {
    source += rows
  }

  public func run(_ mode: RunMode) -> RunOutcome {
    lastRunID += 1
    runTexts.insert(ByteKey("\(lastRunID) started"))
    let selection = selectNew(mode)
    let changes = sessionize(selection.new)
    lineageRows += changes.lineage
    table += changes.rows
    var quarantined = 0
    for row in selection.quarantine {
      if mutant != .quarantineRepeated, quarantineRows.contains(where: { $0.row == row }) { continue }
      quarantineRows.append((row, lastRunID))
      quarantined += 1
    }
    var setsMark = true
    if case .window = mode { setsMark = mutant == .markMovedByWindow }
    if setsMark { mark = source.compactMap(\.arrival).max() }
    runTexts.insert(ByteKey("\(lastRunID) finished"))
    return RunOutcome(runID: lastRunID, pageviews: changes.rows.count, quarantined: quarantined)
  }

  public func killedRun(_ mode: RunMode) -> Bool {
    guard !isTransactional else { return true }
    lastRunID += 1
    runTexts.insert(ByteKey("\(lastRunID) started"))
    let changes = sessionize(selectNew(mode).new)
    if mutant == .rowsBeforeLineage { table += changes.rows } else { lineageRows += changes.lineage }
    return true
  }

  /// One lookup, never a chain: the earliest by (became_at, became).
  func currentID(_ id: EventID, asOf runID: Int64? = nil) -> EventID {
    lineageRows.filter { $0.sessionID == id && (runID == nil || $0.runID <= (runID ?? 0)) }
      .min { $0.becameAt != $1.becameAt ? $0.becameAt < $1.becameAt : $0.became < $1.became }?.became ?? id
  }

  private func events(asOf runID: Int64?) -> [EventRecord] {
    let lineageLimit = mutant == .asOfWithoutLineage ? nil : runID
    var resolved: [EventID: EventID] = [:]
    return table.filter { runID == nil || $0.runID <= (runID ?? 0) }.map { row in
      let current = resolved[row.sessionID] ?? currentID(row.sessionID, asOf: lineageLimit)
      resolved[row.sessionID] = current
      return EventRecord(pageview: row.pageview, sessionID: current)
    }
  }

  public func exportEvents(asOf runID: Int64?) -> [UInt8] { CanonicalExport.events(events(asOf: runID)) }

  public func exportSessions(asOf runID: Int64?) -> [UInt8] {
    let bySession = Dictionary(grouping: events(asOf: runID), by: \.sessionID)
    let records = bySession.compactMap { id, events -> SessionRecord? in
      let ordered = events.map(\.pageview).sorted { $0.time != $1.time ? $0.time < $1.time : $0.id < $1.id }
      guard let first = ordered.first, let last = ordered.last else { return nil }
      return SessionRecord(
        id: id, user: first.user, startedAt: first.time, endedAt: last.time, pageviews: ordered.count,
        entryPage: first.page, exitPage: last.page)
    }
    return CanonicalExport.sessions(records)
  }

  public func quarantine() -> [QuarantineRow] { quarantineRows.map(\.row) }

  public func lineage() -> [LineageRow]? { lineageRows }

  /// Not a recomputation: only the promise about rows that no run took.
  public func verify() -> Bool {
    guard let mark, let arrival = job.arrival, mutant != .missedRowsNotReported else { return true }
    let taken = Set(table.map(\.pageview.id))
    let late = source.filter { ($0.arrival ?? .max) < mark - arrival.overlap }
    return numbered(late, amongAll: false).pageviews.allSatisfy { taken.contains($0.id) }
  }

  public func ledgerDump() -> [String: Set<ByteKey>] {
    [
      LedgerTable.sessions: Set(table.map { ByteKey("\($0)") }),
      LedgerTable.lineage: Set(lineageRows.map { ByteKey("\($0)") }),
      LedgerTable.quarantine: Set(quarantineRows.map { ByteKey("\($0)") }),
      LedgerTable.runs: runTexts,
    ]
  }
}
