import Foundation
import SQLiteBackend
import SessionPlan
import Testing

@testable import SessionizerCLI

@Suite struct PlanAndRenderTests {
  static let plans = PlanName.allCases.flatMap { name in [[name.rawValue], [name.rawValue, "--as-run"]] }

  @Test(arguments: plans)
  func everyPlanIsShown(arguments: [String]) async throws {
    let tree = await ToolRun(["plan"] + arguments)
    #expect(tree.code == 0, "\(tree.errors)")
    let json = await ToolRun(["plan", "--format", "json"] + arguments)
    let node = try JSONDecoder().decode(ExplainedNode.self, from: Data(json.output.utf8))
    #expect(node.tree + "\n" == tree.output)
    // A step of the plan is a step of the SQL.
    let sql = await ToolRun(["render"] + arguments)
    #expect(sql.code == 0, "\(sql.errors)")
    let comments = sql.output.split(separator: "\n").filter { $0.hasPrefix("-- ") }
    #expect(comments.count == node.inputs.count)
  }

  /// What the job says is in the plan and in the SQL.
  @Test func settingsAreShown() async {
    let options = ["--gap", "45m", "--gap-boundary", "same", "--filter", "page <> '/health'", "--prefix", "w_"]
    let plan = await ToolRun(["plan", "run"] + options)
    #expect(plan.output.contains("45m, same)"))
    #expect(plan.output.contains("'/health'"))
    #expect(plan.output.contains("insert into=w_session_table"))
    let sql = await ToolRun(["render", "run"] + options)
    #expect(sql.output.contains("2700000000"))
    #expect(sql.output.contains("'/health'"))
    #expect(sql.output.contains("INSERT INTO w_session_table ("))
  }

  /// With no database nobody knows what a table of one's own has; ledgers of the wrong type would fail every run.
  @Test func theTypeOfForeignIDsIsAskedFor() async {
    for plan in [[], ["create"]] {
      let run = await ToolRun(["render"] + plan + ["--source-table", "web.hits", "--event-id-column", "id"])
      #expect(run.code == 64 && run.output.isEmpty)
      #expect(run.errors.contains("what type has id of web.hits?") && run.errors.contains("--event-id-type integer"))
    }
    func types(_ type: String) async -> Bool {
      let run = await ToolRun(
        "render", "create", "--dialect", "postgres", "--source-table", "web.hits", "--event-id-type", type)
      return run.code == 0 && run.output.contains("event_id bigint NOT NULL") == (type == "integer")
    }
    #expect(await types("integer"))
    #expect(await types("text"))
    // Derived ids are texts, and the tool's own table has what event_id_type says.
    #expect(await ToolRun("render", "create", "--source-table", "web.hits", "--event-id-column", "none").code == 0)
    #expect(await ToolRun("render", "create").code == 0)
  }

  @Test func noPlanHasAWordForChange() async {
    for plan in Self.plans {
      let sql = await ToolRun(["render"] + plan).output.uppercased()
      for word in ["UPDATE ", "DELETE ", "MERGE ", "TRUNCATE ", "DROP ", "REPLACE "] { #expect(!sql.contains(word)) }
    }
  }

  /// Whatever a step calls a column, an attribute of that name is either refused by name or changes nothing but
  /// itself: the plan still passes its checks.
  @Test func attributesDoNotCollideWithSteps() throws {
    func names(_ node: ExplainedNode) -> Set<String> {
      let own = (node.details["columns"] ?? []).compactMap { text in
        let end = text.range(of: " = ")?.lowerBound ?? text.endIndex
        return text[..<end].split(separator: ".").last.map(String.init)
      }
      return node.inputs.reduce(into: Set(own)) { $0.formUnion(names($1)) }
    }
    func plans(_ job: SessionJob, _ profile: PlanProfile) throws -> [Plan] {
      try EveryPlan.plans(try Planner(.assumed(job), profile: profile))
    }
    for profile in [SQLiteDialect.dialect.profile, SQLiteDialect.plain.asScript.profile] {
      let found = try plans(SessionJob(), profile).reduce(into: Set<String>()) { $0.formUnion(names($1.explained)) }
      let allowed = found.filter { name in !Attribute.isReserved(name) && name.utf8.allSatisfy { $0 > 32 } }
      #expect(found.count > allowed.count)
      for name in allowed {
        let job = SessionJob(attributes: [Attribute(name: name, column: "c")])
        for plan in try plans(job, profile) {
          #expect(throws: Never.self, "\(name)") { try PlanChecker().check(plan) }
        }
      }
    }
  }
}
