import SQLRendering
import SessionPlan
import WarehouseDriver

/// A connection: an actor on a thread of its own, since the C library blocks. It works on the task that calls it, which is
/// how the library learns that the task was cancelled.
///
/// `CallOrder` knows which call may come next, and `InsertOnlyGuard` what a run may not send: both are the driver
/// protocol's, for every backend.
actor OwnConnection: Connection {
  private let executor = SerialQueueExecutor(label: "own backend")
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  nonisolated let dialect: Dialect
  let options: ConnectionOptions
  private var open: Database?
  var order = CallOrder<OpenQuery, OpenAppend>()
  /// What the transaction refuses; nil outside of one, and in one that may write.
  var rules: InsertOnlyGuard?

  init(dialect: Dialect, options: ConnectionOptions) {
    self.dialect = dialect
    self.options = options
  }

  func connect(to path: String) throws {
    open = try Database(path: path, options)
  }

  /// The database, if a new statement may begin now.
  func ready(_ phase: DriverError.Phase, _ sql: String? = nil) throws(DriverError) -> Database {
    try order.checkReady(phase, sql: sql)
    return try database(phase)
  }

  func database(_ phase: DriverError.Phase) throws(DriverError) -> Database {
    guard let open else { throw DriverError(.connection, phase: phase, "the connection is closed") }
    return open
  }

  // MARK: Plans

  nonisolated var profile: PlanProfile { dialect.profile }
  nonisolated func render(_ statement: Statement) throws -> [String] { try Renderer(dialect).render(statement) }
  nonisolated func identifier(_ name: ObjectName) throws -> String { try Renderer(dialect).identifier(name) }
  nonisolated func scratchTable(_ name: String) -> ObjectName { ObjectName(parts: ["temp", name]) }

  // MARK: Statements

  func execute(_ sql: String) async throws -> Int? {
    let database = try ready(.execute, sql)
    try check(sql, database)
    return try carryOut(sql) {
      let statement = try PreparedStatement(sql, database, .prepare)
      while try statement.step(.execute) {}
      return database.changes
    }
  }

  func explain(_ sql: String) async throws -> [String] {
    try ready(.prepare, sql).texts("EXPLAIN QUERY PLAN " + sql, .prepare).map { $0.last.flatMap(\.self) ?? "" }
  }

  func open(_ sql: String, types: [BatchColumnType]?) async throws -> any BatchCursor {
    let database = try ready(.execute, sql)
    try check(sql, database)
    var query: OpenQuery?
    _ = try carryOut(sql) {
      query = try OpenQuery(PreparedStatement(sql, database, .prepare), types: types)
      return nil
    }
    guard let query else { throw DriverError(.other, phase: .execute, "no query was opened", statement: sql) }
    let id = order.start(.query(query))
    return CursorHandle(
      schema: query.schema, next: { try await self.next(id) }, close: { await self.end { $0.query(id) != nil } })
  }

  private func check(_ sql: String, _ database: Database) throws(DriverError) {
    guard rules != nil else { return }
    // An index of a scratch table names it without its schema.
    rules?.scratchTables = Set(try database.scratchTables(.prepare))
    try rules?.check(sql)
  }

  private func next(_ id: Int) throws -> RecordBatch? {
    // After the end, and after a rollback, there is nothing more.
    guard let query = order.query(id) else { return nil }
    do {
      let batch = try query.next()
      if batch == nil { order.end() }
      return batch
    } catch {
      order.end()
      fail(error)
      throw error
    }
  }

  private func end(_ isOpen: (borrowing CallOrder<OpenQuery, OpenAppend>) -> Bool) {
    if isOpen(order) { order.end() }
  }

  /// Carries out something, tells the observer, and notes what an error leaves of the transaction.
  func carryOut(_ sql: String, _ body: () throws -> Int?) throws -> Int? {
    let start = ContinuousClock.now
    do {
      let rows = try body()
      options.observer?(StatementEvent(sql: sql, duration: ContinuousClock.now - start, rows: rows))
      return rows
    } catch {
      fail(error)
      throw error
    }
  }

  /// Some errors end this engine's transaction; then only a rollback leads on.
  private func fail(_ error: any Error) {
    guard let error = error as? DriverError, let open, !open.isInTransaction else { return }
    order.fail(error)
  }

  // MARK: Bulk

  func beginAppend(to table: ObjectName, columns: [BatchColumn]) async throws -> any BulkAppend {
    let database = try ready(.append)
    try order.checkMayAppend(columns: columns)
    try rules?.check(insertInto: table)
    let renderer = Renderer(dialect)
    let names = try columns.map { try renderer.identifier($0.name) }.joined(separator: ", ")
    let marks = columns.map { _ in "?" }.joined(separator: ", ")
    let sql = "INSERT INTO \(try renderer.identifier(table)) (\(names)) VALUES (\(marks))"
    let append = OpenAppend(try PreparedStatement(sql, database, .append), columns)
    let id = order.start(.append(append))
    return AppendHandle(
      write: { try await self.write($0, id) }, finish: { try await self.finish(id) },
      cancel: { await self.giveUp(id) })
  }

  private func write(_ batch: RecordBatch, _ id: Int) throws {
    guard let append = order.append(id) else { throw DriverError.appendHasEnded }
    do {
      try append.write(batch)
    } catch {
      giveUp(id)
      throw error
    }
  }

  private func finish(_ id: Int) throws -> Int {
    guard let append = order.append(id) else { throw DriverError.appendHasEnded }
    order.end()
    options.observer?(StatementEvent(sql: append.statement.sql, duration: .zero, rows: append.rowCount))
    return append.rowCount
  }

  /// Half of a bulk insert is in the transaction: it can only be rolled back.
  private func giveUp(_ id: Int) {
    guard order.append(id) != nil else { return }
    order.end()
    order.fail(DriverError(.other, phase: .append, "a bulk insert was given up"))
  }

  func close() async {
    try? await rollback()
    open = nil
  }
}
