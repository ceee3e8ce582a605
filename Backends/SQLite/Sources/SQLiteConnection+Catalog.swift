internal import CSQLite
public import SessionPlan
public import WarehouseDriver

extension SQLiteConnection {
  /// The columns of a table or view, in the schema `main` where the name has none.
  public func describe(_ table: ObjectName) async throws -> TableDescription? {
    let database = try ready(.prepare)
    return try database.shielded { () throws(DriverError) in try describe(table, database) }
  }

  private func describe(_ table: ObjectName, _ database: Database) throws(DriverError) -> TableDescription? {
    guard table.parts.count <= 2 else { return nil }
    let name = SchemaTable(table)
    guard
      try database.texts("PRAGMA database_list", .prepare).contains(where: {
        $0[1]?.lowercased() == name.schema.lowercased()
      })
    else { return nil }
    let found = try database.texts(
      "SELECT type FROM \(quoted(name.schema)).sqlite_master WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')",
      .prepare, binding: [name.table])
    guard let kind = found.first?[0] else { return nil }
    let rows = try database.texts("PRAGMA \(quoted(name.schema)).table_xinfo(\(quoted(name.table)))", .prepare)
    let keyCount = rows.count { $0[5] != "0" }
    // Columns of the result: cid, name, type, notnull, dflt_value, pk, hidden (1: of a virtual table, not selected).
    let columns = rows.filter { $0[6] != "1" }.map { row in
      let declared = row[2] ?? ""
      // A key may hold NULLs in SQLite, except where it is the row's number.
      let isRowNumber = keyCount == 1 && row[5] == "1" && declared.uppercased() == "INTEGER"
      return TableDescription.Column(
        name: row[1] ?? "", declaredType: declared, type: ValueType(declaredType: declared),
        isNullable: row[3] == "0" && !(isRowNumber && kind == "table"))
    }
    let key = rows.filter { $0[5] != "0" }.sorted { Int($0[5] ?? "") ?? 0 < Int($1[5] ?? "") ?? 0 }
    return TableDescription(
      kind: kind == "view" ? .view : .table, columns: columns, primaryKey: key.map { $0[1] ?? "" })
  }

  public func indexedColumns(of table: ObjectName) async throws -> [String]? {
    let database = try ready(.prepare)
    let name = SchemaTable(table)
    return try database.shielded { () throws(DriverError) in
      // Columns of the result: seq, name, unique, origin, partial; then seqno, cid, name (NULL for an expression).
      var columns: [String] = []
      for index in try database.texts("PRAGMA \(quoted(name.schema)).index_list(\(quoted(name.table)))", .prepare)
      where index[4] == "0" {
        let parts = try database.texts("PRAGMA \(quoted(name.schema)).index_info(\(quoted(index[1] ?? "")))", .prepare)
        if let column = parts.first(where: { $0[0] == "0" })?[2] { columns.append(column) }
      }
      return columns
    }
  }

  public func facts() async throws -> ServerFacts {
    let database = try ready(.execute)
    func pragma(_ name: String) throws(DriverError) -> String {
      try database.shielded { () throws(DriverError) in try database.text("PRAGMA main.\(name)", .execute) ?? "" }
    }
    return ServerFacts(
      engine: "SQLite", version: String(cString: sqlite3_libversion()), dialect: dialect.name,
      details: [
        ("file", database.name), ("encoding", try pragma("encoding")), ("journal mode", try pragma("journal_mode")),
        ("page size", try pragma("page_size")), ("pages", try pragma("page_count")),
        ("writable", sqlite3_db_readonly(database.handle, "main") == 1 ? "no" : "yes"),
      ])
  }
}
