internal import SessionPlan
internal import WarehouseDriver

/// A run where no transaction holds its statements together: its `finished` row is what makes them count, and where no
/// lock keeps two runs apart, claims do (semantics.md, 9).
extension JobContext {
  /// Claims, writes and finishes; from the beginning again where another run came first.
  func runByClaim(
    _ request: RunRequest, _ bound: BoundJob, _ identity: RunIdentity, _ progress: StepProgress.Report?
  ) async throws -> RunReport {
    let planner = try planner(bound)
    let plans = [
      Plan(name: "run", steps: [planner.abandon(run: 0, token: "")])
    ]
    try requireRendering(plans, [planner.openClaims(), planner.finishedCount()])
    if let run = request.takeOver { try await takeOver(run, planner) }
    let deadline = ContinuousClock.now + request.wait
    let most = 20
    for attempt in 1...most {
      do {
        return try await claimed(request, deadline, bound, planner, identity, progress)
      } catch let lost as LostClaim {
        logger.info("run \(lost.run) begins again: \(lost.reason)")
        // Runs that met each other do not meet in the same step again.
        try await Task.sleep(for: .milliseconds(Int.random(in: 1...(20 * attempt))))
      }
    }
    throw DriverError(
      .jobLocked, phase: .lock, "\(most) times another run came between, and nothing of this one counts",
      remedy: "have fewer runs of \(job.names[.sessionRuns]) at once, or wait with --wait SECONDS", isRetrySafe: true)
  }

  /// A run that may not go on, because of another one; its rows will never count.
  private struct LostClaim: Error {
    var run: Int64
    var reason: String
  }

  /// One try, from its claim to its `finished` row.
  private func claimed(
    _ request: RunRequest, _ deadline: ContinuousClock.Instant, _ bound: BoundJob, _ planner: Planner,
    _ identity: RunIdentity, _ progress: StepProgress.Report?
  ) async throws -> RunReport {
    var planner = planner
    var identity = identity
    // A word of its own, as a version's build metadata.
    identity.toolVersion += "+" + String(UInt64.random(in: .min ... .max), radix: 36)
    var mine: Claim?
    do {
      let report = try await connection.transaction(.insertOnly(ledgers: ledgers)) {
        try await waitForOpenClaims(request, until: deadline, planner)
        // Whatever is read from here on is true as long as no other run finishes.
        let finishedBefore = try await number(planner.finishedCount(), "finished runs")
        if let settings = try await requireSameJob(bound) { identity.job = settings.text }
        planner.floor = try await floor(planner)
        let mode = try await planMode(request.mode, planner, bound)
        let markBefore = try await mark(planner)
        let started = try planner.runPlan(mode, identity).steps[0]
        mine = Claim(run: 0, token: identity.toolVersion, finishedBefore: finishedBefore)
        do {
          try await connection.execute(started.statement, path: "run/started")
        } catch let error as DriverError where error.code == .constraint {
          throw LostClaim(run: 0, reason: "another run took its id")
        }
        let claim = try await confirmed(identity.toolVersion, finishedBefore, planner)
        mine = claim
        planner.claim = claim
        await connection.annotate("run \(claim.run) of \(job.names[.sessionRuns])")
        var plan = try planner.runPlan(mode, identity)
        let finished = plan.steps.removeLast()
        plan.steps.removeFirst()
        try await carryOut(plan, progress: progress)
        var changed: (late: Int64?, merged: Int64?) = (nil, nil)
        if planner.profile.keepsSteps { changed = try await changes(plan) }
        _ = try await confirmed(claim.token, finishedBefore, planner)
        try await connection.execute(finished.statement, path: "run/" + finished.name)
        guard try await !connection.rows(planner.finishedProbe(claim), path: "run/is it finished").isEmpty else {
          throw LostClaim(run: claim.run, reason: "another run has finished since it began, or has taken it over")
        }
        mine = nil
        var report = try await self.report(planner)
        (report.lateSessions, report.mergedSessions) = changed
        if let warning = Self.warning(of: try await mark(planner), after: markBefore) {
          report.warnings.append(warning)
        }
        return report
      }
      await connection.annotate(nil)
      return report
    } catch {
      if let mine { await giveUp(mine, planner) }
      await connection.annotate(nil)
      throw error
    }
  }

