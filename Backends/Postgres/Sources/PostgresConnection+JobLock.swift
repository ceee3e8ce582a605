public import SessionPlan
internal import WarehouseDriver

/// The two numbers of an advisory lock.
struct JobLockKey: Equatable {
  /// Ours: "SESS".
  static let space: Int32 = 0x5345_5353
  /// The run ledger's object id.
  let ledger: Int32

  /// As arguments of PostgreSQL's functions.
  var arguments: String { "\(Self.space), \(ledger)" }
}

extension PostgresConnection {
  /// Takes an advisory lock of the session that stands for the ledger's object id, so that two names of one table are
  /// one job and equal names in two databases are two.
  public func lockJob(_ ledger: ObjectName, wait: Duration) async throws {
    let link = try ready(.lock)
    try order.checkMayLock()
    guard jobLock == nil else { throw DriverError.misuse(.lock, "a job lock is held already", "release it first") }
    let name = ledger.parts.map(quoted).joined(separator: ".")
    let found = try link.run("SELECT to_regclass($1)::oid::int8", .lock, [name]).text(0, 0)
    guard let number = found.flatMap({ UInt32($0) }) else {
      throw DriverError(
        .noSuchObject, phase: .lock, "there is no table \(ledger.parts.joined(separator: "."))",
        remedy: "run `sessionizer create`, or check the name")
    }
    let key = JobLockKey(ledger: Int32(bitPattern: number))
    let start = ContinuousClock.now
    let sql: String
    do throws(DriverError) {
      if wait <= .zero {
        sql = "SELECT pg_try_advisory_lock(\(key.arguments))"
        guard try link.run(sql, .lock).text(0, 0) == "t" else { throw held(key, link) }
      } else {
        sql = "SELECT pg_advisory_lock(\(key.arguments))"
        try waitForLock(sql, key, wait, link)
      }
    } catch {
      // A lock of the session outlives the error of the statement that took it.
      if !link.isLost {
        _ = try? link.shielded { () throws(DriverError) in
          try link.run("SELECT pg_advisory_unlock(\(key.arguments))", .lock)
        }
      }
      throw error
    }
    jobLock = key
    options.observer?(StatementEvent(sql: sql, duration: ContinuousClock.now - start, rows: nil))
  }

  private func waitForLock(
    _ sql: String, _ key: JobLockKey, _ wait: Duration, _ link: ServerLink
  ) throws(DriverError) {
    let silence = link.silenceLimit
    link.silenceLimit = wait + .seconds(5)
    defer { link.silenceLimit = silence }
    _ = try link.runAll("SET lock_timeout = \(wait.milliseconds); SET statement_timeout = 0", .lock)
    let failure: DriverError?
    do {
      _ = try link.run(sql, .lock)
      failure = nil
    } catch {
      failure = error
    }
    if !link.isLost {
      let restore =
        "SET lock_timeout = \(max(options.lockTimeout.milliseconds, 1)); "
        + (options.statementTimeout.map { "SET statement_timeout = \(max($0.milliseconds, 1))" }
          ?? "RESET statement_timeout")
      _ = try link.shielded { () throws(DriverError) in try link.runAll(restore, .lock) }
    }
    if let failure { throw failure.sqlState == SQLState.lockNotAvailable ? held(key, link) : failure }
  }

  /// Says who holds the lock, as far as the server tells.
  private func held(_ key: JobLockKey, _ link: ServerLink) -> DriverError {
    let sql = """
      SELECT l.pid, a.application_name, to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SS')
      FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.classid = \(UInt32(bitPattern: JobLockKey.space)) AND l.objid = \(UInt32(bitPattern: key.ledger))
      """
    var who = ""
    if let rows = try? link.run(sql, .lock).texts, let row = rows.first, let pid = row[0] {
      who = " (server process \(pid)"
      if let name = row[1], !name.isEmpty { who += ", \(oneLine(name))" }
      if let since = row[2] { who += ", in a transaction since \(since) UTC" }
      who += ")"
    }
    return DriverError(
      .jobLocked, phase: .lock, "another run holds the job\(who)",
      remedy: "try again later, or wait for it with --wait SECONDS", isRetrySafe: true)
  }

  /// Releases the job lock, also on a cancelled task; does nothing where none is held or the server is gone.
  public func unlockJob() async throws {
    guard let key = jobLock else { return }
    let link = try opened(.lock)
    jobLock = nil
    guard !link.isLost else { return }
    _ = try link.shielded { () throws(DriverError) in
      try link.run("SELECT pg_advisory_unlock(\(key.arguments))", .lock)
    }
  }
}
