import BackendConformance
import Foundation
import Testing

/// How many histories the normal test run plays on SQLite, over all shapes.
let historyCount = ProcessInfo.processInfo.environment["SESSIONIZER_HISTORIES"].flatMap { Int($0) } ?? 2000

/// The first history of some seeds that a player fails, made small; nil where all pass.
func firstFailure(
  _ seeds: some Sequence<UInt64>, _ distribution: HistoryDistribution, player: SQLPlayer
) async -> String? {
  for seed in seeds {
    let history = distribution.history(seed: seed)
    if await checkHistory(history, player: player) != nil {
      let shrinker = HistoryShrinker(budget: 400)
      return await counterexample(history, shrinker: shrinker, player: player) ?? "seed \(seed) no longer fails"
    }
  }
  await player.close()
  return nil
}

@Suite(.fewAtOnce) struct HistoryTests {
  /// Each variant has seeds of its own: together they see more.
  @Test(arguments: Variant.all.indices) func historiesKeepAllLaws(index: Int) async {
    let variant = Variant.all[index]
    let others = Variant.all.filter { $0.on.historyShare == variant.on.historyShare }.count
    let total = historyCount / variant.on.historyShare
    let share = UInt64(max(1, total / others))
    let player = SQLPlayer(variant.engine)
    let first = UInt64(index) * 1_000_000
    let failure = await firstFailure(first..<(first + share), variant.histories, player: player)
    #expect(failure == nil, "\(variant): \(failure ?? "")")
  }
}