  /// The claim of a token, where it is the lowest open one and has its id alone.
  private func confirmed(_ token: String, _ finishedBefore: Int64, _ planner: Planner) async throws -> Claim {
    let open = try await openClaims(planner)
    guard let mine = open.first(where: { $0.token == token }) else {
      throw LostClaim(run: 0, reason: "its claim was taken over")
    }
    if let other = open.first(where: { $0.token != token && $0.run <= mine.run }) {
      throw LostClaim(run: mine.run, reason: "run \(other.run) has claimed the job before it")
    }
    return Claim(run: mine.run, token: token, finishedBefore: finishedBefore)
  }

  // MARK: Claims of others

  private struct OpenClaim {
    var run: Int64
    var token: String
    var age: Duration
  }

  private func openClaims(_ planner: Planner) async throws -> [OpenClaim] {
    try await connection.rows(planner.openClaims(), path: "run/claims").compactMap { row in
      guard case .int64(let run)? = row[0], case .text(let token)? = row[1], case .timestamp(let then)? = row[2],
        case .timestamp(let now)? = row[3]
      else { return nil }
      return OpenClaim(run: run, token: token, age: .microseconds(now - then))
    }
  }

  private func number(_ query: Query, _ path: String) async throws -> Int64 {
    guard case .int64(let number)? = try await connection.rows(query, path: "run/" + path).first?.first else {
      throw RunnerError("\(job.names[.sessionRuns]) does not say how many runs have finished")
    }
    return number
  }

  /// Returns when nobody holds the job. Claims that are too old are given up; where a lock is held, all are, since
  /// whoever made them is dead.
  private func waitForOpenClaims(
    _ request: RunRequest, until deadline: ContinuousClock.Instant, _ planner: Planner
  ) async throws {
    while true {
      var holder: OpenClaim?
      for claim in try await openClaims(planner) {
        if profile.hasJobLock || claim.age >= request.claimTimeout {
          logger.warning("run \(claim.run) did not finish; its rows will never count")
          try await abandon(run: claim.run, token: claim.token, planner)
        } else {
          holder = holder ?? claim
        }
      }
      guard let holder else { return }
      guard ContinuousClock.now < deadline else { throw held(by: holder, request) }
      try await Task.sleep(for: .milliseconds(Int.random(in: 20...100)))
    }
  }

  private func held(by claim: OpenClaim, _ request: RunRequest) -> DriverError {
    DriverError(
      .jobLocked, phase: .lock,
      "run \(claim.run) holds the job; it began \(claim.age.components.seconds) s ago, and is taken for dead after "
        + "\(request.claimTimeout.components.seconds) s (claim_timeout)",
      remedy: "wait for it with --wait SECONDS, or, if it is dead, have its claim given up by "
        + "`sessionizer run --take-over \(claim.run)`", isRetrySafe: true)
  }

  /// Gives up the claim of a run that is known to be dead.
  private func takeOver(_ run: Int64, _ planner: Planner) async throws {
    let claims = try await openClaims(planner).filter { $0.run == run }
    guard !claims.isEmpty else {
      throw RunnerError(
        "run \(run) has no open claim", remedy: "see `sessionizer status`; without --take-over the job is free")
    }
    for claim in claims { try await abandon(run: run, token: claim.token, planner) }
  }

  private func abandon(run: Int64, token: String, _ planner: Planner) async throws {
    let step = planner.abandon(run: run, token: token)
    do {
      try await connection.execute(step.statement, path: "run/" + step.name)
    } catch let error as DriverError where error.code == .constraint {
      // Somebody else has given it up in the same moment.
    }
  }

  /// Gives up the run's own claim, also on a cancelled task. Where that fails, the claim grows old.
  private func giveUp(_ claim: Claim, _ planner: Planner) async {
    await Task {
      do {
        let run = try await openClaims(planner).first { $0.token == claim.token }?.run
        if let run { try await abandon(run: run, token: claim.token, planner) }
      } catch {
        logger.warning("the claim of run \(claim.run) could not be given up: \(error)")
      }
    }.value
  }
}
