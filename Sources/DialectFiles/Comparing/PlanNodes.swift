internal import SQLRendering
internal import SessionPlan

/// A part of a plan that has a name: a step, or a named subquery of one.
///
/// What is a scratch table in one dialect's plan is a named subquery in another's: by their names, both are one node.
struct PlanNode {
  var name: String
  var purpose: String
  /// Without the named subqueries, which are nodes of their own.
  var statement: Statement
  /// As it is sent; differs from `statement` where there are named subqueries.
  var whole: Statement
  /// The named subqueries of the whole statement, each by itself.
  var subqueries: [Statement] = []

  /// The nodes of a plan in the order of its statements, each named subquery once.
  static func all(of plan: Plan) -> [PlanNode] {
    var nodes: [PlanNode] = []
    var shown: Set<NamedSubquery> = []
    for step in plan.steps {
      let with = step.statement.query?.with ?? []
      for subquery in with where shown.insert(subquery).inserted {
        let statement = Statement.query(Query(subquery.relation))
        nodes.append(
          PlanNode(
            name: subquery.name, purpose: subquery.purpose ?? "A named subquery.", statement: statement,
            whole: statement))
      }
      nodes.append(
        PlanNode(
          name: step.name, purpose: step.purpose, statement: step.statement.withoutNamedSubqueries,
          whole: step.statement, subqueries: with.map { .query(Query($0.relation)) }))
    }
    return nodes
  }

  /// What it shows: its SQL, after a line that names the subqueries that stand before or in it.
  func texts(_ dialect: Dialect) -> [String] {
    let texts = Self.texts(statement, dialect)
    let names = whole.query?.with.map(\.name) ?? []
    guard !names.isEmpty, let first = texts.first else { return texts }
    return ["-- with \(names.joined(separator: ", "))\n" + first] + texts.dropFirst()
  }

  /// Whether another answer changes what it shows, or how its subqueries are put together with it.
  func isChanged(from dialect: Dialect, to other: Dialect) -> Bool {
    func isChanged(_ statement: Statement) -> Bool {
      Self.texts(statement, dialect) != Self.texts(statement, other)
    }
    if isChanged(statement) { return true }
    return !subqueries.isEmpty && isChanged(whole) && !subqueries.contains(where: isChanged)
  }

  private static func texts(_ statement: Statement, _ dialect: Dialect) -> [String] {
    do {
      return try Renderer(dialect).render(statement)
    } catch {
      return ["-- not possible: \(error)"]
    }
  }
}

extension Statement {
  fileprivate var query: Query? {
    switch self {
    case .insert(let insert): insert.query
    case .createScratch(let scratch): scratch.query
    case .createView(_, let query), .replaceView(_, let query), .query(let query): query
    case .createTable, .createSchema, .createIndex, .createKey, .addColumn, .grant, .guardTable: nil
    }
  }

  fileprivate var withoutNamedSubqueries: Statement {
    switch self {
    case .insert(var insert):
      insert.query.with = []
      return .insert(insert)
    case .createScratch(var scratch):
      scratch.query.with = []
      return .createScratch(scratch)
    case .createView(let name, var query):
      query.with = []
      return .createView(name: name, query: query)
    case .query(var query):
      query.with = []
      return .query(query)
    case .replaceView(let name, var query):
      query.with = []
      return .replaceView(name: name, query: query)
    case .createTable, .createSchema, .createIndex, .createKey, .addColumn, .grant, .guardTable: return self
    }
  }
}
