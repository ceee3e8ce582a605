internal import CPostgres
internal import Foundation
public import SessionPlan
public import WarehouseDriver

/// A column as the catalog has it.
struct CatalogColumn {
  var name: String
  /// As PostgreSQL writes it, such as `character varying(20)`.
  var declaredType: String
  /// The type, of a domain the one below it.
  var type: PostgresType
  var isNullable: Bool
  var kind: TableDescription.Kind
  /// Its place in the primary key, from 1; nil where it is no part of it.
  var keyPosition: Int?
  /// Whether this role owns the table, and may make an index in its schema.
  var mayMakeKeys: Bool
}

func quotedName(_ name: ObjectName) -> String { name.parts.map(quoted).joined(separator: ".") }

extension PostgresConnection {
  /// The columns of a table or view of any kind; found along the search path where the name has no schema.
  public func describe(_ table: ObjectName) async throws -> TableDescription? {
    let link = try ready(.prepare)
    return try guarded(link) { () throws(DriverError) in
      guard let columns = try catalogColumns(of: table, link, .prepare) else { return TableDescription?.none }
      return TableDescription(
        kind: columns.first?.kind ?? .table,
        columns: columns.map {
          .init(
            name: $0.name, declaredType: $0.declaredType, type: $0.type.valueType ?? textLike($0),
            isNullable: $0.isNullable)
        },
        primaryKey: columns.filter { $0.keyPosition != nil }.sorted { $0.keyPosition ?? 0 < $1.keyPosition ?? 0 }
          .map(\.name), mayMakeKeys: columns.first?.mayMakeKeys ?? true)
    }
  }

  public func indexedColumns(of table: ObjectName) async throws -> [String]? {
    let link = try ready(.prepare)
    return try guarded(link) { () throws(DriverError) in
      try link.run(
        """
        SELECT a.attname FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam
        WHERE i.indrelid = to_regclass($1) AND i.indisvalid AND i.indpred IS NULL AND m.amname = 'btree'
        """, .prepare, [quotedName(table)]
      ).texts.compactMap { $0[0] }
    }
  }

  /// citext and the like, and enums, are texts whose type has no number of its own.
  private func textLike(_ column: CatalogColumn) -> ValueType? { column.type == .text ? .text : nil }

  /// nil where there is no such table or view.
  func catalogColumns(
    of table: ObjectName, _ link: ServerLink, _ phase: DriverError.Phase
  ) throws(DriverError) -> [CatalogColumn]? {
    // Three parts name a database, which can only be the one that we are connected to; to_regclass checks that.
    guard table.parts.count <= 3 else { return nil }
    let sql = """
      WITH RECURSIVE columns AS (
        SELECT a.attnum, a.attname, a.attnotnull, a.atttypid, a.atttypmod, c.relkind,
          pg_has_role(c.relowner, 'USAGE') AND has_schema_privilege(c.relnamespace, 'CREATE') AS may_make_keys,
          (SELECT array_position(i.indkey::int2[], a.attnum) FROM pg_catalog.pg_index i
            WHERE i.indrelid = c.oid AND i.indisprimary) AS key_position
        FROM pg_catalog.pg_class c
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
      ), types AS (
        SELECT attnum, t.oid, t.typtype, t.typbasetype, t.typname, t.typnotnull
        FROM columns JOIN pg_catalog.pg_type t ON t.oid = atttypid
        UNION ALL
        SELECT attnum, t.oid, t.typtype, t.typbasetype, t.typname, b.typnotnull OR t.typnotnull
        FROM types b JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd'
      )
      SELECT c.attname, format_type(c.atttypid, c.atttypmod),
        CASE WHEN t.typtype = 'e' OR t.typname = 'citext' THEN 25 ELSE t.oid END,
        c.attnotnull OR t.typnotnull, c.relkind, c.key_position, c.may_make_keys
      FROM columns c LEFT JOIN types t ON t.attnum = c.attnum AND t.typtype <> 'd'
      ORDER BY c.attnum
      """
    let rows: [[String?]]
    do {
      rows = try link.run(sql, phase, [quotedName(table)]).texts
    } catch {
      // Another database than this one, or a name that is none.
      if error.sqlState == "0A000" || error.sqlState == "42602" { return nil }
      throw error
    }
    guard let first = rows.first else { return nil }
    let kind: TableDescription.Kind = first[4] == "v" || first[4] == "m" ? .view : .table
    return rows.compactMap { row in
      guard let name = row[0] else { return nil }
      return CatalogColumn(
        name: name, declaredType: row[1] ?? "", type: PostgresType(UInt32(row[2] ?? "") ?? 0),
        isNullable: row[3] != "t", kind: kind,
        keyPosition: row[5].flatMap { Int($0) }, mayMakeKeys: row[6] == "t")
    }
  }

  public func facts() async throws -> ServerFacts {
    let link = try ready(.execute)
    return try guarded(link) { () throws(DriverError) in
      let row =
        try link.run(
          """
          SELECT current_setting('server_version'), current_database(), current_user,
            pg_encoding_to_char(d.encoding), d.datcollate, to_jsonb(d)->>'datlocprovider',
            coalesce(to_jsonb(d)->>'daticulocale', to_jsonb(d)->>'datlocale'),
            pg_is_in_recovery()::text, current_setting('default_transaction_isolation'),
            has_database_privilege(current_database(), 'TEMP')::text,
            current_setting('search_path'), s.ssl::text, s.version
          FROM pg_database d LEFT JOIN pg_stat_ssl s ON s.pid = pg_backend_pid()
          WHERE d.datname = current_database()
          """, .execute
        ).texts.first ?? []
      func text(_ index: Int) -> String { (index < row.count ? row[index] : nil) ?? "" }
      func yes(_ index: Int) -> Bool { text(index) == "t" || text(index) == "true" }
      let collation =
        text(5) == "i" ? "\(text(6)) (ICU)" : "\(text(4)) (\(text(5) == "b" ? "built in" : "libc"))"
      return ServerFacts(
        engine: "PostgreSQL", version: String(text(0).prefix { !$0.isWhitespace }), dialect: dialect.name,
        details: [
          ("server", link.place), ("database", text(1)), ("user", text(2)), ("encoding", text(3)),
          ("collation", collation), ("server's time zone", serverTimeZone),
          ("TLS", yes(11) ? "yes, \(text(12))" : "no"), ("standby", yes(7) ? "yes" : "no"),
          ("default isolation", text(8)), ("may create temporary tables", yes(9) ? "yes" : "no"),
          ("search path", text(10)),
        ])
    }
  }
}
