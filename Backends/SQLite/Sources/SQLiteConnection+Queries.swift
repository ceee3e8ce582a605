internal import CSQLite
public import WarehouseDriver

/// A query between two batches.
final class OpenQuery {
  let statement: PreparedStatement
  var readers: [ColumnReader]
  enum Position {
    case beforeNextRow
    /// On a row that is not read yet.
    case onRow
    /// After the last row, where one more step would start the statement anew.
    case atEnd
  }
  private var position: Position
  var rowCount = 0
  var duration = Duration.zero

  init(statement: PreparedStatement, readers: [ColumnReader], position: Position) {
    self.statement = statement
    self.readers = readers
    self.position = position
  }

  /// The next rows, nil after the last. A batch ends early where its texts grow large, so that it stays small in memory.
  func next() throws(DriverError) -> RecordBatch? {
    var rows = 0
    var bytes = 0
    while rows < RecordBatch.usualRows, bytes < 8 << 20 {
      if position == .beforeNextRow { position = try statement.step(.fetch) ? .onRow : .atEnd }
      guard position == .onRow else { break }
      position = .beforeNextRow
      bytes = 0
      for index in readers.indices {
        try readers[index].read(statement.handle, row: rows)
        bytes += readers[index].byteCount
      }
      rows += 1
    }
    rowCount += rows
    guard rows > 0 else { return nil }
    return RecordBatch(schema: readers.map(\.column), columns: readers.indices.map { readers[$0].take() })
  }
}

extension SQLiteConnection {
  public func open(_ sql: String, types: [BatchColumnType]?) async throws -> any BatchCursor {
    let database = try ready(.execute, sql: sql)
    do {
      let start = ContinuousClock.now
      let statement = try PreparedStatement(sql, database: database, phase: .prepare)
      let count = statement.columnCount
      guard count > 0 else { throw DriverError.misuse(.prepare, "the statement returns no rows", "use execute", sql) }
      if let types, types.count != Int(count) {
        throw DriverError.misuse(
          .prepare, "\(types.count) types were given for a query of \(count) columns", "give one for each", sql)
      }
      // The types of the first row are needed where none are given.
      let hasRow = types == nil ? try statement.step(.execute) : false
      let readers = (0..<count).map { index in
        let type = types?[Int(index)] ?? ColumnReader.guessType(statement.handle, index, hasRow: hasRow)
        return ColumnReader(BatchColumn(statement.name(ofColumn: index), type), at: index)
      }
      let query = OpenQuery(
        statement: statement, readers: readers,
        position: types != nil ? .beforeNextRow : hasRow ? .onRow : .atEnd)
      query.duration = ContinuousClock.now - start
      let id = order.start(.query(query))
      return CursorHandle(
        schema: readers.map(\.column), next: { try await self.nextBatch(of: id) },
        close: { await self.closeQuery(id) })
    } catch let error as DriverError {
      noticeLostTransaction(after: error, database)
      throw error
    }
  }

  private func nextBatch(of id: Int) throws -> RecordBatch? {
    // After the end, and after a rollback, there is nothing more.
    guard let query = order.query(id) else { return nil }
    let database = query.statement.database
    do {
      try database.checkCancellation(.fetch, sql: query.statement.sql)
      let start = ContinuousClock.now
      let batch = try query.next()
      query.duration += ContinuousClock.now - start
      if batch == nil { closeQuery(id) }
      return batch
    } catch {
      var failure = error
      failure.statement = failure.statement ?? query.statement.sql
      order.end()
      noticeLostTransaction(after: failure, database)
      throw failure
    }
  }

  private func closeQuery(_ id: Int) {
    guard let query = order.query(id) else { return }
    order.end()
    statementStatistics += query.statement.statistics
    options.observer?(StatementEvent(sql: query.statement.sql, duration: query.duration, rows: query.rowCount))
  }
}
