internal import SessionPlan

/// Makes a SELECT of a relation, with as few subqueries as keep its meaning.
struct SelectBuilder {
  let dialect: Dialect
  /// Named subqueries that are written out where they are read, by name (`SubqueryPlacement.derivedTables`).
  var writtenOut: [String: Relation] = [:]

  func select(_ relation: Relation) throws -> Select {
    switch relation {
    case .table(let table):
      if case .named(let step) = table.kind, let rows = writtenOut[step] {
        return Select(from: .select(try select(rows).finished, alias: table.alias), offers: table.columns)
      }
      if let finished = table.readThroughRuns { return try select(finished) }
      return Select(from: .table(table), offers: table.columns)
    case .values(let columns, let rows, let alias):
      return Select(from: .values(columns, rows, alias: alias), offers: columns)
    case .filter(let rows, let predicate): return try filtered(rows, predicate)
    case .unique(let rows, _): return try select(rows)
    case .computedOnce(let rows):
      var result = try select(rows).finished
      result.isFenced = true
      return result
    case .project(let rows, let columns, let alias):
      var result = try base(rows, for: columns.map(\.expression), as: .result)
      result.columns = columns.map { NamedExpression($0.name, result.resolved($0.expression)) }
      return try closed(result, relation, alias)
    case .window(let rows, let columns, let alias):
      var result = try base(rows, for: columns.flatMap(\.operands), as: .window)
      result.columns = result.allColumns
      for column in columns {
        let reference = ColumnReference(alias, column.name)
        let merged = result.merged
        result.calls[reference] = .window(column.replacingColumns { merged[$0] })
        result.columns?.append(NamedExpression(column.name, .column(reference)))
      }
      return try closed(result, relation, alias)
    case .aggregate(let rows, let keys, let columns, let alias):
      let read = keys.map(\.expression) + columns.compactMap(\.function.operand)
      var result = try base(rows, for: read, as: .group)
      let merged = result.merged
      result.columns = keys.map { NamedExpression($0.name, result.resolved($0.expression)) }
      let texts = Set(try PlanColumns.of(relation).filter { $0.type == .text }.map(\.name))
      result.groups = keys.map {
        Select.Group(expression: result.resolved($0.expression), isText: texts.contains($0.name))
      }
      for column in columns {
        let reference = ColumnReference(alias, column.name)
        result.calls[reference] = .aggregate(column.replacingColumns { merged[$0] })
        result.columns?.append(NamedExpression(column.name, .column(reference)))
      }
      return try closed(result, relation, alias)
    case .join(let left, let right, let kind, let on): return try joined(left, right, kind, on)
    case .notExists(let rows, let other, let on):
      return try matched(rows, other, on, words: dialect.queries.antiJoin, isNegated: true)
    case .exists(let rows, let other, let on):
      return try matched(rows, other, on, words: dialect.queries.semiJoin, isNegated: false)
    case .unionAll(let parts, let alias):
      return Select(
        from: .union(try parts.map { try select($0).finished }, isDistinct: false, alias: alias),
        offers: try PlanColumns.of(relation))
    case .distinct(let rows, let alias): return try distinct(rows, relation, alias)
    }
  }

  // MARK: Merging

  /// What is made of the rows.
  private enum Use {
    /// Columns of a result.
    case result
    /// Window functions beside all their columns.
    case window
    case group
    /// Something to which more will be added.
    case more
  }

  /// A SELECT that has the rows, to which columns and conditions can be added.
  ///
  /// - Parameter expressions: those that will be added, in the names of the rows
  private func base(_ rows: Relation, for expressions: [Expression], as use: Use) throws -> Select {
    let inner = try select(rows)
    let isGrouped = inner.groups != nil
    if inner.columns == nil {
      let fits = inner.merged.isEmpty || !clashes(expressions, inner)
      if !isGrouped, fits { return inner }
      if isGrouped, use == .result, fits { return inner }
      return try wrapped(inner)
    }
    guard !inner.isFenced, !inner.isDistinct, !clashes(expressions, inner),
      use == .result || (!isGrouped && inner.calls.isEmpty), isCheap(inner, for: expressions, as: use)
    else { return try wrapped(inner) }
    return opened(inner)
  }

  /// A finished SELECT to which more can be added, its columns known by their expressions.
  private func opened(_ select: Select) -> Select {
    guard let alias = select.alias, let columns = select.columns else { return select }
    var result = select
    for column in columns { result.merged[ColumnReference(alias, column.name)] = column.expression }
    result.columns = nil
    return result
  }

