internal import SessionPlan

extension Renderer {
  // MARK: Queries

  func text(of query: Query) throws -> String {
    let body = try select(query)
    guard let with = try subqueries(query) else { return body }
    return with + "\n" + body
  }

  /// `WITH a AS (…), b AS (…)`; nil for none.
  func subqueries(_ query: Query) throws -> String? {
    if query.with.isEmpty { return nil }
    let bodies = try query.with.map { named in
      "\(try quoted(named.name)) \(dialect.queries.namedSubquery) (\n"
        + (try text(of: parts(of: named.relation), columnsOf: named.relation)).indented() + "\n)"
    }
    return "WITH " + bodies.joined(separator: ",\n")
  }

  /// The query without its named subqueries.
  func select(_ query: Query) throws -> String {
    var result = try text(of: parts(of: query.relation), columnsOf: query.relation)
    if !query.order.isEmpty {
      result += "\nORDER BY " + (try outputOrder(query))
    }
    if let limit = query.limit { result += "\n" + (try fill(dialect.queries.limit, ["n": String(limit)], "limit")) }
    return result
  }

  /// The order of a query names the columns of its result.
  private func outputOrder(_ query: Query) throws -> String {
    let alias = try PlanColumns.alias(of: query.relation)
    return try query.order.map { term in try orderTerm(term, dropping: alias) }.joined(separator: ", ")
  }

  // MARK: Relations

  func parts(of relation: Relation) throws -> SelectParts {
    switch relation {
    case .table(let table):
      let name =
        switch table.kind {
        case .stored(let name): try quoted(name)
        case .step(let step): try fill(dialect.tables.scratchName, ["name": try quoted(step)], "scratch_name")
        case .named(let step): try quoted(step)
        }
      return SelectParts(from: "\(name) AS \(try quoted(table.alias))", alias: table.alias)
    case .values(let columns, let rows, let alias):
      let selects = try rows.map { row in
        "SELECT "
          + (try zip(columns, row).map { "\(try literal($1)) AS \(try quoted($0.name))" }.joined(separator: ", "))
      }
      return SelectParts(from: "(\(selects.joined(separator: " UNION ALL "))) AS \(try quoted(alias))", alias: alias)
    case .filter(let rows, let predicate):
      var result = try unprojected(rows)
      result.conditions += try conditions(predicate)
      return result
    case .computedOnce(let rows):
      var result = try parts(of: rows)
      result.isFenced = true
      return result
    case .project(let rows, let columns, let alias):
      var result = try unprojected(rows)
      result.columns = try columns.map { try named($0) }
      result.alias = alias
      return result
    case .window(let rows, let columns, let alias):
      var result = try unprojected(rows)
      let kept = try qualifiedColumns(of: rows)
      result.columns = kept + (try columns.map { try window($0) })
      result.alias = alias
      return result
    case .join(let left, let right, let kind, let on): return try join(left, right, kind, on)
    case .notExists(let rows, let other, let on):
      var result = try unprojected(rows)
      result.conditions.append("NOT " + (try existence(other, on)))
      return result
    case .exists(let rows, let other, let on):
      var result = try unprojected(rows)
      result.conditions.append(try existence(other, on))
      return result
    case .aggregate(let rows, let keys, let columns, let alias):
      var result = try unprojected(rows)
      result.columns = try keys.map { try named($0) } + columns.map { try aggregate($0) }
      result.groups = try keys.map { try expression($0.expression) }
      result.alias = alias
      return result
    case .unionAll(let relations, let alias):
      let selects = try relations.map { try text(of: parts(of: $0), columnsOf: $0) }
      return SelectParts(
        from: "(\n" + selects.joined(separator: "\nUNION ALL\n").indented() + "\n) AS \(try quoted(alias))",
        alias: alias)
    case .distinct(let rows, let alias):
      var result = try parts(of: rows)
      if result.columns == nil {
        result.columns = try qualifiedColumns(of: rows)
      } else if result.isFenced || result.isDistinct {
        result = try wrapped(result, columnsOf: rows)
        result.columns = try qualifiedColumns(of: rows)
      }
      result.isDistinct = true
      result.alias = alias
      return result
    }
  }

  /// The parts of a relation in a form to which conditions and columns can be added.
  private func unprojected(_ relation: Relation) throws -> SelectParts {
    let result = try parts(of: relation)
    return result.columns == nil && !result.isFenced ? result : try wrapped(result, columnsOf: relation)
  }

  /// The parts as a subquery in FROM.
  private func wrapped(_ parts: SelectParts, columnsOf relation: Relation) throws -> SelectParts {
    guard let alias = parts.alias else {
      throw PlanError(.malformed, "a join has no alias of its own", remedy: "project it first")
    }
    var body = try text(of: parts, columnsOf: relation)
    if parts.isFenced, !dialect.queries.computedOnceSuffix.isEmpty { body += "\n" + dialect.queries.computedOnceSuffix }
    var result = SelectParts(from: "(\n" + body.indented() + "\n) AS \(try quoted(alias))", alias: alias)
    result.readsFenced = parts.isFenced
    return result
  }

