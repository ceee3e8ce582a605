public import SessionPlan
internal import WarehouseDriver

/// Which rows a run looks at, and how long it waits for another run.
public struct RunRequest: Sendable {
  public enum Mode: Hashable, Sendable {
    case whole
    /// `from` ≤ time < `to`; nil is open.
    case window(from: Timestamp?, to: Timestamp?)
    /// By arrival; a whole run where no mark is set yet.
    case new
  }

  public var mode: Mode
  /// Zero: not at all.
  public var wait: Duration
  /// Where runs keep apart by claims: after how long a run that did not finish is taken for dead.
  public var claimTimeout: Duration
  /// A run whose claim is given up first, since it is known to be dead.
  public var takeOver: Int64?

  /// How long a claim holds where nobody says it.
  public static let usualClaimTimeout = Duration.seconds(6 * 3600)

  public init(
    mode: Mode = .whole, wait: Duration = .zero, claimTimeout: Duration = usualClaimTimeout, takeOver: Int64? = nil
  ) {
    self.mode = mode
    self.wait = wait
    self.claimTimeout = claimTimeout
    self.takeOver = takeOver
  }
}

/// What a run did.
public struct RunReport: Hashable, Sendable {
  public var runID: Int64
  /// `whole`, `window` or `new`, as carried out: `new` without a mark is `whole`.
  public var mode: String
  public var pageviews: Int64
  /// Sessions that the run made or changed.
  public var sessions: Int64
  /// Anchors of sessions that were merged into another.
  public var lineageRows: Int64
  public var quarantined: Int64
  /// Sessions of earlier runs that gained a pageview; nil where the engine keeps no steps to count in.
  public var lateSessions: Int64?
  /// Sessions of earlier runs that are part of another now.
  public var mergedSessions: Int64?
  /// What may be wrong with the source, a sentence each.
  public var warnings: [String]

  public init(
    runID: Int64, mode: String, pageviews: Int64, sessions: Int64, lineageRows: Int64, quarantined: Int64,
    lateSessions: Int64? = nil, mergedSessions: Int64? = nil, warnings: [String] = []
  ) {
    self.lateSessions = lateSessions
    self.mergedSessions = mergedSessions
    self.warnings = warnings
    self.runID = runID
    self.mode = mode
    self.pageviews = pageviews
    self.sessions = sessions
    self.lineageRows = lineageRows
    self.quarantined = quarantined
  }
}

extension JobContext {
  /// One run (semantics.md, 3): takes the job lock, then in one transaction writes lineage, new rows and versions.
  ///
  /// - Throws: `RunnerError`, or `DriverError` with the code `jobLocked` where another run holds the job.
  public func run(
    _ request: RunRequest = RunRequest(), progress: StepProgress.Report? = nil
  ) async throws -> RunReport {
    try await WorkPhase.$current.withValue(.run) { try await carryOut(request, progress) }
  }

  private func carryOut(_ request: RunRequest, _ progress: StepProgress.Report?) async throws -> RunReport {
    let bound = try await boundToSource()
    try requireArrival(request.mode, bound)
    try await requireLedgers(bound)
    do {
      return try await attempt(request, bound, Allowed(), progress)
    } catch let error as DriverError where error.code == .constraint && (error.planPath ?? "").hasPrefix("first run/") {
      // An event id occurs twice in the source: the general plan chooses among copies.
      logger.info("the source has copies of an event id; running again with the general plan")
      return try await attempt(request, bound, Allowed(firstPlan: false), progress)
    } catch let error as DriverError where error.code == .permission {
      // The engine did not tell before that this role may not build the key.
      guard isLateKey(error.planPath, try planner(bound)) else { throw error }
      return try await attempt(request, bound, Allowed(lateKeys: false), progress)
    }
  }

  /// What an attempt may do; correctness rests on none of it.
  struct Allowed {
    /// The cheaper plan of a first run, which finds copies of an event id by the key.
    var firstPlan = true
    /// To build the keys that `create` left to the first run.
    var lateKeys = true
  }

  private func isLateKey(_ path: String?, _ planner: Planner) -> Bool {
    planner.keySteps().contains { path?.hasSuffix("/" + $0.name) ?? false }
  }

