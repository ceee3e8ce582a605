internal import SessionPlan

extension Renderer {
  func createTable(_ table: TableDefinition) throws -> String {
    var lines = try table.columns.map { column in
      let name = try quoted(column.column.name)
      if column.role == .growing { return try fill(dialect.tables.growingColumn, ["name": name], "growing_column") }
      let type = type(column.column.type, isKey: column.isKey)
      return name + " " + type + (column.column.isNullable ? "" : " NOT NULL")
    }
    let growing = Set(table.columns.filter { $0.role == .growing }.map(\.column.name))
    if !table.primaryKey.isEmpty, growing != Set(table.primaryKey) {
      let columns = try table.primaryKey.map { try quoted($0) }.joined(separator: ", ")
      lines.append(try fill(dialect.tables.primaryKey, ["columns": columns], "primary_key"))
    }
    return try fill(
      dialect.tables.createTable,
      ["name": try quoted(table.name), "columns": lines.joined(separator: ",\n").indented()], "create_table")
  }

  func createIndex(_ index: IndexDefinition) throws -> String? {
    let tables = dialect.tables
    guard let template = index.hasLongValues ? tables.createLongIndex : tables.createIndex else { return nil }
    let inSchema = dialect.tables.indexNameHasSchema
    let table = inSchema ? ObjectName(index.table.last) : index.table
    return try fill(
      template,
      [
        "name": inSchema ? try quoted(index.table.sibling(index.name)) : try quoted(index.name),
        "table": try quoted(table),
        "columns": try index.columns.map { try quoted($0) }.joined(separator: ", "),
        "first_column": try quoted(index.columns[0]),
      ], "create_index")
  }

  func createKey(_ table: ObjectName, _ columns: [String]) throws -> String {
    guard let template = dialect.tables.createKey else {
      throw RenderingError(
        dialect: dialect.name, node: "create_key", message: "this dialect cannot add a key to a table",
        remedy: "set builds_keys_late to false in its profile")
    }
    return try fill(
      template,
      ["table": try quoted(table), "columns": try columns.map { try quoted($0) }.joined(separator: ", ")],
      "create_key")
  }

  /// Made, filled, and indexed where rows are looked up in it.
  func createScratch(_ scratch: ScratchDefinition) throws -> [String] {
    let columns = try PlanColumns.of(scratch.query)
    var lines: [String] = []
    if let position = scratch.position {
      lines.append(
        try fill(dialect.tables.positionColumn, ["name": try quoted(position.column)], "position_column"))
    }
    for column in columns {
      let name = try quoted(column.name)
      lines.append(
        column.name == scratch.key
          ? try fill(dialect.tables.scratchKey, ["name": name], "scratch_key")
          : name + " " + type(column.type, isKey: scratch.keyColumns.contains(column.name)))
    }
    if let template = dialect.tables.scratchIndexInTable {
      for column in scratch.lookup {
        let names = ["name": try quoted(scratch.name + "_by_" + column), "columns": try quoted(column)]
        lines.append(try fill(template, names, "scratch_index_in_table"))
      }
    }
    let name = try quoted(scratch.name)
    let create = try fill(
      dialect.tables.createScratch, ["name": name, "columns": lines.joined(separator: ",\n").indented()],
      "create_scratch")
    var query = scratch.query
    if let position = scratch.position {
      query.order = position.order
    } else if let key = scratch.key {
      query.order = [OrderTerm(.column(ColumnReference(try PlanColumns.alias(of: query.relation), key)), .value)]
    }
    let names = try columns.map { try quoted($0.name) }
    let target = try fill(dialect.tables.scratchName, ["name": name], "scratch_name")
    var statements = [create, Layout.list("INSERT INTO \(target)", names) + "\n" + (try text(of: query))]
    if let analyze = dialect.tables.analyzeScratch {
      statements.append(try fill(analyze, ["name": target], "analyze_scratch"))
    }
    for column in scratch.lookup where dialect.tables.scratchIndexInTable == nil {
      statements.append(
        try fill(
          dialect.tables.scratchIndex,
          ["name": try quoted(scratch.name + "_by_" + column), "table": name, "columns": try quoted(column)],
          "scratch_index"))
    }
    return statements
  }

  func insert(_ insert: Insert) throws -> String {
    let head = Layout.list("INSERT INTO \(try quoted(insert.table))", try insert.columns.map { try quoted($0.name) })
    let with = try subqueries(insert.query)
    let body = try select(insert.query)
    guard let with else { return head + "\n" + body }
    return switch dialect.queries.subqueriesInInsert {
    case .beforeInsert: with + "\n" + head + "\n" + body
    case .insideInsert: head + "\n" + with + "\n" + body
    }
  }
}
