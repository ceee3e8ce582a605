internal import SessionPlan
internal import WarehouseDriver

/// One statement that a run would carry out.
public struct DryRunStep: Sendable {
  public var name: String
  public var purpose: String
  public var sql: [String]
  /// The engine's own plan for the last of them.
  public var explanation: [String]
}

/// What a run would do.
public struct DryRunReport: Sendable {
  public var plan: String
  public var steps: [DryRunStep]
  /// What it would write, counted; nil where the engine has no scratch tables to count in.
  public var pageviews: Int64?
  public var sessions: Int64?
  public var lineageRows: Int64?
  public var quarantined: Int64?
}

extension JobContext {
  /// Shows what a run would do, and writes nothing: its scratch tables are made and counted in a transaction
  /// that is rolled back.
  public func dryRun(_ request: RunRequest = RunRequest()) async throws -> DryRunReport {
    try await WorkPhase.$current.withValue(.read) { try await rehearse(request) }
  }

  private func rehearse(_ request: RunRequest) async throws -> DryRunReport {
    let bound = try await boundToSource()
    try requireArrival(request.mode, bound)
    try await requireLedgers(bound)
    var planner = try planner(bound)
    let identity = RunIdentity(job: JobFingerprint(bound).text, engine: try await engine(), toolVersion: toolVersion)
    try await connection.begin(.rehearsal)
    do {
      try await requireSameJob(bound)
      planner.floor = try await floor(planner)
      let mode = try await planMode(request.mode, planner, bound)
      let plan = try await plan(mode, planner, identity, Allowed())
      try PlanChecker().check(plan)
      var report = DryRunReport(plan: plan.name, steps: [])
      for step in plan.steps {
        let sql = try connection.render(step.statement)
        var explanation: [String] = []
        if case .createScratch = step.statement {
          for text in sql {
            if text.hasPrefix("INSERT") { explanation = try await connection.explain(text) }
            _ = try await connection.execute(text)
          }
        } else if case .insert = step.statement, let last = sql.last {
          explanation = try await connection.explain(last)
        }
        report.steps.append(DryRunStep(name: step.name, purpose: step.purpose, sql: sql, explanation: explanation))
      }
      if let counts = plan.counts {
        let numbers = try await numbers(counts, count: 4, path: "dry run/counts")
        (report.pageviews, report.sessions, report.lineageRows, report.quarantined) =
          (numbers[0], numbers[1], numbers[2], numbers[3])
      }
      try await connection.rollback()
      return report
    } catch {
      try? await connection.rollback()
      throw error
    }
  }
}