  private func join(_ left: Relation, _ right: Relation, _ kind: JoinKind, _ on: Expression) throws -> SelectParts {
    var result = try unprojected(left)
    var other = try unprojected(right)
    let subquery: String? =
      switch kind {
      case .lookup: dialect.queries.lookupSubquery
      case .leftLookup: dialect.queries.leftLookupSubquery
      case .inner, .left: nil
      }
    if let template = subquery, let alias = other.alias {
      let lines = ["SELECT *", "FROM " + other.from] + Layout.conditions(other.conditions + (try conditions(on)))
      let rows = lines.joined(separator: "\n").indented()
      result.from += "\n" + (try fill(template, ["rows": rows, "alias": try quoted(alias)], "lookup_subquery"))
      result.readsFenced = false
      result.alias = nil
      return result
    }
    if kind == .left || kind == .leftLookup, !other.conditions.isEmpty { other = try wrapped(other, columnsOf: right) }
    let word =
      switch kind {
      case .inner: "JOIN"
      case .lookup: dialect.queries.lookupJoin
      case .left, .leftLookup: "LEFT JOIN"
      }
    let matches = kind == .lookup ? try lookupConditions(on) : try conditions(on)
    result.from += "\n" + Layout.lines("\(word) \(other.from)", "ON ", matches)
    result.conditions += other.conditions
    result.readsFenced = false
    result.alias = nil
    return result
  }

  /// The conditions of a look-up by key, in the form in which the engine uses the whole of an index.
  private func lookupConditions(_ on: Expression) throws -> [String] {
    guard let template = dialect.queries.rangeLookupEquality, case .and(let list) = on, list.contains(where: \.isRange)
    else { return try conditions(on) }
    return try list.flatMap { condition in
      guard case .compare(.equal, let a, let b, _) = condition else { return try conditions(condition) }
      return [try fill(template, ["a": try expression(a), "b": try expression(b)], "range_lookup_equality")]
    }
  }

  private func existence(_ other: Relation, _ on: Expression) throws -> String {
    let inner = try unprojected(other)
    let all = inner.conditions + (try conditions(on))
    return "EXISTS " + Layout.parenthesized(["SELECT 1", "FROM " + inner.from] + Layout.conditions(all))
  }

  // MARK: Text

  func text(of parts: SelectParts, columnsOf relation: Relation) throws -> String {
    let columns = try parts.columns ?? qualifiedColumns(of: relation)
    let list =
      columns.count <= 3 && columns.allSatisfy { !$0.contains("\n") && $0.count < 40 }
      ? " " + columns.joined(separator: ", ") : "\n" + columns.joined(separator: ",\n").indented()
    var lines = ["SELECT" + (parts.isDistinct ? " DISTINCT" : "") + list, "FROM " + parts.from]
    var conditions = parts.conditions
    if conditions.isEmpty, parts.readsFenced, !dialect.queries.computedOnceCondition.isEmpty {
      conditions = [dialect.queries.computedOnceCondition]
    }
    lines += Layout.conditions(conditions)
    if !parts.groups.isEmpty { lines.append("GROUP BY " + parts.groups.joined(separator: ", ")) }
    return lines.joined(separator: "\n")
  }

  /// Every column that the aliases of a relation offer, each as `alias.name AS name`.
  private func qualifiedColumns(of relation: Relation) throws -> [String] {
    switch relation {
    case .join(let left, let right, _, _):
      return try qualifiedColumns(of: left) + qualifiedColumns(of: right)
    case .filter(let rows, _), .notExists(let rows, _, _), .exists(let rows, _, _):
      return try qualifiedColumns(of: rows)
    default:
      let alias = try quoted(try PlanColumns.alias(of: relation))
      return try PlanColumns.of(relation).map { column in
        let name = try quoted(column.name)
        return "\(alias).\(name) AS \(name)"
      }
    }
  }

  private func named(_ column: NamedExpression) throws -> String {
    "\(try expression(column.expression)) AS \(try quoted(column.name))"
  }

  private func aggregate(_ column: AggregateColumn) throws -> String {
    let value: String =
      switch column.function {
      case .count: "count(*)"
      case .sum(let value): try fill(dialect.queries.sum, ["a": try expression(value)], "sum")
      case .minimum(let value, let collation): "min(\(try key(value, collation)))"
      case .maximum(let value, let collation): "max(\(try key(value, collation)))"
      case .countDistinct(let value, let collation): "count(DISTINCT \(try key(value, collation)))"
      }
    return "\(value) AS \(try quoted(column.name))"
  }

  private func window(_ column: WindowColumn) throws -> String {
    let frame = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    let (function, needsFrame): (String, Bool) =
      switch column.function {
      case .rowNumber: ("row_number()", false)
      case .previous(let value): ("lag(\(try expression(value)))", false)
      case .runningSum(let value): ("sum(\(try expression(value)))", true)
      case .first(let value): ("first_value(\(try expression(value)))", true)
      }
    var over: [String] = []
    if !column.partition.isEmpty {
      over.append(
        "PARTITION BY " + (try column.partition.map { try key($0.expression, $0.collation) }.joined(separator: ", ")))
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

  func orderTerm(_ term: OrderTerm, dropping alias: String? = nil) throws -> String {
    var text: String
    if let alias, case .column(let column) = term.expression, column.relation == alias {
      text = try quoted(column.name)
    } else {
      text = try expression(term.expression, dropping: alias)
    }
    if term.collation == .bytes, !dialect.queries.byteOrder.isEmpty { text += " " + dialect.queries.byteOrder }
    if term.isDescending { text += " DESC" }
    if term.nulls == .first, !dialect.queries.nullsFirst.isEmpty { text += " " + dialect.queries.nullsFirst }
    return text
  }
}

extension Expression {
  /// Whether it compares by order.
  fileprivate var isRange: Bool {
    if case .compare(let comparison, _, _, _) = self { return comparison != .equal && comparison != .notEqual }
    return false
  }
}
