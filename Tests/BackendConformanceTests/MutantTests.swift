import BackendConformance
import HistoryMutants
import Testing

/// The test of the tests: the histories pass where the algorithm is right and fail where it is not.
@Suite struct MutantTests {
  /// Enough for every mutant, and few enough for every test run.
  static let histories: ClosedRange<UInt64> = 1...600
  /// Every other kind of mistake shows in either.
  static let distributions: [HistoryDistribution] = [.standard, .sequenced]

  @Test(arguments: [true, false], distributions + [.loose])
  func theRightAlgorithmKeepsAllLaws(isTransactional: Bool, distribution: HistoryDistribution) async {
    let player = MemoryPlayer(isTransactional: isTransactional)
    for seed in Self.histories {
      let history = distribution.history(seed: seed)
      if await checkHistory(history, player: player) != nil {
        Issue.record("\(await counterexample(history, player: player) ?? "no longer fails")")
        return
      }
    }
  }

  @Test(arguments: Mutant.allCases)
  func everyMutantIsCaught(mutant: Mutant) async {
    // What a run that died has left is there only where there are no transactions.
    let player = MemoryPlayer(mutant: mutant, isTransactional: mutant != .unfinishedRunsSeen)
    for seed in Self.histories {
      for distribution in Self.distributions {
        let history = distribution.history(seed: seed)
        if let failure = await checkHistory(history, player: player) {
          print("\(mutant): caught by history \(seed), \(failure.law)")
          return
        }
      }
    }
    Issue.record("\(mutant) survives \(Self.histories.count) histories of each distribution")
  }

  /// A mistake that only makes runs slower breaks no law but that of the rows written.
  @Test(arguments: [Mutant.survivorByAge])
  func aSlowMutantIsFoundByItsRowsAlone(mutant: Mutant) async {
    let player = MemoryPlayer(mutant: mutant)
    var laws: Set<String> = []
    for seed in Self.histories {
      if let failure = await checkHistory(HistoryDistribution.standard.history(seed: seed), player: player) {
        laws.insert(failure.law)
      }
    }
    #expect(laws == ["L9 rows written to \(LedgerTable.lineage)"])
  }
}
