import SessionPlan
import StatementRecording
import WarehouseDriver

/// SQLite without its transactions: every statement is there as soon as it has ended, as on an engine that has none.
actor AutocommitConnection: Connection {
  nonisolated let inner: any Connection
  /// Waits before each statement of a run; nil goes on at once.
  private var turn: (@Sendable () async throws -> Void)?
  private var isRun = false
  /// Whether the process that it is part of has been killed.
  private var isDead = false

  init(_ inner: any Connection) { self.inner = inner }

  func takeTurns(_ turn: (@Sendable () async throws -> Void)?) { self.turn = turn }

  func begin(_ mode: TransactionMode) async throws {
    if case .insertOnly = mode { isRun = true }
  }

  func commit() async throws { try await dropScratchTables() }

  func rollback() async throws { try await dropScratchTables() }

  /// The steps of a run end with it.
  private func dropScratchTables() async throws {
    isRun = false
    let cursor = try await inner.open("SELECT name FROM temp.sqlite_master WHERE type = 'table'", types: [.text])
    var names: [String] = []
    while let batch = try await cursor.next() {
      for row in 0..<batch.rowCount { if case .text(let name)? = batch.row(row)[0] { names.append(name) } }
    }
    await cursor.close()
    for name in names {
      try await inner.executeByHand("DROP TABLE temp.\"\(name)\"", because: "a run's steps end with it")
    }
  }

  func execute(_ sql: String) async throws -> Int? {
    try await wait()
    return try await inner.execute(sql)
  }

  func open(_ sql: String, types: [BatchColumnType]?) async throws -> any BatchCursor {
    try await wait()
    return try await inner.open(sql, types: types)
  }

  private func wait() async throws {
    guard isRun || isDead else { return }
    do { try await turn?() } catch {
      isDead = true
      throw error
    }
  }

  func lockJob(_ ledger: ObjectName, wait: Duration) async throws {}
  func unlockJob() async throws {}

  // MARK: Handed on

  nonisolated var profile: PlanProfile { inner.profile }
  nonisolated func render(_ statement: Statement) throws -> [String] { try inner.render(statement) }
  nonisolated func identifier(_ name: ObjectName) throws -> String { try inner.identifier(name) }
  nonisolated func scratchTable(_ name: String) -> ObjectName { inner.scratchTable(name) }
  func facts() async throws -> ServerFacts { try await inner.facts() }
  func explain(_ sql: String) async throws -> [String] { try await inner.explain(sql) }
  func beginAppend(to table: ObjectName, columns: [BatchColumn]) async throws -> any BulkAppend {
    try await inner.beginAppend(to: table, columns: columns)
  }
  func describe(_ table: ObjectName) async throws -> TableDescription? { try await inner.describe(table) }
  func close() async { await inner.close() }
}
