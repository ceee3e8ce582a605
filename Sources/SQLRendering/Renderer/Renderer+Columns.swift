internal import SessionPlan

/// Window functions and aggregates, and the terms of groups and orders.
extension Renderer {
  func call(_ call: Select.Call) throws -> String {
    switch call {
    case .window(let column): try window(column)
    case .aggregate(let column): try aggregate(column.function)
    }
  }

  private func aggregate(_ function: AggregateColumn.Function) throws -> String {
    switch function {
    case .count: dialect.queries.count
    case .sum(let value): try fill(dialect.queries.sum, ["a": try expression(value)], "sum")
    case .minimum(let value, let collation):
      try fill(dialect.queries.minimum, ["a": try key(value, collation)], "minimum")
    case .maximum(let value, let collation):
      try fill(dialect.queries.maximum, ["a": try key(value, collation)], "maximum")
    case .countDistinct(let value, let collation):
      try fill(dialect.queries.countDistinct, ["a": try byteKey(value, collation)], "count_distinct")
    }
  }

  // MARK: Windows

  private func window(_ column: WindowColumn) throws -> String {
    let (function, frame) = try windowFunction(column)
    let over = try windowDefinition(column)
    if frame == nil || dialect.queries.extendsWindows, let index = windows.firstIndex(of: over) {
      let name = try quoted(Self.windowName(index))
      return function + " OVER " + (frame.map { "(\(name) \($0))" } ?? name)
    }
    // The name of the column follows.
    let beside = function.utf8.count + column.name.utf8.count + 10
    return "\(function) OVER \(Layout.parenthesized(over + (frame.map { [$0] } ?? []), beside: beside))"
  }

  /// The function, and the frame that it needs: the default one ends at the last of equal rows.
  private func windowFunction(_ column: WindowColumn) throws -> (function: String, frame: String?) {
    let frame = "ROWS UNBOUNDED PRECEDING"
    switch column.function {
    case .rowNumber: return ("row_number()", nil)
    case .denseRank: return ("dense_rank()", nil)
    case .previous(let value):
      return (try fill(dialect.queries.previous, ["a": try expression(value)], "previous"), nil)
    case .next(let value): return (try fill(dialect.queries.next, ["a": try expression(value)], "next"), nil)
    case .runningSum(let value): return ("sum(\(try expression(value)))", frame)
    case .first(let value):
      // The default frame begins at the first row, too; some engines without named windows have no default.
      let isDefault = dialect.queries.namesWindows
      return (try fill(dialect.queries.first, ["a": try expression(value)], "first"), isDefault ? nil : frame)
    }
  }

  /// `PARTITION BY …` and `ORDER BY …`.
  private func windowDefinition(_ column: WindowColumn) throws -> [String] {
    var over: [String] = []
    if !column.partition.isEmpty {
      let keys = try column.partition.flatMap { key in
        try group(try self.key(key.expression, key.collation), isText: key.collation == .bytes)
      }
      over.append("PARTITION BY " + keys.joined(separator: ", "))
    }
    // Within a partition its keys order nothing.
    let order = column.order.filter { term in
      !column.partition.contains { $0.expression.bare == term.expression.bare && $0.collation == term.collation }
    }
    let terms = order.isEmpty ? column.order : order
    if !terms.isEmpty { over.append("ORDER BY " + (try terms.map { try orderTerm($0) }.joined(separator: ", "))) }
    return over
  }

  /// The windows of a SELECT that get names: those that several functions share, and the long ones.
  func namedWindows(of select: Select) throws -> [[String]] {
    let long = 60
    var all: [[String]] = []
    var shared: [[String]] = []
    for column in select.columns ?? [] {
      var names: [ColumnReference] = []
      column.expression.visitColumns { reference, _ in names.append(reference) }
      for name in names {
        guard case .window(let window)? = select.calls[name] else { continue }
        if !dialect.queries.extendsWindows, try windowFunction(window).frame != nil { continue }
        let definition = try windowDefinition(window)
        if all.contains(definition) || definition.reduce(0, { $0 + $1.utf8.count }) > long {
          if !shared.contains(definition) { shared.append(definition) }
        } else {
          all.append(definition)
        }
      }
    }
    return shared
  }

  func windowClause() throws -> [String] {
    if windows.isEmpty { return [] }
    let named = try windows.enumerated().map { index, definition in
      let name = try quoted(Self.windowName(index))
      return "\(name) AS \(Layout.parenthesized(definition, beside: index == 0 ? 13 : 8))".hanging
    }
    return ["WINDOW " + named.joined(separator: ",\n  ")]
  }

  private static func windowName(_ index: Int) -> String { index == 0 ? "w" : "w\(index + 1)" }

  // MARK: Keys

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

  func orderTerm(_ term: OrderTerm) throws -> String {
    var text = try expression(term.expression)
    if term.collation == .bytes, let template = dialect.queries.byteKey {
      text = try fill(template, ["a": text], "byte_key")
    }
    if term.collation == .bytes, !dialect.queries.byteOrder.isEmpty { text += " " + dialect.queries.byteOrder }
    if term.isDescending { text += " DESC" }
    let nulls =
      switch term.nulls {
      case .none: ""
      case .first: dialect.queries.nullsFirst
      case .last: dialect.queries.nullsLast
      }
    return nulls.isEmpty ? text : text + " " + nulls
  }
}
