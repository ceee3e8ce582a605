internal import CSQLite
public import SessionPlan
public import WarehouseDriver

extension SQLiteConnection {
  public func begin(_ mode: TransactionMode) async throws {
    let database = try ready(.begin)
    try order.checkMayBegin()
    if !order.isJobLock {
      // BEGIN IMMEDIATE takes the writer's place before the snapshot, so that no write can fail later because
      // another connection has written meanwhile.
      var sql = "BEGIN IMMEDIATE"
      switch mode {
      case .read, .rehearsal: sql = "BEGIN"
      case .write, .insertOnly: break
      }
      _ = try observed(sql, .begin, database, changesTransaction: true) {
        try database.run(sql, .begin)
        return nil
      }
    }
    do {
      try prepare(mode, database)
      order.transaction = .open(mode)
    } catch {
      order.transaction = .failed(error)
      try? await rollback()
      throw error
    }
  }

  /// The one writer's place is a lock of every table.
  public func beginRemoval(of tables: [ObjectName]) async throws -> ViewRemoval {
    try await begin(.write)
    return .beforeTables
  }

  /// What a mode needs beyond BEGIN.
  private func prepare(_ mode: TransactionMode, _ database: Database) throws(DriverError) {
    switch mode {
    case .read, .rehearsal:
      // BEGIN alone takes no snapshot; the first read does.
      _ = try database.text("SELECT count(*) FROM main.sqlite_master", .begin)
      olderScratchTables = try scratchTables(database)
      database.callbacks.guardRules = GuardRules(purpose: .reading)
    case .write:
      olderScratchTables = try scratchTables(database)
    case .insertOnly(let ledgers):
      olderScratchTables = try scratchTables(database)
      try armLedgers(ledgers, database)
      database.callbacks.guardRules = GuardRules(purpose: .running, ledgers: ledgers)
    }
  }

  /// Makes it impossible that INSERT OR REPLACE, or a key declared ON CONFLICT REPLACE, deletes a ledger's row.
  ///
  /// The authorizer is not asked for such a deletion. But with recursive triggers on, SQLite fires delete triggers for
  /// it, and a temporary trigger leaves no trace in the database.
  private func armLedgers(_ ledgers: [ObjectName], _ database: Database) throws(DriverError) {
    if try database.text("PRAGMA recursive_triggers", .begin) != "1" {
      try database.run("PRAGMA recursive_triggers=ON", .begin)
      turnedRecursiveTriggersOn = true
    }
    for (index, ledger) in ledgers.enumerated() {
      let name = try SchemaTable(checking: ledger, phase: .begin)
      // A ledger that does not exist yet is the next statement's error; nothing can be inserted into it.
      let kind = try database.texts(
        "SELECT type FROM \(quoted(name.schema)).sqlite_master WHERE name = ?1 COLLATE NOCASE AND type = 'table'",
        .begin,
        binding: [name.table])
      guard !kind.isEmpty else { continue }
      try database.run(
        """
        CREATE TEMP TRIGGER \(quoted(guardTrigger(index))) BEFORE DELETE ON \(name.quotedName) \
        BEGIN SELECT RAISE(ABORT, '\(GuardRules.replacementRefused)'); END
        """, .begin)
    }
  }

  private func guardTrigger(_ index: Int) -> String { "sessionizer_guard_\(index)" }

  private func scratchTables(_ database: Database) throws(DriverError) -> Set<[UInt8]> {
    Set(
      try database.texts("SELECT name FROM temp.sqlite_master WHERE type = 'table'", .begin).map {
        Array(($0[0] ?? "").utf8)
      })
  }

  public func commit() async throws {
    let database = try ready(.commit)
    try order.checkMayCommit()
    do {
      _ = try observed("COMMIT", .commit, database, changesTransaction: true) {
        try database.shielded { () throws(DriverError) in
          try self.dropScratch(database)
          try database.run("COMMIT", .commit)
        }
        return nil
      }
    } catch let error as DriverError {
      order.transaction = .failed(error)
      throw error
    }
    leaveTransaction(database)
  }