  /// Whether the columns of a SELECT can stand where they are read: none that costs work or room stands there twice.
  private func isCheap(_ select: Select, for expressions: [Expression], as use: Use) -> Bool {
    /// How often a column may stand there, where not as often as it likes.
    var limits: [String: Int] = [:]
    for column in select.columns ?? [] {
      if case .column(let reference) = column.expression.bare, let call = select.calls[reference] {
        limits[column.name] = call.isShort && (!call.isWindow || dialect.queries.namesWindows) ? 3 : 1
      } else if !column.expression.bare.isPlain {
        limits[column.name] = 1
      }
    }
    let costly = Set(limits.keys)
    guard !costly.isEmpty else { return true }
    if use == .more { return false }
    // A window function's SELECT keeps all columns beside it.
    var uses: [String: Int] = use == .window ? Dictionary(uniqueKeysWithValues: costly.map { ($0, 1) }) : [:]
    var isInSubquery = false
    for expression in expressions {
      expression.visitColumns { column, isInner in
        guard column.relation == select.alias, costly.contains(column.name) else { return }
        uses[column.name, default: 0] += 1
        isInSubquery = isInSubquery || isInner
      }
    }
    return !isInSubquery && uses.allSatisfy { $0.value <= limits[$0.key] ?? 1 }
  }

  /// Whether a subquery of an expression reads the rows and gives an alias that stands in FROM, so that it hides it.
  private func clashes(_ expressions: [Expression], _ select: Select) -> Bool {
    let own = Set(select.aliases)
    let outer = Set(select.offered.map(\.alias) + select.merged.keys.map(\.relation))
    return expressions.contains { expression in
      if expression.aliasesInSubqueries.isDisjoint(with: own) { return false }
      var isCorrelated = false
      expression.visitColumns { column, isInSubquery in
        isCorrelated = isCorrelated || (isInSubquery && outer.contains(column.relation))
      }
      return isCorrelated
    }
  }

  /// A SELECT as a subquery in FROM.
  func wrapped(_ select: Select) throws -> Select {
    let select = select.finished
    guard let alias = select.alias, let offer = select.offered.first, select.offered.count == 1 else {
      throw PlanError(.malformed, "a join has no alias of its own", remedy: "project it first")
    }
    var result = Select(from: .select(select, alias: alias), offers: offer.columns)
    result.readsFenced = select.isFenced
    return result
  }

  private func closed(_ select: Select, _ relation: Relation, _ alias: String) throws -> Select {
    var result = select
    result.alias = alias
    result.offered = [Select.Offer(alias: alias, columns: try PlanColumns.of(relation))]
    result.merged = [:]
    return result
  }

  // MARK: Nodes

  private func filtered(_ rows: Relation, _ predicate: Expression) throws -> Select {
    let inner = try select(rows)
    let isByGroup = inner.groups.map { !$0.isEmpty } ?? false
    if isByGroup, !inner.isFenced, !inner.isDistinct, !inner.calls.values.contains(where: \.isWindow),
      !clashes([predicate], inner), (inner.groups ?? []).allSatisfy(\.expression.bare.isPlain)
    {
      var result = inner.columns == nil ? inner : opened(inner)
      result.having.append(result.resolved(predicate))
      return result
    }
    var result = try base(rows, for: [predicate], as: .more)
    result.conditions.append(.holds(result.resolved(predicate)))
    return result
  }

  private func joined(_ left: Relation, _ right: Relation, _ kind: JoinKind, _ on: Expression) throws -> Select {
    var other = try joinable(right)
    var result = try base(left, for: [on], as: .more)
    if !Set(result.aliases).isDisjoint(with: [other.from.alias]) { result = try wrapped(result) }
    let hasSubquery =
      switch kind {
      case .lookup: dialect.queries.lookupSubquery != nil
      case .leftLookup: dialect.queries.leftLookupSubquery != nil
      case .inner, .left: false
      }
    var join = Select.Join(kind: .plain(kind), rows: other.from, on: result.resolved(on))
    if hasSubquery {
      join.conditions = other.conditions
    } else if kind == .left || kind == .leftLookup, !other.conditions.isEmpty {
      other = try wrapped(other)
      join.rows = other.from
    } else {
      result.conditions += other.conditions
    }
    result.joins.append(join)
    result.readsFenced = false
    result.offered += other.offered
    result.alias = nil
    return result
  }

