internal import CSQLite
internal import SQLRendering
public import SessionPlan
public import WarehouseDriver

/// A connection to a SQLite database.
///
/// SQLite's calls block, so the actor runs them on a queue of its own. All work of a call happens on the task that made
/// it, which is how SQLite's callbacks know that the task was cancelled.
public actor SQLiteConnection: Connection {
  private let executor = SerialQueueExecutor(label: "sessionizer.sqlite")
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  let options: ConnectionOptions
  /// nil before the connection is open and after it is closed.
  var database: Database?
  /// Where the transaction stands, and what is open.
  var order = CallOrder<OpenQuery, OpenAppend>()
  /// Scratch tables older than the transaction; those made in it are dropped at its end.
  var olderScratchTables: Set<[UInt8]> = []
  var turnedRecursiveTriggersOn = false

  /// What the statements have cost since `resetStatementStatistics`; a statement counts when it has ended. The
  /// connection's own statements (BEGIN, clean-up, catalog) are left out.
  public internal(set) var statementStatistics = StatementStatistics()

  nonisolated let dialect: Dialect

  init(options: ConnectionOptions, dialect: Dialect) {
    self.options = options
    self.dialect = dialect
  }

  func connect(to location: DatabaseLocation) throws {
    database = try openDatabase(at: location, options: options)
  }

  // MARK: Plans

  public nonisolated var profile: PlanProfile { dialect.profile }

  public nonisolated func render(_ statement: Statement) throws -> [String] {
    try Renderer(dialect).render(statement)
  }

  public nonisolated func identifier(_ name: ObjectName) throws -> String { try Renderer(dialect).identifier(name) }

  public nonisolated func scratchTable(_ name: String) -> ObjectName { ObjectName(parts: ["temp", name]) }

  // MARK: Statements

  /// Carries out one statement. Returns the number of rows that it inserted, changed or deleted itself, triggers left
  /// out; 0 for a statement of another kind.
  public func execute(_ sql: String) async throws -> Int? {
    let database = try ready(.execute, sql: sql)
    return try observed(sql, .execute, database) {
      let statement = try PreparedStatement(sql, database: database, phase: .prepare)
      defer { statementStatistics += statement.statistics }
      let before = sqlite3_total_changes64(database.handle)
      while try statement.step(.execute) {}
      let changed = sqlite3_total_changes64(database.handle) != before
      return changed ? Int(sqlite3_changes64(database.handle)) : 0
    }
  }

  public func explain(_ sql: String) async throws -> [String] {
    let database = try ready(.prepare, sql: sql)
    var depths = ["0": -1]
    // Explaining an INSERT writes nothing, so the rules of a transaction for reading do not apply.
    let rows = try database.shielded { () throws(DriverError) in
      try database.texts("EXPLAIN QUERY PLAN " + sql, .prepare)
    }
    return rows.map { row in
      let depth = (depths[row[1] ?? "0"] ?? -1) + 1
      depths[row[0] ?? ""] = depth
      return String(repeating: "  ", count: depth) + (row[3] ?? "")
    }
  }

  public func resetStatementStatistics() { statementStatistics = StatementStatistics() }

  public func close() async {
    if let database, !database.isAutocommit {
      try? database.shielded { () throws(DriverError) in try database.run("ROLLBACK", .close) }
    }
    order = CallOrder()
    database = nil
  }

  // MARK: Order of calls

  func opened(_ phase: DriverError.Phase) throws(DriverError) -> Database {
    guard let database else {
      throw DriverError(.connection, phase: phase, "the connection is closed")
    }
    return database
  }

  /// The database, if a new statement may begin now.
  func ready(_ phase: DriverError.Phase, sql: String? = nil) throws(DriverError) -> Database {
    let database = try opened(phase)
    try order.checkReady(phase, sql: sql)
    return database
  }

  /// Carries out `body`, tells the observer, and finds out whether the transaction is still what it was.
  ///
  /// - Parameter changesTransaction: the statement is the connection's own BEGIN or COMMIT.
  func observed(
    _ sql: String, _ phase: DriverError.Phase, _ database: Database, changesTransaction: Bool = false,
    _ body: () throws -> Int?
  ) throws -> Int? {
    let start = ContinuousClock.now
    do {
      let rows = try body()
      if !changesTransaction { try noticeHandmadeTransaction(sql, phase, database) }
      options.observer?(StatementEvent(sql: sql, duration: ContinuousClock.now - start, rows: rows))
      return rows
    } catch let error as DriverError {
      noticeLostTransaction(after: error, database)
      throw error
    }
  }
}
