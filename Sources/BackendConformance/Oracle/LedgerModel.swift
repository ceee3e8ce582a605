internal import SessionPlan

/// What the ledgers must hold after each run: which rows are new by the rules, and what `AnchorLedger` makes of them.
///
/// The sessions that it names are those of `FromScratch`, which knows neither runs nor anchors.
public struct LedgerModel: Sendable {
  /// What one run must report.
  public struct Outcome: Hashable, Sendable {
    public var pageviews: Int
    public var quarantined: Int
    public var lineageRows = 0
    public var versions = 0
  }

  /// Whether `verify` must name rows below the mark minus the overlap that no run took.
  public enum Missed: Hashable, Sendable {
    case no
    /// Only rows that would not be sessionized anyway: the contract leaves it open.
    case open
    case yes
  }

  public let job: HistoryJob
  private let spelling: @Sendable (SourceTime) -> ByteKey
  private var source: [(row: SourceRow, judgement: RowRules.Judgement)] = []
  /// What its runs wrote for sessions.
  public private(set) var anchors: AnchorLedger
  public private(set) var quarantine: Set<QuarantineRow> = []
  /// The greatest arrival value that the last finished run without a window saw.
  public private(set) var mark: Int64?
  /// The time before which no row is taken any more.
  public private(set) var floor: Int64?
  /// Pageviews that `retain` removed, with the runs that had written them: their sessions stand.
  public private(set) var removed: [AnchorLedger.Entry] = []

  /// - Parameter spelling: the text by which quarantine knows a time out of range.
  public init(job: HistoryJob, spelling: @escaping @Sendable (SourceTime) -> ByteKey = { $0.canonicalText }) {
    self.job = job
    self.spelling = spelling
    anchors = AnchorLedger(gap: job.gap, boundary: job.boundary)
  }

  /// The pageviews with the runs that wrote them.
  public var ledger: [EventID: AnchorLedger.Entry] { anchors.entries }

  public mutating func insert(_ rows: [SourceRow]) {
    for row in rows { source.append((row, RowRules.judge(row, job: job, spelling: spelling))) }
  }

  // MARK: Erasure and retention

  /// All rows of a user are gone, as if they had never been.
  public mutating func erase(_ user: ByteKey) {
    source.removeAll { $0.row.user == user }
    quarantine = quarantine.filter { $0.user != user }
    removed.removeAll { $0.pageview.user == user }
    let copies = Set(ledger.values.filter { $0.pageview.user == user }.map(\.pageview.id))
    anchors.forget(user: user)
    lower(forgetting: copies)
  }

  /// The pageviews of sessions that ended a gap or more before a time are gone; their sessions stand, and nothing before
  /// that time is taken any more.
  ///
  /// - Returns: false where rows before it wait for a run: then nothing is done
  public mutating func retain(before time: Int64) -> Bool {
    guard !hasPending(before: time) else { return false }
    let sessions = FromScratch(ledger.values.map(\.pageview), gap: job.gap, boundary: job.boundary)
    let gap = job.gap.microseconds
    let ended = Set(
      sessions.sessions.filter { session in
        let distance = time - session.endedAt
        return job.boundary == .new ? distance >= gap : distance > gap
      }.map(\.id))
    let ids = Set(sessions.events.filter { ended.contains($0.sessionID) }.map(\.pageview.id))
    removed += ids.compactMap { ledger[$0] }
    anchors.forget(pageviews: ids)
    floor = time
    lower(forgetting: ids)
    return true
  }

  /// The mark is never above what the source has. Where the source has rows with ids that are free now, it is forgotten,
  /// so that the next run looks at them.
  private mutating func lower(forgetting ids: Set<EventID>) {
    let hasCopies = source.contains { row, judgement in
      guard case .pageview(let pageview) = judgement, !isClosed(judgement) else { return false }
      return ids.contains(pageview.id)
    }
    let greatest = source.compactMap(\.row.arrival).max()
    mark = mark.flatMap { mark in hasCopies ? nil : greatest.map { min($0, mark) } }
  }

  /// Whether a row is too old to be taken.
  private func isClosed(_ judgement: RowRules.Judgement) -> Bool {
    guard let floor else { return false }
    return switch judgement {
    case .pageview(let pageview): pageview.time < floor
    case .content(let content): content.time < floor
    case .quarantined: false
    }
  }

  /// The ids of sessions whose pageviews were removed, those that they had before among them.
  private var idsOfRemovedSessions: Set<EventID> {
    guard floor != nil else { return [] }
    return Set(anchors.versions.values.flatMap(\.self).map(\.first.id))
  }

  private func hasPending(before time: Int64) -> Bool {
    let (candidates, _) = judged(selected: { _ in true })
    let taken = idsOfRemovedSessions
    return candidates.contains { $0.time < time && ledger[$0.id] == nil && !taken.contains($0.id) }
  }

