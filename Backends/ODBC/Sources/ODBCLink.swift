internal import CODBC
internal import ConnectionCore
internal import SQLRendering
internal import WarehouseDriver

/// A connection of the driver manager's, with an environment of its own. Not `Sendable`: it lives inside one
/// `ODBCConnection`.
final class ODBCLink {
  private let environment: SQLHENV
  let handle: SQLHDBC
  let watch: StatementWatch
  /// How messages are made of the driver's records.
  var reporter: Reporter
  /// After which time the backend itself stops a statement; nil where the server does.
  var limit: Duration?
  /// How long a statement that finds a lock is tried again; nil leaves the waiting to the engine.
  var lockWait: Duration?
  /// Set when the server is gone: nothing can be done on this connection any more.
  var isLost = false
  /// Carries out statements although the task is cancelled: the connection's own, such as ROLLBACK.
  private(set) var isShielded = false
  /// Whether queries are prepared before they are carried out; see `Dialect.ODBC.preparesQueries`.
  var preparesQueries = false
  /// What a request to cancel names instead of the statement in flight; see `Dialect.ODBC.cancelsIdleStatement`.
  private(set) var idleStatement: SQLHSTMT?
  /// A harmless query; see `settle`.
  var errand: String?
  /// Whether a transaction of ours is open.
  var isInTransaction = false
  /// What is said after an error outside a transaction; see `recover`.
  var recovery: [String] = []
  private var isRecovering = false
  /// Told each text before it is sent.
  private let onSend: (@Sendable (String) -> Void)?
  /// What went wrong last, as far as it is known.
  var lastFailure: Dialect.Failure?

  /// Connects.
  init(
    _ string: ConnectionString, watch: StatementWatch, reporter: Reporter, onSend: (@Sendable (String) -> Void)?
  ) throws(DriverError) {
    self.onSend = onSend
    self.watch = watch
    self.reporter = reporter
    var environment: SQLHENV?
    guard SQLAllocHandle(SQLSMALLINT(SQL_HANDLE_ENV), nil, &environment) == SQL_SUCCESS, let environment else {
      throw DriverError(.other, phase: .connect, "the ODBC driver manager found no memory")
    }
    self.environment = environment
    _ = sessionizer_odbc_use_version_3(environment)
    var handle: SQLHDBC?
    guard SQLAllocHandle(SQLSMALLINT(SQL_HANDLE_DBC), environment, &handle) == SQL_SUCCESS, let handle else {
      SQLFreeHandle(SQLSMALLINT(SQL_HANDLE_ENV), environment)
      throw DriverError(.other, phase: .connect, "the ODBC driver manager found no memory")
    }
    self.handle = handle
    // A driver that has no such limit may say so.
    _ = sessionizer_odbc_set_connection(handle, SQL_ATTR_LOGIN_TIMEOUT, 10)
    var text = Array(string.text.utf8)
    // What the driver returns is the completed connection string, with the password in it: it is never asked for.
    let result = SQLDriverConnect(
      handle, nil, &text, SQLSMALLINT(clamping: text.count), nil, 0, nil, SQLUSMALLINT(SQL_DRIVER_NOPROMPT))
    guard Self.isDone(result) else {
      // No deinit runs for an object whose initializer throws before it is complete; this one is complete.
      throw reporter.connectFailure(diagnosticRecords(SQL_HANDLE_DBC, handle))
    }
    isConnected = true
  }

  private var isConnected = false

  deinit {
    if let idleStatement { SQLFreeHandle(SQLSMALLINT(SQL_HANDLE_STMT), idleStatement) }
    if isConnected { SQLDisconnect(handle) }
    SQLFreeHandle(SQLSMALLINT(SQL_HANDLE_DBC), handle)
    SQLFreeHandle(SQLSMALLINT(SQL_HANDLE_ENV), environment)
  }

