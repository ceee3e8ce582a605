internal import BackendConformance

/// Steps 2 to 5: context, islands, survivors and versions.
extension MemoryPlayer {
  /// What a run writes into the three ledgers.
  struct Changes {
    var rows: [Row] = []
    var lineage: [LineageRow] = []
    var versions: [VersionRow] = []
  }

  /// A row of an island, new or of the ledger.
  private struct Member {
    var pageview: Pageview
    /// The current anchor; nil for a new row.
    var anchor: EventID?
  }

  func sessionize(_ new: [Pageview]) -> Changes {
    var changes = Changes()
    let ledger = Dictionary(grouping: visibleTable, by: { userKey($0.pageview.user) })
    for (user, pageviews) in Dictionary(grouping: new, by: { userKey($0.user) }) {
      let members = pageviews.map { Member(pageview: $0) } + context(pageviews, ledger[user] ?? [])
      for island in islands(members.sorted { precedes($0.pageview, $1.pageview) }) { write(island, &changes) }
    }
    return changes
  }

  /// The ledger's rows within a gap of the clusters of new rows, with their current anchors.
  private func context(_ new: [Pageview], _ ledger: [Row]) -> [Member] {
    let gap = job.gap.microseconds
    var clusters: [(first: Int64, last: Int64)] = []
    for time in new.map(\.time).sorted() {
      if let cluster = clusters.last, time - cluster.last <= 2 * gap {
        clusters[clusters.count - 1].last = time
      } else {
        clusters.append((time, time))
      }
    }
    return clusters.flatMap { cluster in
      ledger.filter { row in
        let time = row.pageview.time
        return mutant == .contextWithoutEnds
          ? time > cluster.first - gap && time < cluster.last + gap
          : time >= cluster.first - gap && time <= cluster.last + gap
      }.map { Member(pageview: $0.pageview, anchor: currentAnchor($0.anchor)) }
    }
  }

  private func islands(_ members: [Member]) -> [[Member]] {
    var islands: [[Member]] = []
    for member in members {
      guard let before = islands.last?.last else {
        islands.append([member])
        continue
      }
      let isOneSession = member.anchor != nil && member.anchor == before.anchor
      if continues(before.pageview.time, member.pageview.time)
        || (isOneSession && mutant != .holeWithoutStitching)
      {
        islands[islands.count - 1].append(member)
      } else {
        islands.append([member])
      }
    }
    return islands
  }

  private func continues(_ before: Int64, _ time: Int64) -> Bool {
    var edge = before + job.gap.microseconds
    var time = time
    if mutant == .wholeSeconds {
      edge = edge / 1_000_000
      time = time / 1_000_000
    }
    let isSame = (job.boundary == .same) != (mutant == .boundaryFlipped)
    return isSame ? time <= edge : time < edge
  }

  private func precedes(_ a: Pageview, _ b: Pageview) -> Bool {
    if a.time != b.time { return a.time < b.time }
    if a.sequence != b.sequence, mutant != .sequenceIgnored {
      switch (a.sequence, b.sequence) {
      case (nil, _): return mutant != .sequenceNullLast
      case (_, nil): return mutant == .sequenceNullLast
      case (let a?, let b?): return a < b
      }
    }
    switch mutant {
    case .tieWithoutEventID: return false
    case .idsOutOfOrder: return a.id.description.lowercased() < b.id.description.lowercased()
    default: return a.id < b.id
    }
  }

  // MARK: Writing

  private func write(_ island: [Member], _ changes: inout Changes) {
    var old: [EventID] = []
    for anchor in island.compactMap(\.anchor) where !old.contains(anchor) { old.append(anchor) }
    let fresh = island.filter { $0.anchor == nil }.map(\.pageview)
    guard let first = fresh.first else {
      if mutant == .versionOfUntouchedIsland { changes.versions += old.compactMap { rewritten(newestVersion($0)) } }
      return
    }
    let survivor = survivor(old) ?? first.id
    for anchor in old where anchor != survivor {
      changes.lineage += ([anchor] + (mutant == .followerLeftBehind ? [] : followers(of: anchor))).map {
        LineageRow(anchor: $0, became: survivor, runID: lastRunID)
      }
    }
    changes.rows += fresh.map { Row(pageview: $0, anchor: survivor, runID: lastRunID) }
    changes.versions.append(version(island.map(\.pageview), fresh, old, survivor))
  }

  private func followers(of anchor: EventID) -> [EventID] {
    Set(visibleLineage.map(\.anchor)).filter { $0 != anchor && currentAnchor($0) == anchor }.sorted()
  }

  /// The anchor with the most followers; of equals, the first in the order of the island.
  private func survivor(_ anchors: [EventID]) -> EventID? {
    if mutant == .survivorByAge {
      func age(_ anchor: EventID) -> Int64 { versions.first { $0.anchor == anchor }?.runID ?? .max }
      return anchors.min { age($0) < age($1) }
    }
    let sizes = anchors.map { followers(of: $0).count }
    return sizes.max().flatMap { most in zip(anchors, sizes).first { $0.1 == most }?.0 }
  }

  /// What the island is after the run: the newest versions of its anchors, added up, and the new rows.
  private func version(
    _ island: [Pageview], _ fresh: [Pageview], _ old: [EventID], _ survivor: EventID
  ) -> VersionRow {
    if mutant == .versionOfContext {
      return VersionRow(
        anchor: survivor, runID: lastRunID, first: island[0], last: island[island.count - 1], pageviews: island.count)
    }
    let parts = old.filter { mutant != .versionMissesMergedPart || $0 == survivor }.compactMap { newestVersion($0) }
    let isEarlier = mutant == .versionTieByEventID ? Self.byTimeAndID : precedes
    return VersionRow(
      anchor: survivor, runID: lastRunID,
      first: parts.map(\.first).reduce(fresh[0]) { isEarlier($1, $0) ? $1 : $0 },
      last: parts.map(\.last).reduce(fresh[fresh.count - 1]) { isEarlier($0, $1) ? $1 : $0 },
      pageviews: parts.map(\.pageviews).reduce(fresh.count, +))
  }

  private static func byTimeAndID(_ a: Pageview, _ b: Pageview) -> Bool {
    a.time != b.time ? a.time < b.time : a.id < b.id
  }

  private func rewritten(_ version: VersionRow?) -> VersionRow? {
    var version = version
    version?.runID = lastRunID
    return version
  }
}
