/// Collects the steps of a run: as scratch tables, or as named subqueries of the statements that use them.
struct RunSteps {
  let style: PlanProfile.Steps
  private var definitions: [ScratchDefinition] = []
  /// The columns of each step.
  private(set) var schemas: [String: [SchemaColumn]] = [:]
  private var subqueries: Set<String> = []

  init(_ style: PlanProfile.Steps) {
    self.style = style
  }

  /// Adds a step; others read it by `reference`.
  mutating func add(_ definition: ScratchDefinition) throws {
    var found = try PlanChecker(steps: schemas).columns(of: definition.query)
    if let position = definition.position { found.append(SchemaColumn(position.column, .integer)) }
    schemas[definition.name] = found
    var definition = definition
    if style == .inline || (style == .fewScratchTables && definition.isReadOnce) {
      subqueries.insert(definition.name)
    } else {
      definition.query.with = named(for: definition.query.relation)
    }
    definitions.append(definition)
  }

  func reference(_ name: String, as alias: String) -> TableReference {
    TableReference(subqueries.contains(name) ? .named(name) : .step(name), alias: alias, columns: schemas[name] ?? [])
  }

  /// The steps that are scratch tables, in order.
  var scratchTables: [ScratchDefinition] { definitions.filter { !subqueries.contains($0.name) } }

  /// A query over the steps, with those that it uses as named subqueries.
  func query(_ relation: Relation) -> Query { Query(relation, with: named(for: relation)) }

  private func named(for relation: Relation) -> [NamedSubquery] {
    var needed = relation.subqueriesRead
    for definition in definitions.reversed() where needed.contains(definition.name) {
      needed.formUnion(definition.query.relation.subqueriesRead)
    }
    return definitions.filter { needed.contains($0.name) }.map {
      NamedSubquery(name: $0.name, relation: Self.inlined($0))
    }
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