  /// What can stand behind JOIN or in EXISTS: one thing in FROM, perhaps with conditions.
  private func joinable(_ relation: Relation) throws -> Select {
    let result = try select(relation)
    let isPlain = result.columns == nil && result.merged.isEmpty && result.joins.isEmpty && result.groups == nil
    return isPlain ? result : try wrapped(result)
  }

  private func matched(
    _ rows: Relation, _ other: Relation, _ on: Expression, words: String?, isNegated: Bool
  ) throws -> Select {
    var inner = try joinable(other)
    var result = try base(rows, for: [on], as: .more)
    if result.aliases.contains(inner.from.alias) { result = try wrapped(result) }
    if dialect.queries.antiJoinAsLeftJoin, let column = on.columnThatMatches(in: inner.from.alias) {
      if !inner.conditions.isEmpty { inner = try wrapped(inner) }
      if isNegated {
        result.joins.append(Select.Join(kind: .plain(.left), rows: inner.from, on: result.resolved(on)))
        result.conditions.append(.holds(.isNull(.column(column))))
      } else {
        // Each match once, whatever the rows are.
        inner = try distinctKeys(of: inner, on)
        result.joins.append(Select.Join(kind: .plain(.inner), rows: inner.from, on: result.resolved(on)))
      }
      result.readsFenced = false
    } else if let words {
      if !inner.conditions.isEmpty { inner = try wrapped(inner) }
      result.joins.append(Select.Join(kind: .matching(words: words), rows: inner.from, on: result.resolved(on)))
      result.readsFenced = false
    } else {
      result.conditions.append(.exists(inner, on: result.resolved(on), isNegated: isNegated))
    }
    return result
  }

  /// The columns of some rows by which a condition finds them, each combination once.
  private func distinctKeys(of select: Select, _ on: Expression) throws -> Select {
    var names: Set<String> = []
    on.visitColumns { column, _ in if column.relation == select.from.alias { names.insert(column.name) } }
    var keys = select.finished
    let types = Dictionary(
      keys.offered.flatMap(\.columns).map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
    keys.columns = keys.columns?.filter { names.contains($0.name) }
    keys.offered = keys.offered.map { offer in
      Select.Offer(alias: offer.alias, columns: offer.columns.filter { names.contains($0.name) })
    }
    if dialect.queries.byteKey == nil {
      keys.isDistinct = true
    } else {
      keys.groups = keys.columns?.map { Select.Group(expression: $0.expression, isText: types[$0.name] == .text) }
    }
    return try wrapped(keys)
  }

  private func distinct(_ rows: Relation, _ relation: Relation, _ alias: String) throws -> Select {
    // Each row once is a union's own word, where it tells texts apart as DISTINCT does.
    if case .unionAll(let parts, _) = rows, dialect.queries.byteKey == nil {
      return Select(
        from: .union(try parts.map { try select($0).finished }, isDistinct: true, alias: alias),
        offers: try PlanColumns.of(relation))
    }
    let inner = try select(rows)
    var result = inner.finished
    if dialect.queries.byteKey != nil {
      // DISTINCT would take texts for one that differ in their bytes.
      result = inner.columns == nil && inner.groups == nil ? inner : try wrapped(result)
      result.columns = result.allColumns
      let types = try PlanColumns.of(rows)
      result.groups = zip(result.allColumns, types).map {
        Select.Group(expression: $0.expression, isText: $1.type == .text)
      }
      return try closed(result, relation, alias)
    }
    if result.isFenced || result.isDistinct { result = try wrapped(result).finished }
    result.isDistinct = true
    return try closed(result, relation, alias)
  }
}

extension Expression {
  /// A column of the rows that is not NULL wherever the condition holds, because it equals something; nil if there is none.
  fileprivate func columnThatMatches(in alias: String) -> ColumnReference? {
    switch self {
    case .and(let list): return list.lazy.compactMap { $0.columnThatMatches(in: alias) }.first
    case .compare(.equal, let a, let b, _):
      for side in [a, b] { if case .column(let column) = side.bare, column.relation == alias { return column } }
      return nil
    default: return nil
    }
  }

  /// Without the word that it is not NULL.
  var bare: Expression {
    if case .present(let value) = self { value.bare } else { self }
  }

  /// Where it is not carried as a column, an instant costs nothing (`PlanProfile.timesAreInstants`).
  var isInstantOfColumn: Bool {
    if case .instant(let value) = bare { value.bare.isPlain } else { false }
  }

  /// A column or a constant.
  var isPlain: Bool {
    switch self {
    case .column, .literal: true
    default: false
    }
  }
}
