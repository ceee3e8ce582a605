import BackendConformance
import DialectFiles
import Foundation
import SQLRendering
import SessionPlan
import TestFixtures
import TestNeeds
import Testing

/// The scripts of dialects on engines that run inside Python: what `queries/` holds does what the contract says, with
/// nothing of the tool beside it.
@Suite(.serialized) struct ScriptTests {
  @Test(.needs(PythonEngines.pythonAbsence)) func pythonAnswers() throws {
    let versions = try PythonEngines.found.get()
    print(versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
  }

  static let drawn: [(name: String, history: History)] = (1...6).map { seed in
    ("seed \(seed)", HistoryDistribution(hasKilledRuns: false, oneLargerIn: 1000).history(seed: UInt64(seed)))
  }

  static let histories = ConformanceCase.own.map { (name: $0.id, history: $0.history) } + drawn

  /// Cases that people counted, and random histories with windows in any order and late rows.
  @Test(.needs(PythonEngines.absence(of: ["duckdb"]))) func onDuckDBSessionsAreThoseOfTheOracle() throws {
    try check(try DialectLibrary().dialect(named: "duckdb"), on: "duckdb", Self.histories, atLeast: 20)
  }

  @Test(.needs(PythonEngines.absence(of: ["clickhouse"]))) func onClickHouseSessionsAreThoseOfTheOracle() throws {
    try check(try DialectLibrary().dialect(named: "clickhouse"), on: "clickhouse", Self.histories, atLeast: 20)
  }

  /// BigQuery's on Google's own analyzer and reference engine, which is slow: some cases, and some random histories.
  @Test(.needs(PythonEngines.absence(of: ["bigquery"]))) func onZetaSQLSessionsAreThoseOfTheOracle() throws {
    let words = ["nine-rows", "seven-users", "bridge", "extended", "copies", "first-day-new", "seed 1", "seed 2"]
    let histories = Self.histories.filter { named in words.contains { named.name.contains($0) } }
    try check(try DialectLibrary().dialect(named: "bigquery"), on: "bigquery", histories, atLeast: 8)
  }

  /// Published cases.
  @Test(.needs(SharedFolder.fixturesAbsence ?? PythonEngines.absence(of: ["duckdb"]))) func publishedOnDuckDB() throws {
    try published(on: "duckdb")
  }

  @Test(.needs(SharedFolder.fixturesAbsence ?? PythonEngines.absence(of: ["clickhouse"])))
  func publishedOnClickHouse() throws {
    try published(on: "clickhouse")
  }

  private func published(on engine: String) throws {
    let cases = try PublishedCase.all().map { (name: $0.name, history: $0.history) }
    try check(try DialectLibrary().dialect(named: engine), on: engine, cases, atLeast: 6)
  }

  /// Shapes that engines without a live test need, on one that has it: what they change is where things stand, never
  /// what comes out.
  @Test(.needs(PythonEngines.absence(of: ["duckdb"])), arguments: Shape.allCases) func shapes(shape: Shape) throws {
    var dialect = try DialectLibrary().dialect(named: "duckdb")
    shape.change(&dialect)
    let words = ["nine-rows", "users", "bridg", "extend", "copies"]
    let histories = Self.histories.filter { named in words.contains { named.name.contains($0) } }
    try check(dialect, on: "duckdb", histories, atLeast: 5)
  }

  /// Trap T33: a run says when it ended, and not once more when it began.
  @Test(.needs(PythonEngines.absence(of: ["duckdb"]))) func theClockGoesOnDuringARun() throws {
    let dialect = try DialectLibrary().dialect(named: "duckdb")
    let named = try #require(Self.histories.first { $0.name.contains("nine-rows") })
    var scripted = try #require(ScriptedHistory(named.history, dialect)).play(name: named.name)
    scripted.exports = [
      "SELECT count(*), count(*) FILTER (WHERE ended > began) FROM (SELECT run_id, min(recorded_at) AS began, "
        + "max(recorded_at) AS ended FROM session_runs GROUP BY run_id HAVING count(*) = 2)"
    ]
    let reply = try #require(try PythonEngines.run([scripted], on: "duckdb").first)
    #expect(reply.error == nil)
    let counts = try #require(reply.exports?.first?.first)
    #expect(counts[0] != "0" && counts[0] == counts[1])
  }

  enum Shape: String, CaseIterable, Sendable {
    case scratchTablesFirst, writtenOut, bytesBesideTexts, joinsForExists, nowhereBefore
    case nested, everythingNamed, leftJoins, madeThenFilled

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
      case .leftJoins:
        dialect.queries.antiJoinAsLeftJoin = true
        dialect.capabilities[.correlatedLookup]?.state = .unsupported
        dialect.capabilities[.enforcedKeys]?.state = .unsupported
        dialect.tables.primaryKey = nil
      case .madeThenFilled:
        dialect.scripts.steps = .fewScratchTables
        dialect.scripts.scratchBeforeTransaction = true
        dialect.tables.createScratchAs = nil
      case .nested:
        dialect.queries.hoistsSubqueries = false
        dialect.queries.namesWindows = false
        dialect.tables.createScratchAs = nil
      case .everythingNamed:
        dialect.queries.namesEveryColumn = true
        dialect.identifiers.quotesWhenNeeded = false
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
