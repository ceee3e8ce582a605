internal import DialectFiles
internal import SQLRendering
internal import WarehouseDriver

/// A plan in two dialects as one table for all formats: the lines of its statements, and why they differ.
enum DialectComparisonTable {
  static func batch(_ comparison: DialectComparison, _ here: Dialect, _ there: Dialect) -> RecordBatch {
    var table = RecordBatch(
      schema: ["node", "finding", here.name, there.name, "why"].map { BatchColumn($0, .text) })
    func add(_ node: String, _ answers: [DialectComparison.Answer]) {
      for answer in answers {
        table.append(texts: [node, answer.key, answer.here, answer.there, why(answer, here, there)])
      }
    }
    add("the plan", comparison.planAnswers)
    for node in comparison.nodes {
      let (ours, theirs) = (lines(node.here), lines(node.there))
      for row in Alignment.paired(ours, theirs) {
        let (left, right) = (row.here.map { ours[$0] }, row.there.map { theirs[$0] })
        let finding = left == right ? "same" : left == nil || right == nil ? "only" : "differs"
        table.append(texts: [node.name, finding, left ?? "", right ?? "", ""])
      }
      add(node.name, node.answers)
    }
    return table
  }

  private static func lines(_ statements: [String]) -> [String] {
    statements.flatMap { ($0 + ";").split(separator: "\n", omittingEmptySubsequences: true).map(String.init) }
  }

  /// The traps, with what both dialects say of them and how they know; without any, what the key means.
  private static func why(_ answer: DialectComparison.Answer, _ here: Dialect, _ there: Dialect) -> String {
    guard !answer.traps.isEmpty else { return answer.meaning }
    return answer.traps.map { trap in
      let said = [here, there].map { dialect in
        dialect.traps[trap].map { "\(dialect.name): \($0.text) (\($0.evidence.rawValue))" }
          ?? "\(dialect.name): nothing"
      }
      return "\(trap.rawValue), \(trap.title). " + said.joined(separator: "; ")
    }.joined(separator: ". ")
  }
}
