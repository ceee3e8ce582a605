import BackendConformance
import Foundation
import SQLRendering
import SQLiteBackend
import Testing

/// The shapes that a plan has on SQLite.
enum Shape: String, CaseIterable, Sendable {
  case scratchPositions, inlineWindows, scratchWindows, inlinePositions
  /// Without the plan of its own that a first run has.
  case generalFirstRun

  var dialect: Dialect {
    switch self {
    case .scratchPositions: return SQLiteDialect.dialect
    case .inlineWindows:
      var dialect = SQLiteDialect.inlineDialect
      dialect.profile.hasSHA256 = true
      return dialect
    case .scratchWindows:
      var dialect = SQLiteDialect.dialect
      dialect.profile.islands = .windows
      return dialect
    case .inlinePositions:
      var dialect = SQLiteDialect.dialect
      dialect.profile.steps = .inline
      return dialect
    case .generalFirstRun:
      var dialect = SQLiteDialect.dialect
      dialect.profile.enforcesKeys = false
      return dialect
    }
  }
}

/// How many histories the normal test run plays, over all shapes.
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

@Suite struct HistoryTests {
  /// Each shape has seeds of its own: together they see more.
  static let seeds: [(shape: Shape, isLoose: Bool, part: Int)] = Shape.allCases.flatMap { shape in
    [(shape, false, 0), (shape, true, 1)]
  }

  @Test(arguments: seeds) func historiesKeepAllLaws(shape: Shape, isLoose: Bool, part: Int) async {
    let share = UInt64(max(1, historyCount / Self.seeds.count))
    let index = UInt64(Shape.allCases.firstIndex(of: shape) ?? 0) * 2 + UInt64(part)
    let player = SQLPlayer(SQLiteEngine(dialect: shape.dialect, collation: isLoose ? " COLLATE NOCASE" : ""))
    let distribution = isLoose ? HistoryDistribution.loose : .standard
    let first = index * 1_000_000
    let failure = await firstFailure(first..<(first + share), distribution, player: player)
    #expect(failure == nil, "\(shape), \(isLoose ? "loose" : "standard"): \(failure ?? "")")
  }
}
