import CSQLite3
import SessionPlan
import WarehouseDriver

/// A statement of the C library.
final class PreparedStatement {
  let database: Database
  let sql: String
  private var handle: OpaquePointer?

  init(_ sql: String, _ database: Database, _ phase: DriverError.Phase) throws(DriverError) {
    self.database = database
    self.sql = sql
    database.onSend?(sql)
    let code = sqlite3_prepare_v2(database.handle, sql, -1, &handle, nil)
    guard code == SQLITE_OK else { throw database.error(code, phase, sql) }
  }

  deinit { sqlite3_finalize(handle) }

  /// Whether there is another row.
  func step(_ phase: DriverError.Phase) throws(DriverError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let error = database.error(code, phase, sql)
      sqlite3_reset(handle)
      throw error
    }
  }

  func reset() { sqlite3_reset(handle) }

  // MARK: Results

  var columnCount: Int32 { sqlite3_column_count(handle) }

  func name(_ column: Int32) -> String { String(cString: sqlite3_column_name(handle, column)) }

  /// What the value in the current row would be in a batch.
  func type(_ column: Int32) -> BatchColumnType {
    switch sqlite3_column_type(handle, column) {
    case SQLITE_INTEGER: .int64
    case SQLITE_FLOAT: .double
    default: .text
    }
  }

  func text(_ column: Int32) -> String? {
    guard let start = sqlite3_column_text(handle, column) else { return nil }
    let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the value in the current row to a column of a batch. Times are texts in this engine.
  func read(_ column: Int32, into vector: inout ColumnVector) throws(DriverError) {
    if sqlite3_column_type(handle, column) == SQLITE_NULL { return vector.appendNull() }
    switch vector.type {
    case .int64: vector.append(sqlite3_column_int64(handle, column))
    case .double: vector.append(sqlite3_column_double(handle, column))
    case .text: vector.append(text(column) ?? "")
    case .timestamp:
      guard let time = text(column).flatMap(Timestamp.init(text:)) else {
        throw DriverError(.wrongColumn, phase: .fetch, "column \(name(column)) holds a text that is not a time")
      }
      vector.append(time.microseconds)
    }
  }

  // MARK: Parameters

  func bind(_ value: BatchValue?, at index: Int32) throws(DriverError) {
    let code =
      switch value {
      case nil: sqlite3_bind_null(handle, index)
      case .int64(let number)?: sqlite3_bind_int64(handle, index, number)
      case .double(let number)?: sqlite3_bind_double(handle, index, number)
      case .text(let text)?: bind(text, at: index)
      // The form that `create` gives a column of times.
      case .timestamp(let time)?: bind(Timestamp(microseconds: time).description, at: index)
      }
    guard code == SQLITE_OK else { throw database.error(code, .append, sql) }
  }

  private func bind(_ text: String, at index: Int32) -> Int32 {
    own_bind_text(handle, index, text, Int32(text.utf8.count))
  }
}