  /// A finished run.
  @discardableResult
  public mutating func run(_ mode: RunMode, id runID: Int64) -> Outcome {
    var outcome = Outcome(pageviews: 0, quarantined: 0)
    func setAside(_ row: QuarantineRow) {
      if quarantine.insert(row).inserted { outcome.quarantined += 1 }
    }
    let (candidates, rejected) = judged(selected: { selects($0, mode) })
    rejected.forEach(setAside)
    var new: [Pageview] = []
    let taken = idsOfRemovedSessions
    for (id, copies) in Dictionary(grouping: candidates, by: \.id) {
      if ledger[id] == nil, taken.contains(id) {
        for copy in copies { setAside(QuarantineRow(duplicate: copy)) }
        continue
      }
      let truth: Pageview
      if let entry = ledger[id] {
        truth = entry.pageview
      } else {
        truth = copies.dropFirst().reduce(copies[0]) { $1.isBeforeCopy($0) ? $1 : $0 }
        new.append(truth)
      }
      for copy in copies where !copy.hasContent(of: truth) { setAside(QuarantineRow(duplicate: copy)) }
    }
    let written = anchors.take(new, runID: runID)
    (outcome.pageviews, outcome.lineageRows, outcome.versions) = (new.count, written.lineageRows, written.versions)
    if case .window = mode {} else { mark = source.compactMap(\.row.arrival).max() }
    return outcome
  }

  /// The ledger's pageviews as of a run, and those that were removed; nil is all.
  public func pageviews(asOf runID: Int64? = nil) -> [Pageview] {
    (Array(ledger.values) + removed).filter { runID == nil || $0.runID <= (runID ?? 0) }.map(\.pageview)
  }

  /// The canonical export of the pageviews that the ledger has, as of a run; nil is now.
  public func eventsCSV(asOf runID: Int64? = nil) -> [UInt8] {
    let there = Set(ledger.values.map(\.pageview))
    return CanonicalExport.events(sessions(asOf: runID).events.filter { there.contains($0.pageview) })
  }

  /// The sessions as of a run; nil is now.
  public func sessions(asOf runID: Int64? = nil) -> FromScratch {
    FromScratch(pageviews(asOf: runID), gap: job.gap, boundary: job.boundary)
  }

  /// The feed from one run's end to another's.
  public func changedSessions(since runID: Int64, until end: Int64) -> ChangedSessions {
    ChangedSessions(from: sessions(asOf: runID), to: sessions(asOf: end))
  }

  /// What `verify` must say of arrival values below the mark minus the overlap.
  public var missed: Missed {
    guard let threshold else { return .no }
    let late = source.filter { ($0.row.arrival).map { $0 < threshold } ?? false && !isClosed($0.judgement) }
    let taken = idsOfRemovedSessions
    var open = false
    var contents: [RowRules.Content: Int] = [:]
    for (_, judgement) in late {
      switch judgement {
      case .pageview(let row):
        guard let entry = ledger[row.id] else {
          if taken.contains(row.id) { continue }
          return .yes
        }
        if !entry.pageview.hasContent(of: row), !quarantine.contains(QuarantineRow(duplicate: row)) { open = true }
      case .content(let content): contents[content, default: 0] += 1
      case .quarantined(let row): if !quarantine.contains(row) { open = true }
      }
    }
    for (content, count) in contents {
      let known = (1...count).filter { ledger[.text(DerivedID.id(content, occurrence: $0))] != nil }.count
      if known < count { return .yes }
    }
    return open ? .open : .no
  }

  /// From where `--new` looks; nil where there is no mark yet, or no arrival column.
  private var threshold: Int64? {
    guard let mark, let arrival = job.arrival else { return nil }
    let (value, overflow) = mark.subtractingReportingOverflow(arrival.overlap)
    return overflow ? .min : value
  }

  private func selects(_ row: SourceRow, _ mode: RunMode) -> Bool {
    switch mode {
    case .whole: return true
    case .window(let from, let to):
      // A time that cannot be sessionized is in no window: not every engine can compare it.
      guard case .at(let time) = row.time, RowRules.isInRange(time) else { return false }
      return (from.map { $0 <= time } ?? true) && (to.map { time < $0 } ?? true)
    case .new:
      guard let threshold, let arrival = row.arrival else { return true }
      return arrival >= threshold
    }
  }

  /// The pageviews that a run looks at, with their ids, and the rows that it sets aside.
  ///
  /// Where ids are derived, the number n counts over all rows of a content, and rows of one content cannot be told
  /// apart: a run that looks at one of them looks at all.
  private func judged(selected: (SourceRow) -> Bool) -> ([Pageview], [QuarantineRow]) {
    var pageviews: [Pageview] = []
    var rejected: [QuarantineRow] = []
    var counts: [RowRules.Content: Int] = [:]
    var looked: Set<RowRules.Content> = []
    for (row, judgement) in source where !isClosed(judgement) {
      let isSelected = selected(row)
      switch judgement {
      case .pageview(let pageview): if isSelected { pageviews.append(pageview) }
      case .quarantined(let row): if isSelected { rejected.append(row) }
      case .content(let content):
        counts[content, default: 0] += 1
        if isSelected { looked.insert(content) }
      }
    }
    for content in looked {
      for occurrence in 1...(counts[content] ?? 1) {
        let id = EventID.text(DerivedID.id(content, occurrence: occurrence))
        pageviews.append(Pageview(id: id, user: content.user, time: content.time, page: content.page))
      }
    }
    return (pageviews, rejected)
  }
}
