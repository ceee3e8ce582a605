public import BackendConformance
internal import Foundation

/// The incremental algorithm of the contract in plain Swift: it proves the histories and the oracle without a database,
/// and with a mutant planted, that they can fail.
public actor MemoryPlayer: HistoryPlayer {
  /// A row of `session_table`.
  struct Row: Hashable {
    var pageview: Pageview
    /// As first assigned.
    var anchor: EventID
    var runID: Int64
  }

  /// A row of `session_lineage`.
  struct LineageRow: Hashable {
    var anchor: EventID
    var became: EventID
    var runID: Int64
  }

  /// A row of `session_versions`; the columns are those of its first and last pageview.
  struct VersionRow: Hashable {
    var anchor: EventID
    var runID: Int64
    var first: Pageview
    var last: Pageview
    var pageviews: Int
  }

  public nonisolated let isTransactional: Bool
  let mutant: Mutant?
  var job = HistoryJob()
  var source: [SourceRow] = []
  var table: [Row] = []
  var lineage: [LineageRow] = []
  var versions: [VersionRow] = []
  var quarantineRows: [(row: QuarantineRow, runID: Int64)] = []
  /// Finished or not.
  var lastRunID: Int64 = 0
  var finished: Set<Int64> = []
  var mark: Int64?
  private var runTexts: Set<ByteKey> = []

  /// - Parameter isTransactional: without transactions, a killed run leaves what it had written.
  public init(mutant: Mutant? = nil, isTransactional: Bool = true) {
    self.mutant = mutant
    self.isTransactional = isTransactional
  }

  public func reset(_ job: HistoryJob) {
    self.job = job
    source = []
    table = []
    lineage = []
    versions = []
    quarantineRows = []
    lastRunID = 0
    finished = []
    mark = nil
    runTexts = []
  }

  public func insert(_ rows: [SourceRow]) {
    source += rows
  }

  // MARK: Runs

  public func run(_ mode: RunMode) -> RunOutcome {
    start()
    let selection = selectNew(mode)
    let changes = sessionize(selection.new)
    lineage += changes.lineage
    table += changes.rows
    versions += changes.versions
    var quarantined = 0
    for row in selection.quarantine {
      if mutant != .quarantineRepeated, quarantineRows.contains(where: { $0.row == row }) { continue }
      quarantineRows.append((row, lastRunID))
      quarantined += 1
    }
    var setsMark = true
    if case .window = mode { setsMark = mutant == .markMovedByWindow }
    if setsMark { mark = source.compactMap(\.arrival).max() }
    finished.insert(lastRunID)
    runTexts.insert(ByteKey("\(lastRunID) finished"))
    return RunOutcome(runID: lastRunID, pageviews: changes.rows.count, quarantined: quarantined)
  }

  /// Killed after its lineage, or later: what is written then has no `finished` row.
  public func killedRun(_ mode: RunMode) -> Bool {
    guard !isTransactional else { return true }
    start()
    let changes = sessionize(selectNew(mode).new)
    lineage += changes.lineage
    if lastRunID % 3 > 0 { table += changes.rows }
    if lastRunID % 3 > 1 { versions += changes.versions }
    return true
  }

  private func start() {
    lastRunID += 1
    runTexts.insert(ByteKey("\(lastRunID) started"))
  }

  // MARK: Looking up

  /// Without transactions, the `finished` row is the commit: all else is as if it were not there.
  private func isVisible(_ runID: Int64) -> Bool { finished.contains(runID) || mutant == .unfinishedRunsSeen }

  var visibleTable: [Row] { table.filter { isVisible($0.runID) } }
  var visibleLineage: [LineageRow] { lineage.filter { isVisible($0.runID) } }

  /// One lookup, never a chain: the newest.
  func currentAnchor(_ anchor: EventID, asOf runID: Int64? = nil) -> EventID {
    lineage.last { $0.anchor == anchor && isVisible($0.runID) && $0.runID <= runID ?? .max }?.became ?? anchor
  }

  func newestVersion(_ anchor: EventID, asOf runID: Int64? = nil) -> VersionRow? {
    versions.last { $0.anchor == anchor && isVisible($0.runID) && $0.runID <= runID ?? .max }
  }

  /// The current sessions.
  private func sessions(asOf runID: Int64?) -> [VersionRow] {
    let limit = mutant == .asOfWithoutLineage ? nil : runID
    return Set(versions.map(\.anchor)).filter { currentAnchor($0, asOf: limit) == $0 }
      .compactMap { newestVersion($0, asOf: runID) }
  }

  private func record(_ version: VersionRow) -> SessionRecord {
    SessionRecord(
      id: version.first.id, user: version.first.user, startedAt: version.first.time, endedAt: version.last.time,
      pageviews: version.pageviews, entryPage: version.first.page, exitPage: version.last.page)
  }

  // MARK: Reading

  public func exportEvents(asOf runID: Int64?) -> [UInt8] {
    let limit = mutant == .asOfWithoutLineage ? nil : runID
    return CanonicalExport.events(
      visibleTable.filter { $0.runID <= runID ?? .max }.map { row in
        let anchor = currentAnchor(row.anchor, asOf: limit)
        return EventRecord(
          pageview: row.pageview, sessionID: newestVersion(anchor, asOf: runID)?.first.id ?? anchor)
      })
  }

  public func exportSessions(asOf runID: Int64?) -> [UInt8] {
    CanonicalExport.sessions(sessions(asOf: runID).map(record))
  }

  public func changedSessions(since runID: Int64, until end: Int64) -> ChangedSessions? {
    let now = sessions(asOf: end)
    let ids = Set(now.map(\.first.id))
    let before = sessions(asOf: runID).map { (session: $0, anchor: currentAnchor($0.anchor, asOf: end)) }
    let parts = Dictionary(grouping: before, by: \.anchor)
    let retired = before.filter { !ids.contains($0.session.first.id) }.map { gone, anchor in
      let isExtended =
        mutant == .reasonByAnchor ? anchor == gone.anchor : parts[anchor]?.count == 1
      return ChangedSessions.Retired(
        id: gone.first.id, user: gone.first.user, replacedBy: newestVersion(anchor, asOf: end)?.first.id ?? anchor,
        reason: isExtended ? .extended : .merged)
    }
    return ChangedSessions(
      sessions: now.filter { $0.runID > runID }.map(record), retired: mutant == .retiredNotNamed ? [] : retired)
  }

  public func quarantine() -> [QuarantineRow] { quarantineRows.map(\.row) }

  /// Not a recomputation: only the promise about rows that no run took.
  public func verify() -> Bool {
    guard let mark, let arrival = job.arrival, mutant != .missedRowsNotReported else { return true }
    let taken = Set(visibleTable.map(\.pageview.id))
    let late = source.filter { ($0.arrival ?? .max) < mark - arrival.overlap }
    return numbered(late, amongAll: false).pageviews.allSatisfy { taken.contains($0.id) }
  }

  public func ledgerDump() -> [String: Set<ByteKey>] {
    [
      LedgerTable.sessions: Set(table.map { ByteKey("\($0)") }),
      LedgerTable.lineage: Set(lineage.map { ByteKey("\($0)") }),
      LedgerTable.versions: Set(versions.map { ByteKey("\($0)") }),
      LedgerTable.quarantine: Set(quarantineRows.map { ByteKey("\($0)") }),
      LedgerTable.runs: runTexts,
    ]
  }
}
