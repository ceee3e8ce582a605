public import SessionPlan
public import WarehouseDriver

/// Whose rows `erase` is to remove.
public struct EraseRequest: Sendable {
  /// As the ledgers have it.
  public var user: String
  /// A keyed hash of it: what is noted.
  public var hash: String
  /// How long to wait for another run. Zero: not at all.
  public var wait: Duration

  public init(user: String, hash: String, wait: Duration = .zero) {
    self.user = user
    self.hash = hash
    self.wait = wait
  }
}

/// Which pageviews `retain` is to remove.
public struct RetainRequest {
  /// Those of sessions that ended a gap or more before this time. From now on no run takes rows from before it.
  public var before: Timestamp
  public var wait: Duration
  /// Gets the pageviews before they are removed; nil keeps none.
  public var archive: Archive?

  /// Where pageviews are kept that are removed. What it throws takes everything back.
  public struct Archive {
    var write: (RecordBatch) async throws -> Void
    /// Called before the removal is committed.
    var finish: () async throws -> Void

    public init(write: @escaping (RecordBatch) async throws -> Void, finish: @escaping () async throws -> Void) {
      self.write = write
      self.finish = finish
    }
  }

  public init(before: Timestamp, wait: Duration = .zero, archive: Archive? = nil) {
    self.before = before
    self.wait = wait
    self.archive = archive
  }
}

/// What `erase` or `retain` removed.
public struct ErasureReport: Hashable, Sendable {
  /// The id that it took in the run ledger.
  public var runID: Int64
  public var sourceRows: Int64
  public var pageviews: Int64
  /// Sessions that are gone, or, with `retain`, that have no pageviews any more.
  public var sessions: Int64
  public var lineageRows: Int64
  public var quarantined: Int64
}

extension JobContext {
  /// Removes one user's rows from source and ledgers, in one transaction.
  ///
  /// It needs the right to DELETE, which a run's role does not have, and works in spite of `create --guard`.
  public func erase(
    _ request: EraseRequest, progress: StepProgress.Report? = nil
  ) async throws -> ErasureReport {
    try await WorkPhase.$current.withValue(.erase) {
      let work = try await Erasure(self)
      let removesSource = try await work.mayRemoveSource(of: request.user)
      return try await work.carryOut(wait: request.wait, archive: nil, progress) { planner, identity, mark in
        var mark = mark
        if mark.id != nil || mark.time != nil, planner.bound.job.source.eventID != nil {
          mark.isForgotten = try await work.finds(try planner.copiesProbe(ofUser: request.user), "copies")
        }
        return planner.erasePlan(
          user: request.user, hash: request.hash, removingSource: removesSource, identity, mark: mark)
      }
    }
  }

  /// The statements of `erase`.
  public func eraseScript(_ request: EraseRequest) async throws -> [DryRunStep] {
    try await WorkPhase.$current.withValue(.read) {
      let work = try await Erasure(self)
      let removesSource = try await work.mayRemoveSource(of: request.user)
      return try await work.script { planner, identity, mark in
        planner.erasePlan(
          user: request.user, hash: request.hash, removingSource: removesSource, identity, mark: mark)
      }
    }
  }

  /// Removes the pageviews of sessions that ended long ago, whole sessions only; the sessions themselves stay.
  ///
  /// They go from the ledger, and from the source where it is the tool's own table.
  /// - Throws: `RunnerError` where something before the date waits for a run
  public func retain(
    _ request: RetainRequest, progress: StepProgress.Report? = nil
  ) async throws -> ErasureReport {
    try await WorkPhase.$current.withValue(.erase) {
      let work = try await Erasure(self)
      return try await work.carryOut(wait: request.wait, archive: request.archive, progress) {
        planner, identity, mark in
        try await work.requireRun(before: request.before, planner)
        var mark = mark
        if mark.id != nil || mark.time != nil, planner.bound.job.source.eventID != nil {
          mark.isForgotten = try await work.finds(try planner.copiesProbe(since: request.before), "copies")
        }
        return planner.retainPlan(
          before: request.before, removingSource: job.source.table == nil, identity, mark: mark)
      }
    }
  }

  /// The statements of `retain`.
  public func retainScript(before time: Timestamp) async throws -> [DryRunStep] {
    try await WorkPhase.$current.withValue(.read) {
      try await Erasure(self).script { planner, identity, mark in
        planner.retainPlan(before: time, removingSource: job.source.table == nil, identity, mark: mark)
      }
    }
  }
}

/// One `erase` or `retain`.
private struct Erasure {
  let context: JobContext
  let bound: BoundJob

