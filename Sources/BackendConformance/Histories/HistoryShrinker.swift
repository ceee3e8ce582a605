/// Makes a failing history as small as it can while it still fails. Deterministic; at most `budget` attempts.
public struct HistoryShrinker: Sendable {
  public var budget: Int

  public init(budget: Int = 2000) {
    self.budget = budget
  }

  /// A smallest history found and its failure; nil where the history does not fail.
  public func shrink(
    _ history: History, fails: (History) async -> HistoryFailure?
  ) async -> (history: History, failure: HistoryFailure)? {
    guard var failure = await fails(history) else { return nil }
    var best = history
    var attempts = 0
    var hasImproved = true
    while hasImproved {
      hasImproved = false
      for pass in ShrinkPass.allCases {
        // A pass starts again at the same place after a success, since the list of candidates has moved up.
        var index = 0
        while attempts < budget, let candidate = pass.candidate(best, at: index) {
          guard candidate != best else {
            index += 1
            continue
          }
          attempts += 1
          if let found = await fails(candidate) {
            best = candidate
            failure = found
            hasImproved = true
            if !pass.movesUp { index += 1 }
          } else {
            index += 1
          }
        }
      }
    }
    return (best, failure)
  }
}

/// A law broken, as a test prints it: the seed, the failure, and the smallest history that shows it.
public func counterexample(
  _ history: History, shrinker: HistoryShrinker = HistoryShrinker(), player: any HistoryPlayer
) async -> String? {
  let shrunk = await shrinker.shrink(history) { await checkHistory($0, player: player) }
  guard let shrunk else { return nil }
  return "seed \(history.seed.map { "\($0)" } ?? "none"): \(shrunk.failure)\n\(shrunk.history)"
}
