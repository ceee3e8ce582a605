/// Checks plans before anything is rendered: columns exist, types agree, what may be NULL is known, every order is total.
public struct PlanChecker: Sendable {
  /// A scratch table or a named subquery, as those after it may read it.
  public struct Step: Sendable {
    public var columns: [SchemaColumn]
    /// See `TableReference.keys`.
    public var keys: Set<Set<String>>

    public init(columns: [SchemaColumn], keys: Set<Set<String>>) {
      self.columns = columns
      self.keys = keys
    }

    init(_ scope: Scope) {
      self.init(columns: scope.allColumns, keys: Set(scope.keys.keys.map { Set($0.map(\.name)) }))
    }
  }

  /// The steps that may be read.
  private var steps: [String: Step]

  public init(steps: [String: Step] = [:]) {
    self.steps = steps
  }

  /// A step of the statements that were checked; nil where there is none of that name.
  public func step(_ name: String) -> Step? { steps[name] }

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
      steps[scratch.name] = try step(of: scratch)
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

  /// A scratch table, checked: what the statements after it may read.
  func step(of scratch: ScratchDefinition) throws -> Step {
    let (checker, scope) = try checked(scratch.query)
    var step = Step(scope)
    if let position = scratch.position {
      try checker.check(position.order, in: scope, isTotal: position.tiesAreEqual)
      step.columns.append(SchemaColumn(position.column, .integer))
      step.keys.insert([position.column])
    }
    for name in scratch.lookup {
      try require(step.columns.contains { $0.name == name }, "\(name) is no column of the step \(scratch.name)")
    }
    return step
  }

  /// The columns of a query, checked.
  public func columns(of query: Query) throws -> [SchemaColumn] { try checked(query).scope.allColumns }

  private func checked(_ query: Query) throws -> (checker: PlanChecker, scope: Scope) {
    var checker = self
    for named in query.with { checker.steps[named.name] = Step(try checker.scope(of: named.relation)) }
    let scope = try checker.scope(of: query.relation)
    if !query.order.isEmpty { try checker.check(query.order, in: scope, isTotal: query.tiesAreEqual) }
    return (checker, scope)
  }

  /// What each alias of a relation offers to the expressions around it.
  func scope(of relation: Relation, outer: Scope = Scope()) throws -> Scope {
    switch relation {
    case .table(let table):
      switch table.kind {
      case .stored: break
      case .step(let name), .named(let name):
        guard let known = steps[name] else { throw PlanError(.malformed, "there is no step \(name) before this one") }
        try require(known.columns == table.columns, "the columns of step \(name) are not those that are read")
        try require(table.keys.isSubset(of: known.keys), "step \(name) has not the keys that are read")
      }
      for column in table.keys.joined() {
        try require(
          table.columns.contains { $0.name == column }, "\(table.alias) has a key \(column) and no such column")
      }
      return Scope(
        [(table.alias, table.columns)],
        keys: ScopeKeys(table.keys.map { Set($0.map { ColumnReference(table.alias, $0) }) }))
    case .values(let columns, let rows, let alias):
      for row in rows {
        try require(row.count == columns.count, "a row of values has \(row.count) values for \(columns.count) columns")
      }
      return Scope([(alias, columns)], keys: ScopeKeys(rows.count <= 1 ? [[]] : []))
    case .filter(let rows, let predicate):
      let scope = try scope(of: rows, outer: outer)
      let narrowed = ExpressionChecker(checker: self, scope: outer + scope)
      try narrowed.checkPredicate(predicate)
      var filtered = scope.requiring(predicate.columnsThatMustBePresent)
      filtered.keys = scope.keys.filtered(by: predicate, aliases: scope.aliases)
      return filtered
    case .computedOnce(let rows): return try scope(of: rows, outer: outer)
    case .unique(let rows, let declared): return try unique(try scope(of: rows, outer: outer), declared)
    case .project(let rows, let columns, let alias):
      let inner = try scope(of: rows, outer: outer)
      let expressions = ExpressionChecker(checker: self, scope: outer + inner)
      var projected = try scope(alias, try columns.map { try expressions.column($0) })
      projected.keys = inner.keys.projected(columns, as: alias)
      return projected
    case .window(let rows, let columns, let alias):
      return try windowScope(rows, columns, alias, outer)
    case .join(let left, let right, let kind, let on):
      let leftScope = try scope(of: left, outer: outer)
      let rightScope = try scope(of: right, outer: outer)
      for (alias, _) in rightScope.relations {
        try require(!leftScope.relations.contains { $0.alias == alias }, "both sides of a join are called \(alias)")
      }
      try ExpressionChecker(checker: self, scope: outer + leftScope + rightScope).checkPredicate(on)
      let isOuter = kind == .left || kind == .leftLookup
      var joined = leftScope + (isOuter ? rightScope.allNullable : rightScope)
      joined.keys = leftScope.keys.joined(
        rightScope.keys, on: on, aliases: (leftScope.aliases, rightScope.aliases), isOuter: isOuter)
      return joined
    case .notExists(let left, let right, let on), .exists(let left, let right, let on):
      let leftScope = try scope(of: left, outer: outer)
      let rightScope = try scope(of: right, outer: outer)
      try ExpressionChecker(checker: self, scope: outer + leftScope + rightScope).checkPredicate(on)
      return leftScope
    case .aggregate(let rows, let keys, let columns, let alias):
      let expressions = ExpressionChecker(checker: self, scope: outer + (try scope(of: rows, outer: outer)))
      let grouped = try keys.map { try expressions.column($0) }
      var aggregated = try scope(
        alias, grouped + (try columns.map { try expressions.aggregate($0, isGrouped: !keys.isEmpty) }))
      aggregated.keys = ScopeKeys([Set(keys.map { ColumnReference(alias, $0.name) })])
      return aggregated
    case .unionAll(let parts, let alias): return try unionScope(parts, alias, outer)
    case .distinct(let rows, let alias):
      let inner = try scope(of: rows, outer: outer)
      return Scope(
        [(alias, inner.allColumns)],
        keys: inner.renamed(alias).adding([Set(inner.allColumns.map { ColumnReference(alias, $0.name) })]))
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
      var rows = outer + inner
      rows.keys = inner.keys
      try check(column.order, in: rows, isTotal: column.tiesAreEqual, within: column.partition)
      all.append(try expressions.windowColumn(column))
    }
    var result = try scope(alias, all)
    result.keys = inner.renamed(alias).adding(columns.compactMap { $0.keyOfNumbers(alias) })
    return result
  }

