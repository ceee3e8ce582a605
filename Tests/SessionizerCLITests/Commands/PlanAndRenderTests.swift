import Foundation
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
    #expect(sql.output.contains("\"w_session_table\""))
  }

  @Test func noPlanHasAWordForChange() async {
    for plan in Self.plans {
      let sql = await ToolRun(["render"] + plan).output.uppercased()
      for word in ["UPDATE ", "DELETE ", "MERGE ", "TRUNCATE ", "DROP ", "REPLACE "] { #expect(!sql.contains(word)) }
    }
  }
}
