public import SessionPlan
public import WarehouseDriver

extension SQLiteConnection {
  /// Starts a bulk insert in the open transaction. Times are stored as canonical ISO-8601 text in UTC.
  public func beginAppend(to table: ObjectName, columns: [BatchColumn]) async throws -> any BulkAppend {
    let database = try ready(.append)
    let name = try SchemaTable(checking: table, phase: .append)
    try order.checkMayAppend(columns: columns)
    let append = try OpenAppend(to: name, columns: columns, database: database)
    let id = order.start(.append(append))
    return AppendHandle(
      write: { try await self.append($0, to: id) }, finish: { try await self.finishAppend(id) },
      cancel: { await self.cancelAppend(id) })
  }

  private func openAppend(_ id: Int) throws -> OpenAppend {
    guard let append = order.append(id) else { throw DriverError.appendHasEnded }
    return append
  }

  private func append(_ batch: RecordBatch, to id: Int) throws {
    let append = try openAppend(id)
    let start = ContinuousClock.now
    do {
      try append.write(batch)
    } catch {
      // Some of the batch's rows may be in the table: they must not be committed.
      order.end()
      loseTransaction(error, append.database)
      throw error
    }
    append.duration += ContinuousClock.now - start
  }

  private func finishAppend(_ id: Int) throws -> Int {
    let append = try openAppend(id)
    order.end()
    statementStatistics += append.statistics
    options.observer?(StatementEvent(sql: append.sql, duration: append.duration, rows: append.rowCount))
    return append.rowCount
  }

  private func cancelAppend(_ id: Int) {
    guard let append = order.append(id) else { return }
    order.end()
    if append.rowCount > 0 {
      let error = DriverError(.other, phase: .append, "a bulk insert was given up", statement: append.sql)
      loseTransaction(error, append.database)
    }
  }
}
