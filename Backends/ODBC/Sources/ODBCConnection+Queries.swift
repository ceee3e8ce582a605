internal import SQLRendering
public import WarehouseDriver

extension ODBCConnection {
  /// Starts a query. Its rows come one by one into bound buffers, in constant memory where the driver streams.
  public func open(_ sql: String, types: [BatchColumnType]?) async throws -> any BatchCursor {
    try await working {
      let link = try ready(.execute, sql: sql)
      try checkAllowed(sql)
      let start = ContinuousClock.now
      let query = try guardedAny { try started(sql, types, link) }
      query.duration = ContinuousClock.now - start
      let id = order.start(.query(query))
      return CursorHandle(
        schema: query.schema, next: { try await self.nextBatch(of: id) }, close: { await self.closeQuery(id) })
    }
  }

  private func started(_ sql: String, _ types: [BatchColumnType]?, _ link: ODBCLink) throws -> OpenQuery {
    guard mayBeSpooled,
      let limited = try SpooledResult.limited(sql, dialect: dialect, engine: engine, tokens(sql))
    else { return try carriedOut(sql, sql, types, link) }
    let query = try carriedOut(limited, sql, types, link)
    guard query.isLong else { return query }
    spoolCount += 1
    let pages = try SpooledResult.keep(
      sql, query.schema, number: spoolCount, dialect: dialect, link, tokens(sql))
    // Where it cannot be kept on the server, the driver holds it.
    guard let pages else { return try carriedOut(sql, sql, types, link) }
    return try OpenQuery(
      try pages.nextPage(dialect, bytesPerRow: 0), types: types, dialect: dialect, pages: pages)
  }

  /// Results are kept on the server only while nothing is written, where they are exports of any length.
  private var mayBeSpooled: Bool {
    switch order.transaction {
    case .none, .open(.read): true
    default: false
    }
  }

  private func carriedOut(
    _ text: String, _ sql: String, _ types: [BatchColumnType]?, _ link: ODBCLink
  ) throws(DriverError) -> OpenQuery {
    let statement = try ODBCStatement(link, sql: sql)
    try statement.execute(annotated(text), .execute)
    let count = statement.columnCount
    guard count > 0 else {
      throw .misuse(.prepare, "the statement returns no rows", "use execute", sql)
    }
    if let types, types.count != count {
      throw .misuse(
        .prepare, "\(types.count) types were given for a query of \(count) columns", "give one for each", sql)
    }
    return try OpenQuery(statement, types: types, dialect: dialect)
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
        endQuery()
        order.fail(failure)
        throw failure
      }
    }
  }

  private func closeQuery(_ id: Int) {
    if let query = order.query(id) { ended(query) }
  }

  /// Ends an open query, if there is one. The statement is freed with it, and the cursor with the statement.
  func endQuery() {
    guard case .query(let query)? = order.openActivity else { return }
    order.end()
    query.end(Renderer(dialect))
  }

  private func ended(_ query: OpenQuery) {
    endQuery()
    options.observer?(StatementEvent(sql: query.sql, duration: query.duration, rows: query.rowCount))
  }
}
