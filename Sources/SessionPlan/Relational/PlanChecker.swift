/// Checks plans before anything is rendered: columns exist, types agree, what may be NULL is known, every order is total.
public struct PlanChecker: Sendable {
  /// The columns of the steps (scratch tables and named subqueries) that may be read.
  private var steps: [String: [SchemaColumn]]

  public init(steps: [String: [SchemaColumn]] = [:]) {
    self.steps = steps
  }

  /// Checks a whole plan, each step in the light of those before it.
  ///
  /// - Throws: `PlanError` (`malformed`) with the path to the fault.
  public func check(_ plan: Plan) throws {
    var checker = self
    for step in plan.steps {
      do {
        try checker.check(step.statement)
      } catch var error as PlanError {
        error.path = [plan.name, step.name] + error.path
        throw error
      }
    }
  }

  /// Checks one statement; a scratch table that it makes is known to the statements after it.
  public mutating func check(_ statement: Statement) throws {
    switch statement {
    case .createTable(let table):
      let names = table.columns.map(\.column.name)
      try require(Set(names).count == names.count, "table \(table.name) has a column twice")
      for key in table.primaryKey {
        try require(names.contains(key), "primary key \(key) is no column of \(table.name)")
      }
    case .createSchema, .createIndex, .createKey, .grant, .guardTable: break
    case .addColumn(let column, let table, _):
      try require(column.isNullable, "column \(column.name) is added to \(table), whose rows have no value for it")
    case .createView(_, let query), .replaceView(_, let query), .query(let query): _ = try columns(of: query)
    case .createScratch(let scratch):
      var found = try columns(of: scratch.query)
      if let position = scratch.position {
        let scope = try scope(of: scratch.query.relation)
        try check(position.order, in: scope, isTotal: position.tiesAreEqual)
        found.append(SchemaColumn(position.column, .integer))
      }
      for name in scratch.lookup {
        try require(found.contains { $0.name == name }, "\(name) is no column of the step \(scratch.name)")
      }
      steps[scratch.name] = found
    case .insert(let insert):
      let found = try columns(of: insert.query)
      try require(found.count == insert.columns.count, "\(found.count) values for \(insert.columns.count) columns")
      for (value, column) in zip(found, insert.columns) {
        try require(
          value.type == column.type,
          "column \(column.name) of \(insert.table) is \(column.type.rawValue), the value is \(value.type.rawValue)")
        try require(
          column.isNullable || !value.isNullable, "column \(column.name) of \(insert.table) may not be NULL")
      }
    }
  }

  /// The columns of a query, checked.
  public func columns(of query: Query) throws -> [SchemaColumn] {
    var checker = self
    for named in query.with { checker.steps[named.name] = try checker.scope(of: named.relation).allColumns }
    let scope = try checker.scope(of: query.relation)
    if !query.order.isEmpty { try checker.check(query.order, in: scope, isTotal: query.orderIsTotal) }
    return scope.allColumns
  }

