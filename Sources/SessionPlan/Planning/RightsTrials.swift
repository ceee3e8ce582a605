/// A statement that needs one right and changes nothing: whether it is refused tells whether the right is there.
public struct RightsTrial: Hashable, Sendable {
  /// Such as `SELECT on pageviews`.
  public var right: String
  public var statement: Statement
}

extension Planner {
  /// A trial of each right that statements need. The rights are found in the statements, so that none is forgotten.
  public func rightsTrials(of statements: [Statement]) -> [RightsTrial] {
    var needs = StatementNeeds()
    for statement in statements { needs.add(statement) }
    var trials = needs.reads.map { table in
      let nothing = Relation.table(table).filter(.or([]))
      return RightsTrial(
        right: "SELECT on \(table.storedName)",
        statement: .query(Query(nothing.project(table.columns.map { NamedExpression(table.alias, $0.name) }, as: "o"))))
    }
    trials += needs.inserts.map { insert in
      RightsTrial(right: "INSERT on \(insert.table)", statement: .insert(insert))
    }
    if needs.makesScratch {
      let column = SchemaColumn("one", .integer, nullable: true)
      let scratch = ScratchDefinition(
        name: "rights", query: Query(Self.nothing([column])), isFilledLater: true)
      trials.append(RightsTrial(right: "temporary tables", statement: .createScratch(scratch)))
    }
    return trials
  }

  /// What a run may send.
  public func runStatements(_ identity: RunIdentity) throws -> [Statement] {
    try runPlan(.whole, identity).steps.map(\.statement) + [.query(markQuery()), .query(floorQuery())]
  }

  /// What `load` may send.
  public func loadStatements() -> [Statement] {
    [loadedScratch(), insertLoaded(), faultsScratch(), insertFaults(), .query(sourceProbe())]
  }

  /// A definition that needs the rights of another one, and none of the tables that it names: for an engine that judges it
  /// before they are there.
  public static func standingAlone(_ statement: Statement) throws -> Statement {
    guard case .createView(let name, let query) = statement else { return statement }
    return .createView(name: name, query: Query(nothing(try PlanChecker().columns(of: query))))
  }
}

/// The tables that statements read and insert into, each once.
private struct StatementNeeds {
  var reads: [TableReference] = []
  var inserts: [Insert] = []
  var makesScratch = false

  mutating func add(_ statement: Statement) {
    switch statement {
    case .query(let query): add(query)
    case .createScratch(let scratch):
      makesScratch = true
      add(scratch.query)
    case .insert(let insert):
      add(insert.query)
      let index = inserts.firstIndex { $0.table == insert.table }
      var columns = index.map { inserts[$0].columns } ?? []
      columns += insert.columns.filter { new in !columns.contains { $0.name == new.name } }
      let empty = Insert(into: insert.table, columns: columns, query: Query(Planner.nothing(columns)))
      if let index { inserts[index] = empty } else { inserts.append(empty) }
    default: break
    }
  }

  private mutating func add(_ query: Query) {
    var found: [TableReference] = []
    for rows in [query.relation] + query.with.map(\.relation) { rows.visitTables { found.append($0) } }
    for table in found {
      guard case .stored = table.kind else { continue }
      if let index = reads.firstIndex(where: { $0.kind == table.kind }) {
        let known = reads[index].columns
        reads[index].columns += table.columns.filter { new in !known.contains { $0.name == new.name } }
      } else {
        reads.append(table)
      }
    }
  }
}

extension TableReference {
  fileprivate var storedName: String {
    guard case .stored(let name) = kind else { return alias }
    return name.description
  }
}
