extension Relation {
  var explained: ExplainedNode {
    switch self {
    case .table(let table):
      ExplainedNode("table", ["name": [table.explainedName], "as": [table.alias]])
    case .values(let columns, let rows, let alias):
      ExplainedNode(
        "values",
        [
          "as": [alias], "columns": [columns.map(\.name).joined(separator: ", ")],
          "rows": rows.map { "(" + $0.map(\.explained).joined(separator: ", ") + ")" },
        ])
    case .filter(let input, let condition):
      ExplainedNode("filter", ["condition": condition.explainedTerms], [input.explained])
    case .project(let input, let columns, let alias):
      ExplainedNode("project", ["as": [alias], "columns": columns.map(\.explained)], [input.explained])
    case .unique(let input, _): input.explained
    case .computedOnce(let input): ExplainedNode("computed once", [:], [input.explained])
    case .window(let input, let columns, let alias):
      ExplainedNode("window", ["as": [alias], "columns": columns.map(\.explained)], [input.explained])
    case .join(let left, let right, let kind, let condition):
      ExplainedNode("\(kind) join", ["on": condition.explainedTerms], [left.explained, right.explained])
    case .notExists(let rows, let others, let condition):
      ExplainedNode("anti-join", ["on": condition.explainedTerms], [rows.explained, others.explained])
    case .exists(let rows, let others, let condition):
      ExplainedNode("semi-join", ["on": condition.explainedTerms], [rows.explained, others.explained])
    case .aggregate(let input, let keys, let columns, let alias):
      ExplainedNode(
        "aggregate", ["as": [alias], "by": keys.map(\.explained), "columns": columns.map(\.explained)],
        [input.explained])
    case .unionAll(let inputs, let alias): ExplainedNode("union all", ["as": [alias]], inputs.map(\.explained))
    case .distinct(let input, let alias): ExplainedNode("distinct", ["as": [alias]], [input.explained])
    }
  }
}

extension TableReference {
  fileprivate var explainedName: String {
    switch kind {
    case .stored(let name): name.description + (finishedBy == nil ? "" : " (rows of finished runs)")
    case .step(let name), .named(let name): "step \(name)"
    }
  }
}

extension NamedExpression {
  var explained: String {
    let text = expression.explained
    return text.hasSuffix("." + name) ? text : "\(name) = \(text)"
  }
}

extension OrderKey {
  var explained: String { expression.explained + collation.explained }
}

extension OrderTerm {
  var explained: String {
    expression.explained + collation.explained + (isDescending ? " descending" : "")
      + (nulls == .none ? "" : nulls == .first ? " nulls first" : " nulls last")
  }
}

extension WindowColumn {
  fileprivate var explained: String {
    let call =
      switch function {
      case .rowNumber: "row_number()"
      case .denseRank: "dense_rank()"
      case .previous(let value): "previous(\(value.explained))"
      case .next(let value): "next(\(value.explained))"
      case .runningSum(let value): "running_sum(\(value.explained))"
      case .first(let value): "first(\(value.explained))"
      }
    var over: [String] = []
    if !partition.isEmpty { over.append("partition by " + partition.map(\.explained).joined(separator: ", ")) }
    if !order.isEmpty { over.append("order by " + order.map(\.explained).joined(separator: ", ")) }
    return "\(name) = \(call) over (\(over.joined(separator: " ")))"
  }
}

extension AggregateColumn {
  fileprivate var explained: String {
    let call =
      switch function {
      case .count: "count()"
      case .sum(let value): "sum(\(value.explained))"
      case .minimum(let value, let collation): "minimum(\(value.explained)\(collation.explained))"
      case .maximum(let value, let collation): "maximum(\(value.explained)\(collation.explained))"
      case .countDistinct(let value, let collation): "count_distinct(\(value.explained)\(collation.explained))"
      }
    return "\(name) = \(call)"
  }
}

extension Collation {
  /// Numbers and times compare by value, which goes without saying.
  var explained: String { self == .bytes ? " by bytes" : "" }
}