  /// A relation with keys that are declared.
  private func unique(_ rows: Scope, _ declared: [RowKey]) throws -> Scope {
    var result = rows
    for key in declared {
      for column in key.columns {
        try require(
          rows.allColumns.contains { $0.name == column }, "\(column) is no column of the rows that it tells apart")
      }
    }
    result.keys = rows.keys.adding(
      declared.map { key in
        Set(
          key.columns.compactMap { name in
            rows.relations.first { $0.columns.contains { $0.name == name } }.map { ColumnReference($0.alias, name) }
          })
      })
    return result
  }

  /// A relation of its own, whose columns can be told apart.
  private func scope(_ alias: String, _ columns: [SchemaColumn]) throws -> Scope {
    var names: Set<String> = []
    for column in columns { try require(names.insert(column.name).inserted, "\(alias) has two columns \(column.name)") }
    return Scope([(alias, columns)])
  }

  private func unionScope(_ parts: [Relation], _ alias: String, _ outer: Scope) throws -> Scope {
    let scopes = try parts.map { try scope(of: $0, outer: outer) }
    return Scope(
      [(alias, try unionColumns(scopes))],
      keys: .united(scopes.map { (keys: $0.keys, columns: $0.allReferences) }, as: alias))
  }

  private func unionColumns(_ parts: [Scope]) throws -> [SchemaColumn] {
    var result: [SchemaColumn]?
    for part in parts {
      let columns = part.allColumns
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

  /// Checks an order's terms, and that it is total: it has all columns of a key, or ties are declared to be equal.
  private func check(
    _ order: [OrderTerm], in scope: Scope, isTotal isDeclaredTotal: Bool, within partition: [OrderKey] = []
  ) throws {
    let expressions = ExpressionChecker(checker: self, scope: scope)
    for term in order {
      let type = try expressions.check(term.expression, as: term.collation)
      try require(
        term.nulls == (term.isDescending ? .last : .first) || term.nulls == .none && !type.isNullable,
        "an order by \(term.expression.shortText) does not say where NULL goes"
      )
    }
    let columns = Set((order.map(\.expression) + partition.map(\.expression)).compactMap(\.plainColumn))
    try require(
      isDeclaredTotal || scope.keys.areTold(apartBy: columns),
      "an order is not total: \(scope.keys.description) tells the rows apart, and it is not in it")
  }

  /// The message is made only where it is needed: describing an expression is slow.
  func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw PlanError(.malformed, message()) }
  }
}
