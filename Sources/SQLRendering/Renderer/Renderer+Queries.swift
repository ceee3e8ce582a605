internal import SessionPlan

/// Queries: from a plan's relations to a SELECT as data, through its passes, to text.
extension Renderer {
  func text(of query: Query) throws -> String {
    let (with, body) = try texts(of: query)
    return [with, body].compactMap { $0 }.joined(separator: "\n")
  }

  /// `WITH a AS (…), b AS (…)`, nil for none, and the query itself.
  ///
  /// - Parameters:
  ///   - writingOut: whether named subqueries are written out where they are read
  ///   - isShown: whether its texts are written as people are to see them
  ///   - isInserted: whether an INSERT has named the columns already
  func texts(
    of query: Query, writingOut: Bool = false, isShown: Bool = false, isInserted: Bool = false
  ) throws -> (with: String?, body: String) {
    var builder = SelectBuilder(dialect: dialect)
    if writingOut {
      for named in query.with { builder.writtenOut[named.name] = named.relation }
    }
    // The order of a query names the columns of its result; an expression of one needs them from a subquery.
    let isKeyed = dialect.queries.byteKey != nil && query.order.contains { $0.collation == .bytes }
    var body = try builder.select(query.relation).finished
    if isKeyed { body = try builder.wrapped(body).finished }
    var whole = SelectQuery(
      with: try writingOut
        ? []
        : query.with.map {
          SelectQuery.Named(
            name: $0.name, select: try builder.select($0.relation).finished, purpose: $0.purpose)
        },
      body: body)
    whole.prune()
    if !writingOut, dialect.queries.hoistsSubqueries { whole.hoist() }
    whole.body.isShown = isShown
    whole.body.isNamed = !isInserted || !whole.body.keepsNames(of: query.order)
    let limits = try query.limit.map { try limit($0) }
    // An order by the name of a result's column needs one where several of that name are read.
    if !query.order.isEmpty { whole.body.namesColumns = !whole.body.joins.isEmpty }
    var ending: [String] = []
    if !query.order.isEmpty {
      let printer = isKeyed ? try inside(whole.body) : try ofResult(query.relation)
      ending.append("ORDER BY " + (try query.order.map { try printer.orderTerm($0) }.joined(separator: ", ")))
    }
    ending += limits?.after ?? []
    return (
      try subqueries(whole.with), try text(of: whole.body, limit: limits?.before ?? "", ending: ending)
    )
  }

  private func subqueries(_ with: [SelectQuery.Named]) throws -> String? {
    if with.isEmpty { return nil }
    let bodies = try with.map { named in
      let comment = isScript ? named.purpose.map { "  -- " + $0 } ?? "" : ""
      let head = "\(try quoted(named.name)) \(dialect.queries.namedSubquery) ("
      let body = try fencedText(of: named.select)
      let one = head + body + ")"
      if comment.isEmpty, !body.contains("\n"), one.utf8.count < Layout.width - 5 { return one }
      return "\(head)\(comment)\n" + body.indented() + "\n)"
    }
    return "WITH " + bodies.joined(separator: ",\n")
  }

  /// The query of a view: its texts as people are to see them.
  func text(ofView query: Query) throws -> String {
    var renderer = self
    renderer.isInView = true
    let (with, body) = try renderer.texts(of: query, isShown: dialect.tables.viewText != nil)
    return [with, body].compactMap { $0 }.joined(separator: "\n")
  }

  /// What stands before the columns and what follows the query, for its first rows.
  func limit(_ count: Int) throws -> (before: String, after: [String]) {
    let values = ["n": String(count)]
    if let template = dialect.queries.limitBeforeColumns { return (" " + (try fill(template, values, "limit")), []) }
    return ("", [try fill(dialect.queries.limit, values, "limit")])
  }

  // MARK: Subqueries in expressions

  /// `(SELECT …)`
  func subquery(_ rows: Relation) throws -> String {
    var select = try SelectBuilder(dialect: dialect).select(rows).finished
    select.prune()
    return Layout.parenthesized([try text(of: select, isScalar: true)])
  }

