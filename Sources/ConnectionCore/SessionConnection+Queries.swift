public import WarehouseDriver

extension SessionConnection {
  /// Starts a query, whose rows come in constant memory where the client streams.
  public func open(_ sql: String, types: [BatchColumnType]?) async throws -> any BatchCursor {
    try await working {
      let wire = try ready(.execute, sql: sql)
      try checkAllowed(sql)
      let start = ContinuousClock.now
      let request = QueryRequest(sql: sql, types: types, isReading: isReading, annotated: annotated)
      let query = try guardedAny { try wire.query(request) }
      let opened = OpenQuery(query, sql: sql, duration: ContinuousClock.now - start)
      let id = order.start(.query(opened))
      return CursorHandle(
        schema: query.schema, next: { try await self.nextBatch(of: id) }, close: { await self.closeQuery(id) })
    }
  }

  /// Whether nothing is written: results may be exports of any length then.
  private var isReading: Bool {
    switch order.transaction {
    case .none, .open(.read): true
    default: false
    }
  }

  private func nextBatch(of id: Int) async throws -> RecordBatch? {
    try await working {
      // After the end, and after a rollback, there is nothing more.
      guard let open = order.query(id) else { return nil }
      do throws(DriverError) {
        if Task.isCancelled {
          throw DriverError(.cancelled, phase: .fetch, "the query was cancelled", statement: open.sql)
        }
        let start = ContinuousClock.now
        let batch = try open.query.next()
        open.duration += ContinuousClock.now - start
        if batch == nil { ended(open) }
        return batch
      } catch {
        var failure = error
        failure.statement = failure.statement ?? open.sql
        endQuery()
        order.fail(failure)
        throw failure
      }
    }
  }

  private func closeQuery(_ id: Int) {
    if let query = order.query(id) { ended(query) }
  }

  /// Ends an open query, if there is one: the client's statement ends with it.
  func endQuery() {
    guard case .query(let open)? = order.openActivity else { return }
    order.end()
    open.query.end()
  }

  private func ended(_ open: OpenQuery) {
    endQuery()
    options.observer?(StatementEvent(sql: open.sql, duration: open.duration, rows: open.query.rowCount))
  }
}
