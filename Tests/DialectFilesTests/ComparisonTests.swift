import SQLRendering
import SessionPlan
import Testing

@testable import DialectFiles

/// Two dialects side by side.
@Suite struct ComparisonTests {
  private static func plan(_ dialect: Dialect) throws -> Plan {
    try Planner(.assumed(SessionJob()), profile: dialect.profile).runPlan(
      .whole, RunIdentity(job: "job", engine: "engine", toolVersion: "1"))
  }

  private func compare(_ here: Dialect, _ there: Dialect) throws -> DialectComparison {
    try DialectComparison(here, there, plan: Self.plan)
  }

  @Test(arguments: ["sqlite", "postgres", "oracle"]) func aDialectIsItself(name: String) throws {
    let dialect = DialectLibrary.builtIn(name)
    let comparison = try compare(dialect, dialect)
    #expect(!comparison.nodes.isEmpty && comparison.planAnswers.isEmpty)
    for node in comparison.nodes {
      #expect(!node.here.isEmpty && node.here == node.there && node.answers.isEmpty)
    }
  }

  /// One answer is changed: it is named at each step in whose SQL it shows, and nowhere else, and nothing else is.
  @Test(arguments: ["sqlite", "mariadb"]) func exactlyWhatDiffersIsNamed(name: String) throws {
    let dialect = DialectLibrary.builtIn(name)
    var seen = 0
    for key in DialectKey.all where key.section == "templates" {
      guard case .text(let text) = key.value(in: dialect) else { continue }
      var changed = dialect
      key.put(text + " /* here */", into: &changed)
      let comparison = try compare(dialect, changed)
      for node in comparison.nodes {
        let shows = node.there.contains { $0.contains("/* here */") }
        #expect(node.answers.map(\.key) == (shows ? [key.path] : []), "\(node.name)")
        #expect((node.here != node.there) == shows)
        seen += shows ? 1 : 0
      }
      #expect(comparison.planAnswers.isEmpty)
    }
    #expect(seen > 10)
  }

  /// Another shape of plan has other steps, and the answer that makes it so is named.
  @Test func anotherPlanIsExplained() throws {
    let dialect = DialectLibrary.builtIn("postgres")
    var inline = dialect
    inline.profile.steps = .inline
    let comparison = try compare(dialect, inline)
    #expect(comparison.planAnswers.map(\.key).contains("profile.steps"))
    let gap = try compare(dialect, DialectLibrary.builtIn("mariadb")).nodes.flatMap(\.answers).first {
      $0.key == "templates.gap_exceeds"
    }
    #expect(gap?.traps == [.timeDifference])
  }

  /// A scratch table here and a named subquery there are one node: whatever the shape of the plans, every node of one
  /// that reads rows is found in the other, and none is shown twice.
  @Test(arguments: ["mariadb", "sqlite", "duckdb", "snowflake", "oracle"]) func nodesMeet(name: String) throws {
    let dialect = DialectLibrary.builtIn(name).asScript
    for steps in [PlanProfile.Steps.inline, .fewScratchTables, .scratchTables] {
      var other = dialect
      other.profile.steps = steps
      let nodes = try compare(dialect, other).nodes
      #expect(nodes.count > 8)
      #expect(Set(nodes.map(\.name)).count == nodes.count, "\(name), \(steps): \(nodes.map(\.name))")
      for node in nodes { #expect(!node.here.isEmpty && !node.there.isEmpty, "\(name), \(steps): \(node.name)") }
      for text in nodes.flatMap({ $0.here + $0.there }) { #expect(!text.contains("not possible"), "\(text)") }
    }
  }

  /// Where named subqueries stand is an answer of its own, at the statements that have some.
  @Test func theirPlaceIsNamed() throws {
    let dialect = DialectLibrary.builtIn("sqlserver")
    var inside = dialect
    inside.queries.subqueriesInInsert =
      dialect.queries.subqueriesInInsert == .insideInsert ? .beforeInsert : .insideInsert
    let named = try compare(dialect, inside).nodes.filter { $0.answers.map(\.key) == ["queries.subqueries_in_insert"] }
    #expect(named.contains { $0.here.first?.hasPrefix("-- with ") == true })
  }

  /// Two warehouses say most of it in the same words, however each of them quotes names.
  @Test(arguments: [("snowflake", "bigquery"), ("databricks", "snowflake"), ("oracle", "snowflake")])
  func mostLinesAreTheSame(names: (String, String)) throws {
    let (here, there) = (DialectLibrary.builtIn(names.0).asScript, DialectLibrary.builtIn(names.1).asScript)
    let rows = try compare(here, there).nodes.flatMap { node in
      let (ours, theirs) = (Self.lines(node.here), Self.lines(node.there))
      return Alignment.paired(ours, theirs).map { $0.here.map { ours[$0] } == $0.there.map { theirs[$0] } }
    }
    let same = rows.count(where: { $0 })
    print("\(names): \(same) of \(rows.count) lines are the same")
    #expect(same * 2 > rows.count)
  }

  private static func lines(_ statements: [String]) -> [Substring] {
    statements.flatMap { $0.split(separator: "\n") }
  }

  /// Both sides are whole and in order, and what stands in one row is the same.
  @Test(arguments: 1...200) func alignment(seed: Int) {
    var state = UInt64(seed)
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    let here = (0..<random(12)).map { _ in random(5) }
    let there = (0..<random(12)).map { _ in random(5) }
    for rows in [Alignment.of(here, there), Alignment.paired(here, there)] {
      #expect(rows.compactMap(\.here) == Array(here.indices))
      #expect(rows.compactMap(\.there) == Array(there.indices))
    }
    for case (let left?, let right?) in Alignment.of(here, there) { #expect(here[left] == there[right]) }
    let matched = Alignment.matched(here, there)
    #expect(matched.compactMap(\.here) == Array(here.indices))
    #expect(matched.compactMap(\.there).sorted() == Array(there.indices))
    for case (let left?, let right?) in matched { #expect(here[left] == there[right]) }
    // No two that are alone could have met.
    let alone = matched.filter { $0.here == nil || $0.there == nil }
    #expect(
      Set(alone.compactMap { $0.here.map { here[$0] } }).isDisjoint(
        with: alone.compactMap { $0.there.map { there[$0] } }))
    #expect(Alignment.of(here, here).allSatisfy { $0.here == $0.there })
  }
}
