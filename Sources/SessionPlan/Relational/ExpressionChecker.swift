/// Finds the type of expressions in a scope, and what is wrong with them.
struct ExpressionChecker {
  let checker: PlanChecker
  let scope: Scope

  struct Found {
    var type: ValueType
    var isNullable: Bool
  }

  func column(_ named: NamedExpression) throws -> SchemaColumn {
    let found = try value(named.expression)
    return SchemaColumn(named.name, found.type, nullable: found.isNullable)
  }

  func checkPredicate(_ expression: Expression) throws {
    try require(
      expression.isPredicate, "a condition is expected, not \(expression.shortText)")
    _ = try find(expression)
  }

  /// The type of an expression that stands where a value is expected, so that it may not be a condition (trap T11).
  private func value(_ expression: Expression) throws -> Found {
    try require(!expression.isPredicate, "a value is expected, not the condition \(expression.shortText)")
    return try find(expression)
  }

  /// Checks that an expression may be compared in the given way.
  @discardableResult
  func check(_ expression: Expression, as collation: Collation) throws -> Found {
    let found = try find(expression)
    try require(
      (found.type == .text) == (collation == .bytes),
      "\(expression.shortText) is \(found.type.rawValue) and is compared by \(collation == .bytes ? "bytes" : "value")")
    return found
  }

  func aggregate(_ column: AggregateColumn, isGrouped: Bool) throws -> SchemaColumn {
    switch column.function {
    case .count: return SchemaColumn(column.name, .integer)
    case .sum(let value):
      try require(try find(value).type == .integer, "a sum of \(value.shortText), which is no integer")
      return SchemaColumn(column.name, .integer)
    case .countDistinct(let value, let collation):
      try check(value, as: collation)
      return SchemaColumn(column.name, .integer)
    case .minimum(let value, let collation), .maximum(let value, let collation):
      let found = try check(value, as: collation)
      return SchemaColumn(column.name, found.type, nullable: found.isNullable || !isGrouped)
    }
  }

  func windowColumn(_ column: WindowColumn) throws -> SchemaColumn {
    switch column.function {
    case .rowNumber, .denseRank: return SchemaColumn(column.name, .integer)
    case .runningSum(let value):
      try require(try find(value).type == .integer, "a sum of \(value.shortText), which is no integer")
      return SchemaColumn(column.name, .integer)
    case .previous(let value), .next(let value): return SchemaColumn(column.name, try find(value).type, nullable: true)
    case .first(let value):
      let found = try find(value)
      return SchemaColumn(column.name, found.type, nullable: found.isNullable)
    }
  }

  // MARK: Types

  func find(_ expression: Expression) throws -> Found {
    switch expression {
    case .column(let reference):
      guard let column = scope.find(reference) else {
        throw PlanError(.malformed, "there is no column \(reference.relation).\(reference.name)")
      }
      return Found(type: column.type, isNullable: column.isNullable)
    case .literal(let literal): return Self.type(of: literal)
    case .exists(let rows):
      _ = try checker.scope(of: rows, outer: scope)
      return Found(type: .flag, isNullable: false)
    case .scalar(let rows):
      let found = try checker.scope(of: rows, outer: scope)
      let columns = found.allColumns
      try require(columns.count == 1, "a single value is expected, not \(columns.count) columns")
      try require(found.keys.areTold(apartBy: []), "a single value is read from rows of which there may be several")
      let isCount: Bool
      if case .aggregate(_, let keys, _, _) = rows, keys.isEmpty { isCount = true } else { isCount = false }
      return Found(type: columns[0].type, isNullable: columns[0].isNullable || !isCount)
    case .lookup(let lookup):
      let rows = try checker.scope(of: lookup.from, outer: scope)
      let inner = ExpressionChecker(checker: checker, scope: scope + rows)
      try inner.checkPredicate(lookup.matching)
      for term in lookup.order { try inner.check(term.expression, as: term.collation) }
      let found = rows.keys.filtered(by: lookup.matching, aliases: rows.aliases)
      let ordered = Set(lookup.order.compactMap(\.expression.plainColumn))
      let isOrderedByItself = lookup.value.plainColumn.map(ordered.contains) ?? false
      try require(
        isOrderedByItself || found.areTold(apartBy: ordered),
        "a look-up of \(lookup.value.shortText) may find several rows, and its order is not total")
      let value = try inner.find(lookup.value)
      return Found(type: value.type, isNullable: value.isNullable || lookup.mayMiss)
    case .compare(_, let a, let b, let collation), .isSame(let a, let b, let collation):
      let (left, right) = (try check(a, as: collation), try check(b, as: collation))
      try require(
        left.type == right.type, "\(a.shortText) is \(left.type.rawValue), \(b.shortText) is \(right.type.rawValue)")
      return Found(type: .flag, isNullable: left.isNullable || right.isNullable)
    case .present(let value): return Found(type: try find(value).type, isNullable: false)
    case .isNull(let value):
      _ = try find(value)
      return Found(type: .flag, isNullable: false)
    case .and(let list), .or(let list):
      for part in list { try checkPredicate(part) }
      return Found(type: .flag, isNullable: true)
    case .not(let value):
      try checkPredicate(value)
      return Found(type: .flag, isNullable: true)
    case .gapExceeds(let previous, let current, _, _):
      return Found(type: .flag, isNullable: try nullable([previous, current], .instant))
    case .choose(let branches, let otherwise): return try choice(branches, otherwise)
    case .coalesce(let list): return try coalesced(list)
    default: return try function(expression)
    }
  }

