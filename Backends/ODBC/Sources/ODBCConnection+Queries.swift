internal import CODBC
public import WarehouseDriver

extension ODBCConnection {
  /// Starts a query. Its rows come one by one into bound buffers, in constant memory where the driver streams.
  public func open(_ sql: String, types: [BatchColumnType]?) async throws -> any BatchCursor {
    try await working {
      let link = try ready(.execute, sql: sql)
      try checkAllowed(sql)
      let start = ContinuousClock.now
      let query = try guarded { () throws(DriverError) in try started(sql, types, link) }
      query.duration = ContinuousClock.now - start
      let id = order.start(.query(query))
      return CursorHandle(
        schema: query.schema, next: { try await self.nextBatch(of: id) }, close: { await self.closeQuery(id) })
    }
  }

  private func started(
    _ sql: String, _ types: [BatchColumnType]?, _ link: ODBCLink
  ) throws(DriverError) -> OpenQuery {
    let statement = try ODBCStatement(link, sql: sql)
    try statement.execute(annotated(sql), .execute)
    let count = statement.columnCount
    guard count > 0 else {
      throw .misuse(.prepare, "the statement returns no rows", "use execute", sql)
    }
    if let types, types.count != count {
      throw .misuse(
        .prepare, "\(types.count) types were given for a query of \(count) columns", "give one for each", sql)
    }
    return try OpenQuery(statement, types: types, odbc: dialect.odbc)
  }

  private func nextBatch(of id: Int) async throws -> RecordBatch? {
    try await working {
      // After the end, and after a rollback, there is nothing more.
      guard let query = order.query(id) else { return nil }
      do throws(DriverError) {
        if Task.isCancelled {
          throw DriverError(.cancelled, phase: .fetch, "the query was cancelled", statement: query.sql)
        }
        let start = ContinuousClock.now
        let batch = try query.next()
        query.duration += ContinuousClock.now - start
        if batch == nil { ended(query) }
        return batch
      } catch {
        var failure = error
        failure.statement = failure.statement ?? query.sql
        order.end()
        order.fail(failure)
        throw failure
      }
    }
  }

  private func closeQuery(_ id: Int) {
    if let query = order.query(id) { ended(query) }
  }

  /// The statement is freed with the query, and the cursor with the statement.
  private func ended(_ query: OpenQuery) {
    order.end()
    options.observer?(StatementEvent(sql: query.sql, duration: query.duration, rows: query.rowCount))
  }
}
