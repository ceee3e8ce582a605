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

  /// The query of a view: its texts as people are to see them.
  func text(ofView query: Query) throws -> String {
    guard let template = dialect.tables.viewText, case .project(_, let columns, _) = query.relation else {
      return try text(of: query)
    }
    var parts = try parts(of: query.relation)
    parts.columns = try zip(columns, try PlanColumns.of(query)).map { column, typed in
      guard typed.type == .text else { return try named(column) }
      let shown = try fill(template, ["a": try expression(column.expression)], "view_text")
      return "\(shown) AS \(try quoted(column.name))"
    }
    return try text(of: parts, columnsOf: query.relation)
  }

  /// The query without its named subqueries.
  func select(_ query: Query) throws -> String {
    var parts = try parts(of: query.relation)
    // The order of a query names the columns of its result; an expression of one needs them from a subquery.
    let isKeyed = dialect.queries.byteKey != nil && query.order.contains { $0.collation == .bytes }
    if isKeyed { parts = try wrapped(parts, columnsOf: query.relation) }
    let limits = try query.limit.map { try limit($0) }
    parts.limit = limits?.before ?? ""
    var lines = [try text(of: parts, columnsOf: query.relation)]
    if !query.order.isEmpty {
      let alias = isKeyed ? nil : try PlanColumns.alias(of: query.relation)
      lines.append("ORDER BY " + (try query.order.map { try orderTerm($0, dropping: alias) }.joined(separator: ", ")))
    }
    return (lines + (limits?.after ?? [])).joined(separator: "\n")
  }

  /// What stands before the columns and what follows the query, for its first rows.
  func limit(_ count: Int) throws -> (before: String, after: [String]) {
    let values = ["n": String(count)]
    if let template = dialect.queries.limitBeforeColumns { return (" " + (try fill(template, values, "limit")), []) }
    return ("", [try fill(dialect.queries.limit, values, "limit")])
  }

  // MARK: Relations

  func parts(of relation: Relation) throws -> SelectParts {
    switch relation {
    case .table(let table):
      let rows =
        switch table.kind {
        case .stored(let name): try quoted(name)
        case .step(let step): try scratchName(step)
        case .named(let step):
          if let relation = writtenOut[step] {
            "(\n" + (try text(of: parts(of: relation), columnsOf: relation)).indented() + "\n)"
          } else {
            try quoted(step)
          }
        }
      return SelectParts(from: try aliased(rows, table.alias), alias: table.alias)
    case .values(let columns, let rows, let alias):
      let nothing = dialect.queries.fromNothing
      let selects = try rows.map { row in
        "SELECT "
          + (try zip(columns, row).map { "\(try literal($1)) AS \(try quoted($0.name))" }.joined(separator: ", "))
          + (nothing.isEmpty ? "" : " " + nothing)
      }
      return SelectParts(from: try aliased("(\(selects.joined(separator: " UNION ALL ")))", alias), alias: alias)
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
      if let word = dialect.queries.antiJoin { return try matched(rows, word, other, on) }
      var result = try unprojected(rows)
      result.conditions.append("NOT " + (try existence(of: unprojected(other), on)))
      return result
    case .exists(let rows, let other, let on):
      if let word = dialect.queries.semiJoin { return try matched(rows, word, other, on) }
      var result = try unprojected(rows)
      result.conditions.append(try existence(of: unprojected(other), on))
      return result
    case .aggregate(let rows, let keys, let columns, let alias):
      var result = try unprojected(rows)
      result.columns = try keys.map { try named($0) } + columns.map { try aggregate($0) }
      let texts = Set(try PlanColumns.of(relation).filter { $0.type == .text }.map(\.name))
      result.groups = try keys.flatMap { try group(try expression($0.expression), isText: texts.contains($0.name)) }
      result.alias = alias
      return result
    case .unionAll(let relations, let alias):
      let selects = try relations.map { try text(of: parts(of: $0), columnsOf: $0) }
      return SelectParts(
        from: try aliased("(\n" + selects.joined(separator: "\nUNION ALL\n").indented() + "\n)", alias), alias: alias)
    case .distinct(let rows, let alias) where dialect.queries.byteKey != nil:
      // DISTINCT would take texts for one that differ in their bytes.
      var result = try wrapped(parts(of: rows), columnsOf: rows)
      let inner = try PlanColumns.alias(of: rows)
      result.columns = try qualifiedColumns(of: rows)
      result.groups = try PlanColumns.of(rows).flatMap {
        try group(try expression(.column(ColumnReference(inner, $0.name))), isText: $0.type == .text)
      }
      result.alias = alias
      return result
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
    var result = SelectParts(from: try aliased("(\n" + body.indented() + "\n)", alias), alias: alias)
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

  func existence(of rows: SelectParts, _ on: Expression = .and([])) throws -> String {
    let all = rows.conditions + (try conditions(on))
    return "EXISTS " + Layout.parenthesized(["SELECT 1", "FROM " + rows.from] + Layout.conditions(all))
  }

  /// The rows with or without a match, by a join that adds neither columns nor rows.
  private func matched(_ rows: Relation, _ word: String, _ other: Relation, _ on: Expression) throws -> SelectParts {
    var result = try unprojected(rows)
    var inner = try unprojected(other)
    if !inner.conditions.isEmpty { inner = try wrapped(inner, columnsOf: other) }
    result.from += "\n" + Layout.lines("\(word) \(inner.from)", "ON ", try conditions(on))
    result.readsFenced = false
    return result
  }

  private func aliased(_ rows: String, _ alias: String) throws -> String {
    try fill(dialect.queries.tableAlias, ["rows": rows, "alias": try quoted(alias)], "table_alias")
  }

  // MARK: Text

  func text(of parts: SelectParts, columnsOf relation: Relation) throws -> String {
    let columns = try parts.columns ?? qualifiedColumns(of: relation)
    let list =
      columns.count <= 3 && columns.allSatisfy { !$0.contains("\n") && $0.count < 40 }
      ? " " + columns.joined(separator: ", ") : "\n" + columns.joined(separator: ",\n").indented()
    var lines = ["SELECT" + (parts.isDistinct ? " DISTINCT" : "") + parts.limit + list, "FROM " + parts.from]
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
}

extension Expression {
  /// Whether it compares by order.
  fileprivate var isRange: Bool {
    if case .compare(let comparison, _, _, _) = self { return comparison != .equal && comparison != .notEqual }
    return false
  }
}
