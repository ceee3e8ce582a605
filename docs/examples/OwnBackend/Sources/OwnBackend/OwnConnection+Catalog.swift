import CSQLite3
import SessionPlan
import WarehouseDriver

extension OwnConnection {
  func facts() async throws -> ServerFacts {
    _ = try ready(.execute)
    return ServerFacts(engine: "Own", version: String(cString: sqlite3_libversion()), dialect: dialect.name)
  }

  func describe(_ table: ObjectName) async throws -> TableDescription? {
    let database = try ready(.prepare)
    guard table.parts.count == 1 else { return nil }
    let name = "'" + table.last.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    let kind = try database.texts(
      "SELECT type FROM sqlite_master WHERE lower(name) = lower(\(name)) AND type IN ('table', 'view')", .prepare)
    guard let kind = kind.first?[0] else { return nil }
    let rows = try database.texts("SELECT name, type, \"notnull\", pk FROM pragma_table_info(\(name))", .prepare)
    let columns = rows.map { row in
      let declared = row[1] ?? ""
      let isRowNumber = declared == "INTEGER" && row[3] != "0"
      return TableDescription.Column(
        name: row[0] ?? "", declaredType: declared, type: Self.type(declared),
        isNullable: row[2] == "0" && !isRowNumber)
    }
    let key = rows.filter { $0[3] != "0" }.sorted { Int($0[3] ?? "") ?? 0 < Int($1[3] ?? "") ?? 0 }
    return TableDescription(
      kind: kind == "view" ? .view : .table, columns: columns, primaryKey: key.map { $0[0] ?? "" })
  }

  /// What the plan takes a column for.
  private static func type(_ declared: String) -> ValueType? {
    let declared = declared.uppercased()
    if declared.contains("INT") { return .integer }
    return declared.contains("TEXT") || declared.contains("CHAR") ? .text : nil
  }
}

extension Database {
  func scratchTables(_ phase: DriverError.Phase) throws(DriverError) -> [String] {
    try texts("SELECT name FROM temp.sqlite_master WHERE type = 'table'", phase).compactMap { $0[0] }
  }

  /// Rows changed by the last statement that changed any.
  var changes: Int { Int(sqlite3_changes64(handle)) }
}
