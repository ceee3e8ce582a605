/// The steps of a run that its statements read, in their order.
enum RunStep: String, Hashable, Sendable, CaseIterable {
  case picked
  case repeated
  case duplicates
  case fresh
  case ranges
  case context
  case neighbours
  case islands
  case united
  case merged
  case superseded
  case rejected

  /// What it is for, one sentence.
  var purpose: String {
    switch self {
    case .picked: "Source rows that the ledger does not simply know."
    case .repeated: "Event ids that came more than once."
    case .duplicates: "Their rows; the first counts."
    case .fresh: "The new rows, fixed once for the whole run."
    case .ranges: "Where in time the new rows may touch the ledger."
    case .context: "The ledger's rows there, each with its current anchor."
    case .neighbours: "New rows and context together."
    case .islands: "New rows and context, each with the island that it lies on: what is one session now."
    case .united:
      "For each island that gained rows, what it is made of: its anchors' newest versions, and its new rows."
    case .merged: "The same, ranked: the island's first part, its last, and the anchor that survives."
    case .superseded: "Anchors that were merged into another, with all that resolved to them."
    case .rejected: "What goes to quarantine and is not there yet."
    }
  }
}

/// A step that others may read.
struct StepHandle {
  fileprivate let kind: TableReference.Kind
  fileprivate let step: PlanChecker.Step

  private var columns: [SchemaColumn] { step.columns }

  func has(_ column: Column) -> Bool { columns.contains { $0.name == column.name } }

  func table(as alias: String) -> TableReference {
    TableReference(kind, alias: alias, columns: columns, keys: step.keys)
  }
}

/// Collects the steps of a run: as scratch tables, or as named subqueries of the statements that use them.
struct RunSteps {
  let style: PlanProfile.Steps
  private var definitions: [(step: RunStep, scratch: ScratchDefinition)] = []
  /// What the steps after it may read of each.
  private var schemas: [String: PlanChecker.Step] = [:]
  private var subqueries: Set<String> = []

  init(_ style: PlanProfile.Steps) {
    self.style = style
  }

  /// Adds a step that reads those before it.
  ///
  /// - Parameters:
  ///   - keys: columns that hold keys of the ledger: texts of at most 1,024 bytes
  ///   - lookup: columns by which other steps look rows up
  ///   - isReadOnce: whether only one statement reads it
  ///   - isShort: whether it is short and read in one place of one statement
  mutating func add(
    _ step: RunStep, _ relation: Relation, position: ScratchDefinition.Position? = nil, keys: Set<Column> = [],
    lookup: [Column] = [], isReadOnce: Bool = false, isShort: Bool = false
  ) throws -> StepHandle {
    var scratch = ScratchDefinition(
      name: step.rawValue, query: Query(relation), position: position, lookup: lookup.map(\.name),
      isReadOnce: isReadOnce, keyColumns: Set(keys.map(\.name)))
    let checked = try PlanChecker(steps: schemas).step(of: scratch)
    schemas[scratch.name] = checked
    let isInline =
      switch style {
      case .scratchTables: false
      case .fewScratchTables: isReadOnce
      case .longScratchTables: isShort
      case .inline: true
      }
    if isInline {
      subqueries.insert(scratch.name)
    } else {
      scratch.query.with = named(for: relation)
    }
    definitions.append((step, scratch))
    return StepHandle(
      kind: subqueries.contains(scratch.name) ? .named(scratch.name) : .step(scratch.name), step: checked)
  }

  /// The steps that are scratch tables, in order.
  var scratchSteps: [Plan.Step] {
    definitions.filter { !subqueries.contains($0.scratch.name) }
      .map { Plan.Step($0.scratch.name, $0.step.purpose, .createScratch($0.scratch)) }
  }

  /// A query over the steps, with those that it uses as named subqueries.
  func query(_ relation: Relation) -> Query { Query(relation, with: named(for: relation)) }

  /// The columns of a relation that reads steps.
  func columns(of relation: Relation) throws -> [SchemaColumn] {
    try PlanChecker(steps: schemas).columns(of: Query(relation))
  }

  private func named(for relation: Relation) -> [NamedSubquery] {
    var needed = relation.subqueriesRead
    for (_, scratch) in definitions.reversed() where needed.contains(scratch.name) {
      needed.formUnion(scratch.query.relation.subqueriesRead)
    }
    return definitions.filter { needed.contains($0.scratch.name) }.map {
      NamedSubquery(name: $0.scratch.name, relation: Self.inlined($0.scratch), purpose: $0.step.purpose)
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
