internal import CPostgres
public import SessionPlan
public import WarehouseDriver

extension PostgresConnection {
  /// Starts a COPY in binary form; in text form where a column's type is one whose binary form we do not write.
  public func beginAppend(to table: ObjectName, columns: [BatchColumn]) async throws -> any BulkAppend {
    let link = try ready(.append)
    try order.checkMayAppend(columns: columns)
    try checkMayAppend(to: table)
    return try guarded(link) { () throws(DriverError) in
      let encodings = try encodings(of: columns, in: table, link)
      let names = columns.map { quoted($0.name) }.joined(separator: ", ")
      let form = encodings == nil ? "text" : "binary"
      let sql = "COPY \(quotedName(table)) (\(names)) FROM STDIN (FORMAT \(form))"
      let append = try OpenAppend(
        command: annotated(sql), sql: sql, link: link, columns: columns, encodings: encodings)
      let id = order.start(.append(append))
      return AppendHandle(
        write: { try await self.append($0, to: id) }, finish: { try await self.finishAppend(id) },
        cancel: { await self.cancelAppend(id) })
    }
  }

  /// How to write each column; nil where one of them goes only as text.
  private func encodings(
    of columns: [BatchColumn], in table: ObjectName, _ link: ServerLink
  ) throws(DriverError) -> [ColumnEncoding]? {
    guard let found = try catalogColumns(of: table, link, .append) else {
      throw DriverError(
        .noSuchObject, phase: .append, "there is no table \(table.parts.joined(separator: "."))",
        remedy: "run `sessionizer create`, or check the name")
    }
    var encodings: [ColumnEncoding?] = []
    for column in columns {
      guard let stored = found.first(where: { $0.name.utf8.elementsEqual(column.name.utf8) }) else {
        throw DriverError(
          .wrongColumn, phase: .append,
          "table \(table.parts.joined(separator: ".")) has no column \(column.name)", remedy: "check the column names")
      }
      encodings.append(stored.type.encoding(of: column.type))
    }
    return encodings.contains { $0 == nil } ? nil : encodings.compactMap { $0 }
  }

  private func openAppend(_ id: Int) throws(DriverError) -> OpenAppend {
    guard let append = order.append(id) else { throw .appendHasEnded }
    return append
  }

  private func append(_ batch: RecordBatch, to id: Int) throws {
    let append = try openAppend(id)
    let start = ContinuousClock.now
    do {
      try append.write(batch)
    } catch {
      lose(append, error)
      throw error
    }
    append.duration += ContinuousClock.now - start
  }

  private func finishAppend(_ id: Int) throws -> Int {
    let append = try openAppend(id)
    let start = ContinuousClock.now
    let rows: Int
    do {
      rows = try append.finish()
    } catch {
      lose(append, error)
      throw error
    }
    order.end()
    noticeFailedTransaction(append.link, nil)
    append.duration += ContinuousClock.now - start
    options.observer?(StatementEvent(sql: append.sql, duration: append.duration, rows: rows))
    return rows
  }

  private func cancelAppend(_ id: Int) {
    guard let append = order.append(id) else { return }
    lose(append, DriverError(.other, phase: .append, "a bulk insert was given up", statement: append.sql))
  }

  /// Ends a bulk insert that cannot be finished. Its rows are gone, and the transaction with them.
  private func lose(_ append: OpenAppend, _ error: DriverError) {
    order.end()
    append.link.abandon()
    order.fail(error)
  }
}
