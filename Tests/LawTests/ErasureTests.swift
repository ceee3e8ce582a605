import Foundation
import SessionPlan
import SessionRunner
import StatementRecording
import TestNeeds
import Testing
import WarehouseDriver

@testable import BackendConformance

/// Erasure and retention at random places of random histories: what is left is what one run over the rest would give.
@Suite(.fewAtOnce) struct ErasureTests {
  @Test(arguments: Engine.live) func historiesKeepAllLawsWhenRowsAreRemoved(engine: Engine) async throws {
    let player = SQLPlayer(engine.player)
    let count = UInt64(max(6, TestAmount.histories / engine.historyShare / 8))
    let today = TestAmount.seed &* 1_000_000_000
    var (erasures, retentions) = (0, 0)
    for seed in [UInt64](7_000_000..<(7_000_000 + count / 2)) + [UInt64](today..<(today + count - count / 2)) {
      var play = RemovalPlay(player: player, history: engine.histories.history(seed: seed), seed: seed)
      if let failure = try await play.failure() {
        Issue.record("\(engine), seed \(seed): \(failure)")
        break
      }
      erasures += play.erased.count
      retentions += play.retentions
    }
    // A test of removals that removes nothing would pass.
    #expect(erasures > Int(count) / 4 && retentions > Int(count) / 8, "\(erasures) erasures, \(retentions) retentions")
    await player.close()
  }
}

/// One history with removals in it, beside the model.
private struct RemovalPlay {
  let player: SQLPlayer
  let history: History
  private var random: SplitMix64
  private var model: LedgerModel
  private var runs: [Int64] = []
  private(set) var erased: [(run: Int64, hash: String)] = []
  private(set) var retentions = 0

  init(player: SQLPlayer, history: History, seed: UInt64) {
    self.player = player
    self.history = history
    random = SplitMix64(seed: seed ^ 0xE4A5_E000)
    let job = history.job
    model = LedgerModel(job: job) { player.spelling($0, job) }
  }

  /// What went wrong; nil where nothing did.
  mutating func failure() async throws -> String? {
    try await player.reset(history.job)
    for (index, step) in history.steps.enumerated() {
      switch step {
      case .insert(let rows):
        model.insert(rows)
        try await player.insert(rows)
      case .run(let mode), .killed(let mode):
        let outcome = try await player.run(mode)
        runs.append(outcome.runID)
        let expected = model.run(mode, id: outcome.runID)
        guard outcome.pageviews == expected.pageviews, outcome.quarantined == expected.quarantined else {
          return "step \(index): the run counts \(outcome), expected \(expected)"
        }
        if let failure = try await difference() { return "step \(index), \(step): \(failure)" }
      }
      let removed = random.chance(30) ? try await erase() : random.chance(30) ? try await retain() : nil
      if let removed, let failure = try await difference() { return "step \(index), then \(removed): \(failure)" }
    }
    return try await past()
  }

  private mutating func erase() async throws -> String? {
    let users = Set(history.rows.compactMap(\.user)).filter { !$0.isEmpty }.sorted()
    guard !users.isEmpty else { return nil }
    let user = random.pick(users)
    let hash = "hash \(runs.count) of \(user.count) bytes"
    let report = try await player.context.erase(EraseRequest(user: user.text, hash: hash))
    let had = model.ledger.values.count { $0.pageview.user == user }
    model.erase(user)
    runs.append(report.runID)
    erased.append((report.runID, hash))
    return report.pageviews == Int64(had) ? "erase of \(user)" : "erase of \(user) that counts \(report), not \(had)"
  }

  private mutating func retain() async throws -> String? {
    let times = model.ledger.values.map(\.pageview.time).sorted()
    guard !times.isEmpty else { return nil }
    let gap = history.job.gap.microseconds
    let time = random.pick(times) + random.pick([0, 1, gap - 1, gap, gap + 1])
    let isPast = time < Int64(Date().timeIntervalSince1970) * 1_000_000 && time >= RowRules.earliest
    guard isPast, time >= model.floor ?? .min else { return nil }
    let request = RetainRequest(before: Timestamp(microseconds: time))
    guard model.retain(before: time) else {
      // Something waits for a run.
      do {
        _ = try await player.context.retain(request)
        return "retain that removes what waits for a run"
      } catch is RunnerError { return nil }
    }
    runs.append(try await player.context.retain(request).runID)
    retentions += 1
    return "retain before \(Timestamp(microseconds: time))"
  }

  private func difference() async throws -> String? {
    let (sessions, events) = (model.sessions().sessionsCSV, model.eventsCSV())
    let foundSessions = try await player.exportSessions(asOf: nil)
    if foundSessions != sessions { return LineDifference.text(expected: sessions, actual: foundSessions) }
    let foundEvents = try await player.exportEvents(asOf: nil)
    if foundEvents != events { return LineDifference.text(expected: events, actual: foundEvents) }
    let quarantine = try await player.quarantine().sorted()
    if quarantine != model.quarantine.sorted() {
      return "quarantine: expected \(model.quarantine.sorted()), found \(quarantine)"
    }
    let report = try await player.context.verify()
    switch (model.missed, report.isClean) {
    case (.no, false): return "verify: \(report.findings.filter { $0.isFault && $0.count > 0 })"
    case (.yes, true): return "verify does not see what was missed"
    default: return nil
    }
  }

  /// As of every run, and the feed from each to the next.
  private func past() async throws -> String? {
    for run in runs {
      let (sessions, events) = (model.sessions(asOf: run).sessionsCSV, model.eventsCSV(asOf: run))
      guard try await player.exportSessions(asOf: run) == sessions else { return "sessions as of run \(run)" }
      guard try await player.exportEvents(asOf: run) == events else { return "events as of run \(run)" }
    }
    let ids = model.pageviews().map(\.id)
    // Where an id was free again and taken anew, the model cannot tell the two apart.
    guard Set(ids).count == ids.count else { return nil }
    for (since, until) in zip([0] + runs, runs) {
      let feed = try await player.feed(since: since, until: until)
      let hashes = erased.filter { $0.run > since && $0.run <= until }.map { ByteKey($0.hash) }
      guard feed.erased == hashes else { return "the feed from \(since) to \(until) has erased \(feed.erased)" }
      guard feed.sessions == model.changedSessions(since: since, until: until) else {
        return "the feed from \(since) to \(until): \(feed.sessions)"
      }
    }
    return nil
  }
}
