internal import SQLRendering
public import SessionPlan
public import WarehouseDriver

extension SessionConnection {
  /// The columns of a table or view, by the dialect's queries, or by the client's own word where it has none; a name
  /// without a schema is looked up in the dialect's `namespaces`.
  public func describe(_ table: ObjectName) async throws -> TableDescription? {
    try await working {
      let wire = try ready(.prepare)
      if let query = dialect.catalog.tables { return try guardedAny { try described(table, query, wire) } }
      return try guarded { () throws(DriverError) in
        try wire.describe(table) { () throws(DriverError) in try namespaces(wire) }
      }
    }
  }

  /// By the dialect's query; nil where it has none.
  public func indexedColumns(of table: ObjectName) async throws -> [String]? {
    guard let template = dialect.catalog.indexes, table.parts.count <= 2 else { return nil }
    return try await working {
      let wire = try ready(.prepare)
      return try guardedAny {
        for namespace in table.parts.count > 1 ? [table.parts[0]] : try namespaces(wire) {
          let rows = try catalogRows(template, table, namespace, wire)
          if !rows.isEmpty { return rows.compactMap { $0.first ?? nil } }
        }
        return []
      }
    }
  }

  /// The schemas, or databases, in which a name without one is looked up.
  func namespaces(_ wire: W) throws(DriverError) -> [String] {
    guard let query = dialect.session.namespaces else { return [] }
    return try wire.texts(query, .prepare).compactMap { $0.first ?? nil }
  }

  private func catalogRows(
    _ template: String?, _ table: ObjectName, _ namespace: String, _ wire: W
  ) throws -> [[String?]] {
    guard let template else { return [] }
    let renderer = Renderer(dialect)
    let values = ["name": try renderer.constant(table.last), "namespace": try renderer.constant(namespace)]
    return try wire.texts(try renderer.fill(template, values), .prepare)
  }

  private func described(_ table: ObjectName, _ query: String, _ wire: W) throws -> TableDescription? {
    // A database in front of a database is none that is known here.
    guard table.parts.count <= 2 else { return nil }
    for namespace in table.parts.count > 1 ? [table.parts[0]] : try namespaces(wire) {
      func rows(_ template: String?) throws -> [[String?]] { try catalogRows(template, table, namespace, wire) }
      // Engines compare names in their own way: what they give is compared here.
      let found = try rows(query).first { row in
        guard row.count > 1, let name = row[0], let kind = row[1]?.uppercased() else { return false }
        return dialect.areEqual(name, table.last) && (kind.contains("TABLE") || kind.contains("VIEW"))
      }
      guard let found else { continue }
      let columns = try rows(dialect.catalog.columns).compactMap { row -> TableDescription.Column? in
        guard row.count > 2, let name = row[0], let type = row[1] else { return nil }
        return .init(
          name: name, declaredType: type, type: dialect.catalog.columnType(named: type), isNullable: row[2] != "0")
      }
      return TableDescription(
        kind: found[1]?.uppercased().contains("VIEW") ?? false ? .view : .table, columns: columns,
        primaryKey: try rows(dialect.catalog.key).compactMap { $0.first ?? nil })
    }
    return nil
  }

  public func facts() async throws -> ServerFacts {
    try await working {
      let wire = try ready(.execute)
      return try guarded { () throws(DriverError) in
        var version = engine.productVersion
        if let query = dialect.session.version, let text = try wire.text(query, .execute) { version = text }
        let details =
          [
            (name: "why this dialect", value: engine.reason),
            (name: "driver", value: "\(engine.driver) \(engine.driverVersion)"),
          ] + (try wire.details())
        return ServerFacts(
          engine: engine.product, version: version, dialect: dialect.name, details: details, cancels: wire.cancels)
      }
    }
  }
}

extension Dialect {
  /// Names as the engine compares quoted ones.
  package func areEqual(_ a: String, _ b: String) -> Bool {
    a.utf8.elementsEqual(b.utf8) || (session.ignoresCaseOfNames && a.lowercased() == b.lowercased())
  }
}

extension Dialect.Catalog {
  /// The plan's type of a column by the engine's name for its type, such as `varchar(20)`.
  package func columnType(named name: String) -> ValueType? {
    let word = name.lowercased().prefix { $0 != "(" }
    return types[String(word).trimmingBlanks]
  }
}
