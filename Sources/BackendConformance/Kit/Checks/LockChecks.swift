internal import SQLRendering
internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver

/// The job lock.
struct LockChecks {
  let work: KitWork

  func carryOut() async throws {
    guard work.dialect.support(for: .jobLock).isUsable else {
      try await work.check("lock/exclusive", Self.meaning, needs: [.jobLock]) { nil }
      return
    }
    let connection = try await work.connect()
    let context = try await work.job(on: connection)
    try await context.create()
    let ledger = context.job.names[.sessionRuns]
    let holder = try await work.connect()
    try await work.check("lock/exclusive", Self.meaning, proves: ["job_lock", "T19"], needs: [.jobLock]) {
      try await work.requireSharedDatabase(ledger, holder)
      try await holder.lockJob(ledger, wait: .zero)
      var isRefused = false
      do {
        _ = try await context.run()
      } catch let error as DriverError where error.code == .jobLocked {
        isRefused = true
      }
      try await holder.unlockJob()
      try require(isRefused, "a run went on while another connection held the job")
      let report = try await context.run()
      try require(report.runID == 1, "the run after it is number \(report.runID), not 1")
      return nil
    }
    try await work.check(
      "lock/ends-with-its-connection", "A lock whose holder is gone is free.", proves: ["job_lock"], needs: [.jobLock]
    ) {
      try await work.requireSharedDatabase(ledger, holder)
      try await holder.lockJob(ledger, wait: .zero)
      await holder.close()
      _ = try await context.run(RunRequest(wait: .seconds(30)))
      return nil
    }
    await connection.close()
  }

  private static let meaning = "A run that finds the job taken says so, and goes on when it is free."
}
