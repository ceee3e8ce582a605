internal import CPostgres
public import WarehouseDriver

/// A query whose few rows are here already.
private actor SmallCursor: BatchCursor {
  nonisolated let schema: [BatchColumn]
  private var batch: RecordBatch?

  init(_ batch: RecordBatch) {
    schema = batch.schema
    self.batch = batch.rowCount > 0 ? batch : nil
  }

  func next() -> RecordBatch? {
    defer { batch = nil }
    return batch
  }

  func close() { batch = nil }
}

extension PostgresConnection {
  /// Starts a query. Its rows come by COPY in binary form, as they are made.
  public func open(_ sql: String, types: [BatchColumnType]?) async throws -> any BatchCursor {
    let link = try ready(.execute, sql: sql)
    try checkAllowed(sql)
    let start = ContinuousClock.now
    return try guarded(link) { () throws(DriverError) in
      let description = try link.describe(annotated(sql), .prepare, shown: sql)
      let count = description.columnCount
      guard count > 0 else { throw .misuse(.prepare, "the statement returns no rows", "use execute", sql) }
      if let types, types.count != count {
        throw .misuse(
          .prepare, "\(types.count) types were given for a query of \(count) columns", "give one for each", sql)
      }
      guard let body = copyable(sql) else { return try small(sql, types, link, start) }
      let columns = try columns(of: description, types, sql)
      let isInTransaction = order.isInTransaction
      let copy = copyStatement(of: body, columns.map(\.decoding), isInTransaction: isInTransaction)
      _ = try link.runAll(annotated(copy), .execute, shown: sql)
      // The reply to SAVEPOINT comes before that to COPY.
      let query = OpenQuery(
        sql: sql, link: link, readers: columns.map { FieldReader($0.column, $0.decoding) },
        hasSavepoint: isInTransaction)
      query.duration = ContinuousClock.now - start
      let id = order.start(.query(query))
      return CursorHandle(
        schema: query.schema, next: { try await self.nextBatch(of: id) }, close: { await self.closeQuery(id) })
    }
  }

  /// Around the COPY is a savepoint, so that a query which its caller does not read to the end can be cancelled without
  /// losing the transaction. It costs no round trip.
  private func copyStatement(of body: String, _ decodings: [ColumnDecoding], isInTransaction: Bool) -> String {
    var query = body
    if decodings.contains(where: \.needsCast) {
      let names = decodings.indices.map { "c\($0)" }
      let fields = zip(names, decodings).map { $1.needsCast ? "\($0)::text" : $0 }
      query = "SELECT \(fields.joined(separator: ", ")) FROM (\(body)\n) AS q(\(names.joined(separator: ", ")))"
    }
    let copy = "COPY (\(query)\n) TO STDOUT (FORMAT binary)"
    return isInTransaction
      ? "SAVEPOINT sessionizer_query; \(copy); RELEASE SAVEPOINT sessionizer_query" : copy
  }

  private func columns(
    of description: Reply, _ types: [BatchColumnType]?, _ sql: String
  ) throws(DriverError) -> [(column: BatchColumn, decoding: ColumnDecoding)] {
    var columns: [(column: BatchColumn, decoding: ColumnDecoding)] = []
    for index in 0..<description.columnCount {
      let stored = PostgresType(description.type(index))
      let type = types?[index] ?? stored.usualColumnType
      let name = description.name(index)
      guard let decoding = stored.decoding(as: type) else {
        throw DriverError(
          .wrongColumn, phase: .prepare, "column \(name) has a type that cannot be read as \(type.rawValue)",
          remedy: "check the column's type", statement: sql)
      }
      columns.append((BatchColumn(name, type), decoding))
    }
    return columns
  }

  /// A statement that COPY takes, without a semicolon at its end; nil for EXPLAIN, SHOW and the like.
  private func copyable(_ sql: String) -> String? {
    let tokens = SQLTokens(sql)
    guard let first = tokens.words.first, ["SELECT", "WITH", "VALUES", "TABLE", "INSERT"].contains(first) else {
      return nil
    }
    return tokens.withoutLastSemicolon
  }

  /// The rows of a statement that COPY does not take: all at once, since they are few.
  private func small(
    _ sql: String, _ types: [BatchColumnType]?, _ link: ServerLink, _ start: ContinuousClock.Instant
  ) throws(DriverError) -> any BatchCursor {
    let reply = try link.run(annotated(sql), .execute, shown: sql)
    try noticeHandmadeTransaction(sql, .execute, link)
    guard types?.allSatisfy({ $0 == .text }) ?? true else {
      throw .misuse(.execute, "this statement's columns are texts", "ask for texts", sql)
    }
    var batch = RecordBatch(schema: (0..<reply.columnCount).map { BatchColumn(reply.name($0), .text) })
    for row in 0..<reply.rowCount {
      for column in batch.columns.indices {
        if let text = reply.text(row, column) {
          batch.columns[column].append(text)
        } else {
          batch.columns[column].appendNull()
        }
      }
    }
    options.observer?(StatementEvent(sql: sql, duration: ContinuousClock.now - start, rows: reply.rowCount))
    return SmallCursor(batch)
  }

  private func nextBatch(of id: Int) throws -> RecordBatch? {
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
      // Where the server is still sending, as after a value that cannot be read.
      query.link.abandon()
      noticeFailedTransaction(query.link, failure)
      throw failure
    }
  }

  private func closeQuery(_ id: Int) {
    guard let query = order.query(id) else { return }
    ended(query)
    query.link.abandon()
    guard query.hasSavepoint, query.link.transactionStatus == PQTRANS_INERROR else { return }
    do throws(DriverError) {
      _ = try query.link.shielded { () throws(DriverError) in
        try query.link.runAll(
          "ROLLBACK TO SAVEPOINT sessionizer_query; RELEASE SAVEPOINT sessionizer_query", .close)
      }
    } catch {
      noticeFailedTransaction(query.link, error)
    }
  }

  private func ended(_ query: OpenQuery) {
    order.end()
    options.observer?(StatementEvent(sql: query.sql, duration: query.duration, rows: query.rowCount))
  }
}
