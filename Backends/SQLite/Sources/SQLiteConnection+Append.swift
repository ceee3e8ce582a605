public import SessionPlan
public import WarehouseDriver

/// A bulk insert's handle for its caller; the insert itself lives in the connection.
private struct SQLiteAppend: BulkAppend {
  let connection: SQLiteConnection
  let id: Int

  func write(_ batch: RecordBatch) async throws { try await connection.append(batch, to: id) }
  func finish() async throws -> Int { try await connection.finishAppend(id) }
  func cancel() async { await connection.cancelAppend(id) }
}

extension SQLiteConnection {
  /// Starts a bulk insert in the open transaction. Times are stored as canonical ISO-8601 text in UTC.
  public func beginAppend(to table: ObjectName, columns: [BatchColumn]) async throws -> any BulkAppend {
    let database = try ready(.append)
    let name = try SchemaTable(checking: table, phase: .append)
    guard case .open = transaction else {
      throw misuse(.append, "a bulk insert needs a transaction", "begin one first")
    }
    guard !columns.isEmpty else { throw misuse(.append, "a bulk insert needs columns", "name at least one") }
    let append = try OpenAppend(id: nextActivity(), to: name, columns: columns, database: database)
    activity = .append(append)
    return SQLiteAppend(connection: self, id: append.id)
  }

  private func openAppend(_ id: Int) throws -> OpenAppend {
    guard case .append(let append)? = activity, append.id == id else {
      throw misuse(.append, "the bulk insert has ended already", "begin another one")
    }
    return append
  }

  fileprivate func append(_ batch: RecordBatch, to id: Int) throws {
    let append = try openAppend(id)
    let start = ContinuousClock.now
    do {
      try append.write(batch)
    } catch {
      // Some of the batch's rows may be in the table: they must not be committed.
      activity = nil
      loseTransaction(error, append.database)
      throw error
    }
    append.duration += ContinuousClock.now - start
  }

  fileprivate func finishAppend(_ id: Int) throws -> Int {
    let append = try openAppend(id)
    activity = nil
    statementStatistics += append.statistics
    options.observer?(StatementEvent(sql: append.sql, duration: append.duration, rows: append.rowCount))
    return append.rowCount
  }

  fileprivate func cancelAppend(_ id: Int) {
    guard case .append(let append)? = activity, append.id == id else { return }
    activity = nil
    if append.rowCount > 0 {
      let error = DriverError(.other, phase: .append, "a bulk insert was given up", statement: append.sql)
      loseTransaction(error, append.database)
    }
  }
}
