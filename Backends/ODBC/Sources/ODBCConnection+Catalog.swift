internal import CODBC
internal import SQLRendering
public import SessionPlan
public import WarehouseDriver

extension ODBCConnection {
  /// The columns of a table or view, by the dialect's queries, or by the driver's catalog functions where it has none; a
  /// name without a schema is looked up in the dialect's `namespaces`.
  public func describe(_ table: ObjectName) async throws -> TableDescription? {
    try await working {
      let link = try ready(.prepare)
      if let query = dialect.odbc.catalogTables { return try guardedAny { try described(table, query, link) } }
      return try guarded { () throws(DriverError) in
        guard let found = try find(table, link) else { return TableDescription?.none }
        return TableDescription(
          kind: found.kind, columns: try columns(of: found, link), primaryKey: try primaryKey(of: found, link))
      }
    }
  }

  /// By the dialect's query; nil where it has none.
  public func indexedColumns(of table: ObjectName) async throws -> [String]? {
    guard let template = dialect.odbc.catalogIndexes, table.parts.count <= 2 else { return nil }
    return try await working {
      let link = try ready(.prepare)
      return try guardedAny {
        let renderer = Renderer(dialect)
        for namespace in table.parts.count > 1 ? [table.parts[0]] : try namespaces(link) {
          let values = ["name": try renderer.constant(table.last), "namespace": try renderer.constant(namespace)]
          let rows = try link.texts(try renderer.fill(template, values), .prepare)
          if !rows.isEmpty { return rows.compactMap { $0.first ?? nil } }
        }
        return []
      }
    }
  }

  /// The schemas, or databases, in which a name without one is looked up.
  func namespaces(_ link: ODBCLink) throws(DriverError) -> [String] {
    guard let query = dialect.session.namespaces else { return [] }
    return try link.texts(query, .prepare).compactMap { $0.first ?? nil }
  }

  // MARK: By queries

  private func described(_ table: ObjectName, _ query: String, _ link: ODBCLink) throws -> TableDescription? {
    let renderer = Renderer(dialect)
    // A database in front of a database is none that is known here.
    guard table.parts.count <= 2 else { return nil }
    for namespace in table.parts.count > 1 ? [table.parts[0]] : try namespaces(link) {
      func rows(_ template: String?) throws -> [[String?]] {
        guard let template else { return [] }
        let values = ["name": try renderer.constant(table.last), "namespace": try renderer.constant(namespace)]
        return try link.texts(try renderer.fill(template, values), .prepare)
      }
      // Engines compare names in their own way: what they give is compared here.
      let found = try rows(query).first { row in
        guard row.count > 1, let name = row[0], let kind = row[1]?.uppercased() else { return false }
        return equal(name, table.last) && (kind.contains("TABLE") || kind.contains("VIEW"))
      }
      guard let found else { continue }
      let columns = try rows(dialect.odbc.catalogColumns).compactMap { row -> TableDescription.Column? in
        guard row.count > 2, let name = row[0], let type = row[1] else { return nil }
        return .init(
          name: name, declaredType: type, type: dialect.odbc.columnType(named: type), isNullable: row[2] != "0")
      }
      return TableDescription(
        kind: found[1]?.uppercased().contains("VIEW") ?? false ? .view : .table, columns: columns,
        primaryKey: try rows(dialect.odbc.catalogKey).compactMap { $0.first ?? nil })
    }
    return nil
  }

  // MARK: By the driver's functions

  /// A table as the driver names it.
  private struct CatalogTable {
    var catalog: String?
    var schema: String?
    var name: String
    var kind: TableDescription.Kind

    /// Engines have schemas, or databases in their place, or both.
    var namespace: String? { schema ?? catalog }
  }

  private func find(_ table: ObjectName, _ link: ODBCLink) throws(DriverError) -> CatalogTable? {
    // Drivers take names for patterns, and look into one database or all of them: what they give is compared here.
    let namespace = table.parts.dropLast().last
    let rows = try catalogRows(.tables, namespace, table.last, link)
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
    if found.count <= 1, dialect.session.namespaces == nil { return found.first }
    for namespace in try namespaces(link) {
      if let match = found.first(where: { $0.namespace.map { equal($0, namespace) } ?? true }) { return match }
    }
    return nil
  }

  /// Names as the engine compares quoted ones.
  private func equal(_ a: String, _ b: String) -> Bool {
    a.utf8.elementsEqual(b.utf8) || (dialect.session.ignoresCaseOfNames && a.lowercased() == b.lowercased())
  }

  // MARK: Columns

  private func columns(
    of table: CatalogTable, _ link: ODBCLink
  ) throws(DriverError) -> [TableDescription.Column] {
    try catalogRows(.columns, table.namespace, table.name, link).filter { isOf($0, table) }.compactMap { row in
      guard row.count >= 11, let name = row[3] else { return nil }
      let typeName = row[5] ?? ""
      let type = SQLType(SQLSMALLINT(row[4] ?? "") ?? 0)
      return .init(
        name: name, declaredType: typeName, type: dialect.odbc.columnType(named: typeName) ?? type.valueType,
        // SQL_NO_NULLS is 0; what the driver does not know may be NULL.
        isNullable: row[10] != "0")
    }
  }

  private func primaryKey(of table: CatalogTable, _ link: ODBCLink) throws(DriverError) -> [String] {
    guard table.kind == .table else { return [] }
    // A driver without this function leaves the question open.
    guard let rows = try? catalogRows(.primaryKeys, table.namespace, table.name, link) else { return [] }
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
    _ function: CatalogFunction, _ namespace: String?, _ name: String, _ link: ODBCLink
  ) throws(DriverError) -> [[String?]] {
    let rows = try catalogRows(function, namespace, pattern: name, link)
    // In a pattern a backslash may be an escape, and drivers differ in whether it is: any character stands for it then,
    // and what comes is compared.
    guard rows.isEmpty, name.utf8.contains(UInt8(ascii: "\\")), function != .primaryKeys else { return rows }
    let pattern = String(decoding: name.utf8.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
    return try catalogRows(function, namespace, pattern: pattern, link)
  }

  private func catalogRows(
    _ function: CatalogFunction, _ namespace: String?, pattern name: String, _ link: ODBCLink
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

  // MARK: Facts

  public func facts() async throws -> ServerFacts {
    try await working {
      let link = try ready(.execute)
      return try guarded { () throws(DriverError) in
        var version = engine.productVersion
        if let query = dialect.session.version, let text = try link.text(query, .execute) { version = text }
        var details = [
          ("why this dialect", engine.reason), ("driver", "\(engine.driver) \(engine.driverVersion)"),
          ("driver manager", link.information(SQL_DM_VER)),
        ]
        for (name, what) in [
          ("server", SQL_SERVER_NAME), ("database", SQL_DATABASE_NAME), ("user", SQL_USER_NAME),
          ("data source", SQL_DATA_SOURCE_NAME),
        ] {
          let text = link.information(what)
          if !text.isEmpty { details.append((name, text)) }
        }
        return ServerFacts(
          engine: engine.product, version: version, dialect: dialect.name,
          details: details.map { (name: $0.0, value: $0.1) })
      }
    }
  }
}

extension Dialect.ODBC {
  /// The plan's type of a column by the driver's name for its type, such as `varchar(20)`.
  func columnType(named name: String) -> ValueType? {
    let word = name.lowercased().prefix { $0 != "(" }
    return columnTypes[String(word).trimmingBlanks]
  }
}
