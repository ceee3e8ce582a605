/// The columns that expressions and relations name, visited or put in another's place.
extension Expression {
  /// Visits every column that is named, in subqueries too.
  ///
  /// - Parameter visit: takes the column, and whether it is named inside a subquery
  public func visitColumns(_ visit: (ColumnReference, _ isInSubquery: Bool) -> Void) {
    switch self {
    case .column(let column): visit(column, false)
    case .exists(let rows), .scalar(let rows): rows.visitColumns { visit($0, true) }
    case .lookup(let lookup): lookup.visitColumns { visit($0, true) }
    default: for operand in operands { operand.visitColumns(visit) }
    }
  }

  /// The same expression with other expressions in the place of columns.
  ///
  /// - Parameter replacement: nil for a column that stays
  public func replacingColumns(_ replacement: (ColumnReference) -> Expression?) -> Expression {
    func new(_ inner: Expression) -> Expression { inner.replacingColumns(replacement) }
    return switch self {
    case .column(let column): replacement(column) ?? self
    case .literal, .serverNow: self
    case .compare(let comparison, let a, let b, let collation): .compare(comparison, new(a), new(b), collation)
    case .isSame(let a, let b, let collation): .isSame(new(a), new(b), collation)
    case .present(let a): .present(new(a))
    case .isNull(let a): .isNull(new(a))
    case .and(let list): .and(list.map(new))
    case .or(let list): .or(list.map(new))
    case .not(let a): .not(new(a))
    case .exists(let rows): .exists(rows.replacingColumns(replacement))
    case .gapExceeds(let previous, let current, let gap, let boundary):
      .gapExceeds(previous: new(previous), current: new(current), gap: gap, boundary: boundary)
    case .instant(let a): .instant(of: new(a))
    case .timestamp(let a): .timestamp(of: new(a))
    case .shift(let a, let microseconds): .shift(new(a), microseconds: microseconds)
    case .durationMicroseconds(let from, let to): .durationMicroseconds(from: new(from), to: new(to))
    case .day(let a): .day(of: new(a))
    case .zoned(let a): .zoned(of: new(a))
    case .sourceTimestamp(let a, let time): .sourceTimestamp(new(a), time)
    case .isSourceTimeOutOfRange(let a, let time): .isSourceTimeOutOfRange(new(a), time)
    case .add(let a, let b): .add(new(a), new(b))
    case .subtract(let a, let b): .subtract(new(a), new(b))
    case .multiply(let a, let b): .multiply(new(a), new(b))
    case .divide(let a, let b): .divide(new(a), new(b))
    case .seconds(let a): .seconds(microseconds: new(a))
    case .concatenate(let list): .concatenate(list.map(new))
    case .byteLength(let a): .byteLength(new(a))
    case .sha256(let a): .sha256(new(a))
    case .decimalText(let a): .decimalText(new(a))
    case .timestampText(let a): .timestampText(new(a))
    case .sourceText(let a): .sourceText(new(a))
    case .sourceInteger(let a): .sourceInteger(new(a))
    case .sourceFlag(let a): .sourceFlag(new(a))
    case .choose(let branches, let otherwise):
      .choose(branches.map { Branch(new($0.when), then: new($0.then)) }, otherwise: new(otherwise))
    case .coalesce(let list): .coalesce(list.map(new))
    case .scalar(let rows): .scalar(rows.replacingColumns(replacement))
    case .lookup(let lookup):
      .lookup(
        Lookup(
          new(lookup.value), from: lookup.from.replacingColumns(replacement), matching: new(lookup.matching),
          order: lookup.order.map { $0.replacingColumns(replacement) }, mayMiss: lookup.mayMiss))
    }
  }
}

extension Lookup {
  fileprivate func visitColumns(_ visit: (ColumnReference) -> Void) {
    from.visitColumns(visit)
    for part in [value, matching] + order.map(\.expression) { part.visitColumns { column, _ in visit(column) } }
  }
}

extension OrderTerm {
  public func replacingColumns(_ replacement: (ColumnReference) -> Expression?) -> OrderTerm {
    OrderTerm(expression.replacingColumns(replacement), collation, descending: isDescending, nulls: nulls)
  }
}

extension WindowColumn {
  /// The expressions that it reads.
  public var operands: [Expression] {
    let value: [Expression] =
      switch function {
      case .rowNumber, .denseRank: []
      case .previous(let value), .next(let value), .runningSum(let value), .first(let value): [value]
      }
    return value + partition.map(\.expression) + order.map(\.expression)
  }

  public func replacingColumns(_ replacement: (ColumnReference) -> Expression?) -> WindowColumn {
    func new(_ inner: Expression) -> Expression { inner.replacingColumns(replacement) }
    let function: Function =
      switch function {
      case .rowNumber: .rowNumber
      case .denseRank: .denseRank
      case .previous(let value): .previous(new(value))
      case .next(let value): .next(new(value))
      case .runningSum(let value): .runningSum(new(value))
      case .first(let value): .first(new(value))
      }
    return WindowColumn(
      name, function, partition: partition.map { OrderKey(new($0.expression), $0.collation) },
      order: order.map { $0.replacingColumns(replacement) }, tiesAreEqual: tiesAreEqual)
  }
}

