import BackendConformance
import DialectFiles
import Foundation
import SQLRendering
import SessionPlan
import Testing

/// The scripts of dialects on engines that run inside Python: what `queries/` holds does what the contract says, with
/// nothing of the tool beside it.
@Suite(.serialized) struct ScriptTests {
  /// Engines for which there are dialects of that name.
  static let engines = ["duckdb", "clickhouse"]
  static let live = engines.filter { PythonEngines.versions[$0] != nil }

  /// Tells loudly what was not run.
  @Test func whatIsThere() {
    for engine in Self.engines + PythonEngines.parsers {
      let version = PythonEngines.versions[engine]
      print(version.map { "\(engine) \($0): scripts run" } ?? "skipped, no \(engine) in Python: its scripts do not run")
    }
  }

  static let drawn: [(name: String, history: History)] = (1...6).map { seed in
    ("seed \(seed)", HistoryDistribution(hasKilledRuns: false, oneLargerIn: 1000).history(seed: UInt64(seed)))
  }

  static let histories: [(name: String, history: History)] = {
    let shared = PythonEngines.root.deletingLastPathComponent().appending(path: "shared/fixtures").path
    let published = (try? PublishedCase.load(folder: shared)) ?? []
    if published.isEmpty { print("skipped, fixtures absent: the published cases are not beside the package") }
    return ConformanceCase.own.map { ($0.id, $0.history) } + published.map { ($0.name, $0.history) } + drawn
  }()

  /// Cases that people counted, published ones, and random histories with windows in any order and late rows.
  @Test(arguments: live) func sessionsAreThoseOfTheOracle(engine: String) throws {
    try check(try DialectLibrary().dialect(named: engine), on: engine, Self.histories, atLeast: 20)
  }

  /// Shapes that engines without a live test need, on one that has it: what they change is where things stand, never
  /// what comes out.
  @Test(.enabled(if: live.contains("duckdb")), arguments: Shape.allCases) func shapes(shape: Shape) throws {
    var dialect = try DialectLibrary().dialect(named: "duckdb")
    shape.change(&dialect)
    let words = ["nine-rows", "users", "bridg", "extend", "copies"]
    let histories = Self.histories.filter { named in words.contains { named.name.contains($0) } }
    try check(dialect, on: "duckdb", histories, atLeast: 5)
  }

  enum Shape: String, CaseIterable, Sendable {
    case scratchTablesFirst, writtenOut, bytesBesideTexts, joinsForExists, nowhereBefore

    func change(_ dialect: inout Dialect) {
      switch self {
      case .scratchTablesFirst:
        dialect.scripts.steps = .scratchTables
        dialect.scripts.scratchBeforeTransaction = true
        dialect.tables.scratchPrefix = "step_"
      case .writtenOut:
        dialect.scripts.steps = .fewScratchTables
        dialect.queries.subqueriesInInsert = .derivedTables
        dialect.capabilities[.correlatedLookup]?.state = .unsupported
      case .bytesBesideTexts:
        dialect.queries.byteKey = "{a} || chr(1)"
        dialect.queries.equalBytes = "{a} = {b} AND strlen({a}) = strlen({b})"
        dialect.templates[.compareBytes] = "({a} || chr(1)) {op} ({b} || chr(1))"
        let isSame = "({a} || chr(1)) = ({b} || chr(1)) OR ({a} IS NULL AND {b} IS NULL)"
        dialect.templates[.isSameBytes] = "CASE WHEN \(isSame) THEN 1 ELSE 0 END = 1"
        dialect.capabilities[.enforcedKeys]?.state = .unsupported
        dialect.tables.primaryKey = nil
      case .joinsForExists:
        dialect.queries.semiJoin = "SEMI JOIN"
        dialect.queries.antiJoin = "ANTI JOIN"
      case .nowhereBefore:
        dialect.scripts.steps = .fewScratchTables
        dialect.queries.subqueriesInInsert = .beforeInsert
        dialect.queries.tableAlias = "{rows} {alias}"
        dialect.templates[.gapExceeds] =
          "{current} {op} {previous} + to_seconds({seconds}) + to_microseconds({fraction})"
        dialect.templates[.shift] =
          "{a} + INTERVAL '{sign}{days}' DAY + INTERVAL '{decimal_seconds} seconds' - INTERVAL '{sign}{days}' DAY"
      }
    }
  }

  private func check(
    _ dialect: Dialect, on engine: String, _ histories: [(name: String, history: History)], atLeast: Int
  ) throws {
    let played = histories.compactMap { name, history in ScriptedHistory(history, dialect).map { (name, $0) } }
    #expect(played.count >= atLeast)
    let replies = try PythonEngines.run(try played.map { try $1.play(name: $0) }, on: engine)
    #expect(replies.count == played.count)
    var sessions = 0
    for ((name, history), reply) in zip(played, replies) {
      #expect(reply.error == nil, "\(dialect.name), \(name)")
      let expected = history.expected
      sessions += expected[0].count
      #expect(reply.exports == expected, "\(dialect.name), \(name)")
    }
    #expect(sessions > 10)
  }
}