  private var connection: any Connection { context.connection }

  typealias Making = (Planner, RunIdentity, ArrivalMark) async throws -> ErasurePlan

  init(_ context: JobContext) async throws {
    self.context = context
    guard try await context.connection.describe(context.job.names[.sessionTable]) != nil else {
      throw RunnerError(
        "there is no table \(context.job.names[.sessionTable])", remedy: context.createFirst)
    }
    bound = try await context.boundToSource()
    guard context.profile.keepsSteps, context.profile.hasCorrelatedLookup, context.profile.hasUniqueEvents else {
      throw RunnerError(
        "rows cannot be removed in one transaction on this engine",
        remedy: "remove them by hand, with the statements of docs/privacy.md")
    }
  }

  // MARK: What must hold

  /// Whether the source's rows of a user are removed: not where it is a view, which must have none of them any more.
  func mayRemoveSource(of user: String) async throws -> Bool {
    if try await connection.describe(bound.sourceName)?.kind == .table { return true }
    guard try await finds(try context.planner(bound).sourceProbe(ofUser: user), "source") else { return false }
    throw RunnerError(
      "\(bound.sourceName) is a view and still shows rows of this user, which the next run would take again",
      remedy: "remove them from the tables behind it, then erase")
  }

  /// - Throws: `RunnerError` where the date cannot be
  func requireRun(before time: Timestamp, _ planner: Planner) async throws {
    if let floor = planner.floor, time < floor {
      throw RunnerError("the pageviews before \(floor) are removed already", remedy: "name a later date")
    }
    if case .timestamp(let now)? = try await connection.rows(planner.freshnessQuery(), path: "retain/now").first?[1],
      time.microseconds > now
    {
      throw RunnerError("\(time) is in the future by the server's clock", remedy: "name a date that is over")
    }
    for check in try planner.verifyChecks(to: .timestamp(time)) where check.name == "pending" {
      let finding = try await context.finding(of: check, isComplete: false, samples: 1)
      guard finding.count > 0 else { continue }
      throw RunnerError(
        "\(finding.count) source rows before \(time) wait for a run, which would not take them afterwards",
        remedy: "run once over everything, then retain")
    }
  }

  func finds(_ query: Query, _ path: String) async throws -> Bool {
    try await !connection.rows(query, path: "erase/" + path).isEmpty
  }

  // MARK: Doing it

  func carryOut(
    wait: Duration, archive: RetainRequest.Archive?, _ progress: StepProgress.Report?, _ make: Making
  ) async throws -> ErasureReport {
    try await connection.lockJob(context.job.names[.sessionRuns], wait: wait)
    do {
      let report: ErasureReport
      if context.profile.hasTransactionalDefinitions {
        report = try await connection.transaction(.write) {
          let guarded = try await liftGuards()
          let report = try await remove(archive, progress, make)
          try await restore(guarded)
          return report
        }
      } else {
        // Definitions are no part of a transaction here: whatever happens, the guard is put back.
        try await makeTable()
        let guarded = try await liftGuards()
        do {
          report = try await connection.transaction(.write) { try await remove(archive, progress, make) }
        } catch {
          try? await restore(guarded)
          throw error
        }
        try await restore(guarded)
      }
      try? await connection.unlockJob()
      return report
    } catch {
      try? await connection.unlockJob()
      throw error
    }
  }

  private func remove(
    _ archive: RetainRequest.Archive?, _ progress: StepProgress.Report?, _ make: Making
  ) async throws -> ErasureReport {
    let (plan, planner) = try await plan(make)
    for (index, step) in plan.steps.enumerated() {
      progress?(StepProgress(step: step.name, number: index + 1, count: plan.steps.count))
      let path = plan.name + "/" + step.name
      switch step.action {
      case .statement(let statement):
        if step.name == "noted" {
          try await makeTable()
          if let archive { try await keep(archive, planner) }
        }
        try await connection.execute(statement, path: path)
      case .removal(let removal):
        do {
          for sql in try connection.render(removal) { _ = try await connection.execute(sql) }
        } catch var error as DriverError {
          error.planPath = error.planPath ?? path
          if error.code == .permission, error.remedy == nil {
            error.remedy = "it needs the right to DELETE, as the tables' owner has it (docs/privacy.md)"
          }
          throw error
        }
      }
    }
    try await archive?.finish()
    return try await report(planner)
  }

