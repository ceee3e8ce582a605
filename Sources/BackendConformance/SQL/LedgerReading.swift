internal import PageviewFiles
internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver

/// Reads a job's tables and exports through its connection.
extension JobContext {
  /// Rows of a table as text, in any order.
  func texts(of table: ObjectName, _ columns: [SchemaColumn]) async throws -> [[ByteKey?]] {
    let reference = TableReference(.stored(table), alias: "t", columns: columns)
    let values = columns.map { NamedExpression($0.name, .column(ColumnReference("t", $0.name))) }
    let query = Query(.project(.table(reference), values, alias: "o"))
    var rows: [[ByteKey?]] = []
    try await connection.query(query, path: "conformance/\(table.last)") { batch in
      for row in 0..<batch.rowCount {
        rows.append(
          batch.columns.map { column in
            if column.isNull(row) { return nil }
            if case .text(let texts) = column.values { return ByteKey(Array(texts.utf8(row))) }
            var bytes: [UInt8] = []
            ValueText.append(column, row, to: &bytes)
            return ByteKey(bytes)
          })
      }
    }
    return rows
  }

  /// Every row of every ledger as text, by table.
  func ledgerDump() async throws -> [String: Set<ByteKey>] {
    var dump: [String: Set<ByteKey>] = [:]
    for object in ObjectNames.Object.ledgers {
      guard let table = try await connection.describe(job.names[object]) else { continue }
      let columns = table.columns.map { SchemaColumn($0.name, $0.type ?? .text, nullable: true) }
      let rows = try await texts(of: job.names[object], columns)
      dump[object.rawValue] = Set(
        rows.map { row in
          ByteKey(Array(row.map { $0.map { [1] + $0.bytes } ?? [0] }.joined(separator: [UInt8(ascii: "|")])))
        })
    }
    return dump
  }

  package func sessionsCSV(asOf run: Int64? = nil) async throws -> [UInt8] {
    try await csv { try await sessions(asOf: run, $0) }
  }

  package func eventsCSV(asOf run: Int64? = nil) async throws -> [UInt8] {
    try await csv { try await events(asOf: run, $0) }
  }

  private func csv(_ export: ((RecordBatch) async throws -> Void) async throws -> Void) async throws -> [UInt8] {
    let writer = CSVWriter()
    var bytes: [UInt8] = []
    try await export { batch in
      if bytes.isEmpty { writer.appendHeader(batch.schema.map(\.name), to: &bytes) }
      writer.append(batch, to: &bytes)
    }
    return bytes
  }
}
