internal import SessionPlan

extension Renderer {
  func createTable(_ table: TableDefinition) throws -> String {
    var lines = try table.columns.map { column in
      let name = try quoted(column.column.name)
      if column.role == .growing {
        let values = ["name": name, "sequence_text": try quotedText(try quoted(sequence(of: table)))]
        return try fill(dialect.tables.growingColumn, values, "growing_column")
      }
      let type = type(column.column.type, isKey: column.isKey)
      let tables = dialect.tables
      return try fill(
        column.column.isNullable ? tables.nullableColumn : tables.requiredColumn, ["name": name, "type": type],
        "column")
    }
    let growing = Set(table.columns.filter { $0.role == .growing }.map(\.column.name))
    if !table.primaryKey.isEmpty, growing != Set(table.primaryKey), let template = dialect.tables.primaryKey {
      let columns = try table.primaryKey.map { try quoted($0) }.joined(separator: ", ")
      lines.append(try fill(template, ["columns": columns], "primary_key"))
    }
    let name = try quoted(table.name)
    let statement = try fill(
      dialect.tables.createTable,
      [
        "name": name, "name_text": try quotedText(try identifier(table.name)),
        "columns": lines.joined(separator: ",\n").indented(), "clustering": try clustering(table.clustering),
      ], "create_table")
    return try unlessThere(statement, name)
  }

  /// What is made before a table whose rows a growing column numbers; nil where the column does it by itself.
  func createSequence(_ table: TableDefinition) throws -> String? {
    guard let template = dialect.tables.growingSequence, table.columns.contains(where: { $0.role == .growing }) else {
      return nil
    }
    return try fill(template, ["sequence": try quoted(sequence(of: table))], "growing_sequence")
  }