  /// `EXISTS (SELECT 1 FROM …)`, not correlated.
  func existence(of rows: Relation) throws -> String {
    let select = try SelectBuilder(dialect: dialect).select(rows)
    return try existence(of: select.columns == nil ? select : SelectBuilder(dialect: dialect).wrapped(select), nil)
  }

  /// - Parameter on: nil where it is not correlated
  func existence(of select: Select, _ on: Expression?) throws -> String {
    var select = select
    if let on { select.conditions.append(.holds(on)) }
    let printer = try inside(select)
    return "EXISTS "
      + Layout.parenthesized(
        ["SELECT 1", "FROM " + (try printer.from(select))]
          + Layout.conditions(try printer.conditions(select.conditions))
      )
  }

  func lookup(_ lookup: Lookup) throws -> String {
    let builder = SelectBuilder(dialect: dialect)
    var select = try builder.select(lookup.from)
    if select.columns != nil || !select.merged.isEmpty { select = try builder.wrapped(select) }
    select.conditions.append(.holds(lookup.matching))
    let printer = try inside(select)
    let (before, after) = try limit(1)
    let order = try lookup.order.map { try printer.orderTerm($0) }.joined(separator: ", ")
    return Layout.parenthesized(
      ["SELECT\(before) " + (try printer.expression(lookup.value)), "FROM " + (try printer.from(select))]
        + Layout.conditions(try printer.conditions(select.conditions)) + ["ORDER BY " + order] + after)
  }

  // MARK: Text

  /// - Parameters:
  ///   - isScalar: whether it is a value, whose column needs no name
  ///   - ending: the clauses that follow
  func text(
    of select: Select, limit: String = "", isScalar: Bool = false, ending: [String] = []
  ) throws -> String {
    if limit.isEmpty, let parts = select.bareUnion {
      let parts = parts.map { part in
        var part = part
        part.isNamed = select.isNamed
        return part
      }
      let all = try parts.map { try text(of: $0) }.joined(separator: "\n\(word(of: select.from))\n")
      return Layout.clauses([all] + ending)
    }
    let select = select.finished
    let printer = try inside(select, isNamed: !isScalar && (select.isNamed || dialect.queries.namesEveryColumn))
    let columns = try (select.columns ?? []).map {
      isScalar ? try printer.expression($0.expression) : try printer.item($0, in: select)
    }
    var lines = [Layout.columns("SELECT" + (select.isDistinct ? " DISTINCT" : "") + limit, columns)]
    let source = try printer.from(select)
    if !source.isEmpty { lines.append("FROM " + source) }
    var conditions = try printer.conditions(select.conditions)
    if conditions.isEmpty, select.readsFenced, !dialect.queries.computedOnceCondition.isEmpty {
      conditions = [dialect.queries.computedOnceCondition]
    }
    lines += Layout.conditions(conditions)
    let groups = try (select.groups ?? []).flatMap { group in
      try printer.group(try printer.expression(group.expression), isText: group.isText)
    }
    if !groups.isEmpty { lines.append("GROUP BY " + groups.joined(separator: ", ")) }
    let having = try select.having.flatMap { try printer.conditions($0) }
    if !having.isEmpty { lines.append("HAVING " + having.joined(separator: " AND ")) }
    lines += try printer.windowClause()
    return Layout.clauses(lines + ending)
  }

  private func fencedText(of select: Select) throws -> String {
    let body = try text(of: select)
    return select.isFenced && !dialect.queries.computedOnceSuffix.isEmpty
      ? Layout.followed(body, by: dialect.queries.computedOnceSuffix) : body
  }

