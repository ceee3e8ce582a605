import SessionPlan
import Testing

@testable import BackendConformance

/// Anchors, lineage and versions: right after every run, and bounded in the worst cases.
@Suite struct AnchorLedgerTests {
  // MARK: Right

  /// Small histories with many ties and merges, in any order of arrival and with windows, held after each run and as of
  /// each run against the sessions from scratch.
  @Test func everyRunIsWhatIsMadeFromScratch() {
    for seed in UInt64(0)..<3000 {
      var random = SplitMix64(seed: seed)
      let gap = Int64(random.pick([1, 3, 10]))
      let boundary: GapBoundary = random.chance(50) ? .new : .same
      let span = Int(gap) * random.pick([2, 5, 15, 40])
      let users: [ByteKey] = Array((["u", "v", "w", "x"] as [ByteKey]).prefix(random.pick([1, 1, 2, 4])))
      var ids = Array(0..<random.draw(1...60))
      random.shuffle(&ids)
      var pending = ids.map { id in
        Pageview(
          id: .integer(Int64(id)), user: random.pick(users), time: Int64(random.below(span)), page: nil,
          sequence: random.chance(50) ? nil : Int64(random.below(3)))
      }
      var ledger = AnchorLedger(gap: Gap(microseconds: gap) ?? .standard, boundary: boundary)
      var seen: [Pageview] = []
      var states: [(runID: Int64, scratch: FromScratch)] = []
      var runID: Int64 = 0
      while !pending.isEmpty {
        let count = random.draw(1...max(1, pending.count / random.pick([1, 2, 5])))
        seen += pending.prefix(count)
        pending.removeFirst(count)
        let start = random.chance(30) ? Int64(random.below(span)) : nil
        let new = seen.filter { row in
          ledger.entries[row.id] == nil && start.map { $0 <= row.time && row.time < $0 + Int64(span) / 2 } ?? true
        }
        runID += 1
        let written = ledger.take(new, runID: runID)
        let scratch = FromScratch(ledger.entries.values.map(\.pageview), gap: ledger.gap, boundary: boundary)
        states.append((runID, scratch))
        let gained = Set(scratch.events.filter { ledger.entries[$0.pageview.id]?.runID == runID }.map(\.sessionID))
        #expect(written.versions == gained.count, "one version for each session that gained a pageview: seed \(seed)")
        guard shows(ledger, asOf: nil, scratch) else {
          Issue.record("seed \(seed), run \(runID)")
          return
        }
      }
      for (runID, scratch) in states where !shows(ledger, asOf: runID, scratch) {
        Issue.record("seed \(seed), as of run \(runID)")
        return
      }
    }
  }

  private func shows(_ ledger: AnchorLedger, asOf runID: Int64?, _ scratch: FromScratch) -> Bool {
    CanonicalExport.sessions(ledger.sessions(asOf: runID)) == scratch.sessionsCSV
      && CanonicalExport.events(ledger.events(asOf: runID)) == scratch.eventsCSV
  }

  // MARK: Bounded

  /// So many runs of one pageview each, and what they wrote.
  private func written(_ times: [Int64]) -> (ledger: AnchorLedger, lineageRows: Int, versions: Int) {
    var ledger = AnchorLedger(gap: Gap(microseconds: 10) ?? .standard, boundary: .new)
    var (lineageRows, versions) = (0, 0)
    for (index, time) in times.enumerated() {
      let row = Pageview(id: .integer(Int64(index)), user: "u", time: time, page: nil)
      let written = ledger.take([row], runID: Int64(index + 1))
      lineageRows += written.lineageRows
      versions += written.versions
    }
    let scratch = FromScratch(ledger.entries.values.map(\.pageview), gap: ledger.gap, boundary: .new)
    #expect(shows(ledger, asOf: nil, scratch))
    return (ledger, lineageRows, versions)
  }

  /// 2,000 sessions.
  private static let apart = (0..<2000).map { Int64($0) * 16 }

  @Test(arguments: [-5, 5]) func extendingWritesNoLineage(step: Int64) {
    let (ledger, lineageRows, versions) = written((0..<4000).map { $0 * step })
    #expect(lineageRows == 0)
    #expect(versions == 4000)
    #expect(ledger.sessions().count == 1)
  }

  @Test(arguments: ["left to right", "right to left", "any order"]) func bridgesWriteOneRowForEachSession(order: String)
  {
    var bridges = Self.apart.map { $0 + 8 }
    var random = SplitMix64(seed: 5)
    switch order {
    case "left to right": break
    case "right to left": bridges.reverse()
    default: random.shuffle(&bridges)
    }
    let (ledger, lineageRows, versions) = written(Self.apart + bridges)
    // In any order some unions are balanced, and an anchor then moves more than once: n·log2(n)/2 is the bound.
    #expect(lineageRows <= (order == "any order" ? 10_966 : 2000), "\(lineageRows)")
    #expect(versions == 4000)
    #expect(ledger.sessions().count == 1)
  }

  /// The worst: sessions merge in pairs, the pairs in pairs.
  @Test func balancedMergesAreTheWorst() {
    var bridges: [Int64] = []
    var step: Int64 = 1
    while step < 2048 {
      bridges += (0..<2048 / (2 * step)).map { $0 * 32 * step + 16 * step - 8 }
      step *= 2
    }
    let (ledger, lineageRows, versions) = written((0..<2048).map { $0 * 16 } + bridges)
    #expect(lineageRows <= 11_264, "n·log2(n)/2 for n of 2,048")
    #expect(lineageRows == 11_264, "it is reached")
    #expect(versions == 4095)
    #expect(ledger.sessions().count == 1)
  }
}
