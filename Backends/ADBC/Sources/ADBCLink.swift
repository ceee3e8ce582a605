internal import CADBC
internal import ConnectionCore
internal import SQLRendering
internal import WarehouseDriver

/// A connection of an ADBC driver. Not `Sendable`: it lives inside one `ADBCConnection`.
final class ADBCLink {
  let library: DriverLibrary
  let watch: StatementWatch
  var reporter: Reporter
  /// After which time a statement is stopped; nil where the server does it.
  var limit: Duration?
  /// How long a statement that finds a lock is tried again; nil leaves the waiting to the engine.
  var lockWait: Duration?
  var isLost = false
  private(set) var isShielded = false
  /// What went wrong last, as far as it is known.
  private(set) var lastFailure: Dialect.Failure?
  private let onSend: (@Sendable (String) -> Void)?
  /// Given back after the connection is released.
  private let use: ADBCDatabase.Use
  let connection: UnsafeMutablePointer<AdbcConnection>
  private var isNew = false

  var functions: AdbcDriver { library.functions.pointee }

  /// Connects to a database.
  init(
    _ use: ADBCDatabase.Use, watch: StatementWatch, reporter: Reporter, onSend: (@Sendable (String) -> Void)?
  ) throws(DriverError) {
    self.use = use
    library = use.database.library
    self.watch = watch
    self.reporter = reporter
    self.onSend = onSend
    connection = .allocate(capacity: 1)
    connection.initialize(to: AdbcConnection())
    let functions = library.functions.pointee
    let connection = connection
    try library.call(reporter) { functions.ConnectionNew(connection, $0) }
    isNew = true
    try library.call(reporter) { functions.ConnectionInit(connection, use.database.handle, $0) }
  }

  deinit {
    var error = AdbcError()
    if isNew { _ = functions.ConnectionRelease(connection, &error) }
    error.release?(&error)
    connection.deallocate()
  }

  // MARK: Calls

  /// Tells of a text that is about to be sent.
  func tell(_ sql: String) { onSend?(sql) }

  func shielded<Result>(_ body: () throws(DriverError) -> Result) throws(DriverError) -> Result {
    let before = isShielded
    isShielded = true
    defer { isShielded = before }
    return try body()
  }

  /// Makes a call that may block, and can be stopped.
  ///
  /// - Parameters:
  ///   - handle: the statement that it is about
  ///   - spent: what the statement has taken so far; the call's time is added
  func call(
    _ handle: UnsafeMutablePointer<AdbcStatement>, _ phase: DriverError.Phase, _ sql: String?, spent: inout Duration,
    _ body: (UnsafeMutablePointer<AdbcError>) -> UInt8
  ) throws(DriverError) {
    guard !isLost else { throw reporter.lost(phase, sql) }
    let limit = isShielded ? nil : limit
    if let limit, spent >= limit { throw reporter.timeout(after: limit, phase, sql) }
    var error = AdbcError()
    error.vendor_code = Int32.min
    let start = ContinuousClock.now
    let left = limit.map { $0 - spent }
    let (status, stopped) = watch.during(Int(bitPattern: handle), isShielded: isShielded, limit: left) {
      body(&error)
    }
    spent += ContinuousClock.now - start
    if status == UInt8(ADBC_STATUS_OK), stopped == nil { return }
    var records: [DiagnosticRecord] = []
    if let status, status != UInt8(ADBC_STATUS_OK) { records = CallError(status, &error, library).records }
    throw failure(records, phase, sql, stopped)
  }

  /// The error of a call, which may have been stopped.
  func failure(
    _ records: [DiagnosticRecord], _ phase: DriverError.Phase, _ sql: String?, _ stopped: StatementWatch.Reason?
  ) -> DriverError {
    lastFailure = reporter.kind(records)
    var error = reporter.failure(records, phase, sql)
    switch stopped {
    case .cancelled? where error.code != .connectionLost:
      error = DriverError(
        .cancelled, phase: phase, "the statement was cancelled", sqlState: error.sqlState, statement: sql)
    // A wait for a lock that was stopped is still that.
    case .timedOut? where error.code != .connectionLost && error.code != .locked:
      error = reporter.timeout(after: limit ?? .zero, phase, sql)
    default: break
    }
    if error.code == .connectionLost { isLost = true }
    return error
  }
}
