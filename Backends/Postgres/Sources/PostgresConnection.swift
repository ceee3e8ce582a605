internal import CPostgres
internal import SQLRendering
public import SessionPlan
public import WarehouseDriver

/// A connection to a PostgreSQL server.
///
/// Waiting for the server blocks, so the actor runs on a queue of its own. All work of a call happens on the task that
/// made it, which is how a wait knows that the task was cancelled.
public actor PostgresConnection: Connection {
  private let executor = SerialQueueExecutor(label: "sessionizer.postgres")
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  let options: ConnectionOptions
  /// nil before the connection is open and after it is closed.
  var link: ServerLink?
  /// Where the transaction stands, and what is open.
  var order = CallOrder<OpenQuery, OpenAppend>()
  /// The key of the job lock that is held.
  var jobLock: JobLockKey?
  /// The comment before each statement, ready to be sent.
  private var annotation = ""
  /// The server's own setting, before it was changed to UTC.
  var serverTimeZone = ""

  nonisolated let dialect: Dialect

  init(options: ConnectionOptions, dialect: Dialect) {
    self.options = options
    self.dialect = dialect
  }

  func connect(to target: ConnectionTarget) throws {
    let opened = try ServerLink.open(target, options: options)
    serverTimeZone = opened.serverTimeZone
    link = opened
  }

  // MARK: Plans

  public nonisolated var profile: PlanProfile { dialect.profile }

  public nonisolated func render(_ statement: Statement) throws -> [String] {
    try Renderer(dialect).render(statement)
  }

  public nonisolated func identifier(_ name: ObjectName) throws -> String { try Renderer(dialect).identifier(name) }

  public nonisolated func scratchTable(_ name: String) -> ObjectName { ObjectName(parts: ["pg_temp", name]) }

  // MARK: Statements

  /// Carries out one statement. Returns the number of rows that it inserted, changed or deleted; 0 for a statement of
  /// another kind.
  public func execute(_ sql: String) async throws -> Int? {
    let link = try ready(.execute, sql: sql)
    try checkAllowed(sql)
    return try observed(sql, .execute, link) { () throws(DriverError) in
      let reply = try link.run(annotated(sql), .execute, shown: sql)
      if reply.isCopy {
        link.abandon()
        throw .misuse(.execute, "COPY is not carried out as a statement", "use a bulk insert or a query", sql)
      }
      return reply.changedRows
    }
  }

  public func explain(_ sql: String) async throws -> [String] {
    let link = try ready(.prepare, sql: sql)
    return try guarded(link) { () throws(DriverError) in
      // The parentheses keep a text that begins with ANALYZE from being carried out.
      try link.run("EXPLAIN (COSTS on) " + sql, .prepare, shown: sql).texts.map { $0[0] ?? "" }
    }
  }

  public func annotate(_ text: String?) async {
    guard let text else {
      annotation = ""
      return
    }
    // Nothing in it may end the comment, or begin one inside it.
    let harmless = oneLine(text).filter { $0 != "\0" }
      .replacing("*/", with: "* /").replacing("/*", with: "/ *")
    annotation = "/* sessionizer: \(harmless) */ "
  }

  func annotated(_ sql: String) -> String { annotation + sql }

  /// Rolls back, ends what is in flight, and closes. Locks of the session end with it.
  public func close() async {
    if !order.isIdle { link?.abandon() }
    order = CallOrder()
    jobLock = nil
    link = nil
  }

  // MARK: Order of calls

  func opened(_ phase: DriverError.Phase) throws(DriverError) -> ServerLink {
    guard let link else { throw DriverError(.connection, phase: phase, "the connection is closed") }
    return link
  }

  /// The link, if a new statement may begin now.
  func ready(_ phase: DriverError.Phase, sql: String? = nil) throws(DriverError) -> ServerLink {
    let link = try opened(phase)
    if link.isLost { throw link.lost(phase, sql) }
    try order.checkReady(phase, sql: sql)
    return link
  }

  /// Carries out `body`, tells the observer, and finds out whether the transaction is still what it was.
  func observed(
    _ sql: String, _ phase: DriverError.Phase, _ link: ServerLink, _ body: () throws(DriverError) -> Int?
  ) throws(DriverError) -> Int? {
    let start = ContinuousClock.now
    let rows = try guarded(link, body)
    try noticeHandmadeTransaction(sql, phase, link)
    options.observer?(StatementEvent(sql: sql, duration: ContinuousClock.now - start, rows: rows))
    return rows
  }

  /// Carries out `body`; an error in a transaction leaves it to be rolled back.
  func guarded<Result>(
    _ link: ServerLink, _ body: () throws(DriverError) -> Result
  ) throws(DriverError) -> Result {
    do {
      let result = try body()
      noticeFailedTransaction(link, nil)
      return result
    } catch {
      var error = error
      // Outside a transaction nothing else was done that a repetition would do twice.
      if error.code == .connectionLost, !order.isInTransaction { error.isRetrySafe = true }
      noticeFailedTransaction(link, error)
      throw error
    }
  }
}
