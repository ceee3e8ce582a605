public import SessionPlan

/// The rows that runs write for sessions, kept under anchors (the contract's sections 2 and 3).
///
/// A session is kept under the id that its first run gave it, its anchor. A pageview that comes before it changes the
/// public id, which its newest version has, and costs no lineage row. Where sessions merge, the anchor with the most
/// followers survives, the earliest of them on a tie: n sessions that merge in any order take n·log2(n)/2 lineage rows at
/// most. This is that algorithm on sorted arrays, so that the worst cases can be counted; `FromScratch`, which knows no
/// runs, says whether it is right.
public struct AnchorLedger: Sendable {
  /// A row of `session_table`.
  public struct Entry: Hashable, Sendable {
    public var pageview: Pageview
    /// As first assigned.
    public var anchor: EventID
    public var runID: Int64
  }

  /// A row of `session_lineage`, under the anchor that was merged away.
  public struct Merge: Hashable, Sendable {
    public var became: EventID
    public var runID: Int64
  }

  /// A row of `session_versions`, under its anchor: a session as it stood after a run.
  public struct Version: Hashable, Sendable {
    public var runID: Int64
    public var first: Pageview
    public var last: Pageview
    public var pageviews: Int

    /// The row of `sessions` that it is.
    public var record: SessionRecord {
      SessionRecord(
        id: first.id, user: first.user, startedAt: first.time, endedAt: last.time, pageviews: pageviews,
        entryPage: first.page, exitPage: last.page)
    }
  }

  /// How many rows a run wrote.
  public struct Written: Hashable, Sendable {
    public var lineageRows = 0
    /// One for each session that gained a pageview.
    public var versions = 0
  }

  public let gap: Gap
  public let boundary: GapBoundary
  public private(set) var entries: [EventID: Entry] = [:]
  /// What became of an anchor, in the order of runs.
  public private(set) var lineage: [EventID: [Merge]] = [:]
  /// The versions of an anchor, in the order of runs.
  public private(set) var versions: [EventID: [Version]] = [:]
  /// The anchors that now resolve to another.
  private var followers: [EventID: Set<EventID>] = [:]
  /// Each user's pageviews, in order.
  private var timelines: [ByteKey: [Pageview]] = [:]

  public init(gap: Gap, boundary: GapBoundary) {
    self.gap = gap
    self.boundary = boundary
  }

  // MARK: A run

  /// The pageviews that a run found new, each once; run ids grow.
  @discardableResult
  public mutating func take(_ new: [Pageview], runID: Int64) -> Written {
    var written = Written()
    for (user, pageviews) in Dictionary(grouping: new, by: \.user) {
      let ordered = pageviews.sorted { $0.precedes($1) }
      let timeline = timelines[user] ?? []
      for island in islands((ordered.map { Member(pageview: $0) } + context(of: ordered, in: timeline)).sorted()) {
        take(island, runID: runID, &written)
      }
      for pageview in ordered {
        let place = timelines[user, default: []].firstPlace { pageview.precedes($0) }
        timelines[user, default: []].insert(pageview, at: place)
      }
    }
    return written
  }

  /// A row of an island; a new one has no anchor.
  private struct Member: Comparable {
    var pageview: Pageview
    var anchor: EventID?

    static func < (a: Self, b: Self) -> Bool { a.pageview.precedes(b.pageview) }
  }

  /// The ledger's rows within a gap, both ends included, of each cluster of new rows. Clusters do not overlap.
  private func context(of new: [Pageview], in timeline: [Pageview]) -> [Member] {
    let gap = gap.microseconds
    var clusters: [(first: Int64, last: Int64)] = []
    for time in new.map(\.time) {
      if let last = clusters.last?.last, time - last <= 2 * gap {
        clusters[clusters.count - 1].last = time
      } else {
        clusters.append((time, time))
      }
    }
    return clusters.flatMap { cluster in
      let start = timeline.firstPlace { $0.time >= cluster.first - gap }
      let end = timeline.firstPlace { $0.time > cluster.last + gap }
      return timeline[start..<end].map { Member(pageview: $0, anchor: entries[$0.id].map { anchor($0.anchor) }) }
    }
  }

