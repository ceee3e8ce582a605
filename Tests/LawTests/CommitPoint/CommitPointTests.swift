import BackendConformance
import SessionPlan
import Testing

/// L1 to L9 where every statement is by itself and the `finished` row is the commit point (semantics.md, 9).
@Suite(.fewAtOnce) struct CommitPointTests {
  /// Histories whose runs are killed between any two statements: exact at every step, as of every run too.
  @Test(arguments: AutocommitEngine.shapes) func historiesKeepAllLaws(shape: Shape) async throws {
    let player = AutocommitEngine.player(shape)
    let share = UInt64(max(4, TestAmount.histories / 80))
    let index = UInt64(try #require(AutocommitEngine.shapes.firstIndex(of: shape)))
    let fixed = 40_000_000 + index * 1_000_000
    let ofToday = TestAmount.seed &* 1_000_000_000 &+ fixed
    let seeds = [UInt64](fixed..<(fixed + share / 2)) + [UInt64](ofToday..<(ofToday + share / 2))
    for seed in seeds {
      let history = HistoryDistribution.standard.history(seed: seed).withMoreKilledRuns
      guard await checkHistory(history, player: player) != nil else { continue }
      let small = await counterexample(history, shrinker: HistoryShrinker(budget: 200), player: player)
      Issue.record("\(shape), seed \(seed): \(small ?? "fails once, and not again")")
      break
    }
    await player.close()
  }

  /// Where whoever reads forgets which runs are finished, a history tells.
  @Test(arguments: CommitMutant.all) func aReaderThatForgetsIsCaught(mutant: CommitMutant) async {
    let player = AutocommitEngine.player(mutant.shape, rewrite: mutant.rewrite)
    for seed in UInt64(1)...200 {
      let history = HistoryDistribution.standard.history(seed: seed).withMoreKilledRuns
      guard let failure = await checkHistory(history, player: player) else { continue }
      print("\(mutant): caught by history \(seed), \(failure.law)")
      let isNonsense = ["syntax error", "no such", "refused"].contains(where: failure.detail.contains)
      #expect(!isNonsense, "\(failure.detail)")
      await player.close()
      return
    }
    Issue.record("\(mutant) survives")
  }
}

extension History {
  /// The same with every other run killed first.
  fileprivate var withMoreKilledRuns: History {
    var result = self
    var runs = 0
    result.steps = steps.map { step in
      guard case .run(let mode) = step else { return step }
      runs += 1
      return runs.isMultiple(of: 2) ? .killed(mode) : step
    }
    return result
  }
}

/// A statement that takes the rows of every run for those of finished ones.
struct CommitMutant: Sendable, CustomTestStringConvertible, CustomStringConvertible {
  var description: String
  var shape: Shape
  /// The texts in which it does so.
  var forgets: @Sendable (Statement, String) -> Bool

  var testDescription: String { description }

  var rewrite: @Sendable (Statement, String) -> String {
    { [forgets] statement, text in
      forgets(statement, text) ? text.replacing("finished_run.state = 'finished'", with: "1") : text
    }
  }

  private static func step(_ name: String) -> @Sendable (Statement, String) -> Bool {
    { statement, _ in
      if case .createScratch(let scratch) = statement { scratch.name == name } else { false }
    }
  }

  private static let exports: @Sendable (Statement, String) -> Bool = { statement, _ in
    if case .query = statement { true } else { false }
  }

  static let all = [
    CommitMutant(description: "readers see every run", shape: .usual, forgets: exports),
    CommitMutant(description: "the anti-join sees every run", shape: .usual, forgets: step("picked")),
    CommitMutant(description: "the context is every run's", shape: .usual, forgets: step("context")),
    CommitMutant(description: "versions of every run are added up", shape: .usual, forgets: step("united")),
  ]
}