  /// In the transaction, so that the mark and the floor are those that hold.
  private func plan(_ make: Making) async throws -> (ErasurePlan, Planner) {
    var planner = try context.planner(bound)
    let settings = try await context.requireSameJob(bound)
    let facts = try await connection.facts()
    let identity = RunIdentity(
      job: settings?.text ?? JobFingerprint(bound).text, engine: facts.engine + " " + facts.version,
      toolVersion: context.toolVersion)
    planner.floor = try await context.floor(planner)
    var mark = ArrivalMark()
    if bound.job.source.arrival != nil,
      let row = try await connection.rows(planner.markQuery(), path: "erase/mark").first
    {
      if case .int64(let id)? = row[1] { mark.id = .integer(id) }
      if case .timestamp(let time)? = row[2] { mark.time = .timestamp(Timestamp(microseconds: time)) }
    }
    return (try await make(planner, identity, mark), planner)
  }

  private func keep(_ archive: RetainRequest.Archive, _ planner: Planner) async throws {
    let sql = try connection.render(.query(planner.endedEvents())).joined(separator: ";\n")
    let cursor = try await connection.open(sql, types: planner.endedEventTypes.map(BatchColumnType.init))
    do {
      var isEmpty = true
      while let batch = try await cursor.next() {
        isEmpty = false
        try await archive.write(batch)
      }
      if isEmpty { try await archive.write(RecordBatch(schema: cursor.schema)) }
    } catch {
      await cursor.close()
      throw error
    }
  }

  private func report(_ planner: Planner) async throws -> ErasureReport {
    guard case .int64(let run)? = try await connection.rows(planner.lastRun(), path: "erase/report").first?.first,
      let row = try await connection.rows(planner.erasure(ofRun: .integer(run)), path: "erase/report").first
    else { throw RunnerError("nothing was noted in \(context.job.names.erasures)") }
    let numbers = row.map { value -> Int64 in if case .int64(let number)? = value { number } else { 0 } }
    return ErasureReport(
      runID: run, sourceRows: numbers[0], pageviews: numbers[1], sessions: numbers[2], lineageRows: numbers[3],
      quarantined: numbers[4])
  }

  /// The table of what was removed, guarded where the ledgers are.
  private func makeTable() async throws {
    let name = context.job.names.erasures
    if let found = try await connection.describe(name) {
      let columns = try context.planner(bound).erasuresColumns
      guard let missing = columns.first(where: { column in !found.columns.contains { $0.name == column.name } }) else {
        return
      }
      throw RunnerError("\(name) has no column \(missing.name): it is not the tool's", remedy: "rename or remove it")
    }
    try await connection.execute(try context.planner(bound).createErasures(), path: "erase/" + name.last)
    if try await hasGuard(context.job.names[.sessionRuns]) {
      try await connection.execute(.guardTable(name), path: "erase/guard")
    }
  }

  // MARK: The guard of `create --guard`

  private func hasGuard(_ table: ObjectName) async throws -> Bool {
    for sql in try connection.render(.findGuard(table)) {
      let cursor = try await connection.open(sql, types: nil)
      let found = try await cursor.next().map { $0.rowCount > 0 } ?? false
      await cursor.close()
      if found { return true }
    }
    return false
  }

  /// - Returns: the tables whose guard was taken away
  private func liftGuards() async throws -> [ObjectName] {
    var lifted: [ObjectName] = []
    for table in ObjectNames.Object.ledgers.map({ context.job.names[$0] })
    where table != context.job.names[.sessionRuns] {
      guard try await hasGuard(table) else { continue }
      for sql in try connection.render(.liftGuard(table)) { _ = try await connection.execute(sql) }
      lifted.append(table)
    }
    return lifted
  }

  private func restore(_ tables: [ObjectName]) async throws {
    for table in tables { try await connection.execute(.guardTable(table), path: "erase/guard") }
  }

  // MARK: Showing it

  private func texts(of action: ErasurePlan.Action) throws -> [String] {
    switch action {
    case .statement(let statement): try connection.render(statement)
    case .removal(let removal): try connection.render(removal)
    }
  }

  func script(_ make: Making) async throws -> [DryRunStep] {
    let (plan, _) = try await plan(make)
    let note = plan.steps.firstIndex { $0.name == "noted" } ?? 0
    var steps = try plan.steps.map { step in
      DryRunStep(
        name: step.name, purpose: step.purpose,
        sql: try texts(of: step.action), explanation: [])
    }
    if try await connection.describe(context.job.names.erasures) == nil {
      steps.insert(
        DryRunStep(
          name: context.job.names.erasures.last, purpose: "What was removed: insert-only.",
          sql: try connection.render(try context.planner(bound).createErasures()), explanation: []), at: note)
    }
    return steps
  }
}
