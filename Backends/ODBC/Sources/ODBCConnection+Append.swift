internal import CODBC
internal import SQLRendering
public import SessionPlan
public import WarehouseDriver

extension ODBCConnection {
  /// Starts a bulk insert, by parameter arrays or by INSERT with many rows of values, as the dialect says.
  public func beginAppend(to table: ObjectName, columns: [BatchColumn]) async throws -> any BulkAppend {
    try await working {
      let link = try ready(.append)
      try order.checkMayAppend(columns: columns)
      try checkMayAppend(to: table)
      let append = try makeAppend(to: table, columns, link)
      let id = order.start(.append(append))
      return AppendHandle(
        write: { try await self.append($0, to: id) }, finish: { try await self.finishAppend(id) },
        cancel: { await self.cancelAppend(id) })
    }
  }

  private func makeAppend(to table: ObjectName, _ columns: [BatchColumn], _ link: ODBCLink) throws -> OpenAppend {
    let renderer = Renderer(dialect)
    let names = try columns.map { try renderer.identifier($0.name) }.joined(separator: ", ")
    let head = "INSERT INTO \(try renderer.identifier(table)) (\(names)) VALUES "
    return try guarded { () throws(DriverError) in
      try OpenAppend(link, head: head, annotatedHead: annotated(head), columns: columns, odbc: dialect.odbc)
    }
  }

  private func append(_ batch: RecordBatch, to id: Int) async throws {
    try await working {
      guard let append = order.append(id) else { throw DriverError.appendHasEnded }
      let start = ContinuousClock.now
      do throws(DriverError) {
        try append.write(batch)
      } catch {
        // Some of the batch's rows may be in the table: they must not be committed.
        lose(error)
        throw error
      }
      append.duration += ContinuousClock.now - start
    }
  }

  private func finishAppend(_ id: Int) async throws -> Int {
    try await working {
      guard let append = order.append(id) else { throw DriverError.appendHasEnded }
      let start = ContinuousClock.now
      do throws(DriverError) {
        try append.finish()
      } catch {
        lose(error)
        throw error
      }
      order.end()
      append.duration += ContinuousClock.now - start
      options.observer?(StatementEvent(sql: append.sql, duration: append.duration, rows: append.rowCount))
      return append.rowCount
    }
  }

  private func cancelAppend(_ id: Int) {
    guard let append = order.append(id) else { return }
    lose(DriverError(.other, phase: .append, "a bulk insert was given up", statement: append.sql))
  }

  /// Ends a bulk insert that cannot be finished; the transaction can only be rolled back.
  private func lose(_ error: DriverError) {
    order.end()
    order.fail(error)
  }
}
