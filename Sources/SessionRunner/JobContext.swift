public import Logging
public import SessionPlan
public import WarehouseDriver

/// How far a command is that has steps.
public struct StepProgress: Hashable, Sendable {
  /// What is about to be done.
  public var step: String
  /// Its number, from 1, and how many there are.
  public var number: Int
  public var count: Int
  /// How many rows the step before wrote, where the engine says.
  public var rowsBefore: Int?

  public typealias Report = @Sendable (StepProgress) -> Void
}

/// A job on a connection: what the commands work with.
///
/// ```swift
/// let context = JobContext(job: SessionJob(), connection: connection, logger: logger, toolVersion: "1.0")
/// try await context.create()
/// let report = try await context.run(RunRequest(mode: .whole))
/// ```
public struct JobContext: Sendable {
  public let job: SessionJob
  public let connection: any Connection
  public let logger: Logger
  public let toolVersion: String

  public init(job: SessionJob, connection: any Connection, logger: Logger, toolVersion: String) {
    self.job = job
    self.connection = connection
    self.logger = logger
    self.toolVersion = toolVersion
  }

  var profile: PlanProfile { connection.profile }

  func planner(_ bound: BoundJob) throws -> Planner { try Planner(bound, profile: profile) }

  /// What is carried out for a step: its statement, or a cheaper one with the same result.
  ///
  /// - Returns: nil where there is nothing to do
  func statement(of step: Plan.Step, _ plan: Plan) async throws -> Statement? {
    guard let shortcut = step.shortcut,
      try await connection.rows(shortcut.ifNothingIn, path: plan.name + "/" + step.name + "?").isEmpty
    else { return step.statement }
    return shortcut.statement
  }

  /// Renders everything that plans may send, so that what the dialect cannot say is an error before anything is sent.
  ///
  /// - Throws: `RenderingError` of the dialect, which names it, the node and what to do
  func requireRendering(_ plans: [Plan], _ queries: [Query] = []) throws {
    for plan in plans {
      try PlanChecker().check(plan)
      for step in plan.steps {
        _ = try connection.render(step.statement)
        guard let shortcut = step.shortcut else { continue }
        _ = try connection.render(.query(shortcut.ifNothingIn))
        if let statement = shortcut.statement { _ = try connection.render(statement) }
      }
    }
    for query in queries { _ = try connection.render(.query(query)) }
  }

  /// Carries out the steps of a plan, after checking it.
  ///
  /// - Parameters:
  ///   - progress: called before each step
  ///   - after: called after each step, with its name
  func carryOut(
    _ plan: Plan, progress: StepProgress.Report? = nil, after: (String) async throws -> Void = { _ in }
  ) async throws {
    try PlanChecker().check(plan)
    var rows: Int?
    for (index, step) in plan.steps.enumerated() {
      progress?(StepProgress(step: step.name, number: index + 1, count: plan.steps.count, rowsBefore: rows))
      logger.debug("step", metadata: ["plan": "\(plan.name)", "step": "\(step.name)"])
      guard let statement = try await statement(of: step, plan) else { continue }
      rows = try await connection.execute(statement, path: plan.name + "/" + step.name)
      try await after(step.name)
    }
  }
}
