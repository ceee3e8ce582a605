internal import SQLRendering
internal import SessionPlan
internal import SessionRunner
internal import Synchronization
internal import WarehouseDriver

/// Runs of one job and writers to its source, at once.
struct ConcurrencyChecks {
  let work: KitWork
  private let job = HistoryJob()

  init(work: KitWork) { self.work = work }

  func carryOut() async throws {
    try await runsAtOnce()
    try await bridge()
  }

  private func runsAtOnce() async throws {
    try await work.check(
      "concurrency/runs-at-once",
      "\(work.options.runsAtOnce) runs of one job at once, and a writer beside them, give the result of one run.",
      proves: ["job_lock", "T19", "T24"], needs: [.jobLock, .transactions]
    ) {
      let connection = try await work.connect()
      let context = try await work.job(on: connection)
      let source = context.job.names[.pageviews]
      try await context.create()
      try await work.requireSharedDatabase(source, try await work.connect())
      let (first, second) = (Self.rows(0), Self.rows(1))
      try await KitEngine.append(first, to: source, job, connection)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<work.options.runsAtOnce {
          group.addTask {
            let other = work.context(context.job, try await work.connect(lockTimeout: .seconds(60)))
            _ = try await other.run(RunRequest(wait: .seconds(120)))
          }
        }
        group.addTask {
          let writer = try await work.connect(lockTimeout: .seconds(60))
          try await KitEngine.append(second, to: source, job, writer)
        }
        try await group.waitForAll()
      }
      _ = try await context.run()
      try await requireResult(of: first + second, context)
      return nil
    }
  }

  /// Trap T24: a pageview that bridges two sessions is committed between the two inserts of a run.
  private func bridge() async throws {
    try await work.check(
      "concurrency/bridge-between-inserts",
      "A pageview that is committed between the two inserts of a run, and bridges two sessions, is not lost.",
      proves: ["T24"], needs: [.transactions]
    ) {
      let writer = try await work.connect(lockTimeout: .milliseconds(200))
      let connection = InterposedConnection(try await work.connect())
      let context = try await work.job(on: connection)
      let names = context.job.names
      try await context.create()
      try await work.requireSharedDatabase(names[.pageviews], writer)
      let rows = [("a", 0), ("c", 50)].map { Self.row("bridge-" + $0.0, "u", minutes: $0.1) }
      let late = [Self.row("bridge-b", "u", minutes: 25)]
      try await KitEngine.append(rows, to: names[.pageviews], job, connection)
      let hasWritten = Mutex(false)
      let meanwhile = Once(hasWritten) {
        try await KitEngine.append(late, to: names[.pageviews], job, writer)
      }
      await connection.change { $0.meanwhile = (before: names[.sessionTable], action: { try await meanwhile.act() }) }
      _ = try await context.run()
      await connection.change { $0.meanwhile = nil }
      var note: String?
      if !meanwhile.isDone {
        note = "the engine keeps writers waiting while a run writes"
        try await KitEngine.append(late, to: names[.pageviews], job, writer)
      }
      _ = try await context.run()
      try await requireResult(of: rows + late, context)
      return note
    }
  }

  /// Writes once, unless the engine does not let it.
  private final class Once: Sendable {
    private let done: Mutex<Bool>
    private let body: @Sendable () async throws -> Void

    init(_ done: consuming Mutex<Bool>, _ body: @escaping @Sendable () async throws -> Void) {
      self.done = done
      self.body = body
    }

    var isDone: Bool { done.withLock { $0 } }

    func act() async throws {
      if isDone { return }
      do {
        try await body()
        done.withLock { $0 = true }
      } catch let error as DriverError where error.code == .locked || error.code == .timeout {}
    }
  }

  private func requireResult(of rows: [SourceRow], _ context: JobContext) async throws {
    var model = LedgerModel(job: job)
    model.insert(rows)
    model.run(.whole, id: 1)
    let expected = model.sessions()
    let found = try await context.sessionsCSV()
    try require(
      found == expected.sessionsCSV, LineDifference.text(expected: expected.sessionsCSV, actual: found))
    let report = try await context.verify(VerifyRequest(isComplete: true))
    try require(report.isClean, "verify finds differences")
  }

  private static func row(_ id: String, _ user: String, minutes: Int) -> SourceRow {
    SourceRow(
      id: .text(ByteKey(id)), user: ByteKey(user), time: .at(1_748_736_000_000_000 + Int64(minutes) * 60_000_000),
      page: "/")
  }

  /// Ten users; the second batch bridges, extends and precedes sessions of the first.
  private static func rows(_ batch: Int) -> [SourceRow] {
    (0..<300).filter { ($0 % 3 == 0) == (batch == 1) }
      .map { row("e\($0)", "u\($0 % 10)", minutes: ($0 * 7919 % 300) * 3) }
  }
}
