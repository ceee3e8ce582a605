internal import BackendConformance
internal import Foundation

/// Step 1: which rows are new.
extension MemoryPlayer {
  func selectNew(_ mode: RunMode) -> (new: [Pageview], quarantine: [QuarantineRow]) {
    let selected = source.filter { isLookedAt($0, mode) }
    let (pageviews, rejected) = numbered(selected, amongAll: mutant != .occurrencePastMark)
    var quarantine: [QuarantineRow] = []
    for row in rejected where mutant == .quarantineRepeated || !quarantine.contains(row) { quarantine.append(row) }
    let known = Dictionary(
      visibleTable.map { (idKey($0.pageview.id), $0.pageview) }, uniquingKeysWith: { first, _ in first })
    // Sorted by (page_view_at, user_id, page, sequence), so that the first copy met is the one that counts.
    let sorted = pageviews.sorted { mutant == .wrongCopy ? isEarlierCopy($1, $0) : isEarlierCopy($0, $1) }
    var chosen: [EventID: Pageview] = [:]
    var order: [EventID] = []
    for row in sorted {
      let key = idKey(row.id)
      guard let truth = known[key] ?? chosen[key] else {
        chosen[key] = row
        order.append(key)
        continue
      }
      if differs(row, truth), mutant != .duplicatesNotQuarantined {
        let duplicate = QuarantineRow(duplicate: row)
        if !quarantine.contains(duplicate) { quarantine.append(duplicate) }
      }
    }
    var new = order.compactMap { chosen[$0] }
    if mutant == .lookBackLimit, let latest = visibleTable.map(\.pageview.time).max() {
      new = new.filter { $0.time >= latest - 10 * job.gap.microseconds }
    }
    return (new, quarantine)
  }

  private func isLookedAt(_ row: SourceRow, _ mode: RunMode) -> Bool {
    switch mode {
    case .whole: return true
    case .window(let from, let to):
      // A time that cannot be sessionized is in no window: not every engine can compare it.
      guard case .at(let time) = row.time, RowRules.isInRange(time) else { return false }
      if let from, time < from { return false }
      if let to, mutant == .windowEndIncluded ? time > to : time >= to { return false }
      return true
    case .new:
      guard let mark, let overlap = job.arrival?.overlap else { return true }
      guard let arrival = row.arrival else { return mutant != .nullArrivalSkipped }
      return arrival >= mark - (mutant == .overlapIgnored ? 0 : overlap)
    }
  }

  /// The pageviews of some source rows with their ids, and what is rejected.
  ///
  /// - Parameter amongAll: whether derived ids are numbered over the whole source.
  func numbered(_ rows: [SourceRow], amongAll: Bool) -> (pageviews: [Pageview], rejected: [QuarantineRow]) {
    var pageviews: [Pageview] = []
    var rejected: [QuarantineRow] = []
    var contents: [RowRules.Content] = []
    for row in rows {
      switch RowRules.judge(row, job: job) {
      case .pageview(let pageview): pageviews.append(pageview)
      case .quarantined(let row): rejected.append(row)
      case .content(let content): contents.append(content)
      }
    }
    let wanted = Set(contents)
    guard !wanted.isEmpty else { return (pageviews, rejected) }
    let counted = (amongAll ? source : rows).compactMap { row in
      if case .content(let content) = RowRules.judge(row, job: job) { content } else { nil }
    }
    var occurrences: [RowRules.Content: Int] = [:]
    for content in counted where wanted.contains(content) {
      let occurrence = (occurrences[content] ?? 0) + 1
      occurrences[content] = occurrence
      let id = EventID.text(DerivedID.id(content, occurrence: occurrence))
      pageviews.append(Pageview(id: id, user: content.user, time: content.time, page: content.page))
    }
    return (pageviews, rejected)
  }

  private func isEarlierCopy(_ a: Pageview, _ b: Pageview) -> Bool {
    if a.time != b.time { return a.time < b.time }
    if a.user != b.user { return a.user < b.user }
    guard a.page == b.page else { return isNullOrLess(a.page, b.page) }
    return mutant == .lastSequenceOfCopies
      ? isNullOrLess(b.sequence, a.sequence) : isNullOrLess(a.sequence, b.sequence)
  }

  private func isNullOrLess<Value: Comparable>(_ a: Value?, _ b: Value?) -> Bool {
    guard let b else { return false }
    return a.map { $0 < b } ?? true
  }

  private func differs(_ a: Pageview, _ b: Pageview) -> Bool {
    if mutant == .emptyPageIsNull {
      return a.user != b.user || a.time != b.time || (a.page ?? "") != (b.page ?? "")
    }
    return !a.hasContent(of: b) || (mutant == .sequenceIsContent && a.sequence != b.sequence)
  }

  /// How ids are told apart.
  private func idKey(_ id: EventID) -> EventID {
    guard mutant == .caseFoldedIDs, case .text(let key) = id else { return id }
    return .text(ByteKey(key.text.lowercased()))
  }

  /// How users are told apart.
  func userKey(_ user: ByteKey) -> ByteKey {
    switch mutant {
    case .caseFoldedUsers: ByteKey(user.text.lowercased())
    case .canonicalEquivalence: ByteKey(user.text.precomposedStringWithCanonicalMapping)
    case .trailingBlanksIgnored: ByteKey(Array(user.bytes.reversed().drop { $0 == 0x20 }.reversed()))
    default: user
    }
  }
}
