/// Where a connection's transaction stands.
public enum TransactionState: Sendable {
  case none
  /// Begun by `lockJob`, where the engine's only lock is a transaction; `begin` goes on with it.
  case jobLock
  case open(TransactionMode)
  /// Only a rollback leads out: the engine has given the transaction up, or half of a bulk insert is in it.
  case failed(DriverError)
}

/// Which call may come next on a connection: the same on every engine.
///
/// A connection has at most one query or bulk insert open, and nothing else may be done meanwhile; after an error in a
/// transaction nothing but a rollback may.
public struct CallOrder<Query: AnyObject, Append: AnyObject> {
  public enum Activity {
    case query(Query)
    case append(Append)
  }

  public var transaction = TransactionState.none
  private var activity: (id: Int, kind: Activity)?
  private var lastID = 0

  public init() {}

  public var isIdle: Bool { activity == nil }

  public var isInTransaction: Bool {
    if case .none = transaction { false } else { true }
  }

  /// Whether the transaction is the job lock, and not begun otherwise yet.
  public var isJobLock: Bool { if case .jobLock = transaction { true } else { false } }

  /// What is open.
  public var openActivity: Activity? { activity?.kind }

  /// Notes what is open from now on; the number is its name for `query(_:)` and `append(_:)`.
  public mutating func start(_ kind: Activity) -> Int {
    lastID += 1
    activity = (lastID, kind)
    return lastID
  }

  /// Notes that nothing is open any more.
  public mutating func end() { activity = nil }

  /// The open query of that number; nil after its end, and after a rollback.
  public func query(_ id: Int) -> Query? {
    guard let activity, activity.id == id, case .query(let query) = activity.kind else { return nil }
    return query
  }

  /// The open bulk insert of that number; nil after its end, and after a rollback.
  public func append(_ id: Int) -> Append? {
    guard let activity, activity.id == id, case .append(let append) = activity.kind else { return nil }
    return append
  }

  /// The error of a transaction in which nothing more may be done gets in here; outside one it is of no consequence.
  public mutating func fail(_ error: DriverError) {
    switch transaction {
    case .jobLock, .open: transaction = .failed(error)
    case .none, .failed: break
    }
  }

  /// - Throws: `DriverError` where a new statement may not begin now.
  public func checkReady(_ phase: DriverError.Phase, sql: String? = nil) throws(DriverError) {
    switch activity?.kind {
    case .query?:
      throw .misuse(phase, "a query is still open on this connection", "read it to its end or close it first", sql)
    case .append?:
      throw .misuse(phase, "a bulk insert is still open on this connection", "finish or cancel it first", sql)
    case nil: break
    }
    if case .failed(let first) = transaction {
      var error = DriverError(
        first.code, phase: phase, "the transaction cannot go on after an error in it (\(first.message))",
        remedy: "roll back and begin again", statement: sql)
      error.sqlState = first.sqlState
      error.vendorCode = first.vendorCode
      throw error
    }
    if Task.isCancelled {
      throw DriverError(.cancelled, phase: phase, "the statement was cancelled before it began", statement: sql)
    }
  }

  /// - Throws: `DriverError` where no transaction may begin now.
  public func checkMayBegin() throws(DriverError) {
    switch transaction {
    case .none, .jobLock: break
    case .open, .failed:
      throw .misuse(.begin, "a transaction is open already", "commit it or roll it back first")
    }
  }

  /// - Throws: `DriverError` where there is nothing to commit.
  public func checkMayCommit() throws(DriverError) {
    guard case .open = transaction else {
      throw .misuse(.commit, "there is no transaction to commit", "begin one first")
    }
  }

  /// - Throws: `DriverError` where the job lock may not be taken now.
  public func checkMayLock() throws(DriverError) {
    guard case .none = transaction else {
      throw .misuse(.lock, "a transaction is open already", "take the job lock before it")
    }
  }

  /// - Throws: `DriverError` where no bulk insert may begin now.
  public func checkMayAppend(columns: [BatchColumn]) throws(DriverError) {
    guard case .open = transaction else {
      throw .misuse(.append, "a bulk insert needs a transaction", "begin one first")
    }
    guard !columns.isEmpty else { throw .misuse(.append, "a bulk insert needs columns", "name at least one") }
  }
}

extension DriverError {
  /// A call that the connection's caller should not have made.
  public static func misuse(
    _ phase: Phase, _ message: String, _ remedy: String, _ statement: String? = nil
  ) -> DriverError {
    DriverError(.other, phase: phase, message, remedy: remedy, statement: statement)
  }

  /// The bulk insert that a handle stands for is over.
  public static var appendHasEnded: DriverError {
    misuse(.append, "the bulk insert has ended already", "begin another one")
  }
}