  /// A column of a SELECT: `expression AS name`, or no more than its name.
  private func item(_ column: NamedExpression, in select: Select) throws -> String {
    let value = try expression(column.expression)
    if select.isShown, let template = dialect.tables.viewText,
      select.offered.flatMap(\.columns).contains(where: { $0.name == column.name && $0.type == .text })
    {
      return "\(try fill(template, ["a": value], "view_text")) AS \(try quoted(column.name))"
    }
    if !dialect.queries.namesEveryColumn, !select.namesColumns, case .column(let reference) = column.expression.bare,
      reference.name == column.name, calls[reference] == nil
    {
      return value
    }
    if !select.isNamed, !dialect.queries.namesEveryColumn { return value }
    return "\(value) AS \(try quoted(column.name))"
  }

  func conditions(_ conditions: [Select.Condition]) throws -> [String] {
    try conditions.flatMap { condition in
      switch condition {
      case .holds(let predicate): try self.conditions(predicate)
      case .exists(let select, let on, let isNegated):
        [(isNegated ? "NOT " : "") + (try existence(of: select, on))]
      }
    }
  }

  /// What stands between the parts of a union.
  private func word(of source: Select.From) -> String {
    if case .union(_, true, _) = source { return dialect.queries.unionDistinct }
    return "UNION ALL"
  }

  // MARK: FROM

  /// What stands behind FROM; empty for a row of no table.
  func from(_ select: Select) throws -> String {
    if select.joins.isEmpty, select.conditions.isEmpty, case .values(_, let rows, _) = select.from, rows.count == 1,
      select.from.isUnread(by: select)
    {
      return dialect.queries.fromNothing.hasPrefix("FROM ")
        ? String(dialect.queries.fromNothing.dropFirst(5)) : dialect.queries.fromNothing
    }
    return Layout.clauses([try rows(select.from)] + (try select.joins.map { try self.join($0) }))
  }

  private func join(_ join: Select.Join) throws -> String {
    switch join.kind {
    case .matching(let words):
      return Layout.lines("\(words) \(try rows(join.rows))", "ON ", try conditions(join.on))
    case .plain(let kind):
      let template: String? =
        switch kind {
        case .lookup: dialect.queries.lookupSubquery
        case .leftLookup: dialect.queries.leftLookupSubquery
        case .inner, .left: nil
        }
      if let template {
        let all = try conditions(join.conditions) + conditions(join.on)
        let rows = Layout.clauses(["SELECT *", "FROM " + (try rows(join.rows))] + Layout.conditions(all))
        return Layout.onOneLine(
          try fill(
            template, ["rows": rows.indented(), "alias": try quoted(join.rows.alias)], "lookup_subquery"))
      }
      let word =
        switch kind {
        case .inner: "JOIN"
        case .lookup: dialect.queries.lookupJoin
        case .left, .leftLookup: "LEFT JOIN"
        }
      let matches = kind == .lookup ? try lookupConditions(join.on) : try conditions(join.on)
      return Layout.lines("\(word) \(try rows(join.rows))", "ON ", matches)
    }
  }

