public import SessionPlan
public import WarehouseDriver

extension SessionConnection {
  /// Starts a bulk insert, in the way that the client has.
  public func beginAppend(to table: ObjectName, columns: [BatchColumn]) async throws -> any BulkAppend {
    try await working {
      let wire = try ready(.append)
      try order.checkMayAppend(columns: columns)
      try checkMayAppend(to: table)
      let append = try guardedAny { try wire.append(to: table, columns: columns, annotated: annotated) }
      let id = order.start(.append(OpenAppend(append)))
      return AppendHandle(
        write: { try await self.append($0, to: id) }, finish: { try await self.finishAppend(id) },
        cancel: { await self.cancelAppend(id) })
    }
  }

  private func append(_ batch: RecordBatch, to id: Int) async throws {
    try await working {
      guard let open = order.append(id) else { throw DriverError.appendHasEnded }
      let start = ContinuousClock.now
      do throws(DriverError) {
        try open.append.write(batch)
      } catch {
        // Some of the batch's rows may be in the table: they must not be committed.
        lose(error)
        throw error
      }
      open.duration += ContinuousClock.now - start
    }
  }

  private func finishAppend(_ id: Int) async throws -> Int {
    try await working {
      guard let open = order.append(id) else { throw DriverError.appendHasEnded }
      let start = ContinuousClock.now
      do throws(DriverError) {
        try open.append.finish()
      } catch {
        lose(error)
        throw error
      }
      order.end()
      open.duration += ContinuousClock.now - start
      options.observer?(StatementEvent(sql: open.append.sql, duration: open.duration, rows: open.append.rowCount))
      return open.append.rowCount
    }
  }

  private func cancelAppend(_ id: Int) {
    guard let open = order.append(id) else { return }
    lose(DriverError(.other, phase: .append, "a bulk insert was given up", statement: open.append.sql))
  }

  /// Ends a bulk insert that cannot be finished; the transaction can only be rolled back.
  private func lose(_ error: DriverError) {
    endAppend()
    order.fail(error)
  }
  /// Ends an open bulk insert, if there is one, without what the client has not sent.
  func endAppend() {
    guard case .append(let open)? = order.openActivity else { return }
    order.end()
    open.append.cancel()
  }
}
