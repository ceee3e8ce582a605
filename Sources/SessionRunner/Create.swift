internal import SessionPlan
internal import WarehouseDriver

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
  public func create() async throws -> CreateReport {
    try await connection.transaction(.write) {
      let ownsSource = job.source.table == nil
      let sourceIsThere = try await connection.describe(job.source.table ?? job.names[.pageviews]) != nil
      let bound = ownsSource && !sourceIsThere ? try ownSource() : try await boundToSource()
      let planner = try planner(bound)
      let plan = try planner.createPlan(withSource: ownsSource)
      try PlanChecker().check(plan)
      var report = CreateReport(made: [], kept: [], warnings: [])
      for step in plan.steps {
        switch try await isThere(step.statement) {
        case true: report.kept.append(step.name)
        case false: report.made.append(step.name)
        default: break
        }
      }
      if report.kept.contains("session_runs") { try await requireSameJob(bound) }
      for step in plan.steps { try await connection.execute(step.statement, path: "create/" + step.name) }
      return report
    }
  }

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
