import BackendConformance
import Testing

/// The test of the tests: the histories pass where the algorithm is right and fail where it is not.
@Suite struct MutantTests {
  /// Enough for every mutant, and few enough for every test run.
  static let histories: ClosedRange<UInt64> = 1...600

  @Test(arguments: [true, false])
  func theRightAlgorithmKeepsAllLaws(isTransactional: Bool) async {
    let player = MemoryPlayer(isTransactional: isTransactional)
    for seed in Self.histories {
      let history = HistoryDistribution.standard.history(seed: seed)
      if await checkHistory(history, player: player) != nil {
        Issue.record("\(await counterexample(history, player: player) ?? "no longer fails")")
        return
      }
    }
  }

  @Test func looseValuesKeepAllLaws() async {
    let player = MemoryPlayer()
    for seed in Self.histories {
      let history = HistoryDistribution.loose.history(seed: seed)
      if await checkHistory(history, player: player) != nil {
        Issue.record("\(await counterexample(history, player: player) ?? "no longer fails")")
        return
      }
    }
  }

  @Test(arguments: Mutant.allCases)
  func everyMutantIsCaught(mutant: Mutant) async {
    // Without transactions, since a crash between two writes shows nowhere else.
    let player = MemoryPlayer(mutant: mutant, isTransactional: mutant != .rowsBeforeLineage)
    for seed in Self.histories {
      let history = HistoryDistribution.standard.history(seed: seed)
      if await checkHistory(history, player: player) != nil { return }
    }
    Issue.record("\(mutant) survives \(Self.histories.count) histories")
  }
}
