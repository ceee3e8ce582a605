internal import SessionPlan

/// The columns of checked plans, as the renderer needs them.
enum PlanColumns {
  static func of(_ query: Query) throws -> [SchemaColumn] { try of(query.relation) }

  static func of(_ relation: Relation) throws -> [SchemaColumn] {
    try checker(reading: relation).columns(of: Query(relation))
  }

  /// A checker that takes the steps which a relation reads for what the relation says they are.
  private static func checker(reading relation: Relation) -> PlanChecker {
    var steps: [String: PlanChecker.Step] = [:]
    relation.visitTables { table in
      switch table.kind {
      case .stored: break
      case .step(let name), .named(let name): steps[name] = PlanChecker.Step(columns: table.columns, keys: table.keys)
      }
    }
    return PlanChecker(steps: steps)
  }

  /// The alias under which a relation's columns are named by what is around it.
  static func alias(of relation: Relation) throws -> String {
    switch relation {
    case .table(let table): return table.alias
    case .values(_, _, let alias), .project(_, _, let alias), .window(_, _, let alias),
      .aggregate(_, _, _, let alias), .unionAll(_, let alias), .distinct(_, let alias):
      return alias
    case .filter(let rows, _), .computedOnce(let rows), .unique(let rows, _), .notExists(let rows, _, _),
      .exists(let rows, _, _):
      return try alias(of: rows)
    case .join:
      throw PlanError(.malformed, "a join has no alias of its own", remedy: "project it first")
    }
  }
}
