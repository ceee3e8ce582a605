internal import CODBC
internal import ConnectionCore
internal import SQLRendering
internal import WarehouseDriver

/// A query between two batches.
final class OpenQuery: WireQuery {
  private var statement: ODBCStatement
  private var readers: [ColumnReader] = []
  /// Where the rows come page by page.
  private let pages: SpooledResult?
  private let dialect: Dialect
  /// Of this page, and of all rows so far.
  private var pageHasRows = false
  private var readBytes = 0
  private var isAtEnd = false
  var rowCount = 0

  /// - Parameter statement: carried out, and before its first row
  init(
    _ statement: ODBCStatement, types: [BatchColumnType]?, dialect: Dialect, pages: SpooledResult? = nil
  ) throws(DriverError) {
    self.statement = statement
    self.dialect = dialect
    self.pages = pages
    let odbc = dialect.odbc
    // Values that are longer than their buffer are asked for again, which not every driver allows for bound columns.
    let extensions = statement.link.bits(SQL_GETDATA_EXTENSIONS)
    let needed = UInt32(SQL_GD_BOUND) | UInt32(SQL_GD_ANY_COLUMN)
    var mayBind = extensions & needed == needed
    for index in 0..<statement.columnCount {
      let column = try statement.column(index)
      let reader = try ColumnReader(column, at: index, as: types?[index], odbc: odbc)
      // Without that, all columns from the first long one on are fetched in order.
      if reader.isOfAnyLength, extensions & needed != needed { mayBind = false }
      if mayBind || (!reader.isOfAnyLength && index == readers.filter(\.isBound).count) {
        try reader.bind(statement)
      }
      readers.append(reader)
    }
  }

  var sql: String { statement.sql }

  /// Whether a result with a limit has reached it. Only for a driver that holds the result and knows its length.
  var isLong: Bool { (statement.changedRows ?? 0) > SpooledResult.longest }
  var schema: [BatchColumn] { readers.map(\.column) }

  /// The next rows, nil after the last. A batch ends early where its texts grow large, so that it stays small in memory.
  func next() throws(DriverError) -> RecordBatch? {
    var rows = 0
    var bytes = 0
    while !isAtEnd, rows < RecordBatch.usualRows, bytes < 8 << 20 {
      if Task.isCancelled, rows & 255 == 0 {
        throw DriverError(.cancelled, phase: .fetch, "the query was cancelled", statement: sql)
      }
      guard try statement.fetch(.fetch) else {
        if try turnPage(bytes + readBytes, rows + rowCount) { continue }
        isAtEnd = true
        break
      }
      pageHasRows = true
      bytes = 0
      for reader in readers {
        try reader.read(statement, row: rows)
        bytes += reader.byteCount
      }
      rows += 1
    }
    rowCount += rows
    readBytes += bytes
    guard rows > 0 else { return nil }
    return RecordBatch(schema: schema, columns: readers.map { $0.take() })
  }

  /// Goes on with the next page; false after the last.
  private func turnPage(_ bytes: Int, _ rows: Int) throws(DriverError) -> Bool {
    guard let pages, pageHasRows else { return false }
    statement = try pages.nextPage(dialect, bytesPerRow: bytes / max(rows, 1) + 8 * readers.count)
    pageHasRows = false
    for reader in readers where reader.isBound { try reader.bind(statement) }
    return true
  }

  /// Frees what the query holds on the server.
  func end() { pages?.drop(Renderer(dialect)) }
}
