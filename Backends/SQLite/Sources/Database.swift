internal import CSQLite
internal import SessionPlan
internal import WarehouseDriver

/// An open handle of SQLite's library. Not `Sendable`: it lives inside one `SQLiteConnection`.
final class Database {
  let handle: OpaquePointer
  /// The file, for messages.
  let name: String
  let callbacks: CallbackState
  private let onSend: (@Sendable (String) -> Void)?

  /// - Parameters:
  ///   - openName: a path or URI
  ///   - flags: for `sqlite3_open_v2`, without the threading mode. Each handle is used by one actor alone, so the
  ///     library's own mutexes are left out.
  init(openName: String, name: String, flags: Int32, options: ConnectionOptions) throws(DriverError) {
    Self.forgoMemoryStatistics
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(openName, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard let opened else {
      throw DriverError(.other, phase: .connect, "SQLite found no memory to open \(name)")
    }
    guard code == SQLITE_OK else {
      let error = ResultCode(handle: opened, code: code).error(.connect, name: name)
      sqlite3_close_v2(opened)
      throw error
    }
    handle = opened
    self.name = name
    callbacks = CallbackState(lockTimeout: options.lockTimeout)
    onSend = options.onSend
    callbacks.install(on: handle)
  }

  /// SQLite counts every allocation of the process under one lock, which connections on several threads wait for: a
  /// quarter of the processor's time with a handful of them. Nobody reads the count here. It must be said before the
  /// library is first used; where somebody else in the process was earlier, SQLite refuses, and all stays as it was.
  private static let forgoMemoryStatistics: Void = { _ = sessionizer_sqlite_forgo_memory_statistics() }()

  deinit {
    // Every statement holds its database, so none is left here; _v2 would wait for one all the same.
    sqlite3_close_v2(handle)
  }

  /// Tells of a statement that SQLite has taken, and that is about to be carried out.
  func tell(_ sql: String) { onSend?(sql) }

  /// Whether no transaction is open.
  var isAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }

  /// An error of SQLite's as ours.
  func error(_ code: Int32, _ phase: DriverError.Phase, sql: String? = nil) -> DriverError {
    if let refusal = callbacks.refusal, code & 0xff == SQLITE_AUTH {
      callbacks.refusal = nil
      return refusal.error(sql: sql, statement: refusal.isOnCatalog ? sql.flatMap(nameSchemaChange) : nil)
    }
    var error = ResultCode(handle: handle, code: code).error(phase, name: name)
    if callbacks.isCancelled, code & 0xff == SQLITE_BUSY {
      error = DriverError(
        .cancelled, phase: phase, "waiting for a lock on \(name) was cancelled", vendorCode: Int(code))
    }
    error.statement = sql
    return error
  }

  /// Throws `cancelled` if the task was cancelled: asked before a statement begins.
  func checkCancellation(_ phase: DriverError.Phase, sql: String? = nil) throws(DriverError) {
    if callbacks.isCancelled {
      throw DriverError(.cancelled, phase: phase, "the statement was cancelled before it began", statement: sql)
    }
  }

  /// Carries out statements of the connection's own: not guarded, not cancelled.
  func shielded<Result>(_ body: () throws(DriverError) -> Result) throws(DriverError) -> Result {
    let before = callbacks.isShielded
    callbacks.isShielded = true
    defer { callbacks.isShielded = before }
    return try body()
  }

  /// Carries out one statement and drops its rows.
  func run(_ sql: String, _ phase: DriverError.Phase) throws(DriverError) {
    let statement = try PreparedStatement(sql, database: self, phase: phase)
    while try statement.step(phase) {}
  }

  /// The rows of a small query of the connection's own, as texts.
  func texts(_ sql: String, _ phase: DriverError.Phase, binding: [String] = []) throws(DriverError) -> [[String?]] {
    let statement = try PreparedStatement(sql, database: self, phase: phase)
    for (index, value) in binding.enumerated() { statement.bind(value, at: Int32(index + 1)) }
    var rows: [[String?]] = []
    while try statement.step(phase) { rows.append(statement.texts) }
    return rows
  }

  /// `texts`, the first column of the first row.
  func text(_ sql: String, _ phase: DriverError.Phase) throws(DriverError) -> String? {
    try texts(sql, phase).first?.first ?? nil
  }
}

/// A name quoted for SQLite: `"odd ""name"`.
func quoted(_ name: String) -> String { "\"" + name.replacing(scalar: "\"", with: "\"\"") + "\"" }
