internal import SessionPlan

/// Columns of a SELECT, and the terms of its groups and orders.
extension Renderer {
  func named(_ column: NamedExpression) throws -> String {
    "\(try expression(column.expression)) AS \(try quoted(column.name))"
  }

  func aggregate(_ column: AggregateColumn) throws -> String {
    let value: String =
      switch column.function {
      case .count: dialect.queries.count
      case .sum(let value): try fill(dialect.queries.sum, ["a": try expression(value)], "sum")
      case .minimum(let value, let collation):
        try fill(dialect.queries.minimum, ["a": try key(value, collation)], "minimum")
      case .maximum(let value, let collation):
        try fill(dialect.queries.maximum, ["a": try key(value, collation)], "maximum")
      case .countDistinct(let value, let collation):
        try fill(dialect.queries.countDistinct, ["a": try byteKey(value, collation)], "count_distinct")
      }
    return "\(value) AS \(try quoted(column.name))"
  }

  func window(_ column: WindowColumn) throws -> String {
    let frame = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    let (function, needsFrame): (String, Bool) =
      switch column.function {
      case .rowNumber: ("row_number()", false)
      case .previous(let value):
        (try fill(dialect.queries.previous, ["a": try expression(value)], "previous"), false)
      case .next(let value): (try fill(dialect.queries.next, ["a": try expression(value)], "next"), false)
      case .runningSum(let value): ("sum(\(try expression(value)))", true)
      case .first(let value): (try fill(dialect.queries.first, ["a": try expression(value)], "first"), true)
      }
    var over: [String] = []
    if !column.partition.isEmpty {
      over.append(
        "PARTITION BY "
          + (try column.partition.flatMap { key in
            try group(try self.key(key.expression, key.collation), isText: key.collation == .bytes)
          }.joined(separator: ", ")))
    }
    if !column.order.isEmpty {
      over.append("ORDER BY " + (try column.order.map { try orderTerm($0) }.joined(separator: ", ")))
    }
    if needsFrame { over.append(frame) }
    return "\(function) OVER \(Layout.parenthesized(over)) AS \(try quoted(column.name))"
  }

  /// A value as a key of a group, a partition or an order.
  private func key(_ value: Expression, _ collation: Collation) throws -> String {
    let text = try expression(value)
    return collation == .bytes && !dialect.queries.byteOrder.isEmpty ? text + " " + dialect.queries.byteOrder : text
  }

  /// The same in the form whose bytes the engine looks at.
  private func byteKey(_ value: Expression, _ collation: Collation) throws -> String {
    guard collation == .bytes, let template = dialect.queries.byteKey else { return try key(value, collation) }
    return try fill(template, ["a": try expression(value)], "byte_key")
  }

  /// A term of GROUP BY or PARTITION BY: a text, which is shown, and beside it its bytes, which tell it from others.
  func group(_ text: String, isText: Bool) throws -> [String] {
    guard isText, let template = dialect.queries.byteKey else { return [text] }
    return [text, try fill(template, ["a": text], "byte_key")]
  }

  func orderTerm(_ term: OrderTerm, dropping alias: String? = nil) throws -> String {
    var text: String
    if let alias, case .column(let column) = term.expression, column.relation == alias {
      text = try quoted(column.name)
    } else {
      text = try expression(term.expression, dropping: alias)
    }
    if term.collation == .bytes, let template = dialect.queries.byteKey {
      text = try fill(template, ["a": text], "byte_key")
    }
    if term.collation == .bytes, !dialect.queries.byteOrder.isEmpty { text += " " + dialect.queries.byteOrder }
    if term.isDescending { text += " DESC" }
    if term.nulls == .first, !dialect.queries.nullsFirst.isEmpty { text += " " + dialect.queries.nullsFirst }
    return text
  }
}
