/// Collects the steps of a run: as scratch tables, or as named subqueries of the statements that use them.
struct RunSteps {
  private(set) var definitions: [ScratchDefinition] = []
  /// The columns of each step.
  private(set) var schemas: [String: [SchemaColumn]] = [:]

  /// Adds a step; others read it by `reference`.
  mutating func add(_ definition: ScratchDefinition) throws {
    var found = try PlanChecker(steps: schemas).columns(of: definition.query)
    if let position = definition.position { found.append(SchemaColumn(position.column, .integer)) }
    schemas[definition.name] = found
    definitions.append(definition)
  }

  func reference(_ name: String, as alias: String) -> TableReference {
    TableReference(.step(name), alias: alias, columns: schemas[name] ?? [])
  }

  /// A query over the steps: with those that it uses as named subqueries where there are no scratch tables.
  func query(_ relation: Relation, inline: Bool) -> Query {
    guard inline else { return Query(relation) }
    var needed = relation.stepsRead
    for definition in definitions.reversed() where needed.contains(definition.name) {
      needed.formUnion(definition.query.relation.stepsRead)
    }
    return Query(
      relation,
      with: definitions.filter { needed.contains($0.name) }.map {
        NamedSubquery(name: $0.name, relation: Self.inlined($0))
      })
  }

  /// A positioned step as a relation: the position is a row number.
  private static func inlined(_ definition: ScratchDefinition) -> Relation {
    guard let position = definition.position else { return definition.query.relation }
    return .window(
      definition.query.relation,
      [
        WindowColumn(
          position.column, .rowNumber, partition: [], order: position.order, tiesAreEqual: position.tiesAreEqual)
      ], alias: definition.name + "_in_order")
  }
}
