internal import CODBC
internal import ConnectionCore
internal import SQLRendering
internal import SessionPlan
internal import WarehouseDriver

extension ODBCWire {
  /// A table as the driver names it.
  private struct CatalogTable {
    var catalog: String?
    var schema: String?
    var name: String
    var kind: TableDescription.Kind

    /// Engines have schemas, or databases in their place, or both.
    var namespace: String? { schema ?? catalog }
  }

  func describe(
    _ table: ObjectName, namespaces: () throws(DriverError) -> [String]
  ) throws(DriverError) -> TableDescription? {
    guard let found = try find(table, namespaces) else { return nil }
    return TableDescription(kind: found.kind, columns: try columns(of: found), primaryKey: try primaryKey(of: found))
  }

  private func find(
    _ table: ObjectName, _ namespaces: () throws(DriverError) -> [String]
  ) throws(DriverError) -> CatalogTable? {
    // Drivers take names for patterns, and look into one database or all of them: what they give is compared here.
    let namespace = table.parts.dropLast().last
    let rows = try catalogRows(.tables, namespace, table.last)
    let found = rows.compactMap { row -> CatalogTable? in
      guard row.count >= 4, let name = row[2], equal(name, table.last) else { return nil }
      let type = (row[3] ?? "").uppercased()
      guard type.contains("TABLE") || type.contains("VIEW") else { return nil }
      func part(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
      return CatalogTable(
        catalog: part(row[0]), schema: part(row[1]), name: name, kind: type.contains("VIEW") ? .view : .table)
    }
    if let namespace {
      return found.first { candidate in
        // Engines with one unnamed namespace know their own name for it.
        guard let named = candidate.namespace else { return true }
        return equal(named, namespace)
          && (table.parts.count < 3 || candidate.catalog.map { equal($0, table.parts[0]) } ?? true)
      }
    }
    if found.count <= 1, engine.dialect.session.namespaces == nil { return found.first }
    for namespace in try namespaces() {
      if let match = found.first(where: { $0.namespace.map { equal($0, namespace) } ?? true }) { return match }
    }
    return nil
  }

  private func equal(_ a: String, _ b: String) -> Bool { engine.dialect.areEqual(a, b) }

  // MARK: Columns

  private func columns(
    of table: CatalogTable
  ) throws(DriverError) -> [TableDescription.Column] {
    try catalogRows(.columns, table.namespace, table.name).filter { isOf($0, table) }.compactMap { row in
      guard row.count >= 11, let name = row[3] else { return nil }
      let typeName = row[5] ?? ""
      let type = SQLType(SQLSMALLINT(row[4] ?? "") ?? 0)
      return .init(
        name: name, declaredType: typeName, type: engine.dialect.catalog.columnType(named: typeName) ?? type.valueType,
        // SQL_NO_NULLS is 0; what the driver does not know may be NULL.
        isNullable: row[10] != "0")
    }
  }

  private func primaryKey(of table: CatalogTable) throws(DriverError) -> [String] {
    guard table.kind == .table else { return [] }
    // A driver without this function leaves the question open.
    guard let rows = try? catalogRows(.primaryKeys, table.namespace, table.name) else { return [] }
    return rows.filter { isOf($0, table) && $0.count >= 5 }.sorted { Int($0[4] ?? "") ?? 0 < Int($1[4] ?? "") ?? 0 }
      .compactMap { $0[3] }
  }

  /// Whether a row of the catalog is about just this table.
  private func isOf(_ row: [String?], _ table: CatalogTable) -> Bool {
    func same(_ a: String?, _ b: String?) -> Bool {
      guard let a, !a.isEmpty, let b else { return true }
      return a.utf8.elementsEqual(b.utf8)
    }
    return row.count > 2 && same(row[2], table.name) && same(row[1], table.schema) && same(row[0], table.catalog)
  }

  private enum CatalogFunction { case tables, columns, primaryKeys }

  private func catalogRows(
    _ function: CatalogFunction, _ namespace: String?, _ name: String
  ) throws(DriverError) -> [[String?]] {
    let rows = try catalogRows(function, namespace, pattern: name)
    // In a pattern a backslash may be an escape, and drivers differ in whether it is: any character stands for it then,
    // and what comes is compared.
    guard rows.isEmpty, name.utf8.contains(UInt8(ascii: "\\")), function != .primaryKeys else { return rows }
    let pattern = String(decoding: name.utf8.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
    return try catalogRows(function, namespace, pattern: pattern)
  }

  private func catalogRows(
    _ function: CatalogFunction, _ namespace: String?, pattern name: String
  ) throws(DriverError) -> [[String?]] {
    let statement = try ODBCStatement(link, sql: "catalog of \(name)")
    let isSchema = link.bits(SQL_SCHEMA_USAGE) != 0
    let hasCatalogs = link.bits(SQL_CATALOG_USAGE) != 0
    var schema = isSchema ? namespace.map { Array($0.utf8) } : nil
    var catalog = !isSchema && hasCatalogs ? namespace.map { Array($0.utf8) } : nil
    var table = Array(name.utf8)
    func count(_ text: [UInt8]?) -> SQLSMALLINT { SQLSMALLINT(clamping: text?.count ?? 0) }
    try statement.call(.prepare) { handle in
      Self.withOptional(&catalog) { catalog, catalogCount in
        Self.withOptional(&schema) { schema, schemaCount in
          switch function {
          case .tables:
            SQLTables(handle, catalog, catalogCount, schema, schemaCount, &table, count(table), nil, 0)
          case .columns:
            SQLColumns(handle, catalog, catalogCount, schema, schemaCount, &table, count(table), nil, 0)
          case .primaryKeys:
            SQLPrimaryKeys(handle, catalog, catalogCount, schema, schemaCount, &table, count(table))
          }
        }
      }
    }
    return try statement.texts(.prepare)
  }

  private static func withOptional(
    _ bytes: inout [UInt8]?, _ body: (UnsafeMutablePointer<UInt8>?, SQLSMALLINT) -> SQLRETURN
  ) -> SQLRETURN {
    guard var copy = bytes else { return body(nil, 0) }
    return copy.withUnsafeMutableBufferPointer { body($0.baseAddress, SQLSMALLINT(clamping: $0.count)) }
  }
}
