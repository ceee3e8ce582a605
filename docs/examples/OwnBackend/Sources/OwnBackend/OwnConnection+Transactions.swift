import SessionPlan
import WarehouseDriver

extension OwnConnection {
  func begin(_ mode: TransactionMode) async throws {
    let database = try ready(.begin)
    try order.checkMayBegin()
    switch mode {
    case .read, .rehearsal:
      // BEGIN alone takes no snapshot; the first read does.
      try send("BEGIN", .begin, database)
      _ = try database.texts("SELECT count(*) FROM main.sqlite_master", .begin)
    case .write, .insertOnly:
      // The transaction of the job lock is this one.
      if !order.isJobLock { try send("BEGIN IMMEDIATE", .begin, database) }
    }
    rules = purpose(of: mode).map { InsertOnlyGuard($0, scratchSchemas: ["temp"]) }
    order.transaction = .open(mode)
  }

  private func purpose(of mode: TransactionMode) -> InsertOnlyGuard.Purpose? {
    switch mode {
    case .read: .reading
    case .rehearsal: .rehearsal
    case .write: nil
    case .insertOnly(let ledgers): .running(ledgers: ledgers)
    }
  }

  func commit() async throws {
    let database = try ready(.commit)
    try order.checkMayCommit()
    do {
      for name in try database.scratchTables(.commit) {
        try database.run("DROP TABLE temp.\(try identifier(ObjectName(name)))", .commit)
      }
      try send("COMMIT", .commit, database)
    } catch let error as DriverError {
      order.fail(error)
      throw error
    }
    leave()
  }

  /// Also on a cancelled task, and while a query or a bulk insert is open.
  func rollback() async throws {
    let database = try database(.rollback)
    order.end()
    if database.isInTransaction {
      try database.run("ROLLBACK", .rollback)
      options.observer?(StatementEvent(sql: "ROLLBACK", duration: .zero, rows: nil))
    }
    leave()
  }

  private func leave() {
    order.transaction = .none
    rules = nil
  }

  private func send(_ sql: String, _ phase: DriverError.Phase, _ database: Database) throws {
    _ = try carryOut(sql) {
      try database.run(sql, phase)
      return nil
    }
  }

  // MARK: Job lock

  /// This engine's only lock is that of its one writer, which a transaction holds: `begin` goes on with it.
  func lockJob(_ ledger: ObjectName, wait: Duration) async throws {
    let database = try ready(.lock)
    try order.checkMayLock()
    database.wait(wait)
    defer { database.wait(options.lockTimeout) }
    do {
      try send("BEGIN IMMEDIATE", .lock, database)
    } catch var error as DriverError where error.code == .locked {
      error.code = .jobLocked
      error.remedy = "try again later, or wait for it with --wait SECONDS"
      throw error
    }
    order.transaction = .jobLock
  }

  func unlockJob() async throws {
    if order.isInTransaction { try await rollback() }
  }
}
