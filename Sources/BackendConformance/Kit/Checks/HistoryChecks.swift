internal import SQLRendering

/// Random histories against the oracle: any order of arrival, any lateness, windows, copies, bad rows, killed runs.
struct HistoryChecks {
  let work: KitWork

  func carryOut() async throws {
    let count = work.options.histories
    guard count > 0 else { return }
    // Runs that were killed leave nothing, or nothing that is seen.
    let distribution = HistoryDistribution(hasKilledRuns: true, oneLargerIn: 1000)
    let hasSHA256 = work.dialect.support(for: .sha256).isUsable
    let first = work.options.seed
    let proves =
      ["T01", "T02", "T05", "T06", "T07", "T08", "T09", "T10", "T11", "T22", "T23", "T24"]
      + ["correlated_lookup", "scratch_tables"]
    try await work.check(
      "histories/\(first)-\(first + UInt64(count) - 1)",
      "\(count) random histories keep the laws: one result whatever the runs, insert-only, idempotent, atomic.",
      proves: proves
    ) {
      let player = SQLPlayer(KitEngine(work), faults: .without(work))
      var skipped = 0
      for seed in first..<(first + UInt64(count)) {
        let history = distribution.history(seed: seed)
        // Derived ids that are too long are quarantined there, which is another answer.
        if !hasSHA256, !history.job.hasEventID, history.rows.contains(where: { ($0.user?.count ?? 0) > 600 }) {
          skipped += 1
          continue
        }
        try Task.checkCancellation()
        guard await checkHistory(history, player: player) != nil else { continue }
        try Task.checkCancellation()
        let small = await counterexample(history, shrinker: HistoryShrinker(budget: 60), player: player)
        await player.close()
        throw Failed(detail: small ?? "seed \(seed) fails once, and not again")
      }
      await player.close()
      return skipped > 0 ? "\(skipped) of them left out: the dialect has no SHA-256" : nil
    }
  }
}
