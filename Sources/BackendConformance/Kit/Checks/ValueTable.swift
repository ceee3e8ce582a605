internal import SessionPlan
internal import WarehouseDriver

/// A plain table of a number, an integer, a text and a time.
struct ValueTable {
  struct Row: Hashable {
    var number: Int64
    var integer: Int64?
    var text: String?
    var time: Int64?

    init(_ number: Int64, integer: Int64? = nil, text: String? = nil, time: Int64? = nil) {
      self.number = number
      self.integer = integer
      self.text = text
      self.time = time
    }
  }

  let name: ObjectName

  static let schema = [
    SchemaColumn("n", .integer), SchemaColumn("i", .integer, nullable: true), SchemaColumn("x", .text, nullable: true),
    SchemaColumn("at", .timestamp, nullable: true),
  ]
  static let columns = schema.map { BatchColumn($0.name, BatchColumnType($0.type)) }

  static func make(_ what: KitTable, _ work: KitWork, _ connection: any Connection) async throws -> ValueTable {
    let name = try await work.objects.claimTable(what.rawValue, on: connection)
    return try await make(name, connection)
  }

  static func make(_ name: ObjectName, _ connection: any Connection) async throws -> ValueTable {
    _ = try await connection.transaction(.write) {
      try await connection.execute(.createTable(definition(name)), path: "conformance/table")
    }
    return ValueTable(name: name)
  }

  static func definition(_ name: ObjectName) -> TableDefinition {
    TableDefinition(name: name, columns: schema.map { TableDefinition.Column($0) })
  }

  // MARK: Rows

  static func batch(_ rows: [Row]) -> RecordBatch {
    var batch = RecordBatch(schema: columns)
    for row in rows {
      batch.columns[0].append(row.number)
      batch.columns[1].append(row.integer.map { .int64($0) })
      batch.columns[2].append(row.text.map { .text($0) })
      batch.columns[3].append(row.time.map { .timestamp($0) })
    }
    return batch
  }

  func append(_ rows: [Row], _ connection: any Connection) async throws {
    try await connection.transaction(.write) {
      let append = try await connection.beginAppend(to: name, columns: Self.columns)
      do {
        for start in stride(from: 0, to: rows.count, by: RecordBatch.usualRows) {
          try await append.write(Self.batch(Array(rows[start..<min(start + RecordBatch.usualRows, rows.count)])))
        }
      } catch {
        await append.cancel()
        throw error
      }
      let count = try await append.finish()
      try require(
        count ?? rows.count == rows.count, "a bulk insert of \(rows.count) rows says that it inserted \(count ?? 0)")
    }
  }

  func reference(_ alias: String) -> Relation {
    .table(TableReference(.stored(name), alias: alias, columns: Self.schema))
  }

  static func column(_ alias: String, _ name: String) -> Expression { .column(ColumnReference(alias, name)) }

  /// All rows in the order of their numbers.
  var all: Query {
    let values = Self.schema.map { NamedExpression($0.name, Self.column("t", $0.name)) }
    return Query(
      .project(reference("t"), values, alias: "o"), order: [OrderTerm(Self.column("o", "n"), .value)],
      tiesAreEqual: true)
  }

  func count(_ connection: any Connection) async throws -> Int64 {
    let query = Query(.aggregate(reference("t"), by: [], [AggregateColumn("rows_there", .count)], alias: "o"))
    guard case .int64(let count)? = try await connection.rows(query, path: "conformance/count").first?.first else {
      throw Failed(detail: "count(*) gives no integer")
    }
    return count
  }

  /// - Throws: `Failed` that names the first row which is another one than was inserted
  func requireRows(_ expected: [Row], _ connection: any Connection) async throws {
    var found: [Row] = []
    try await connection.query(all, path: "conformance/rows") { batch in
      for row in 0..<batch.rowCount {
        let values = batch.row(row)
        var read = Row(-1)
        if case .int64(let number)? = values[0] { read.number = number }
        if case .int64(let number)? = values[1] { read.integer = number }
        if case .text(let text)? = values[2] { read.text = text }
        if case .timestamp(let moment)? = values[3] { read.time = moment }
        found.append(read)
      }
    }
    try require(found.count == expected.count, "\(expected.count) rows went in, \(found.count) came back")
    for (row, back) in zip(expected, found) {
      try require(row.number == back.number && row.integer == back.integer, "\(row) came back as \(back)")
      // As bytes: a Swift String calls composed and decomposed letters equal.
      let isSameText = row.text.map { Array($0.utf8) } == back.text.map { Array($0.utf8) }
      try require(
        isSameText, "the text of row \(row.number), \(Self.shown(row.text)), came back as \(Self.shown(back.text))")
      try require(
        row.time == back.time,
        "the time of row \(row.number), \(Self.moment(row.time)), came back as \(Self.moment(back.time))")
    }
  }

  private static func shown(_ text: String?) -> String {
    guard let text else { return "NULL" }
    let scalars = text.unicodeScalars.prefix(40).map { $0.escaped(asASCII: true) }.joined()
    return "'\(scalars)' (\(text.utf8.count) bytes)"
  }

  private static func moment(_ time: Int64?) -> String {
    time.map { Timestamp(microseconds: $0).description } ?? "NULL"
  }
}
