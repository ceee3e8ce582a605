extension Plan {
  /// The plan as a tree: a node for each step, and below it what the step reads.
  public var explained: ExplainedNode {
    ExplainedNode(
      "plan \(name)", [:],
      steps.map { step in
        ExplainedNode("step \(step.name)", note: step.purpose, [:], [step.statement.explained])
      })
  }
}

extension Statement {
  var explained: ExplainedNode {
    switch self {
    case .createTable(let table):
      ExplainedNode(
        "create table",
        [
          "name": [table.name.description], "columns": table.columns.map(\.explained),
          "primary key": table.primaryKey.isEmpty ? [] : [table.primaryKey.joined(separator: ", ")],
        ])
    case .createIndex(let index):
      ExplainedNode(
        "create index",
        [
          "name": [index.name], "table": [index.table.description], "columns": [index.columns.joined(separator: ", ")],
        ])
    case .createKey(let table, let columns):
      ExplainedNode(
        "create key", ["table": [table.description], "columns": [columns.joined(separator: ", ")]])
    case .grant(.table(let table, let privileges, let role)):
      ExplainedNode(
        "grant",
        ["rights": privileges.map(\.rawValue), "table": [table.description], "role": [role]])
    case .grant(.schema(let table, let role)):
      ExplainedNode("grant use of schema", ["schema of": [table.description], "role": [role]])
    case .grant(.scratchTables(let role)): ExplainedNode("grant scratch tables", ["role": [role]])
    case .createSchema(let table): ExplainedNode("create schema", ["of": [table.description]])
    case .guardTable(let table): ExplainedNode("guard table", ["table": [table.description]])
    case .addColumn(let column, let table, _):
      ExplainedNode("add column", ["table": [table.description], "column": [column.name]])
    case .replaceView(let name, let query):
      ExplainedNode("replace view", ["name": [name.description]], [query.explained])
    case .createView(let name, let query):
      ExplainedNode("create view", ["name": [name.description]], [query.explained])
    case .createScratch(let scratch):
      ExplainedNode(
        "scratch table",
        [
          "name": [scratch.name],
          "position": scratch.position.map { [$0.column] } ?? [],
          "position order": scratch.position.map { $0.order.map(\.explained) } ?? [],
        ], [scratch.query.explained])
    case .insert(let insert):
      ExplainedNode(
        "insert",
        ["into": [insert.table.description], "columns": [insert.columns.map(\.name).joined(separator: ", ")]],
        [insert.query.explained])
    case .query(let query): query.explained
    }
  }
}

extension TableDefinition.Column {
  fileprivate var explained: String {
    var text = "\(column.name) \(column.type.rawValue)"
    if !column.isNullable { text += " not null" }
    if role == .growing { text += " growing" }
    if isKey { text += " key" }
    return text
  }
}

extension Query {
  var explained: ExplainedNode {
    ExplainedNode(
      "query", ["order": order.map(\.explained), "limit": limit.map { [String($0)] } ?? []],
      with.map { ExplainedNode("named subquery", ["name": [$0.name]], [$0.relation.explained]) } + [relation.explained])
  }
}
