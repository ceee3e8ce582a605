internal import CPostgres
public import SessionPlan
public import WarehouseDriver

/// A bulk insert's handle for its caller; the insert itself lives in the connection.
private struct PostgresAppend: BulkAppend {
  let connection: PostgresConnection
  let id: Int

  func write(_ batch: RecordBatch) async throws { try await connection.append(batch, to: id) }
  func finish() async throws -> Int { try await connection.finishAppend(id) }
  func cancel() async { await connection.cancelAppend(id) }
}

extension PostgresConnection {
  /// Starts a COPY in binary form; in text form where a column's type is one whose binary form we do not write.
  public func beginAppend(to table: ObjectName, columns: [BatchColumn]) async throws -> any BulkAppend {
    let link = try ready(.append)
    guard case .open = transaction else {
      throw misuse(.append, "a bulk insert needs a transaction", "begin one first")
    }
    guard !columns.isEmpty else { throw misuse(.append, "a bulk insert needs columns", "name at least one") }
    try checkMayAppend(to: table)
    return try guarded(link) { () throws(DriverError) in
      let encodings = try encodings(of: columns, in: table, link)
      let names = columns.map { quoted($0.name) }.joined(separator: ", ")
      let form = encodings == nil ? "text" : "binary"
      let sql = "COPY \(quotedName(table)) (\(names)) FROM STDIN (FORMAT \(form))"
      let append = try OpenAppend(
        id: nextActivity(), command: annotated(sql), sql: sql, link: link, columns: columns, encodings: encodings)
      activity = .append(append)
      return PostgresAppend(connection: self, id: append.id)
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
      lose(append, error)
      throw error
    }
    append.duration += ContinuousClock.now - start
  }

  fileprivate func finishAppend(_ id: Int) throws -> Int {
    let append = try openAppend(id)
    let start = ContinuousClock.now
    let rows: Int
    do {
      rows = try append.finish()
    } catch {
      lose(append, error)
      throw error
    }
    activity = nil
    noticeFailedTransaction(append.link, nil)
    append.duration += ContinuousClock.now - start
    options.observer?(StatementEvent(sql: append.sql, duration: append.duration, rows: rows))
    return rows
  }

  fileprivate func cancelAppend(_ id: Int) {
    guard case .append(let append)? = activity, append.id == id else { return }
    lose(append, DriverError(.other, phase: .append, "a bulk insert was given up", statement: append.sql))
  }

  /// Ends a bulk insert that cannot be finished. Its rows are gone, and the transaction with them.
  private func lose(_ append: OpenAppend, _ error: DriverError) {
    activity = nil
    append.link.abandon()
    if case .open = transaction { transaction = .failed(error) }
  }
}