  private func attempt(
    _ request: RunRequest, _ bound: BoundJob, _ allowed: Allowed, _ progress: StepProgress.Report?
  ) async throws -> RunReport {
    let planner = try planner(bound)
    let identity = RunIdentity(
      job: JobFingerprint(bound).text, engine: try await engine(), toolVersion: toolVersion)
    try requireRendering(of: request.mode, planner, identity, allowingFirst: allowed.firstPlan)
    let ledger = job.names[.sessionRuns]
    await connection.annotate("run of \(ledger)")
    do {
      try await connection.lockJob(ledger, wait: request.wait)
      if profile.commitPoint == .finishedRow {
        let report = try await runByClaim(request, bound, identity, progress)
        try? await connection.unlockJob()
        return report
      }
      if request.takeOver != nil {
        throw RunnerError(
          "--take-over is for engines whose runs keep apart by claims; here a run that died holds nothing",
          remedy: "run without it")
      }
      let result = try await connection.transaction(.insertOnly(ledgers: ledgers)) {
        // What files have been told of attributes goes on from row to row.
        var identity = identity
        if let settings = try await requireSameJob(bound) { identity.job = settings.text }
        var planner = planner
        planner.floor = try await floor(planner)
        let mode = try await planMode(request.mode, planner, bound)
        let plan = try await plan(mode, planner, identity, allowed)
        let markBefore = try await mark(planner)
        try await carryOut(plan, progress: progress) { step in
          guard step == plan.steps.first?.name, let id = try await runID(planner) else { return }
          await connection.annotate("run \(id) of \(ledger)")
        }
        var report = try await report(planner)
        (report.lateSessions, report.mergedSessions) = try await changes(plan)
        if let warning = Self.warning(of: try await mark(planner), after: markBefore) {
          report.warnings.append(warning)
        }
        return report
      }
      do {
        try await connection.unlockJob()
      } catch {
        // What is committed is a success; the lock ends with the connection at the latest.
        logger.warning(
          "the run is committed, but its lock could not be given back (\(error)); it ends with this connection")
      }
      await connection.annotate(nil)
      return result
    } catch {
      try? await connection.unlockJob()
      await connection.annotate(nil)
      throw error
    }
  }

  /// Before the lock is taken: whatever plan the run will take, its dialect can say all of it.
  private func requireRendering(
    of mode: RunRequest.Mode, _ planner: Planner, _ identity: RunIdentity, allowingFirst: Bool
  ) throws {
    let planned: RunMode =
      switch mode {
      case .whole: .whole
      case .window(let from, let to):
        .window(from: from.map { .timestamp($0) }, to: to.map { .timestamp($0) })
      case .new:
        .new(since: .placeholder("mark", planner.bound.job.source.arrival?.kind == .time ? .timestamp : .integer))
      }
    let buildingKeys = profile.buildsKeysLate
    var plans = [try planner.runPlan(planned, identity, buildingKeys: buildingKeys)]
    if allowingFirst, planner.hasFirstRunPlan {
      plans.append(try planner.firstRunPlan(planned, identity, buildingKeys: buildingKeys))
    }
    try requireRendering(
      plans,
      [planner.fingerprintQuery(), planner.markQuery(), planner.floorQuery(), planner.lastRun()]
        + plans.compactMap(\.changes))
  }

  /// The first run into empty ledgers has a cheaper plan.
  func plan(
    _ mode: RunMode, _ planner: Planner, _ identity: RunIdentity, _ allowed: Allowed
  ) async throws -> Plan {
    let keys = try await lateKeys(planner)
    let buildingKeys = keys == .missing && allowed.lateKeys
    if keys != .built, !buildingKeys {
      logger.warning(
        """
        \(job.names[.sessionTable]) has no key yet, and this role may not build it: the run does without, and is slower; \
        have the table's owner run `sessionizer create --finish`
        """)
    }
    // Where `retain` has removed pageviews, the ledgers are not empty though this one may be.
    guard allowed.firstPlan, keys == .built || buildingKeys, planner.hasFirstRunPlan, planner.floor == nil,
      try await connection.rows(planner.ledgerProbe(), path: "run/is the ledger empty").isEmpty
    else { return try planner.runPlan(mode, identity, buildingKeys: buildingKeys) }
    return try planner.firstRunPlan(mode, identity, buildingKeys: buildingKeys)
  }

  // MARK: What a run needs

  var ledgers: [ObjectName] { ObjectNames.Object.ledgers.map { job.names[$0] } }

  func engine() async throws -> String {
    let facts = try await connection.facts()
    return facts.engine + " " + facts.version
  }

  func requireArrival(_ mode: RunRequest.Mode, _ bound: BoundJob) throws {
    guard mode == .new, bound.job.source.arrival == nil else { return }
    throw RunnerError(
      "--new goes by an arrival column, and the job names none",
      remedy: "set source.arrival in the job file, or --arrival-column, or run without --new")
  }

  func requireLedgers(_ bound: BoundJob) async throws {
    let planner = try planner(bound)
    for object in ObjectNames.Object.ledgers {
      guard let found = try await connection.describe(job.names[object]) else {
        throw RunnerError("there is no table \(job.names[object])", remedy: createFirst)
      }
      for column in planner.ledgerColumns(object) where !found.columns.contains(where: { $0.name == column }) {
        throw RunnerError(
          "\(job.names[object]) has no column \(column): it is not the ledger of this job",
          remedy: "choose another prefix and create it, or set the job's attributes back")
      }
    }
  }