  /// What each alias of a relation offers to the expressions around it.
  func scope(of relation: Relation, outer: Scope = Scope()) throws -> Scope {
    switch relation {
    case .table(let table):
      switch table.kind {
      case .stored: break
      case .step(let name), .named(let name):
        guard let known = steps[name] else { throw PlanError(.malformed, "there is no step \(name) before this one") }
        try require(known == table.columns, "the columns of step \(name) are not those that are read")
      }
      return Scope([(table.alias, table.columns)])
    case .values(let columns, let rows, let alias):
      for row in rows {
        try require(row.count == columns.count, "a row of values has \(row.count) values for \(columns.count) columns")
      }
      return Scope([(alias, columns)])
    case .filter(let rows, let predicate):
      let scope = try scope(of: rows, outer: outer)
      let narrowed = ExpressionChecker(checker: self, scope: outer + scope)
      try narrowed.checkPredicate(predicate)
      return scope.requiring(predicate.columnsThatMustBePresent)
    case .computedOnce(let rows): return try scope(of: rows, outer: outer)
    case .project(let rows, let columns, let alias):
      let expressions = ExpressionChecker(checker: self, scope: outer + (try scope(of: rows, outer: outer)))
      return try scope(alias, try columns.map { try expressions.column($0) })
    case .window(let rows, let columns, let alias):
      return try windowScope(rows, columns, alias, outer)
    case .join(let left, let right, let kind, let on):
      let leftScope = try scope(of: left, outer: outer)
      var rightScope = try scope(of: right, outer: outer)
      for (alias, _) in rightScope.relations {
        try require(!leftScope.relations.contains { $0.alias == alias }, "both sides of a join are called \(alias)")
      }
      try ExpressionChecker(checker: self, scope: outer + leftScope + rightScope).checkPredicate(on)
      if kind == .left || kind == .leftLookup { rightScope = rightScope.allNullable }
      return leftScope + rightScope
    case .notExists(let left, let right, let on), .exists(let left, let right, let on):
      let leftScope = try scope(of: left, outer: outer)
      let rightScope = try scope(of: right, outer: outer)
      try ExpressionChecker(checker: self, scope: outer + leftScope + rightScope).checkPredicate(on)
      return leftScope
    case .aggregate(let rows, let keys, let columns, let alias):
      let expressions = ExpressionChecker(checker: self, scope: outer + (try scope(of: rows, outer: outer)))
      let grouped = try keys.map { try expressions.column($0) }
      return try scope(alias, grouped + (try columns.map { try expressions.aggregate($0, isGrouped: !keys.isEmpty) }))
    case .unionAll(let parts, let alias): return Scope([(alias, try unionColumns(parts, outer))])
    case .distinct(let rows, let alias): return Scope([(alias, try scope(of: rows, outer: outer).allColumns)])
    }
  }

  private func windowScope(
    _ rows: Relation, _ columns: [WindowColumn], _ alias: String, _ outer: Scope
  ) throws -> Scope {
    let inner = try scope(of: rows, outer: outer)
    let expressions = ExpressionChecker(checker: self, scope: outer + inner)
    var all = inner.allColumns
    for column in columns {
      for key in column.partition { try expressions.check(key.expression, as: key.collation) }
      try check(column.order, in: outer + inner, isTotal: column.tiesAreEqual, within: column.partition)
      all.append(try expressions.windowColumn(column))
    }
    return try scope(alias, all)
  }

  /// A relation of its own, whose columns can be told apart.
  private func scope(_ alias: String, _ columns: [SchemaColumn]) throws -> Scope {
    var names: Set<String> = []
    for column in columns { try require(names.insert(column.name).inserted, "\(alias) has two columns \(column.name)") }
    return Scope([(alias, columns)])
  }

  private func unionColumns(_ parts: [Relation], _ outer: Scope) throws -> [SchemaColumn] {
    var result: [SchemaColumn]?
    for part in parts {
      let columns = try scope(of: part, outer: outer).allColumns
      guard let first = result else {
        result = columns
        continue
      }
      try require(
        first.map(\.name) == columns.map(\.name) && first.map(\.type) == columns.map(\.type),
        "the parts of a union have different columns")
      result = zip(first, columns).map { SchemaColumn($0.name, $0.type, nullable: $0.isNullable || $1.isNullable) }
    }
    guard let result else { throw PlanError(.malformed, "a union of nothing") }
    return result
  }

  /// Checks an order's terms, and that it is total: it ends in a key that is unique by the contract, or is declared so.
  private func check(
    _ order: [OrderTerm], in scope: Scope, isTotal isDeclaredTotal: Bool, within partition: [OrderKey] = []
  ) throws {
    let expressions = ExpressionChecker(checker: self, scope: scope)
    for term in order {
      let type = try expressions.check(term.expression, as: term.collation)
      try require(
        term.nulls != .none || !type.isNullable, "an order by \(term.expression.shortText) does not say where NULL goes"
      )
    }
    let ends = (order.map(\.expression) + partition.map(\.expression)).contains { expression in
      guard case .column(let column) = expression else { return false }
      return Self.uniqueColumns.contains(column.name)
    }
    try require(isDeclaredTotal || ends, "an order is not total: no event id or position in it")
  }

  /// Columns that no two rows of a partition share.
  private static let uniqueColumns: Set<String> = [
    "event_id", "session_id", "number", "sz_position", "sz_number", "sz_first_position", "last_event_id",
  ]

  /// The message is made only where it is needed: describing an expression is slow.
  func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw PlanError(.malformed, message()) }
  }
}
