extension Relation {
  /// The names of the named subqueries that this relation reads, anywhere in it.
  var subqueriesRead: Set<String> {
    var names: Set<String> = []
    visitTables { table in
      if case .named(let name) = table.kind { names.insert(name) }
    }
    return names
  }

  /// Visits every table that this relation reads, in its expressions too.
  public func visitTables(_ visit: (TableReference) -> Void) {
    switch self {
    case .table(let table): visit(table)
    case .values: break
    case .filter(let rows, let predicate):
      rows.visitTables(visit)
      predicate.visitTables(visit)
    case .computedOnce(let rows), .unique(let rows, _), .distinct(let rows, _): rows.visitTables(visit)
    case .project(let rows, let columns, _):
      rows.visitTables(visit)
      for column in columns { column.expression.visitTables(visit) }
    case .window(let rows, let columns, _):
      rows.visitTables(visit)
      for operand in columns.flatMap(\.operands) { operand.visitTables(visit) }
    case .join(let left, let right, _, let on), .notExists(let left, let right, let on),
      .exists(let left, let right, let on):
      left.visitTables(visit)
      right.visitTables(visit)
      on.visitTables(visit)
    case .aggregate(let rows, let keys, let columns, _):
      rows.visitTables(visit)
      for key in keys { key.expression.visitTables(visit) }
      for column in columns { column.function.operand?.visitTables(visit) }
    case .unionAll(let parts, _):
      for part in parts { part.visitTables(visit) }
    }
  }
}

extension AggregateColumn.Function {
  /// What is aggregated; nil for `count(*)`.
  public var operand: Expression? {
    switch self {
    case .count: nil
    case .sum(let value), .minimum(let value, _), .maximum(let value, _), .countDistinct(let value, _): value
    }
  }
}

extension Expression {
  /// The expressions directly inside this one; look-ups and subqueries are not entered.
  public var operands: [Expression] {
    switch self {
    case .column, .literal, .exists, .serverNow, .scalar, .lookup: []
    case .compare(_, let a, let b, _), .isSame(let a, let b, _), .gapExceeds(let a, let b, _, _),
      .durationMicroseconds(let a, let b), .add(let a, let b), .subtract(let a, let b), .multiply(let a, let b),
      .divide(let a, let b):
      [a, b]
    case .present(let a), .isNull(let a), .not(let a), .instant(let a), .timestamp(let a), .shift(let a, _),
      .zoned(let a),
      .day(let a),
      .sourceTimestamp(let a, _), .isSourceTimeOutOfRange(let a, _), .seconds(let a), .byteLength(let a),
      .sha256(let a), .decimalText(let a), .timestampText(let a), .sourceText(let a), .sourceInteger(let a),
      .sourceFlag(let a):
      [a]
    case .and(let list), .or(let list), .concatenate(let list), .coalesce(let list): list
    case .choose(let branches, let otherwise): branches.flatMap { [$0.when, $0.then] } + [otherwise]
    }
  }

  public func visitTables(_ visit: (TableReference) -> Void) {
    switch self {
    case .exists(let rows), .scalar(let rows): rows.visitTables(visit)
    case .lookup(let lookup):
      lookup.from.visitTables(visit)
      lookup.value.visitTables(visit)
      lookup.matching.visitTables(visit)
    default:
      for operand in operands { operand.visitTables(visit) }
    }
  }
}
