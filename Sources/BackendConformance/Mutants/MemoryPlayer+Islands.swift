internal import SessionPlan

/// Steps 2 to 5: context, islands, lineage.
extension MemoryPlayer {
  /// A row of an island, new or of the ledger.
  private struct Member {
    var pageview: Pageview
    /// The current session id; nil for a new row.
    var currentID: EventID?
  }

  func sessionize(_ new: [Pageview]) -> (rows: [Row], lineage: [LineageRow]) {
    var rows: [Row] = []
    var lineage: [LineageRow] = []
    let ledger = Dictionary(grouping: table, by: { userKey($0.pageview.user) })
    for (user, pageviews) in Dictionary(grouping: new, by: { userKey($0.user) }) {
      let members = pageviews.map { Member(pageview: $0, currentID: nil) } + context(pageviews, ledger[user] ?? [])
      for island in islands(members.sorted { precedes($0.pageview, $1.pageview) }) {
        let target = island[0].currentID ?? island[0].pageview.id
        rows += island.filter { $0.currentID == nil }.map {
          Row(pageview: $0.pageview, sessionID: target, runID: lastRunID)
        }
        lineage += superseded(island, target: target)
      }
    }
    return (rows, lineage)
  }

  /// The ledger's rows within a gap of the clusters of new rows, with their current session ids.
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
      }.map { Member(pageview: $0.pageview, currentID: currentID($0.sessionID)) }
    }
  }

  private func islands(_ members: [Member]) -> [[Member]] {
    var islands: [[Member]] = []
    for member in members {
      guard let before = islands.last?.last else {
        islands.append([member])
        continue
      }
      let isOneSession = member.currentID != nil && member.currentID == before.currentID
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
    switch mutant {
    case .tieWithoutEventID: return false
    case .idsOutOfOrder: return a.id.description.lowercased() < b.id.description.lowercased()
    default: return a.id < b.id
    }
  }

  private func superseded(_ island: [Member], target: EventID) -> [LineageRow] {
    let old = Set(island.compactMap(\.currentID)).subtracting([target]).sorted()
    guard !old.isEmpty else { return [] }
    let isExtended = island[0].currentID == nil
    let becameAt =
      isExtended || mutant == .becameAtOfRange
      ? island[0].pageview.time
      : table.first { $0.pageview.id == target }?.pageview.time ?? island[0].pageview.time
    return old.flatMap { id in
      var ids = [id]
      if mutant != .chainedLineage {
        ids += Set(lineageRows.map(\.sessionID)).filter { $0 != id && currentID($0) == id }.sorted()
      }
      return ids.map {
        LineageRow(
          sessionID: $0, became: target, becameAt: becameAt,
          reason: isExtended && mutant != .reasonAlwaysMerged ? "extended" : "merged", runID: lastRunID)
      }
    }
  }
}
