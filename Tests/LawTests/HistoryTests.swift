import BackendConformance
import Testing

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
  /// Each variant has seeds of its own: together they see more. Half of them are always the same, half are the day's.
  @Test(arguments: Variant.all.indices) func historiesKeepAllLaws(index: Int) async {
    let variant = Variant.all[index]
    let others = Variant.all.filter { $0.on.historyShare == variant.on.historyShare }.count
    let share = UInt64(max(2, TestAmount.histories / variant.on.historyShare / others))
    let fixed = UInt64(index) * 1_000_000
    let ofToday = TestAmount.seed &* 1_000_000_000 &+ fixed
    let player = SQLPlayer(variant.engine)
    let seeds = [UInt64](fixed..<(fixed + share / 2)) + [UInt64](ofToday..<(ofToday + share - share / 2))
    let failure = await firstFailure(seeds, variant.histories, player: player)
    #expect(failure == nil, "\(variant): \(failure ?? "")")
  }
}
