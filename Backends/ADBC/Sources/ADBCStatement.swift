internal import CADBC
internal import ConnectionCore
internal import Foundation
internal import WarehouseDriver

/// A statement of a driver, released with this object.
final class ADBCStatement {
  let link: ADBCLink
  let handle: UnsafeMutablePointer<AdbcStatement>
  /// For messages.
  let sql: String
  /// How long its calls have taken together: the time limit is the statement's, and not each batch's.
  private var spent = Duration.zero
  private var isNew = false

  init(_ link: ADBCLink, sql: String, _ phase: DriverError.Phase) throws(DriverError) {
    self.link = link
    self.sql = sql
    handle = .allocate(capacity: 1)
    handle.initialize(to: AdbcStatement())
    try call(phase) { link.functions.StatementNew(link.connection, handle, $0) }
    isNew = true
  }

  deinit {
    var error = AdbcError()
    if isNew { _ = link.functions.StatementRelease(handle, &error) }
    error.release?(&error)
    handle.deallocate()
  }

  func call(
    _ phase: DriverError.Phase, _ body: (UnsafeMutablePointer<AdbcError>) -> UInt8
  ) throws(DriverError) {
    try link.call(handle, phase, sql, spent: &spent, body)
  }

  /// Sets the text that is carried out.
  func set(_ text: String, _ phase: DriverError.Phase) throws(DriverError) {
    if text.utf8.contains(0) {
      throw DriverError(.other, phase: phase, "the statement contains a NUL character", statement: sql)
    }
    link.tell(text)
    try call(phase) { link.functions.StatementSetSqlQuery(handle, text, $0) }
  }

  func set(option: String, _ value: String, _ phase: DriverError.Phase) throws(DriverError) {
    guard let function = link.functions.StatementSetOption else {
      throw notImplemented("options of a statement", phase)
    }
    try call(phase) { function(handle, option, value, $0) }
  }

  /// Carries it out and returns the number of rows that it changed, nil where the driver does not say.
  func execute(_ phase: DriverError.Phase) throws(DriverError) -> Int? {
    var rows: Int64 = -1
    try waiting(phase) { link.functions.StatementExecuteQuery(handle, nil, &rows, $0) }
    return rows < 0 ? nil : Int(rows)
  }

  /// Carries it out and gives its rows.
  func rows(_ phase: DriverError.Phase) throws(DriverError) -> ArrowStream {
    let stream = ArrowStream(self)
    var count: Int64 = -1
    try waiting(phase) { link.functions.StatementExecuteQuery(handle, stream.pointer, &count, $0) }
    try stream.readSchema(phase)
    return stream
  }

  /// Makes a call again and again where it finds a lock for which the engine does not wait.
  private func waiting(
    _ phase: DriverError.Phase, _ body: (UnsafeMutablePointer<AdbcError>) -> UInt8
  ) throws(DriverError) {
    try waitingForLocks(link.lockWait, isShielded: link.isShielded, phase, sql) { () throws(DriverError) in
      try call(phase, body)
    }
  }

  func notImplemented(_ what: String, _ phase: DriverError.Phase) -> DriverError {
    DriverError(
      .unsupported, phase: phase, "the ADBC driver has no \(what)",
      remedy: "say another way in the dialect's file (adbc.append)", statement: sql)
  }
}

/// The rows of a statement, as the driver gives them: one Arrow array after the other.
final class ArrowStream {
  private let statement: ADBCStatement
  let pointer: UnsafeMutablePointer<ArrowArrayStream>
  private(set) var schema = ArrowSchema()

  init(_ statement: ADBCStatement) {
    self.statement = statement
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: ArrowArrayStream())
  }

  deinit {
    schema.release?(&schema)
    pointer.pointee.release?(pointer)
    pointer.deallocate()
  }

  fileprivate func readSchema(_ phase: DriverError.Phase) throws(DriverError) {
    guard pointer.pointee.release != nil else {
      throw .misuse(phase, "the statement returns no rows", "use execute", statement.sql)
    }
    var schema = ArrowSchema()
    try call(phase) { pointer.pointee.get_schema(pointer, &schema) }
    self.schema = schema
  }

  /// The next array, which the caller releases; nil after the last.
  func next(_ phase: DriverError.Phase) throws(DriverError) -> ArrowArray? {
    var array = ArrowArray()
    try call(phase) { pointer.pointee.get_next(pointer, &array) }
    return array.release == nil ? nil : array
  }

  /// The stream has errors of its own: a number, and a text for as long as nothing else is called.
  private func call(_ phase: DriverError.Phase, _ body: () -> Int32) throws(DriverError) {
    let library = statement.link.library
    try statement.call(phase) { error in
      let number = body()
      guard number != 0 else { return UInt8(ADBC_STATUS_OK) }
      var status = UInt8(ADBC_STATUS_IO)
      // A driver of ADBC 1.1 may know more.
      if library.isVersion11, let more = library.functions.pointee.ErrorFromArrayStream?(pointer, &status) {
        error.pointee.vendor_code = more.pointee.vendor_code
        error.pointee.sqlstate = more.pointee.sqlstate
      } else {
        status = UInt8(ADBC_STATUS_UNKNOWN)
      }
      let words = pointer.pointee.get_last_error(pointer).map { String(cString: $0) } ?? "error \(number)"
      error.pointee.message = strdup(words)
      error.pointee.release = { error in
        free(error?.pointee.message)
        error?.pointee.message = nil
      }
      return status
    }
  }
}