  private func function(_ expression: Expression) throws -> Found {
    switch expression {
    case .instant(let value): try found(.instant, [value], .timestamp)
    case .timestamp(let value): try found(.timestamp, [value], .instant)
    case .zoned(let value): try found(.zonedTimestamp, [value], .timestamp)
    case .shift(let value, _): try found(.instant, [value], .instant)
    case .durationMicroseconds(let from, let to): try found(.integer, [from, to], .timestamp)
    case .day(let value), .timestampText(let value): try found(.text, [value], .timestamp)
    case .serverNow: Found(type: .timestamp, isNullable: false)
    case .sourceTimestamp(let value, _): nullableSource(.timestamp, try find(value))
    case .isSourceTimeOutOfRange(let value, _): nullableSource(.flag, try find(value))
    case .sourceText(let value): Found(type: .text, isNullable: try find(value).isNullable)
    case .sourceInteger(let value): nullableSource(.integer, try find(value))
    case .sourceFlag(let value): nullableSource(.integer, try find(value))
    case .add(let a, let b), .subtract(let a, let b), .multiply(let a, let b), .divide(let a, let b):
      try found(.integer, [a, b], .integer)
    case .seconds(let value): try found(.seconds, [value], .integer)
    case .concatenate(let list): try found(.text, list, .text)
    case .byteLength(let value): try found(.integer, [value], .text)
    case .sha256(let value): try found(.text, [value], .text)
    case .decimalText(let value): try found(.text, [value], .integer)
    default: throw PlanError(.malformed, "\(expression.shortText) is not known to the checker")
    }
  }

  private func nullableSource(_ type: ValueType, _ operand: Found) -> Found { Found(type: type, isNullable: true) }

  private func found(_ result: ValueType, _ operands: [Expression], _ type: ValueType) throws -> Found {
    Found(type: result, isNullable: try nullable(operands, type))
  }

  /// Whether one of some operands, which must be of a type, may be NULL.
  private func nullable(_ operands: [Expression], _ type: ValueType) throws -> Bool {
    var result = false
    for operand in operands {
      let found = try find(operand)
      try require(
        found.type == type, "\(operand.shortText) is \(found.type.rawValue) where \(type.rawValue) is expected")
      result = result || found.isNullable
    }
    return result
  }

  private func choice(_ branches: [Branch], _ otherwise: Expression) throws -> Found {
    var result: Found?
    func take(_ value: Expression, knowing condition: Expression?) throws {
      let present = condition?.columnsThatMustBePresent ?? []
      let found = try ExpressionChecker(checker: checker, scope: scope.requiring(present)).value(value)
      try require(result == nil || result?.type == found.type, "the branches of a choice have different types")
      result = Found(type: found.type, isNullable: (result?.isNullable ?? false) || found.isNullable)
    }
    for branch in branches {
      try checkPredicate(branch.when)
      try take(branch.then, knowing: branch.when)
    }
    try take(otherwise, knowing: nil)
    guard let result else { throw PlanError(.malformed, "a choice of nothing") }
    return result
  }

  private func coalesced(_ list: [Expression]) throws -> Found {
    let all = try list.map { try value($0) }
    guard let first = all.first else { throw PlanError(.malformed, "coalesce of nothing") }
    try require(all.allSatisfy { $0.type == first.type }, "coalesce of different types")
    return Found(type: first.type, isNullable: all.allSatisfy(\.isNullable))
  }

  static func type(of literal: Literal) -> Found {
    switch literal {
    case .integer: Found(type: .integer, isNullable: false)
    case .text: Found(type: .text, isNullable: false)
    case .timestamp: Found(type: .timestamp, isNullable: false)
    case .flag: Found(type: .flag, isNullable: false)
    case .null(let type): Found(type: type, isNullable: true)
    case .placeholder(_, let type): Found(type: type, isNullable: false)
    }
  }

  private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw PlanError(.malformed, message()) }
  }
}

extension Expression {
  /// Whether this is a condition, which may stand in a filter but not in a column (trap T11).
  var isPredicate: Bool {
    switch self {
    case .compare, .isSame, .isNull, .and, .or, .not, .exists, .gapExceeds, .isSourceTimeOutOfRange: true
    default: false
    }
  }

  /// Columns that are not NULL wherever this condition holds.
  var columnsThatMustBePresent: Set<ColumnReference> {
    switch self {
    case .not(.isNull(.column(let column))): [column]
    case .and(let list): list.reduce(into: []) { $0.formUnion($1.columnsThatMustBePresent) }
    case .compare(_, let a, let b, _):
      [a, b].reduce(into: []) { result, side in
        if case .column(let column) = side { result.insert(column) }
      }
    default: []
    }
  }

  /// A few words for an error.
  var shortText: String {
    switch self {
    case .column(let column): "\(column.relation).\(column.name)"
    case .literal: "a literal"
    default: String(describing: self).prefix { $0 != "(" && $0 != " " }.description
    }
  }
}
