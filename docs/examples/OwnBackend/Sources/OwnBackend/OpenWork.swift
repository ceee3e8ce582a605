import WarehouseDriver

/// A query between two batches.
final class OpenQuery {
  let statement: PreparedStatement
  let schema: [BatchColumn]
  /// Whether a row is there that was not read yet.
  private var hasRow: Bool

  /// - Parameter types: what the columns are to be; nil goes by the first row
  init(_ statement: PreparedStatement, types: [BatchColumnType]?) throws(DriverError) {
    self.statement = statement
    hasRow = try statement.step(.execute)
    let columns = 0..<statement.columnCount
    schema = columns.map { BatchColumn(statement.name($0), types?[Int($0)] ?? statement.type($0)) }
  }

  func next() throws(DriverError) -> RecordBatch? {
    guard hasRow else { return nil }
    var batch = RecordBatch(schema: schema)
    while hasRow, batch.rowCount < RecordBatch.usualRows {
      for column in schema.indices { try statement.read(Int32(column), into: &batch.columns[column]) }
      hasRow = try statement.step(.fetch)
    }
    return batch
  }
}

/// A bulk insert between two batches.
final class OpenAppend {
  let statement: PreparedStatement
  private let schema: [BatchColumn]
  private(set) var rowCount = 0

  init(_ statement: PreparedStatement, _ schema: [BatchColumn]) {
    self.statement = statement
    self.schema = schema
  }

  func write(_ batch: RecordBatch) throws(DriverError) {
    guard batch.schema.map(\.type) == schema.map(\.type) else {
      throw DriverError(.other, phase: .append, "a batch does not have the columns that the bulk insert was begun with")
    }
    for row in 0..<batch.rowCount {
      for (index, value) in batch.row(row).enumerated() { try statement.bind(value, at: Int32(index + 1)) }
      _ = try statement.step(.append)
      statement.reset()
      rowCount += 1
    }
  }
}
