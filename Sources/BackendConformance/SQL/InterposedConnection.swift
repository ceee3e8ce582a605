public import SessionPlan
internal import Synchronization
public import WarehouseDriver

/// A connection that hands everything on to another, and goes wrong in the ways that a test asks for: it carries out
/// other statements than the plan's, stops as if killed, or has no transactions.
public actor InterposedConnection: Connection {
  /// What a run is stopped by.
  public struct Killed: Error {}

  /// What goes wrong.
  public struct Faults: Sendable {
    /// What is carried out in place of a text of a plan's statement.
    public var rewrite: (@Sendable (Statement, String) -> String)?
    /// The table before whose insert a run is killed.
    public var killedBefore: ObjectName?
    /// What happens beside a run before it inserts into a table: somebody else writes, or cuts the connection.
    public var meanwhile: (before: ObjectName, action: @Sendable () async throws -> Void)?
    /// The number of statements of a plan that a transaction carries out before it is killed.
    public var killedAfter: Int?
    /// The table whose insert is put off until that of another is done.
    public var delayed: (table: ObjectName, until: ObjectName)?
    /// What is carried out after an insert into a table; nil is nothing.
    public var following: (@Sendable (ObjectName) -> String?)?
    /// What happens once a run has committed, before its lock is given back.
    public var afterCommit: (@Sendable () async throws -> Void)?
    /// Whether a run's transaction is one in which everything may be sent.
    public var isUnguarded = false
    /// What a transaction that fails has done stays done.
    public var hasTransactions = true
    /// Nothing says how many rows it changed.
    public var countsNothing = false

    public init() {}
  }

  public nonisolated let inner: any Connection
  private var faults: Faults
  private nonisolated let rewrite: (@Sendable (Statement, String) -> String)?
  /// The ledgers that texts insert into, as they were rendered.
  private nonisolated let targets = Mutex<[String: ObjectName]>([:])
  private var delayedText: String?
  private var isRun = false
  /// Plan statements carried out since the transaction began.
  public private(set) var statements = 0
  /// Whether the process that it is part of is dead, so that nothing of it is sent any more.
  private var isDead = false

  public init(_ inner: any Connection, faults: Faults = Faults()) {
    self.inner = inner
    self.faults = faults
    rewrite = faults.rewrite
  }

  /// Changes what goes wrong, but for `rewrite`.
  public func change(_ body: @Sendable (inout Faults) -> Void) {
    body(&faults)
    isDead = false
  }

  private func die() -> Killed {
    isDead = !faults.hasTransactions
    return Killed()
  }

  public nonisolated var profile: PlanProfile { inner.profile }

  public nonisolated func render(_ statement: Statement) throws -> [String] {
    var texts = try inner.render(statement)
    if let rewrite { texts = texts.map { rewrite(statement, $0) } }
    if case .insert(let insert) = statement {
      targets.withLock { targets in for text in texts { targets[text] = insert.table } }
    }
    return texts
  }

  public func execute(_ sql: String) async throws -> Int? {
    let changed = try await carryOut(sql)
    return faults.countsNothing ? nil : changed
  }

  private func carryOut(_ sql: String) async throws -> Int? {
    if isDead { throw Killed() }
    guard isRun else { return try await inner.execute(sql) }
    let target = targets.withLock { $0[sql] }
    if faults.killedAfter == statements { throw die() }
    if let delayed = faults.delayed, target == delayed.table {
      delayedText = sql
      return 0
    }
    if let target, target == faults.killedBefore { throw die() }
    if let meanwhile = faults.meanwhile, target == meanwhile.before {
      // Somebody else's work is not this run's.
      try await WorkPhase.$current.withValue(nil) { try await meanwhile.action() }
    }
    let changed = try await inner.execute(sql)
    statements += 1
    if let target, let text = faults.following?(target) { _ = try await inner.execute(text) }
    if let delayed = faults.delayed, target == delayed.until, let text = delayedText {
      delayedText = nil
      if faults.killedBefore == delayed.table { throw die() }
      _ = try await inner.execute(text)
    }
    return changed
  }

  public func begin(_ mode: TransactionMode) async throws {
    if case .insertOnly = mode { isRun = true }
    statements = 0
    delayedText = nil
    try await inner.begin(isRun && faults.isUnguarded ? .write : mode)
  }

  public func commit() async throws {
    if faults.killedAfter == statements, isRun { throw Killed() }
    try await inner.commit()
    if isRun, let action = faults.afterCommit { try await WorkPhase.$current.withValue(nil) { try await action() } }
    isRun = false
  }

  public func rollback() async throws {
    defer { isRun = false }
    if isRun, !faults.hasTransactions { return try await inner.commit() }
    try await inner.rollback()
  }

  // MARK: Handed on

  public nonisolated func render(_ removal: Removal) throws -> [String] { try inner.render(removal) }

  public nonisolated func render(_ question: RightsQuestion) throws -> [String] { try inner.render(question) }
  public nonisolated func identifier(_ name: ObjectName) throws -> String { try inner.identifier(name) }

  public nonisolated func scratchTable(_ name: String) -> ObjectName { inner.scratchTable(name) }
  public func facts() async throws -> ServerFacts { try await inner.facts() }
  public func open(_ sql: String, types: [BatchColumnType]?) async throws -> any BatchCursor {
    if isDead { throw Killed() }
    return try await inner.open(sql, types: types)
  }
  public func explain(_ sql: String) async throws -> [String] { try await inner.explain(sql) }
  public func beginAppend(to table: ObjectName, columns: [BatchColumn]) async throws -> any BulkAppend {
    let append = try await inner.beginAppend(to: table, columns: columns)
    guard faults.countsNothing else { return append }
    return AppendHandle(
      write: { try await append.write($0) },
      finish: {
        _ = try await append.finish()
        return nil
      },
      cancel: { await append.cancel() })
  }
  public func lockJob(_ ledger: ObjectName, wait: Duration) async throws {
    try await inner.lockJob(ledger, wait: wait)
  }
  public func beginRemoval(of tables: [ObjectName]) async throws -> ViewRemoval {
    try await inner.beginRemoval(of: tables)
  }
  public func annotate(_ text: String?) async { await inner.annotate(text) }
  public func unlockJob() async throws { try await inner.unlockJob() }
  public func describe(_ table: ObjectName) async throws -> TableDescription? { try await inner.describe(table) }
  public func indexedColumns(of table: ObjectName) async throws -> [String]? {
    try await inner.indexedColumns(of: table)
  }
  public func close() async { await inner.close() }
}
