internal import SessionPlan
internal import WarehouseDriver

/// What `create` is to do beyond the tables and views.
public struct CreateRequest: Sendable {
  /// A role that is to have the least rights with which it can run the job.
  public var grantee: String?
  /// Whether the engine itself is to refuse changes of the ledgers, to everybody.
  public var isGuarded: Bool
  /// Whether keys that are otherwise left to the first run are built, too.
  public var finishes: Bool
  /// Whether the schema of the tables is made, too, where it is not there.
  public var makesSchema: Bool
  /// Which field of a file an attribute of the tool's own table is, where it has another name: noted for `load`.
  public var fields: [String: String]

  public init(
    grantee: String? = nil, isGuarded: Bool = false, finishes: Bool = false, fields: [String: String] = [:],
    makesSchema: Bool = false
  ) {
    self.makesSchema = makesSchema
    self.grantee = grantee
    self.isGuarded = isGuarded
    self.finishes = finishes
    self.fields = fields
  }
}

/// What `create` did.
public struct CreateReport: Sendable {
  /// Tables and views that were not there before.
  public var made: [String]
  /// Those that were there already, and fit.
  public var kept: [String]
  public var warnings: [String]
}

extension JobContext {
  /// Makes the tables and views of the job. What is there already and fits is left as it is.
  ///
  /// - Throws: `RunnerError` where an object of that name has other columns, or belongs to another job.
  @discardableResult
  public func create(
    _ request: CreateRequest = CreateRequest(), progress: StepProgress.Report? = nil
  ) async throws -> CreateReport {
    do {
      return try await createAgainWhereOutrun(request, progress)
    } catch var error as DriverError where error.code == .noSuchObject {
      // What a driver says of a missing object is to run `create`.
      error.remedy = "check --schema and --prefix; --create-schema makes the schema"
      throw error
    }
  }

  private func createAgainWhereOutrun(
    _ request: CreateRequest, _ progress: StepProgress.Report?
  ) async throws -> CreateReport {
    try await WorkPhase.$current.withValue(.create) {
      for attempt in 1..<Self.attempts {
        do {
          return try await carryOut(request, progress)
        } catch let error as DriverError where Self.isOutrun(error) {
          // Rolled back, where that is possible; what the other `create` made or granted is found the next time.
          try await Task.sleep(for: .milliseconds(attempt * Int.random(in: 10...100)))
        }
      }
      return try await carryOut(request, progress)
    }
  }

  /// How often `create` is tried while others make the same objects. Each time one of them is done, so that this ends.
  private static let attempts = 10

  /// Whether another `create` was faster: its settings are the ledgers', or it touched the same entry of the catalog.
  private static func isOutrun(_ error: DriverError) -> Bool {
    error.code == .concurrentChange || error.code == .constraint && error.planPath == createdPath
      // Class 40: the server has rolled it back, for two that waited for each other.
      || error.isRetrySafe && (error.sqlState ?? "").hasPrefix("40")
  }

  private func carryOut(_ request: CreateRequest, _ progress: StepProgress.Report?) async throws -> CreateReport {
    try await connection.transaction(.write) {
      let ownsSource = job.source.table == nil
      let sourceIsThere = try await connection.describe(job.source.table ?? job.names[.pageviews]) != nil
      let bound = ownsSource && !sourceIsThere ? try ownSource() : try await boundToSource()
      let planner = try planner(bound)
      let plan = try await createPlan(planner, ownsSource: ownsSource, request)
      var report = CreateReport(made: [], kept: [], warnings: [])
      var keptSteps: Set<String> = []
      for step in plan.steps {
        switch try await isThere(step.statement) {
        case true:
          keptSteps.insert(step.name)
          report.kept.append(Self.shownName(step))
        case false: report.made.append(Self.shownName(step))
        default:
          switch step.statement {
          case .guardTable: report.made.append(step.name)
          default: break
          }
        }
      }
      if keptSteps.contains("session_runs") { try await requireSameJob(bound) }
      try requireRendering([plan])
      for (index, step) in plan.steps.enumerated() where !keptSteps.contains(step.name) {
        progress?(StepProgress(step: step.name, number: index + 1, count: plan.steps.count))
        guard case .grant(let grant) = step.statement else {
          try await connection.execute(step.statement, path: "create/" + step.name)
          continue
        }
        switch try await give(grant, path: "create/" + step.name) {
        case true?: report.made.append(step.name)
        case false?: report.kept.append(step.name)
        case nil: break
        }
      }
      try await note(bound, request)
      return report
    }
  }

  private static let createdPath = "create/settings"

  /// Notes the job's settings, so that later commands need not be told them, unless they are noted.
  private func note(_ bound: BoundJob, _ request: CreateRequest) async throws {
    var mine = JobFingerprint(bound)
    mine.fields = request.fields
    if let theirs = try await ledgerSettings(bound) {
      for (name, field) in request.fields.sorted(by: { $0.key < $1.key }) {
        guard case let other = theirs.fields[name] ?? name, other != field else { continue }
        throw RunnerError(
          "the attribute \(name) is the field \(other) of files here, not \(field)",
          remedy: "leave it out, or have it taken over by `sessionizer adopt`")
      }
      return
    }
    let facts = try await connection.facts()
    let identity = RunIdentity(
      job: mine.text, engine: facts.engine + " " + facts.version, toolVersion: toolVersion)
    try await connection.execute(try planner(bound).createdRow(identity), path: Self.createdPath)
  }

