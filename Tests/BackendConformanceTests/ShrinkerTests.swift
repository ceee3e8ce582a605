import BackendConformance
import HistoryMutants
import SessionPlan
import Testing

@Suite struct ShrinkerTests {
  @Test func theSameSeedIsTheSameHistory() {
    #expect(HistoryDistribution.standard.history(seed: 11) == HistoryDistribution.standard.history(seed: 11))
    #expect(HistoryDistribution.standard.history(seed: 11).rows != HistoryDistribution.standard.history(seed: 12).rows)
  }

  /// Two pageviews at exactly the gap, one run: nothing can be left out.
  @Test func aWrongBoundaryShrinksToTwoRows() async throws {
    let player = MemoryPlayer(mutant: .boundaryFlipped)
    let seeds: ClosedRange<UInt64> = 1...20
    for seed in seeds {
      let history = HistoryDistribution.standard.history(seed: seed)
      let shrunk = await HistoryShrinker().shrink(history) { await checkHistory($0, player: player) }
      guard let shrunk else { continue }
      #expect(shrunk.history.rows.count == 2, "\(shrunk.history)")
      #expect(shrunk.history.steps.count == 2, "\(shrunk.history)")
      #expect(shrunk.history.seed == seed)
    }
  }

  @Test func shrinkingIsBoundedAndRepeatable() async throws {
    let player = MemoryPlayer(mutant: .followerLeftBehind)
    let seeds: ClosedRange<UInt64> = 1...100
    for seed in seeds {
      let history = HistoryDistribution.standard.history(seed: seed)
      guard await checkHistory(history, player: player) != nil else { continue }
      let first = await HistoryShrinker(budget: 500).shrink(history) { await checkHistory($0, player: player) }
      let second = await HistoryShrinker(budget: 500).shrink(history) { await checkHistory($0, player: player) }
      #expect(first?.history == second?.history)
      #expect(
        await HistoryShrinker(budget: 0).shrink(history) { await checkHistory($0, player: player) }?.history == history)
      let text = try #require(await counterexample(history, player: player))
      #expect(text.hasPrefix("seed \(seed): "))
      #expect(text.contains("SourceRow("))
      return
    }
    Issue.record("no history fails")
  }

  @Test func aHistoryThatDoesNotFailHasNoCounterexample() async {
    #expect(await counterexample(HistoryDistribution.standard.history(seed: 1), player: MemoryPlayer()) == nil)
  }
}