  /// Drops what was made in the temporary schema since the transaction began: its tables (and with them their
  /// indexes), and the triggers that guard the ledgers.
  private func dropScratch(_ database: Database) throws(DriverError) {
    for row in try database.texts(
      "SELECT type, name FROM temp.sqlite_master WHERE type IN ('table', 'trigger')", .commit)
    {
      guard let type = row[0], let name = row[1] else { continue }
      if type == "table", !olderScratchTables.contains(Array(name.utf8)), !name.hasPrefix("sqlite_") {
        try database.run("DROP TABLE temp.\(quoted(name))", .commit)
      } else if type == "trigger", name.hasPrefix("sessionizer_guard_") {
        try database.run("DROP TRIGGER temp.\(quoted(name))", .commit)
      }
    }
  }

  /// Rolls back, also on a cancelled task and while a query or bulk insert is open; does nothing where no transaction
  /// is open. SQLite undoes the making of scratch tables with everything else.
  public func rollback() async throws {
    let database = try opened(.rollback)
    order.end()
    if !database.isAutocommit {
      let start = ContinuousClock.now
      try database.shielded { () throws(DriverError) in try database.run("ROLLBACK", .rollback) }
      options.observer?(StatementEvent(sql: "ROLLBACK", duration: ContinuousClock.now - start, rows: nil))
    }
    leaveTransaction(database)
  }

  private func leaveTransaction(_ database: Database) {
    order.transaction = .none
    database.callbacks.guardRules = nil
    if turnedRecursiveTriggersOn {
      turnedRecursiveTriggersOn = false
      // Where this fails, the setting stays on for this connection, which writes no triggers.
      try? database.shielded { () throws(DriverError) in try database.run("PRAGMA recursive_triggers=OFF", .commit) }
    }
  }

  // MARK: Job lock

  /// SQLite's only lock is that of the one writer: BEGIN IMMEDIATE. `begin` goes on with the transaction that this
  /// begins, so the lock covers one transaction.
  public func lockJob(_ ledger: ObjectName, wait: Duration) async throws {
    let database = try ready(.lock)
    try order.checkMayLock()
    let timeout = database.callbacks.lockTimeout
    database.callbacks.lockTimeout = wait
    defer { database.callbacks.lockTimeout = timeout }
    do {
      _ = try observed("BEGIN IMMEDIATE", .lock, database, changesTransaction: true) {
        try database.run("BEGIN IMMEDIATE", .lock)
        return nil
      }
    } catch let error as DriverError where error.code == .locked {
      var held = error
      held.code = .jobLocked
      held.message = "another run or another writer holds \(database.name)"
      held.remedy = "try again later, or wait for it with --wait SECONDS"
      throw held
    }
    order.transaction = .jobLock
  }

  /// Ends the transaction of `lockJob` if it is still open, by rolling it back.
  public func unlockJob() async throws {
    guard order.isInTransaction else { return }
    try await rollback()
  }

  // MARK: Surprises

  /// Some errors (a full disk, an interrupted insert, …) make SQLite roll back by itself. What comes next must not run
  /// outside the transaction that its caller thinks it is in.
  func noticeLostTransaction(after error: DriverError, _ database: Database) {
    switch order.transaction {
    case .jobLock, .open: if database.isAutocommit { loseTransaction(error, database) }
    case .none, .failed: break
    }
  }

  func loseTransaction(_ error: DriverError, _ database: Database) {
    leaveTransaction(database)
    order.transaction = .failed(error)
  }

  /// Refuses a BEGIN, COMMIT or ROLLBACK that was carried out as a statement.
  func noticeHandmadeTransaction(_ sql: String, _ phase: DriverError.Phase, _ database: Database) throws {
    let expected = order.isInTransaction
    guard database.isAutocommit == expected else { return }
    let error = DriverError(
      .refused, phase: phase, "a transaction was begun or ended by a statement",
      remedy: "use begin, commit and rollback",
      statement: sql)
    if expected {
      loseTransaction(error, database)
    } else {
      try database.shielded { () throws(DriverError) in try database.run("ROLLBACK", .rollback) }
    }
    throw error
  }
}