  /// One thing in FROM, under its alias where columns are named by it.
  private func rows(_ source: Select.From) throws -> String {
    func aliased(_ rows: String, _ alias: String) throws -> String {
      try fill(dialect.queries.tableAlias, ["rows": rows, "alias": try quoted(alias)], "table_alias")
    }
    switch source {
    case .table(let table):
      let name: String
      switch table.kind {
      case .stored(let object): name = try nameOfRows(object)
      case .step(let step): name = try scratchName(step)
      case .named(let step): name = try quoted(step)
      }
      return try unaliased.contains(table.alias) || name == quoted(table.alias) ? name : aliased(name, table.alias)
    case .select(let select, let alias):
      return try aliased("(\n" + (try fencedText(of: select)).indented() + "\n)", alias)
    case .union(let parts, _, let alias):
      let texts = try parts.map { try text(of: $0) }
      return try aliased("(\n" + texts.joined(separator: "\n\(word(of: source))\n").indented() + "\n)", alias)
    case .values(let columns, let rows, let alias):
      let nothing = dialect.queries.fromNothing
      let selects = try rows.map { row in
        "SELECT "
          + (try zip(columns, row).map { "\(try literal($1)) AS \(try quoted($0.name))" }.joined(separator: ", "))
          + (nothing.isEmpty ? "" : " " + nothing)
      }
      return try aliased("(\(selects.joined(separator: " UNION ALL ")))", alias)
    }
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

  // MARK: Names in scope

  /// A renderer that names columns as they are named inside a SELECT.
  private func inside(_ select: Select, isNamed: Bool = true) throws -> Renderer {
    var result = self
    result.calls = select.calls
    let naming = select.naming(isNamed: isNamed)
    result.bare = naming == .byRelation ? [] : Set(select.aliases)
    result.unaliased = naming == .bare ? Set(select.aliases) : []
    result.windows = []
    if dialect.queries.namesWindows { result.windows = try result.namedWindows(of: select) }
    return result
  }

  /// A renderer for what follows a query, where its result's columns are named without an alias.
  private func ofResult(_ relation: Relation) throws -> Renderer {
    var result = self
    result.calls = [:]
    result.bare = [try PlanColumns.alias(of: relation)]
    return result
  }
}

extension Select {
  /// The parts of a union of which it is no more than all rows.
  var bareUnion: [Select]? {
    guard case .union(let parts, _, _) = from, joins.isEmpty, conditions.isEmpty, groups == nil, !isDistinct, !isShown,
      let first = parts.first, let names = first.columns?.map(\.name)
    else { return nil }
    let expected = names.map { NamedExpression($0, .column(ColumnReference(from.alias, $0))) }
    guard let columns, columns != expected else { return parts }
    return nil
  }

  /// Whether an order that names its columns finds them without their names: those that are named so themselves.
  fileprivate func keepsNames(of order: [OrderTerm]) -> Bool {
    let own = Set((columns ?? []).filter { $0.expression.bare.columnName == $0.name }.map(\.name))
    return order.allSatisfy { term in term.expression.bare.columnName.map { own.contains($0) } ?? false }
  }

  fileprivate enum Naming {
    /// Columns are named with their relation: where there are several, in what is correlated, and where a column of the
    /// result has the name of another column that is read.
    case byRelation
    /// Without it, which has an alias for the subqueries that read it.
    case bareWithAlias
    case bare
  }

  fileprivate func naming(isNamed: Bool) -> Naming {
    if !joins.isEmpty { return .byRelation }
    let own = from.alias
    var isCorrelated = false
    var isReadInside = !existing.isEmpty
    for expression in expressionsOutsideExists + calls.values.flatMap(\.operands) {
      expression.visitColumns { column, isInSubquery in
        if calls[column] != nil { return }
        if isInSubquery {
          isReadInside = isReadInside || column.relation == own
        } else {
          isCorrelated = isCorrelated || column.relation != own
        }
      }
    }
    if isCorrelated { return .byRelation }
    if isNamed {
      let names = Set(
        (columns ?? []).filter { $0.expression.bare != .column(ColumnReference(own, $0.name)) }.map(\.name))
      if reachableReferences().contains(where: { $0.relation == own && names.contains($0.name) }) { return .byRelation }
    }
    return isReadInside ? .bareWithAlias : .bare
  }

  /// Its expressions but for those that say which rows an EXISTS finds: they stand in its subquery.
  private var expressionsOutsideExists: [Expression] {
    var select = self
    select.conditions.removeAll { if case .exists = $0 { true } else { false } }
    return select.expressions
  }
}

extension Select.From {
  fileprivate func isUnread(by select: Select) -> Bool {
    !select.reachableReferences().contains { $0.relation == alias }
  }
}

extension Expression {
  /// The name of a column; nil for anything else.
  fileprivate var columnName: String? {
    if case .column(let column) = self { column.name } else { nil }
  }

  /// Whether it compares by order.
  fileprivate var isRange: Bool {
    if case .compare(let comparison, _, _, _) = self { return comparison != .equal && comparison != .notEqual }
    return false
  }
}
