internal import CPostgres
public import SessionPlan
public import WarehouseDriver

extension PostgresConnection {
  /// Begins a transaction in REPEATABLE READ, the level at which all statements see one snapshot (trap T24), and takes
  /// that snapshot at once: BEGIN alone does not.
  public func begin(_ mode: TransactionMode) async throws {
    let link = try ready(.begin)
    try order.checkMayBegin()
    var sql = "BEGIN ISOLATION LEVEL REPEATABLE READ"
    switch mode {
    case .read: sql += " READ ONLY"
    // Scratch tables are writes to the server. A connection for reading makes them all the same; the guard sees to it
    // that nothing else is written.
    case .rehearsal: sql += options.readOnly ? " READ WRITE" : ""
    case .write, .insertOnly: break
    }
    let start = ContinuousClock.now
    do throws(DriverError) {
      let reply = try link.runAll(
        sql + "; SELECT pg_is_in_recovery(), current_setting('transaction_read_only')", .begin, shown: sql)
      if case .read = mode {
      } else if reply.text(0, 0) == "t" || reply.text(0, 1) == "on" {
        throw DriverError(
          .readOnly, phase: .begin,
          reply.text(0, 0) == "t"
            ? "PostgreSQL at \(link.place) is a standby, which cannot be written"
            : "transactions at \(link.place) are read-only for this role or connection",
          remedy: reply.text(0, 0) == "t"
            ? "use the primary server" : "check default_transaction_read_only", sqlState: SQLState.readOnlyTransaction)
      }
    } catch {
      order.transaction = .failed(error)
      try? await rollback()
      var failure = error
      if failure.code == .connectionLost { failure.isRetrySafe = true }
      throw failure
    }
    order.transaction = .open(mode)
    noticeFailedTransaction(link, nil)
    options.observer?(StatementEvent(sql: sql, duration: ContinuousClock.now - start, rows: nil))
  }

  /// Locks the tables against everybody else, at a level at which each statement sees what is committed: the snapshot of
  /// REPEATABLE READ might be older than the lock.
  public func beginRemoval(of tables: [ObjectName]) async throws -> ViewRemoval {
    let link = try ready(.begin)
    try order.checkMayBegin()
    let start = ContinuousClock.now
    var sql = "BEGIN ISOLATION LEVEL READ COMMITTED"
    if !tables.isEmpty {
      sql += "; LOCK TABLE \(tables.map(quotedName).joined(separator: ", ")) IN ACCESS EXCLUSIVE MODE"
    }
    do throws(DriverError) {
      _ = try link.runAll(sql, .begin)
    } catch {
      order.transaction = .failed(error)
      try? await rollback()
      throw error
    }
    order.transaction = .open(.write)
    options.observer?(StatementEvent(sql: sql, duration: ContinuousClock.now - start, rows: nil))
    return .beforeTables
  }

  /// Commits. A commit that has begun is carried through, though the task is cancelled.
  public func commit() async throws {
    let link = try ready(.commit)
    try order.checkMayCommit()
    let start = ContinuousClock.now
    do throws(DriverError) {
      let reply = try link.shielded { () throws(DriverError) in try link.run("COMMIT", .commit) }
      guard reply.commandTag == "COMMIT" else {
        order.transaction = .none
        throw DriverError(.other, phase: .commit, "the server rolled the transaction back instead of committing it")
      }
    } catch {
      if error.code == .connectionLost {
        var unknown = error
        unknown.message =
          "the connection to PostgreSQL at \(link.place) was lost during COMMIT: "
          + "it is not known whether the transaction was committed"
        unknown.remedy = "run again, which is safe: what was committed is not done twice"
        order.transaction = .failed(unknown)
        throw unknown
      }
      // A failed COMMIT has rolled back.
      if link.transactionStatus == PQTRANS_IDLE {
        order.transaction = .none
      } else {
        order.transaction = .failed(error)
      }
      throw error
    }
    order.transaction = .none
    options.observer?(StatementEvent(sql: "COMMIT", duration: ContinuousClock.now - start, rows: nil))
  }

  /// Rolls back, also on a cancelled task and while a query or bulk insert is open; does nothing where no transaction
  /// is open, or where the server is gone and has rolled back by itself.
  public func rollback() async throws {
    let link = try opened(.rollback)
    if !order.isIdle {
      order.end()
      link.abandon()
    }
    order.transaction = .none
    guard !link.isLost, link.transactionStatus != PQTRANS_IDLE else { return }
    let start = ContinuousClock.now
    do throws(DriverError) {
      _ = try link.shielded { () throws(DriverError) in try link.run("ROLLBACK", .rollback) }
    } catch {
      if link.isLost { return }
      order.transaction = .failed(error)
      throw error
    }
    options.observer?(StatementEvent(sql: "ROLLBACK", duration: ContinuousClock.now - start, rows: nil))
  }

  // MARK: Surprises

  /// After an error the server takes nothing but a rollback; what comes next is refused here, with the first error.
  func noticeFailedTransaction(_ link: ServerLink, _ error: DriverError?) {
    guard case .open = order.transaction else { return }
    if link.isLost || link.transactionStatus == PQTRANS_INERROR {
      order.transaction = .failed(
        error ?? DriverError(.cancelled, phase: .execute, "the transaction was cancelled"))
    }
  }

  /// Refuses a BEGIN, COMMIT or ROLLBACK that was carried out as a statement.
  func noticeHandmadeTransaction(_ sql: String, _ phase: DriverError.Phase, _ link: ServerLink) throws(DriverError) {
    let expected = order.isInTransaction
    guard (link.transactionStatus != PQTRANS_IDLE) != expected else { return }
    let error = DriverError(
      .refused, phase: phase, "a transaction was begun or ended by a statement",
      remedy: "use begin, commit and rollback", statement: sql)
    if expected {
      order.transaction = .failed(error)
    } else {
      _ = try link.shielded { () throws(DriverError) in try link.run("ROLLBACK", .rollback) }
    }
    throw error
  }
}
