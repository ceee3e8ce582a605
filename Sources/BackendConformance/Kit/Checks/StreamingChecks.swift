internal import SessionPlan
internal import WarehouseDriver

/// Results in batches.
struct StreamingChecks {
  let work: KitWork
  static let rowCount = 20_000

  /// The rows that this section and `cancel` read.
  static func rows(_ count: Int = rowCount) -> [ValueTable.Row] {
    (0..<Int64(count)).map { ValueTable.Row($0, integer: $0 * 7919 % 10_007, text: "row \($0)", time: $0 * 1_000_001) }
  }

  func carryOut() async throws {
    let connection = try await work.connect()
    let table = try await ValueTable.make(.many, work, connection)
    let rows = Self.rows()
    try await work.check("streaming/many-rows", "20,000 rows go in and come back, in more than one batch.") {
      try await table.append(rows, connection)
      try await table.requireRows(rows, connection)
      var batches = 0
      var largest = 0
      try await connection.query(table.all, path: "conformance/batches") { batch in
        batches += 1
        largest = max(largest, batch.rowCount)
      }
      try require(batches > 1, "all \(largest) rows came in one batch")
      return "\(batches) batches of at most \(largest) rows"
    }
    try await work.check(
      "streaming/left-early", "A query that is closed after its first batch leaves the connection usable."
    ) {
      let sql = try connection.render(.query(table.all)).joined(separator: ";\n")
      let cursor = try await connection.open(sql, types: ValueTable.columns.map(\.type))
      _ = try await cursor.next()
      await cursor.close()
      await cursor.close()
      let count = try await table.count(connection)
      try require(count == Int64(rows.count), "after it, \(count) rows are counted")
      return nil
    }
    try await work.check("streaming/no-rows", "A query without rows gives its columns, in their types.") {
      let none = Expression.compare(.less, ValueTable.column("o", "n"), .literal(.integer(-1)), .value)
      var query = table.all
      query.relation = .project(
        .filter(query.relation, none),
        ValueTable.schema.map { NamedExpression($0.name, ValueTable.column("o", $0.name)) }, alias: "p")
      query.order = [OrderTerm(ValueTable.column("p", "n"), .value)]
      var found: [BatchColumn] = []
      var count = 0
      try await connection.query(query, path: "conformance/no rows") { batch in
        found = batch.schema
        count += batch.rowCount
      }
      try require(count == 0, "\(count) rows came")
      try require(found == ValueTable.columns, "the columns are \(found)")
      return nil
    }
  }
}
