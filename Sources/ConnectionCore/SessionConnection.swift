public import SQLRendering
public import SessionPlan
public import WarehouseDriver

/// A connection through any C client that reaches many engines: what each of them needs is done here, once.
///
/// The order of calls, transactions, the job lock, the insert-only guard, scratch tables, limits of time, annotation and
/// the catalog are this actor's; what the engine wants comes from its dialect alone; how a text gets to it is the
/// `Wire`'s. A client's calls block, so the actor runs them on a queue of its own; another queue stops them
/// (`StatementWatch`).
public actor SessionConnection<W: Wire>: Connection {
  private let executor = SerialQueueExecutor(label: "sessionizer.connection")
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  let options: ConnectionOptions
  public nonisolated let watch: StatementWatch
  /// nil before the connection is open and after it is closed.
  var wire: W?
  var order = CallOrder<OpenQuery, OpenAppend>()
  /// Scratch tables made since the transaction began.
  var scratchTables: [String] = []
  /// Whether the open transaction is one that locks tables in order to drop them.
  var holdsRemovalLock = false
  /// The statement that releases the job lock that is held.
  var jobLockRelease: String?
  /// The name of the job lock that this process holds for the connection.
  var processLock: String?
  /// A comment in each statement, ready to be sent.
  private var annotation = ""
  /// The engine and its dialect.
  public nonisolated let engine: Engine
  public nonisolated var dialect: Dialect { engine.dialect }

  /// - Parameter wire: connected; it is this connection's alone from now on
  public init(_ wire: W, _ engine: Engine, watch: StatementWatch, options: ConnectionOptions) {
    self.options = options
    self.watch = watch
    self.engine = engine
    self.wire = wire
  }

  /// Sets up the session by the dialect's statements, and looks whether the server is as it must be.
  public func prepare() async throws {
    try await working { try prepareSession(try opened(.connect)) }
  }

  private func prepareSession(_ wire: W) throws {
    let session = dialect.session
    var statements = session.opening
    if let template = session.lockTimeout { statements.append(try filled(template, wait: options.lockTimeout)) }
    if let timeout = options.statementTimeout, let template = session.statementTimeout {
      statements.append(try filled(template, wait: timeout))
    }
    for statement in statements { try wire.run(statement, .connect) }
    wire.settle(dialect, options)
    for requirement in session.requirements
    where try wire.text(requirement.query, .connect)?.trimmingBlanks != "1" {
      throw DriverError(
        .unsupported, phase: .connect, "\(wire.reporter.place): \(requirement.problem)", remedy: requirement.remedy)
    }
  }

  /// A template of the session's with a time to wait.
  func filled(_ template: String, wait: Duration, _ more: [String: String] = [:]) throws -> String {
    try Renderer(dialect).fill(
      template, ["seconds": wait.secondsText, "milliseconds": String(max(wait.milliseconds, 1))].merging(more) { $1 })
  }

  // MARK: Plans

  public nonisolated var profile: PlanProfile { dialect.profile }

  public nonisolated func render(_ statement: Statement) throws -> [String] {
    try Renderer(dialect).render(statement)
  }

  public nonisolated func identifier(_ name: ObjectName) throws -> String { try Renderer(dialect).identifier(name) }

  public nonisolated func scratchTable(_ name: String) -> ObjectName { dialect.scratchTable(name) }

  // MARK: Statements

  /// Carries out one statement. Returns the number of rows that it changed, nil where the driver does not say.
  @discardableResult
  public func execute(_ sql: String) async throws -> Int? {
    try await working {
      let wire = try ready(.execute, sql: sql)
      try checkAllowed(sql)
      return try observed(sql) { () throws(DriverError) in
        let changed = try wire.run(annotated(sql), .execute, shown: sql)
        noteScratchTable(sql)
        return changed
      }
    }
  }

  public func explain(_ sql: String) async throws -> [String] {
    try await working {
      let wire = try ready(.prepare, sql: sql)
      guard let template = dialect.session.explain else { return [] }
      return try explained(try Renderer(dialect).fill(template, ["query": sql]), sql, wire)
    }
  }

  private func explained(_ text: String, _ sql: String, _ wire: W) throws -> [String] {
    let table = try guarded { () throws(DriverError) in try wire.table(text, .prepare, shown: sql) }
    return table.rows.map { row in
      guard row.count > 1 else { return row.first.flatMap { $0 } ?? "" }
      return zip(table.names, row).compactMap { name, value in
        value.flatMap { $0.isEmpty ? nil : "\(name) \($0)" }
      }.joined(separator: ", ")
    }
  }

  public func annotate(_ text: String?) async {
    guard let text else {
      annotation = ""
      return
    }
    // Nothing in it may end the comment, begin one inside it, or be taken for something else by a driver that does not
    // know comments: a parameter, an escape, the end of the statement.
    let harmless = oneLine(text).filter { !"?{}'\"`\\\0!;#".contains($0) }
      .replacing("*/", with: "* /").replacing("/*", with: "/ *")
    annotation = "/* sessionizer: \(harmless) */ "
  }

  /// The statement with the annotation behind its first word: drivers tell a query by the word with which it begins.
  func annotated(_ sql: String) -> String {
    guard !annotation.isEmpty else { return sql }
    let end = sql.unicodeScalars.firstIndex { !("a"..."z").contains($0) && !("A"..."Z").contains($0) }
    guard let end, end != sql.startIndex, sql.unicodeScalars[end].properties.isWhitespace else { return sql }
    return sql[..<end] + " " + annotation + sql[end...]
  }

  /// Rolls back, ends what is in flight, and closes. Locks of the session end with it.
  public func close() async {
    if wire != nil { try? await rollback() }
    order = CallOrder()
    jobLockRelease = nil
    releaseInProcess()
    wire = nil
  }

  // MARK: Order of calls

  /// Carries out the work of a call, which is stopped where its task is cancelled.
  func working<Result>(_ body: () throws -> Result) async throws -> Result {
    let watch = watch
    let work = watch.announceWork()
    return try await withTaskCancellationHandler {
      try carryOut(work, body)
    } onCancel: {
      watch.taskWasCancelled(work)
    }
  }

  /// On the connection's own queue: a closure that does not capture the actor would run elsewhere.
  private func carryOut<Result>(_ work: Int, _ body: () throws -> Result) throws -> Result {
    assertIsolated()
    watch.begin(work, isTaskCancelled: Task.isCancelled)
    return try body()
  }

  func opened(_ phase: DriverError.Phase) throws(DriverError) -> W {
    guard let wire else { throw DriverError(.connection, phase: phase, "the connection is closed") }
    return wire
  }

  /// The wire, if a new statement may begin now.
  func ready(_ phase: DriverError.Phase, sql: String? = nil) throws(DriverError) -> W {
    let wire = try opened(phase)
    try order.checkReady(phase, sql: sql)
    if wire.isLost { throw wire.reporter.lost(phase, sql) }
    return wire
  }

  /// Carries out `body` and tells the observer.
  func observed(
    _ sql: String, _ body: () throws(DriverError) -> Int?
  ) throws(DriverError) -> Int? {
    let start = ContinuousClock.now
    let rows = try guarded(body)
    options.observer?(StatementEvent(sql: sql, duration: ContinuousClock.now - start, rows: rows))
    return rows
  }

  /// The same for work that also renders.
  func guardedAny<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as DriverError {
      return try guarded { () throws(DriverError) in throw error }
    }
  }

  /// Carries out `body`; an error in a transaction leaves it to be rolled back, whatever the engine itself allows.
  func guarded<Result>(_ body: () throws(DriverError) -> Result) throws(DriverError) -> Result {
    do {
      return try body()
    } catch {
      var error = error
      // Outside a transaction nothing else was done that a repetition would do twice.
      if error.code == .connectionLost, !order.isInTransaction { error.isRetrySafe = true }
      order.fail(error)
      throw error
    }
  }
}