  private func islands(_ members: [Member]) -> [[Member]] {
    var islands: [[Member]] = []
    for member in members {
      if let before = islands.last?.last,
        continues(before.pageview, member.pageview) || (before.anchor != nil && before.anchor == member.anchor)
      {
        islands[islands.count - 1].append(member)
      } else {
        islands.append([member])
      }
    }
    return islands
  }

  private func continues(_ before: Pageview, _ next: Pageview) -> Bool {
    let distance = next.time - before.time
    return boundary == .new ? distance < gap.microseconds : distance <= gap.microseconds
  }

  private mutating func take(_ island: [Member], runID: Int64, _ written: inout Written) {
    let fresh = island.filter { $0.anchor == nil }.map(\.pageview)
    guard let firstNew = fresh.first, let lastNew = fresh.last else { return }
    var old: [EventID] = []
    for anchor in island.compactMap(\.anchor) where !old.contains(anchor) { old.append(anchor) }
    // Of equals, the first.
    let survivor = old.reduce(old.first) { best, next in size(next) > best.map(size) ?? 0 ? next : best } ?? firstNew.id
    let united = old.compactMap { versions[$0]?.last }
    for anchor in old where anchor != survivor {
      for follower in [anchor] + (followers.removeValue(forKey: anchor) ?? []) {
        lineage[follower, default: []].append(Merge(became: survivor, runID: runID))
        followers[survivor, default: []].insert(follower)
        written.lineageRows += 1
      }
    }
    let version = Version(
      runID: runID,
      first: united.map(\.first).reduce(firstNew) { $1.precedes($0) ? $1 : $0 },
      last: united.map(\.last).reduce(lastNew) { $0.precedes($1) ? $1 : $0 },
      pageviews: united.map(\.pageviews).reduce(fresh.count, +))
    versions[survivor, default: []].append(version)
    written.versions += 1
    for pageview in fresh { entries[pageview.id] = Entry(pageview: pageview, anchor: survivor, runID: runID) }
  }

  private func size(_ anchor: EventID) -> Int { 1 + (followers[anchor]?.count ?? 0) }

  // MARK: Removing

  /// Takes all of a user away, as `erase` does.
  mutating func forget(user: ByteKey) {
    for (id, entry) in entries where entry.pageview.user == user { entries[id] = nil }
    timelines[user] = nil
    for (anchor, rows) in versions where rows.contains(where: { $0.first.user == user }) {
      versions[anchor] = nil
      lineage[anchor] = nil
      followers[anchor] = nil
    }
  }

  /// Takes pageviews away whose sessions stay, as `retain` does.
  mutating func forget(pageviews: Set<EventID>) {
    for id in pageviews {
      guard let user = entries.removeValue(forKey: id)?.pageview.user else { continue }
      timelines[user]?.removeAll { $0.id == id }
    }
  }

  // MARK: Reading

  /// What an anchor resolved to as of a run; nil is now. One look-up, never a chain.
  public func anchor(_ anchor: EventID, asOf runID: Int64? = nil) -> EventID {
    lineage[anchor]?.last { runID == nil || $0.runID <= (runID ?? 0) }?.became ?? anchor
  }

  /// The newest version of an anchor as of a run; nil is now.
  public func version(of anchor: EventID, asOf runID: Int64? = nil) -> Version? {
    versions[anchor]?.last { runID == nil || $0.runID <= (runID ?? 0) }
  }

  /// The current sessions as of a run, in any order; nil is now.
  public func sessions(asOf runID: Int64? = nil) -> [SessionRecord] {
    versions.keys.filter { anchor($0, asOf: runID) == $0 }.compactMap { version(of: $0, asOf: runID)?.record }
  }

  /// The pageviews as of a run with their session ids, in any order; nil is now.
  public func events(asOf runID: Int64? = nil) -> [EventRecord] {
    entries.values.filter { runID == nil || $0.runID <= (runID ?? 0) }.compactMap { entry in
      version(of: anchor(entry.anchor, asOf: runID), asOf: runID)
        .map { EventRecord(pageview: entry.pageview, sessionID: $0.first.id) }
    }
  }
}

extension [Pageview] {
  /// The first place from which on a condition holds, by halving: it holds for none before and all after.
  fileprivate func firstPlace(where holds: (Pageview) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
