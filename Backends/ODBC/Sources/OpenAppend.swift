internal import CODBC
internal import ConnectionCore
internal import SQLRendering
internal import WarehouseDriver

/// A bulk insert between two batches.
final class OpenAppend: WireAppend {
  /// For messages: the statement of one row.
  let sql: String
  private let link: ODBCLink
  private let annotatedHead: String
  private let columns: [BatchColumn]
  private let odbc: Dialect.ODBC
  private let parameters: [ParameterColumn]
  /// By the number of their rows: whole chunks, and what is left at the end of a batch. Of arrays there are two, one for
  /// single rows: MariaDB's driver takes the texts of an array for addresses if the same statement has just carried out
  /// a single row from the same memory.
  private var prepared: [(rows: Int, statement: ODBCStatement)] = []
  private(set) var rowCount = 0

  /// How many bytes of values go at once; a row that is longer goes alone.
  private static let chunkBytes = 1 << 20

  init(
    _ link: ODBCLink, head: String, annotatedHead: String, columns: [BatchColumn], odbc: Dialect.ODBC
  ) throws(DriverError) {
    self.link = link
    self.annotatedHead = annotatedHead
    self.columns = columns
    self.odbc = odbc
    sql = head + Self.row(columns.count)
    parameters = columns.map { ParameterColumn($0, timesAsText: odbc.timesAsText) }
    // A table or column that does not exist is told before the first row is read, where the driver asks the server.
    _ = try statement(rows: 1)
  }

  private var isArray: Bool { odbc.append == .arrays }

  private static func row(_ columns: Int) -> String {
    "(" + Array(repeating: "?", count: columns).joined(separator: ", ") + ")"
  }

  /// The most rows of one statement.
  private var mostRows: Int {
    isArray ? odbc.rowsPerStatement : max(1, min(odbc.rowsPerStatement, odbc.parametersPerStatement / columns.count))
  }

  func write(_ batch: RecordBatch) throws(DriverError) {
    guard batch.schema.map(\.type) == columns.map(\.type) else {
      throw DriverError(.other, phase: .append, "the batch has other columns than the bulk insert was begun with")
    }
    var start = 0
    while start < batch.rowCount {
      let end = chunkEnd(batch, from: start)
      let rows = start..<end
      for (parameter, vector) in zip(parameters, batch.columns) {
        try parameter.load(vector, rows, isArray: isArray, sql: sql)
      }
      try send(rows.count)
      rowCount += rows.count
      start = end
    }
  }

  func finish() throws(DriverError) { prepared = [] }

  /// Where the chunk ends that begins at a row: so many rows that neither their number nor their bytes are too many.
  private func chunkEnd(_ batch: RecordBatch, from start: Int) -> Int {
    let most = min(mostRows, batch.rowCount - start)
    var widths = Array(repeating: 0, count: columns.count)
    var total = 0
    for count in 1...most {
      for (index, column) in batch.columns.enumerated() {
        guard case .text(let texts) = column.values else { continue }
        let length = texts.offsets[start + count] - texts.offsets[start + count - 1]
        total += length
        widths[index] = max(widths[index], length)
      }
      // An array has one width for all rows.
      let bytes = isArray ? widths.reduce(0, +) * count : total
      if bytes > Self.chunkBytes, count > 1 { return start + count - 1 }
    }
    return start + most
  }

  // MARK: Sending

  private func statement(rows: Int) throws(DriverError) -> ODBCStatement {
    if let found = prepared.first(where: { $0.rows == rows }) { return found.statement }
    let statement = try ODBCStatement(link, sql: sql)
    let row = Self.row(columns.count)
    let values = isArray ? row : Array(repeating: row, count: rows).joined(separator: ", ")
    try statement.prepare(annotatedHead + values, .append)
    if prepared.count == 4 { prepared.removeFirst() }
    prepared.append((rows, statement))
    return statement
  }

  private func send(_ rows: Int) throws(DriverError) {
    // An array of any length is one statement.
    let statement = try statement(rows: isArray ? min(rows, 2) : rows)
    if isArray { try sendArray(rows, statement) } else { try sendValues(rows, statement) }
  }

  private func sendValues(_ rows: Int, _ statement: ODBCStatement) throws(DriverError) {
    for row in 0..<rows {
      for (index, parameter) in parameters.enumerated() {
        try parameter.bind(statement, SQLUSMALLINT(row * columns.count + index + 1), row: row)
      }
    }
    try checkWhole(try statement.carryOut(.append) { SQLExecute($0) }, statement)
    if let changed = statement.changedRows, changed != rows { throw miscount(changed, rows) }
  }

  private func sendArray(_ rows: Int, _ statement: ODBCStatement) throws(DriverError) {
    var statuses = [SQLUSMALLINT](repeating: SQLUSMALLINT(SQL_PARAM_UNUSED), count: rows)
    var processed: SQLULEN = 0
    for (index, parameter) in parameters.enumerated() {
      try parameter.bind(statement, SQLUSMALLINT(index + 1), row: 0)
    }
    var failure: DriverError?
    statuses.withUnsafeMutableBufferPointer { statuses in
      withUnsafeMutablePointer(to: &processed) { processed in
        _ = sessionizer_odbc_set_statement(
          statement.handle, SQL_ATTR_PARAM_BIND_TYPE, SQLULEN(SQL_PARAM_BIND_BY_COLUMN))
        _ = sessionizer_odbc_set_statement(statement.handle, SQL_ATTR_PARAMSET_SIZE, SQLULEN(rows))
        _ = SQLSetStmtAttr(statement.handle, SQL_ATTR_PARAM_STATUS_PTR, statuses.baseAddress, 0)
        _ = SQLSetStmtAttr(statement.handle, SQL_ATTR_PARAMS_PROCESSED_PTR, processed, 0)
        do throws(DriverError) {
          try checkWhole(try statement.carryOut(.append) { SQLExecute($0) }, statement)
        } catch {
          failure = error
        }
        _ = SQLSetStmtAttr(statement.handle, SQL_ATTR_PARAM_STATUS_PTR, nil, 0)
        _ = SQLSetStmtAttr(statement.handle, SQL_ATTR_PARAMS_PROCESSED_PTR, nil, 0)
      }
    }
    if let failure { throw failure }
    // SQLRowCount says 1 with some drivers; these two do not lie.
    let refused = statuses.contains(SQLUSMALLINT(SQL_PARAM_ERROR)) || statuses.contains(SQLUSMALLINT(SQL_PARAM_UNUSED))
    if refused || Int(processed) != rows {
      throw miscount(
        statuses.count { $0 != SQLUSMALLINT(SQL_PARAM_ERROR) && $0 != SQLUSMALLINT(SQL_PARAM_UNUSED) }, rows)
    }
  }

  /// A success with information may mean that a value was cut.
  private func checkWhole(_ result: SQLRETURN, _ statement: ODBCStatement) throws(DriverError) {
    guard result == SQL_SUCCESS_WITH_INFO else { return }
    let records = diagnosticRecords(SQL_HANDLE_STMT, statement.handle)
    if records.contains(where: { ["01004", "01S07", "22001"].contains($0.state) }) {
      throw DriverError(
        .wrongColumn, phase: .append, "a value was cut to fit its column", remedy: "check the column types",
        statement: sql)
    }
  }

  private func miscount(_ inserted: Int, _ rows: Int) -> DriverError {
    DriverError(
      .other, phase: .append, "\(link.reporter.place) has taken \(inserted) of \(rows) rows of a bulk insert",
      remedy: "nothing is kept of it; run again", statement: sql)
  }
}