  /// The id that `started` took.
  private func runID(_ planner: Planner) async throws -> Int64? {
    guard case .int64(let id)? = try await connection.rows(planner.greatestRun(), path: "run/id").first?.first else {
      return nil
    }
    return id
  }

  /// What the plan is to select: `new` becomes a mark, or the whole source where there is none.
  func planMode(_ mode: RunRequest.Mode, _ planner: Planner, _ bound: BoundJob) async throws -> RunMode {
    switch mode {
    case .whole: return .whole
    case .window(let from, let to):
      return .window(from: from.map { .timestamp($0) }, to: to.map { .timestamp($0) })
    case .new:
      guard let since = try await markLessOverlap(planner, bound) else { return .whole }
      return .new(since: since)
    }
  }

  /// The time before which no run takes rows; nil where `retain` has removed nothing.
  func floor(_ planner: Planner) async throws -> Timestamp? {
    guard case .timestamp(let floor)? = try await connection.rows(planner.floorQuery(), path: "retention").first?.first
    else { return nil }
    return Timestamp(microseconds: floor)
  }

  /// The last mark less the overlap; nil where no finished run has set one.
  func markLessOverlap(_ planner: Planner, _ bound: BoundJob) async throws -> Literal? {
    guard let arrival = bound.job.source.arrival,
      let row = try await connection.rows(planner.markQuery(), path: "run/mark").first
    else { return nil }
    switch (arrival.kind, row[1], row[2]) {
    case (.id, .int64(let mark)?, _):
      let (since, overflow) = mark.subtractingReportingOverflow(arrival.overlap)
      return .integer(overflow ? Int64.min : since)
    case (.time, _, .timestamp(let mark)?):
      let since = Timestamp(microseconds: mark - arrival.overlap)
      return .timestamp(max(since, .earliest))
    default: return nil
    }
  }

  /// What the run did to sessions of earlier runs; into empty ledgers there were none.
  func changes(_ plan: Plan) async throws -> (late: Int64?, merged: Int64?) {
    guard let query = plan.changes else { return profile.keepsSteps ? (0, 0) : (nil, nil) }
    let numbers = try await numbers(query, count: 2, path: "run/changes")
    return (numbers[0], numbers[1])
  }

  /// The numbers of a query of one row over a plan's scratch tables. It does not know their columns by itself, and not
  /// every driver knows that a sum is a number.
  func numbers(_ query: Query, count: Int, path: String) async throws -> [Int64?] {
    do {
      let sql = try connection.render(.query(query)).joined(separator: ";\n")
      let cursor = try await connection.open(sql, types: Array(repeating: .int64, count: count))
      let batch = try await cursor.next()
      await cursor.close()
      guard let batch, batch.rowCount == 1 else { return Array(repeating: nil, count: count) }
      return batch.row(0).map { value in if case .int64(let number)? = value { number } else { nil } }
    } catch var error as DriverError {
      error.planPath = error.planPath ?? path
      throw error
    }
  }

  /// A high-water mark of arrivals as it was noted.
  struct Mark {
    var run: Int64
    /// A count, or microseconds since 1970; nil where the source was empty.
    var value: Int64?
    var isTime = false

    var text: String {
      guard let value else { return "none" }
      return isTime ? Timestamp(microseconds: value).description : String(value)
    }
  }

  /// The newest mark; nil where the source has no arrival column, or no run has noted one.
  func mark(_ planner: Planner) async throws -> Mark? {
    guard planner.bound.job.source.arrival != nil,
      let row = try await connection.rows(planner.markQuery(), path: "run/mark").first, case .int64(let run)? = row[0]
    else { return nil }
    if case .int64(let value)? = row[1] { return Mark(run: run, value: value) }
    if case .timestamp(let value)? = row[2] { return Mark(run: run, value: value, isTime: true) }
    return Mark(run: run, value: nil)
  }

  /// That the greatest arrival went back, which no source does that only grows.
  static func warning(of mark: Mark?, after before: Mark?) -> String? {
    guard let mark, let before, mark.run > before.run, let old = before.value else { return nil }
    if let new = mark.value, new >= old { return nil }
    return
      "the source's greatest arrival is \(mark.text), and was \(before.text) at run \(before.run): rows were removed "
      + "from it, or it was replaced; `sessionizer verify` counts the pageviews that are gone"
  }

  func report(_ planner: Planner) async throws -> RunReport {
    let rows = try await connection.rows(planner.lastRun(), path: "run/report")
    guard let row = rows.first, case .int64(let id)? = row[0], case .text(let mode)? = row[1] else {
      throw RunnerError("the run left no row in \(job.names[.sessionRuns])")
    }
    func number(_ value: BatchValue?) -> Int64 {
      if case .int64(let number)? = value { number } else { 0 }
    }
    return RunReport(
      runID: id, mode: mode, pageviews: number(row[2]), sessions: number(row[3]), lineageRows: number(row[4]),
      quarantined: number(row[5]))
  }
}
