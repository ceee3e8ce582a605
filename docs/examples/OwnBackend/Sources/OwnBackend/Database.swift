import CSQLite3
import WarehouseDriver

/// An open database of the C library, and its errors in the words of the driver protocol.
final class Database {
  let handle: OpaquePointer
  /// Told each text before the library gets it.
  let onSend: (@Sendable (String) -> Void)?

  init(path: String, _ options: ConnectionOptions) throws(DriverError) {
    var opened: OpaquePointer?
    let access =
      options.readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | (options.mayCreate ? SQLITE_OPEN_CREATE : 0)
    let code = sqlite3_open_v2(path, &opened, access, nil)
    guard let opened else { throw DriverError(.connection, phase: .connect, "the library gives no database") }
    handle = opened
    onSend = options.onSend
    guard code == SQLITE_OK else { throw error(code, .connect) }
    wait(options.lockTimeout)
    // Asked every 1,000 instructions of the engine, on the task that waits for them. (sqlite3_interrupt would miss a
    // statement that is about to begin.)
    sqlite3_progress_handler(handle, 1000, { _ in Task.isCancelled ? 1 : 0 }, nil)
    // Readers do not wait for the one writer.
    for sql in options.readOnly ? [] : ["PRAGMA journal_mode=WAL"] { try run(sql, .connect) }
  }

  deinit { sqlite3_close_v2(handle) }

  /// How long a statement waits for another connection.
  func wait(_ duration: Duration) {
    sqlite3_busy_timeout(handle, Int32(clamping: Int64(duration / .milliseconds(1))))
  }

  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  func run(_ sql: String, _ phase: DriverError.Phase) throws(DriverError) {
    onSend?(sql)
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw error(code, phase, sql) }
  }

  /// All rows of a short result, as texts.
  func texts(_ sql: String, _ phase: DriverError.Phase) throws(DriverError) -> [[String?]] {
    let statement = try PreparedStatement(sql, self, phase)
    var rows: [[String?]] = []
    while try statement.step(phase) { rows.append((0..<statement.columnCount).map(statement.text)) }
    return rows
  }

  /// What callers tell kinds of errors by is the code; the message is for people.
  func error(_ result: Int32, _ phase: DriverError.Phase, _ sql: String? = nil) -> DriverError {
    let words = String(cString: sqlite3_errmsg(handle))
    let code: DriverError.Code =
      switch result & 0xff {
      case SQLITE_BUSY, SQLITE_LOCKED: .locked
      case SQLITE_INTERRUPT: .cancelled
      case SQLITE_CONSTRAINT: .constraint
      case SQLITE_FULL: .diskFull
      case SQLITE_READONLY: .readOnly
      case SQLITE_CANTOPEN: .connection
      case SQLITE_NOTADB: .notADatabase
      case SQLITE_ERROR where words.hasPrefix("no such table"): .noSuchObject
      case SQLITE_ERROR where words.hasPrefix("no such column"): .wrongColumn
      default: .other
      }
    return DriverError(code, phase: phase, words, vendorCode: Int(result), statement: sql)
  }
}