  /// What a step makes, under its own name, prefix and all.
  static func shownName(_ step: Plan.Step) -> String {
    switch step.statement {
    case .createTable(let table): table.name.description
    case .createView(let name, _): name.description
    default: step.name
    }
  }

  /// The statements that `create` would carry out.
  public func createScript(_ request: CreateRequest = CreateRequest()) async throws -> [DryRunStep] {
    try await WorkPhase.$current.withValue(.read) { try await script(request) }
  }

  private func script(_ request: CreateRequest) async throws -> [DryRunStep] {
    let ownsSource = job.source.table == nil
    let sourceIsThere = try await connection.describe(job.source.table ?? job.names[.pageviews]) != nil
    let planner = try planner(ownsSource && !sourceIsThere ? try ownSource() : try await boundToSource())
    return try await createPlan(planner, ownsSource: ownsSource, request).steps.map { step in
      DryRunStep(
        name: step.name, purpose: step.purpose, sql: try connection.render(step.statement), explanation: [])
    }
  }

  /// The tables and views of `create` that are not there.
  ///
  /// - Throws: `RunnerError` where one is there and not the tool's
  func missingDefinitions() async throws -> [Plan.Step] {
    let ownsSource = job.source.table == nil
    let sourceIsThere = try await connection.describe(job.source.table ?? job.names[.pageviews]) != nil
    let planner = try planner(ownsSource && !sourceIsThere ? try ownSource() : try await boundToSource())
    var missing: [Plan.Step] = []
    for step in try planner.createPlan(withSource: ownsSource, leavingKeys: profile.buildsKeysLate).steps
    where try await isThere(step.statement) == false {
      missing.append(step)
    }
    return missing
  }

  private func createPlan(_ planner: Planner, ownsSource: Bool, _ request: CreateRequest) async throws -> Plan {
    // A role that only inserts could not build the key later.
    let wantsKeys = request.grantee != nil || request.finishes
    let found = try await connection.describe(job.names[.sessionTable])
    var plan = try planner.createPlan(
      withSource: ownsSource, leavingKeys: planner.profile.buildsKeysLate && !wantsKeys && found == nil)
    if found != nil, try await lacksKeys(planner) {
      let hasRows = try await !connection.rows(planner.ledgerProbe(), path: "create/is the ledger empty").isEmpty
      let late = planner.keySteps().map(\.statement)
      plan.steps.removeAll { late.contains($0.statement) }
      if wantsKeys || hasRows { plan.steps += planner.keySteps() }
    }
    if request.isGuarded { plan.steps += planner.guardSteps() }
    if let role = request.grantee { plan.steps += planner.grantSteps(to: role) }
    if request.makesSchema {
      plan.steps.insert(
        .init("schema", "Where the tables are.", .createSchema(of: job.names[.sessionRuns])), at: 0)
    }
    try PlanChecker().check(plan)
    return plan
  }

  /// The key that `create` may have left to the first run.
  enum LateKeys { case built, missing, missingAndNotOurs }

  func lateKeys(_ planner: Planner) async throws -> LateKeys {
    guard planner.profile.buildsKeysLate, let table = try await connection.describe(job.names[.sessionTable]),
      table.primaryKey.isEmpty
    else { return .built }
    return table.mayMakeKeys ? .missing : .missingAndNotOurs
  }

  /// Whether `session_table` still waits for its key, which the first run builds.
  func lacksKeys(_ planner: Planner) async throws -> Bool { try await lateKeys(planner) != .built }

  private func ownSource() throws -> BoundJob {
    let standard = PageviewSource()
    let source = job.source
    guard source.eventID == standard.eventID, source.userID == standard.userID,
      source.pageViewAt == standard.pageViewAt, source.page == standard.page
    else {
      throw RunnerError(
        "the job maps columns of a source table, but names no table", remedy: "set source.table, or --source-table")
    }
    return BoundJob.assumed(job)
  }

  /// Whether a table or view is there already; nil for what the catalog does not tell, such as an index.
  ///
  /// - Throws: `RunnerError` where it is, but with other columns than ours.
  private func isThere(_ statement: Statement) async throws -> Bool? {
    switch statement {
    case .createTable(let table):
      guard let found = try await connection.describe(table.name) else { return false }
      try requireColumns(table.columns.map(\.column), of: table.name, in: found)
      return true
    case .createView(let name, let query):
      guard let found = try await connection.describe(name) else { return false }
      try requireColumns(try PlanChecker().columns(of: query), of: name, in: found, comparingTypes: false)
      return true
    default: return nil
    }
  }

  private func requireColumns(
    _ expected: [SchemaColumn], of name: ObjectName, in found: TableDescription, comparingTypes: Bool = true
  ) throws {
    for column in expected {
      guard let other = found.columns.first(where: { $0.name == column.name }) else {
        throw RunnerError(
          "\(name) exists, but has no column \(column.name): it is not the tool's",
          remedy: "choose another name with --prefix, or remove it")
      }
      guard comparingTypes, column.type == .integer || column.type == .text, let type = other.type else { continue }
      if (type == .integer) != (column.type == .integer) {
        throw RunnerError(
          "\(name) exists, and its column \(column.name) is \(other.declaredType), not \(column.type.rawValue)",
          remedy: "set event_id_type to fit, or choose another name with --prefix")
      }
    }
  }
}