  /// Functions take a sequence's name as a text, in which not every engine can read quotes: it is a plain name. Tables
  /// that share one have numbers that grow all the same.
  private func sequence(of table: TableDefinition) -> ObjectName {
    let plain = table.name.last.unicodeScalars.map { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil) ? String(scalar) : "_"
    }
    return table.name.sibling(plain.joined() + "_arrivals")
  }

  func createSchema(of table: ObjectName) throws -> String {
    guard let template = dialect.tables.createSchema else {
      throw RenderingError(
        dialect: dialect.name, node: "create_schema", message: "this dialect has no schemas that can be made",
        remedy: "leave --create-schema out")
    }
    guard table.parts.count > 1 else {
      throw RenderingError(
        dialect: dialect.name, node: "create_schema", message: "\(table) has no schema",
        remedy: "name one with --schema")
    }
    return try fill(template, ["name": try quoted(ObjectName(parts: table.parts.dropLast()))], "create_schema")
  }

  private func clustering(_ columns: [String]) throws -> String {
    guard let first = columns.first else { return dialect.tables.unclustered }
    return try fill(
      dialect.tables.clustered,
      ["columns": try columns.map { try quoted($0) }.joined(separator: ", "), "first_column": try quoted(first)],
      "clustered")
  }

  private func unlessThere(_ statement: String, _ name: String) throws -> String {
    guard let template = dialect.tables.createUnlessThere else { return statement }
    return try fill(
      template, ["statement_text": try quotedSQL(statement), "name_text": try quotedSQL(name)], "create_unless_there")
  }

  private func indexUnlessThere(_ statement: String, _ name: String, on table: String) throws -> String {
    guard let template = dialect.tables.createIndexUnlessThere else { return try unlessThere(statement, name) }
    let values = [
      "statement_text": try quotedSQL(statement), "name_text": try quotedSQL(name), "table_text": try quotedSQL(table),
    ]
    return try fill(template, values, "create_index_unless_there")
  }

  func createIndex(_ index: IndexDefinition) throws -> String? {
    let tables = dialect.tables
    guard let template = index.hasLongValues ? tables.createLongIndex : tables.createIndex else { return nil }
    let inSchema = dialect.tables.indexNameHasSchema
    let table = inSchema ? ObjectName(index.table.last) : index.table
    let name = inSchema ? try quoted(index.table.sibling(index.name)) : try quoted(index.name)
    let columns = try index.columns.map { try quoted($0) }
    let statement = try fill(
      template,
      [
        "name": name, "name_text": try quotedText(index.name), "table": try quoted(table),
        "table_text": try quotedText(try identifier(index.table)), "columns": columns.joined(separator: ", "),
        "first_column": columns[0], "leading_columns": columns.dropLast().joined(separator: ", "),
        "last_column": columns[columns.count - 1],
      ], "create_index")
    return try indexUnlessThere(statement, name, on: try quoted(table))
  }

  func addColumn(_ column: SchemaColumn, to table: ObjectName, isKey: Bool) throws -> String {
    let type = type(column.type, isKey: isKey)
    let definition = try fill(
      dialect.tables.nullableColumn, ["name": try quoted(column.name), "type": type], "nullable_column")
    return try fill(
      dialect.tables.addColumn, ["table": try quoted(table), "column": definition], "add_column")
  }

  func dropView(_ name: ObjectName) throws -> String {
    try fill(dialect.tables.dropView, ["name": try quoted(name)], "drop_view")
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

  /// Made, filled unless that comes later, and indexed where rows are looked up in it.
  func createScratch(_ scratch: ScratchDefinition) throws -> [String] {
    let parts = try scratchParts(scratch)
    return [parts.made] + parts.filled
  }

  /// What makes a scratch table, and what then fills and indexes it: nothing, where it is filled as it is made.
  func scratchParts(_ scratch: ScratchDefinition) throws -> (made: String, filled: [String]) {
    let all = try filledScratch(scratch)
    return (all[0], Array(all.dropFirst()) + (try indexedScratch(scratch)))
  }

  private func indexedScratch(_ scratch: ScratchDefinition) throws -> [String] {
    var statements: [String] = []
    if let analyze = dialect.tables.analyzeScratch, !scratch.isFilledLater {
      statements.append(try fill(analyze, ["name": try scratchName(scratch.name)], "analyze_scratch"))
    }
    guard let index = dialect.tables.scratchIndex, dialect.tables.scratchIndexInTable == nil else { return statements }
    let name = try quoted(dialect.tables.scratchPrefix + scratch.name)
    for column in scratch.lookup {
      statements.append(
        try fill(
          index,
          ["name": try quoted(scratch.name + "_by_" + column), "table": name, "columns": try quoted(column)],
          "scratch_index"))
    }
    return statements
  }

  private func filledScratch(_ scratch: ScratchDefinition) throws -> [String] {
    let name = try quoted(dialect.tables.scratchPrefix + scratch.name)
    let isIndexedInside = dialect.tables.scratchIndexInTable != nil && !scratch.lookup.isEmpty
    if let template = dialect.tables.createScratchAs, scratch.position == nil, !isIndexedInside, !scratch.isFilledLater
    {
      return [try fill(template, ["name": name, "query": try text(of: scratch.query)], "create_scratch_as")]
    }
    let columns = try PlanColumns.of(scratch.query)
    var lines: [String] = []
    if let position = scratch.position {
      lines.append(
        try fill(dialect.tables.positionColumn, ["name": try quoted(position.column)], "position_column"))
    }
    for column in columns {
      let name = try quoted(column.name)
      lines.append(
        try fill(
          dialect.tables.nullableColumn,
          ["name": name, "type": type(column.type, isKey: scratch.keyColumns.contains(column.name))], "column"))
    }
    if let template = dialect.tables.scratchIndexInTable {
      for column in scratch.lookup {
        let names = ["name": try quoted(scratch.name + "_by_" + column), "columns": try quoted(column)]
        lines.append(try fill(template, names, "scratch_index_in_table"))
      }
    }
    let create = Layout.onOneLine(
      try fill(
        dialect.tables.createScratch, ["name": name, "columns": Layout.filled(lines).indented()], "create_scratch"))
    if scratch.isFilledLater { return [create] }
    var query = scratch.query
    if let position = scratch.position {
      query.order = position.order
    }
    // The table is made just above: only a column that numbers itself makes the list of the others needed.
    let names = scratch.position == nil ? [] : try columns.map { try quoted($0.name) }
    let target = try scratchName(scratch.name)
    return [create, try insert(target, names, query)]
  }

  /// A scratch table's name where it is read.
  func scratchName(_ step: String) throws -> String {
    try fill(
      dialect.tables.scratchName, ["name": try quoted(dialect.tables.scratchPrefix + step)], "scratch_name")
  }

  /// Takes a scratch table away; nil where the engine does so by itself.
  func dropScratch(_ step: String) throws -> String? {
    guard let template = dialect.tables.dropScratch else { return nil }
    return try fill(
      template, ["name": try quoted(dialect.tables.scratchPrefix + step)], "drop_scratch")
  }

  func insert(_ insert: Insert) throws -> String {
    try self.insert(try quoted(insert.table), try insert.columns.map { try quoted($0.name) }, insert.query)
  }

  private func insert(_ target: String, _ columns: [String], _ query: Query) throws -> String {
    let head = Layout.list("INSERT INTO \(target)", columns)
    let placement = dialect.queries.subqueriesInInsert
    let (with, body) = try texts(of: query, writingOut: placement == .derivedTables, isInserted: !columns.isEmpty)
    let parts = placement == .beforeInsert ? [with, head, body] : [head, with, body]
    return parts.compactMap { $0 }.joined(separator: "\n")
  }
}