extension AggregateColumn {
  public func replacingColumns(_ replacement: (ColumnReference) -> Expression?) -> AggregateColumn {
    func new(_ inner: Expression) -> Expression { inner.replacingColumns(replacement) }
    let function: Function =
      switch function {
      case .count: .count
      case .sum(let value): .sum(new(value))
      case .minimum(let value, let collation): .minimum(new(value), collation)
      case .maximum(let value, let collation): .maximum(new(value), collation)
      case .countDistinct(let value, let collation): .countDistinct(new(value), collation)
      }
    return AggregateColumn(name, function)
  }
}

extension Relation {
  /// Visits every column that this relation's expressions name, in subqueries too.
  public func visitColumns(_ visit: (ColumnReference) -> Void) {
    func all(_ expressions: [Expression]) {
      for expression in expressions { expression.visitColumns { column, _ in visit(column) } }
    }
    switch self {
    case .table, .values: break
    case .filter(let rows, let predicate):
      rows.visitColumns(visit)
      all([predicate])
    case .computedOnce(let rows), .unique(let rows, _), .distinct(let rows, _): rows.visitColumns(visit)
    case .project(let rows, let columns, _):
      rows.visitColumns(visit)
      all(columns.map(\.expression))
    case .window(let rows, let columns, _):
      rows.visitColumns(visit)
      all(columns.flatMap(\.operands))
    case .join(let left, let right, _, let on), .notExists(let left, let right, let on),
      .exists(let left, let right, let on):
      left.visitColumns(visit)
      right.visitColumns(visit)
      all([on])
    case .aggregate(let rows, let keys, let columns, _):
      rows.visitColumns(visit)
      all(keys.map(\.expression) + columns.compactMap(\.function.operand))
    case .unionAll(let parts, _): for part in parts { part.visitColumns(visit) }
    }
  }

  /// The same relation with other expressions in the place of columns.
  public func replacingColumns(_ replacement: (ColumnReference) -> Expression?) -> Relation {
    func new(_ inner: Relation) -> Relation { inner.replacingColumns(replacement) }
    func new(_ inner: Expression) -> Expression { inner.replacingColumns(replacement) }
    func new(_ inner: NamedExpression) -> NamedExpression { NamedExpression(inner.name, new(inner.expression)) }
    return switch self {
    case .table, .values: self
    case .filter(let rows, let predicate): .filter(new(rows), new(predicate))
    case .project(let rows, let columns, let alias): .project(new(rows), columns.map(new), alias: alias)
    case .computedOnce(let rows): .computedOnce(new(rows))
    case .unique(let rows, let keys): .unique(new(rows), keys)
    case .window(let rows, let columns, let alias):
      .window(new(rows), columns.map { $0.replacingColumns(replacement) }, alias: alias)
    case .join(let left, let right, let kind, let on): .join(new(left), new(right), kind, on: new(on))
    case .notExists(let left, let right, let on): .notExists(new(left), new(right), on: new(on))
    case .exists(let left, let right, let on): .exists(new(left), new(right), on: new(on))
    case .aggregate(let rows, let keys, let columns, let alias):
      .aggregate(
        new(rows), by: keys.map(new), columns.map { $0.replacingColumns(replacement) }, alias: alias)
    case .unionAll(let parts, let alias): .unionAll(parts.map(new), alias: alias)
    case .distinct(let rows, let alias): .distinct(new(rows), alias: alias)
    }
  }

  /// Every alias that is given anywhere in this relation.
  public var aliases: Set<String> {
    switch self {
    case .table(let table): [table.alias]
    case .values(_, _, let alias): [alias]
    case .filter(let rows, _), .computedOnce(let rows), .unique(let rows, _): rows.aliases
    case .project(let rows, _, let alias), .window(let rows, _, let alias), .aggregate(let rows, _, _, let alias),
      .distinct(let rows, let alias):
      rows.aliases.union([alias])
    case .join(let left, let right, _, _), .notExists(let left, let right, _), .exists(let left, let right, _):
      left.aliases.union(right.aliases)
    case .unionAll(let parts, let alias): parts.reduce([alias]) { $0.union($1.aliases) }
    }
  }
}

extension Expression {
  /// Every alias that is given in a subquery of this expression.
  public var aliasesInSubqueries: Set<String> {
    switch self {
    case .exists(let rows), .scalar(let rows): rows.aliases
    case .lookup(let lookup): lookup.from.aliases
    default: operands.reduce([]) { $0.union($1.aliasesInSubqueries) }
    }
  }
}

extension Expression {
  /// Whether it is NULL itself.
  var isNullConstant: Bool {
    if case .literal(.null) = self { true } else { false }
  }
}