  static func isDone(_ result: SQLRETURN) -> Bool { result == SQL_SUCCESS || result == SQL_SUCCESS_WITH_INFO }

  // MARK: What the driver says of itself

  /// A text of SQLGetInfo; empty where the driver has none.
  func information(_ what: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 1024)
    var length: SQLSMALLINT = 0
    guard Self.isDone(SQLGetInfo(handle, SQLUSMALLINT(what), &buffer, SQLSMALLINT(buffer.count), &length)) else {
      return ""
    }
    return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Bits of SQLGetInfo; 0 where the driver has none.
  func bits(_ what: Int32) -> UInt32 {
    var value: SQLUINTEGER = 0
    return Self.isDone(SQLGetInfo(handle, SQLUSMALLINT(what), &value, 4, nil)) ? value : 0
  }

  /// Whether the driver knows that the connection is gone. One that cannot tell says no.
  var isDead: Bool {
    var dead = SQLUINTEGER(SQL_CD_FALSE)
    let result = SQLGetConnectAttr(handle, SQL_ATTR_CONNECTION_DEAD, &dead, SQL_IS_UINTEGER, nil)
    return Self.isDone(result) && dead == SQLUINTEGER(SQL_CD_TRUE)
  }

  // MARK: Statements

  /// From now on a request to cancel names a statement that nothing else uses.
  func cancelsIdleStatement() throws(DriverError) {
    guard idleStatement == nil else { return }
    guard SQLAllocHandle(SQLSMALLINT(SQL_HANDLE_STMT), handle, &idleStatement) == SQL_SUCCESS else {
      throw reporter.failure(diagnosticRecords(SQL_HANDLE_DBC, handle), .connect, nil)
    }
  }

  /// Tells of a text that is about to be sent.
  func tell(_ sql: String) { onSend?(sql) }

  /// Carries out `body` to its end although the task is cancelled.
  func shielded<Result>(_ body: () throws(DriverError) -> Result) throws(DriverError) -> Result {
    let before = isShielded
    isShielded = true
    defer { isShielded = before }
    return try body()
  }

  /// Carries out one statement and returns the number of rows it changed; nil where the driver does not say.
  @discardableResult
  func run(_ sql: String, _ phase: DriverError.Phase, shown: String? = nil) throws(DriverError) -> Int? {
    let statement = try ODBCStatement(self, sql: shown ?? sql)
    try statement.execute(sql, phase)
    let changed = statement.changedRows
    try statement.drain(phase)
    return changed
  }

  func table(_ sql: String, _ phase: DriverError.Phase, shown: String?) throws(DriverError) -> TextTable {
    let statement = try ODBCStatement(self, sql: shown ?? sql)
    try statement.execute(sql, phase)
    var names: [String] = []
    for index in 0..<statement.columnCount { names.append(try statement.column(index).name) }
    return TextTable(names: names, rows: try statement.texts(phase))
  }

  /// All rows of a statement of the connection's own.
  func texts(_ sql: String, _ phase: DriverError.Phase) throws(DriverError) -> [[String?]] {
    try table(sql, phase, shown: nil).rows
  }

  // MARK: After an error

  /// Some drivers begin a transaction of their own around a query, and leave it as it is when that fails.
  func recover() {
    guard !isInTransaction, !isLost, !isRecovering else { return }
    isRecovering = true
    defer { isRecovering = false }
    for statement in recovery {
      _ = try? shielded { () throws(DriverError) in try run(statement, .rollback) }
    }
  }

  /// A cancel request may take effect after the statement that it was meant for. A harmless errand takes the blow, so
  /// that the next statement does not.
  func settle() {
    guard let errand, !isLost, !isRecovering else { return }
    isRecovering = true
    defer { isRecovering = false }
    for _ in 0..<5 {
      do {
        _ = try shielded { () throws(DriverError) in try texts(errand, .execute) }
        return
      } catch {
        if error.code != .cancelled, error.code != .timeout { return }
      }
    }
  }
}
