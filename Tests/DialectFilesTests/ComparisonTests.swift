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
    #expect(!comparison.steps.isEmpty && comparison.planAnswers.isEmpty)
    for step in comparison.steps {
      #expect(!step.here.isEmpty && step.here == step.there && step.answers.isEmpty)
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
      for step in comparison.steps {
        let shows = step.there.contains { $0.contains("/* here */") }
        #expect(step.answers.map(\.key) == (shows ? [key.path] : []), "\(step.name)")
        #expect((step.here != step.there) == shows)
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
    #expect(comparison.steps.contains { $0.there.isEmpty } && comparison.steps.contains { !$0.there.isEmpty })
    let gap = try compare(dialect, DialectLibrary.builtIn("mariadb")).steps.flatMap(\.answers).first {
      $0.key == "templates.gap_exceeds"
    }
    #expect(gap?.traps == [.timeDifference])
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
    #expect(Alignment.of(here, here).allSatisfy { $0.here == $0.there })
  }
}
