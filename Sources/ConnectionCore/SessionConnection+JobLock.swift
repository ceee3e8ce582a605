internal import Foundation
internal import SQLRendering
public import SessionPlan
internal import WarehouseDriver

extension SessionConnection {
  /// Takes the job lock in the dialect's way: by statements of the session, or by beginning the transaction that is the
  /// engine's only lock.
  public func lockJob(_ ledger: ObjectName, wait: Duration) async throws {
    try await working {
      let wire = try ready(.lock)
      try order.checkMayLock()
      guard jobLockRelease == nil, processLock == nil else {
        throw DriverError.misuse(.lock, "a job lock is held already", "release it first")
      }
      let start = ContinuousClock.now
      switch dialect.session.jobLock {
      // The run's own checks find what two runs at once do to each other (trap T19).
      case nil: break
      case .transaction?: try beginLocked(wait, wire)
      case .process?: try acquireInProcess(ledger, wait, wire)
      case .statements(let acquire, let release, let holder)?:
        try acquireLock(ledger, wait, acquire: acquire, release: release, holder: holder, wire)
      }
      options.observer?(StatementEvent(sql: "job lock", duration: ContinuousClock.now - start, rows: nil))
    }
  }

  // MARK: By statements

  private func acquireLock(
    _ ledger: ObjectName, _ wait: Duration, acquire: String, release: String, holder: String?, _ wire: W
  ) throws {
    let names = try lockNames(ledger, wire)
    let end = ContinuousClock.now + wait
    let ending = try Renderer(dialect).fill(release, names)
    var isFirst = true
    do {
      while true {
        // In short waits, so that a driver that cannot stop a statement does not keep a cancelled task waiting.
        let left = min(max(end - ContinuousClock.now, .zero), .seconds(1))
        if !isFirst, left <= .zero { throw try held(holder, names, wire) }
        if Task.isCancelled { throw DriverError(.cancelled, phase: .lock, "waiting for the job lock was cancelled") }
        let tried = ContinuousClock.now
        let sql = try filled(acquire, lockWait: left, names)
        if try isTaken(sql, wire) { break }
        isFirst = false
        // Where the statement itself does not wait.
        if ContinuousClock.now - tried < .milliseconds(50), left > .zero { Thread.sleep(forTimeInterval: 0.05) }
      }
    } catch {
      // A lock of the session outlives the error of the statement that took it.
      if !wire.isLost { _ = try? wire.shielded { () throws(DriverError) in try wire.texts(ending, .lock) } }
      throw error
    }
    jobLockRelease = ending
  }

  /// Whether a try has got the lock. One that the server's own time limit has ended has not.
  private func isTaken(_ sql: String, _ wire: W) throws -> Bool {
    do throws(DriverError) {
      return try wire.text(sql, .lock)?.trimmingBlanks == "1"
    } catch {
      guard error.code == .timeout || error.code == .locked else { throw error }
      return false
    }
  }

  private func filled(_ template: String, lockWait: Duration, _ names: [String: String]) throws -> String {
    let milliseconds = lockWait.milliseconds
    return try Renderer(dialect).fill(
      template,
      ["seconds": String(format: "%.3f", Double(milliseconds) / 1000), "milliseconds": String(milliseconds)]
        .merging(names) { $1 })
  }

  /// The placeholders of a lock's statements.
  private func lockNames(_ ledger: ObjectName, _ wire: W) throws -> [String: String] {
    let renderer = Renderer(dialect)
    let quoted = try renderer.identifier(ledger)
    let place = try namespaces(wire).first ?? ""
    let name = LockName(database: place, ledger: ledger).text
    return ["name": try renderer.constant(name), "ledger": try renderer.constant(quoted)]
  }

  private func held(_ holder: String?, _ names: [String: String], _ wire: W) throws -> DriverError {
    var who = ""
    if let holder, let sql = try? Renderer(dialect).fill(holder, names), let text = try? wire.text(sql, .lock) {
      who = " (\(oneLine(text)))"
    }
    return DriverError(
      .jobLocked, phase: .lock, "another run holds the job\(who)",
      remedy: "try again later, or wait for it with --wait SECONDS", isRetrySafe: true)
  }

  // MARK: In this process

  private func acquireInProcess(_ ledger: ObjectName, _ wait: Duration, _ wire: W) throws {
    let name = LockName(database: wire.databaseName, ledger: ledger).text
    let end = ContinuousClock.now + wait
    while !ProcessLock.take(name) {
      if Task.isCancelled { throw DriverError(.cancelled, phase: .lock, "waiting for the job lock was cancelled") }
      guard ContinuousClock.now < end else {
        throw DriverError(
          .jobLocked, phase: .lock, "another run of this process holds the job",
          remedy: "try again later, or wait for it with --wait SECONDS", isRetrySafe: true)
      }
      Thread.sleep(forTimeInterval: 0.02)
    }
    processLock = name
  }

  /// Gives back the lock that this process has for the connection, if it has one.
  func releaseInProcess() {
    guard let name = processLock else { return }
    processLock = nil
    ProcessLock.release(name)
  }

  // MARK: By a transaction

  private func beginLocked(_ wait: Duration, _ wire: W) throws {
    let end = ContinuousClock.now + wait
    // Each try by itself: how long to go on is decided here.
    let patience = wire.lockWait
    wire.lockWait = nil
    defer { wire.lockWait = patience }
    while true {
      do throws(DriverError) {
        for statement in dialect.session.beginRun { try wire.run(statement, .lock) }
        order.transaction = .jobLock
        wire.isInTransaction = true
        return
      } catch {
        guard error.code == .locked else { throw error }
        guard ContinuousClock.now < end else {
          throw DriverError(
            .jobLocked, phase: .lock, "another run or another writer holds \(wire.reporter.place)",
            remedy: "try again later, or wait for it with --wait SECONDS", isRetrySafe: true)
        }
        if Task.isCancelled { throw DriverError(.cancelled, phase: .lock, "waiting for the job lock was cancelled") }
        Thread.sleep(forTimeInterval: 0.02)
      }
    }
  }

  /// Releases the job lock, also on a cancelled task; does nothing where none is held or the server is gone.
  public func unlockJob() async throws {
    try await working {
      let wire = try opened(.lock)
      releaseInProcess()
      if case .jobLock = order.transaction { try rollBack(wire) }
      guard let release = jobLockRelease else { return }
      jobLockRelease = nil
      guard !wire.isLost else { return }
      do throws(DriverError) {
        _ = try wire.shielded { () throws(DriverError) in try wire.texts(release, .lock) }
      } catch {
        // The lock has ended with the connection.
        if !wire.isLost { throw error }
      }
    }
  }
}

/// What the lock of a job is called: the same for every name of one ledger in one database, another in another.
struct LockName {
  let text: String

  /// At most 60 bytes; a longer name keeps its end and a number made of the whole.
  init(database: String, ledger: ObjectName) {
    // A name with a database says itself where it is.
    let whole = (ledger.parts.count > 1 ? ledger.parts : [database] + ledger.parts).joined(separator: ".")
    let prefix = "sessionizer "
    guard prefix.utf8.count + whole.utf8.count > 60 else {
      text = prefix + whole
      return
    }
    // FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/): the same in every process.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in whole.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    text = prefix + String(repeating: "0", count: 16 - digits.count) + digits
  }
}
