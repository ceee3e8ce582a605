internal import SQLRendering
public import SessionPlan
public import WarehouseDriver

extension SessionConnection {
  /// Begins a transaction by the dialect's statements.
  public func begin(_ mode: TransactionMode) async throws {
    try await working {
      let wire = try ready(.begin)
      try order.checkMayBegin()
      let session = dialect.session
      let statements: [String] =
        switch mode {
        case .read: session.beginReading
        case .rehearsal: session.beginRehearsal.isEmpty ? session.beginReading : session.beginRehearsal
        // A lock that is a transaction is begun already.
        case .write: order.isJobLock ? [String]() : session.beginWriting
        case .insertOnly: order.isJobLock ? [String]() : session.beginRun
        }
      let start = ContinuousClock.now
      do throws(DriverError) {
        for statement in statements { try wire.run(statement, .begin) }
      } catch {
        // What has been begun of it, the wire has taken back.
        var failure = error
        if failure.code == .connectionLost { failure.isRetrySafe = true }
        if order.isJobLock { order.fail(failure) }
        throw failure
      }
      order.transaction = .open(mode)
      wire.isInTransaction = true
      if let first = statements.first {
        options.observer?(StatementEvent(sql: first, duration: ContinuousClock.now - start, rows: nil))
      }
    }
  }

  /// Locks the tables against everybody else, as the dialect does it.
  public func beginRemoval(of tables: [ObjectName]) async throws -> ViewRemoval {
    try await working {
      let wire = try ready(.begin)
      try order.checkMayBegin()
      let session = dialect.session
      guard !session.beginRemoval.isEmpty else {
        throw DriverError(
          .unsupported, phase: .begin,
          "dialect \(dialect.name) has no lock that keeps everybody else from a table (session.begin_removal)",
          remedy: "drop the tables by hand when nobody uses them")
      }
      let renderer = Renderer(dialect)
      let list = try tables.map { try renderer.fill(session.removalTable, ["table": try renderer.identifier($0)]) }
        .joined(separator: ", ")
      let statements = try session.beginRemoval.map { try renderer.fill($0, ["tables": list]) }
      let start = ContinuousClock.now
      holdsRemovalLock = true
      order.transaction = .open(.write)
      wire.isInTransaction = true
      do throws(DriverError) {
        for statement in statements { try wire.run(statement, .begin) }
      } catch {
        order.fail(error)
        try? rollBack(wire)
        throw error
      }
      options.observer?(
        StatementEvent(sql: statements.joined(separator: "; "), duration: ContinuousClock.now - start, rows: nil))
      return session.commitsOnDDL ? .afterCommit : .beforeTables
    }
  }

  /// Gives back what outlives the transaction of `beginRemoval`. A lock that cannot be given back ends with the
  /// connection.
  private func endRemoval(_ wire: W) {
    guard holdsRemovalLock else { return }
    holdsRemovalLock = false
    guard !wire.isLost else { return }
    for statement in dialect.session.endRemoval {
      _ = try? wire.shielded { () throws(DriverError) in try wire.run(statement, .close) }
    }
  }

  /// Commits. A commit that has begun is carried through, though the task is cancelled.
  public func commit() async throws {
    try await working {
      let wire = try ready(.commit)
      try order.checkMayCommit()
      let start = ContinuousClock.now
      do throws(DriverError) {
        try wire.shielded { () throws(DriverError) in
          for statement in dialect.session.commit { try wire.run(statement, .commit) }
        }
      } catch {
        var failure = error
        if failure.code == .connectionLost {
          failure.message =
            "the connection to \(wire.reporter.place) was lost during COMMIT: "
            + "it is not known whether the transaction was committed"
          failure.remedy = "run again, which is safe: what was committed is not done twice"
        }
        order.transaction = .failed(failure)
        throw failure
      }
      order.transaction = .none
      wire.isInTransaction = false
      endRemoval(wire)
      dropScratchTables(wire)
      if let last = dialect.session.commit.last {
        options.observer?(StatementEvent(sql: last, duration: ContinuousClock.now - start, rows: nil))
      }
    }
  }

  /// Rolls back, also on a cancelled task and while a query or bulk insert is open; does nothing where no transaction
  /// is open, or where the server is gone and has rolled back by itself.
  public func rollback() async throws {
    try await working { try rollBack(try opened(.rollback)) }
  }

  func rollBack(_ wire: W) throws {
    // The statement of an open query or insert ends with it: drivers refuse to roll back under an open cursor.
    endQuery()
    endAppend()
    guard order.isInTransaction else { return }
    order.transaction = .none
    defer {
      wire.isInTransaction = false
      endRemoval(wire)
    }
    guard !wire.isLost else { return }
    let start = ContinuousClock.now
    do throws(DriverError) {
      try wire.shielded { () throws(DriverError) in
        for statement in dialect.session.rollback { try wire.run(statement, .rollback) }
      }
    } catch {
      dropScratchTables(wire)
      // Some engines have rolled back by themselves already.
      if wire.isLost || wire.lastFailure == .noTransaction { return }
      order.transaction = .failed(error)
      throw error
    }
    dropScratchTables(wire)
    if let last = dialect.session.rollback.last {
      options.observer?(StatementEvent(sql: last, duration: ContinuousClock.now - start, rows: nil))
    }
  }
}
