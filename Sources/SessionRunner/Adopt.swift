public import SessionPlan
internal import WarehouseDriver

/// What `adopt` is to do.
public struct AdoptRequest: Sendable {
  /// Which field of a file an attribute of the tool's own table is, as far as it was said: noted for `load`.
  public var fields: [String: String]
  /// Whether a source is taken over that lacks pageviews of the ledgers, or has others of their ids.
  public var acceptsDifferences: Bool
  /// Zero: not at all.
  public var wait: Duration

  public init(fields: [String: String] = [:], acceptsDifferences: Bool = false, wait: Duration = .zero) {
    self.fields = fields
    self.acceptsDifferences = acceptsDifferences
    self.wait = wait
  }
}

/// What `adopt` did.
public struct AdoptReport: Hashable, Sendable {
  /// The settings that hold now, and what held before; empty where nothing was to be done.
  public var changes: [JobFingerprint.Change] = []
  /// The columns that the ledgers, and the tool's own source, were given.
  public var columns: [String] = []
  /// Pageviews of the ledgers that the source does not have.
  public var missing = 0
  /// Pageviews of the ledgers that the source has with another user, time or page.
  public var differing = 0
  /// Whether the arrival mark is another table's, so that the next `run --new` looks at everything.
  public var forgetsMark = false
  /// The id that it took in the run ledger; nil where nothing was to be done.
  public var runID: Int64?
}

extension JobContext {
  /// Takes over what of the job's settings is another than the ledgers', where it decides neither which pageviews count
  /// nor how sessions are cut: names of columns, the table, a new attribute. It adds two rows to the run ledger.
  ///
  /// Everything is one transaction where the engine's table definitions are part of it; elsewhere the columns come
  /// first, and an interrupted one is simply done again.
  ///
  /// - Throws: `RunnerError`; no setting is taken over then
  public func adopt(_ request: AdoptRequest = AdoptRequest()) async throws -> AdoptReport {
    try await WorkPhase.$current.withValue(.adopt) {
      let ledger = job.names[.sessionRuns]
      guard try await connection.describe(job.names[.sessionTable]) != nil else {
        throw RunnerError("there is no table \(job.names[.sessionTable])", remedy: createFirst)
      }
      let ownsSource = job.source.table == nil
      let bound = try await boundToSource(adding: ownsSource ? Set(job.attributes.map(\.column)) : [])
      try await connection.lockJob(ledger, wait: request.wait)
      do {
        let report: AdoptReport
        if profile.hasTransactionalDefinitions {
          report = try await connection.transaction(.write) {
            var adoption = try await Adoption(self, bound, request)
            guard !adoption.report.changes.isEmpty else { return adoption.report }
            try await adoption.makeColumns()
            return try await adoption.record()
          }
        } else {
          var adoption = try await Adoption(self, bound, request)
          if !adoption.report.changes.isEmpty { try await adoption.makeColumns() }
          report =
            adoption.report.changes.isEmpty
            ? adoption.report
            : try await connection.transaction(.write) { [adoption] in try await adoption.record() }
        }
        try await connection.unlockJob()
        return report
      } catch {
        try? await connection.unlockJob()
        throw error
      }
    }
  }
}

/// One `adopt`, under the job's lock.
private struct Adoption {
  let context: JobContext
  let bound: BoundJob
  let planner: Planner
  let settings: JobFingerprint
  var report = AdoptReport()

  private var connection: any Connection { context.connection }

  /// Finds what is different, and whether it may be.
  init(_ context: JobContext, _ bound: BoundJob, _ request: AdoptRequest) async throws {
    self.context = context
    self.bound = bound
    planner = try context.planner(bound)
    try await context.requireKnownLayout(planner)
    guard let theirs = try await context.ledgerSettings(bound) else {
      throw RunnerError(
        "the ledgers have noted no settings yet, so that there is nothing to take over",
        remedy: "run `sessionizer create` with the settings that are to hold")
    }
    var mine = JobFingerprint(bound)
    let kept = Set(bound.job.attributes.map(\.name))
    mine.fields = theirs.fields.merging(request.fields) { $1 }.filter { kept.contains($0.key) }
    settings = mine
    report.changes = mine.changes(from: theirs)
    let hasRun = try await !connection.rows(planner.ledgerProbe(), path: "adopt/has anything run").isEmpty
    if let change = report.changes.first(where: { hasRun ? !$0.isAdoptable : $0.isLayout }) {
      throw Self.refusal(change)
    }
    if hasRun, report.changes.contains(where: \.isOfContent) { try await compareContent(request) }
    report.forgetsMark = report.changes.contains { $0.setting == "source.table" }
  }

  private static func refusal(_ change: JobFingerprint.Change) -> RunnerError {
    let (before, after) = (change.before ?? "unset", change.after ?? "unset")
    if change.setting.hasPrefix("attributes.") {
      return RunnerError(
        "the ledgers have the attribute \(change.setting.dropFirst("attributes.".count)), which a job cannot give up",
        remedy: "name a column for it, or choose another prefix and make a full run")
    }
    return RunnerError(
      "\(change.setting) is \(after), the ledgers' is \(before), and that decides which pageviews count, or what is a session",
      remedy: "set it back, or choose another prefix and make a full run")
  }

  /// - Throws: `RunnerError` where the source is not the one of these ledgers.
  private mutating func compareContent(_ request: AdoptRequest) async throws {
    // Attributes are no part of the content, and the tool's own table may lack them still.
    var plain = bound
    plain.job.attributes = []
    var samples: [String: String] = [:]
    for check in try context.planner(plain).adoptChecks() {
      let finding = try await context.finding(of: check, isComplete: true, samples: 1)
      if check.name == "changed" { report.differing = finding.count } else { report.missing = finding.count }
      samples[check.name] = finding.samples.first.map { ", such as \($0.subject)" }
    }
    guard report.differing + report.missing > 0, !request.acceptsDifferences else { return }
    throw RunnerError(
      "\(bound.sourceName) is not the source of these ledgers: of their pageviews it lacks \(report.missing)"
        + "\(samples["retired"] ?? ""), and has \(report.differing) with another user, time or page"
        + "\(samples["changed"] ?? ""); nothing was taken over",
      remedy: "mend the mapping, or accept the differences (--accept-differences)")
  }

  /// The columns of new attributes, and the views.
  mutating func makeColumns() async throws {
    let ownsSource = bound.job.source.table == nil
    var columns: [ObjectNames.Object: Set<String>] = [:]
    for object in [ObjectNames.Object.pageviews, .sessionTable, .sessionVersions] {
      columns[object] = Set(
        try await connection.describe(context.job.names[object])?.columns.map { $0.name.lowercased() } ?? [])
    }
    var added: [String] = []
    let plan = try planner.adoptSchemaPlan(ownsSource: ownsSource) { object, column in
      let isMissing = !(columns[object] ?? []).contains(column.name.lowercased())
      if isMissing, !added.contains(column.name) { added.append(column.name) }
      return isMissing
    }
    try context.requireRendering([plan])
    try await context.carryOut(plan)
    report.columns = added
  }

  /// The two rows that say which settings hold.
  func record() async throws -> AdoptReport {
    let facts = try await connection.facts()
    let identity = RunIdentity(
      job: settings.text, engine: facts.engine + " " + facts.version, toolVersion: context.toolVersion)
    var mark: (id: Literal?, time: Literal?) = (nil, nil)
    if !report.forgetsMark, let row = try await connection.rows(planner.markQuery(), path: "adopt/mark").first {
      if case .int64(let id)? = row[1] { mark.id = .integer(id) }
      if case .timestamp(let time)? = row[2] { mark.time = .timestamp(Timestamp(microseconds: time)) }
    }
    for step in planner.adoptedRows(identity, mark: mark) {
      try await connection.execute(step.statement, path: "adopt/" + step.name)
    }
    guard case .int64(let id)? = try await connection.rows(planner.lastRun(), path: "adopt/report").first?.first else {
      throw RunnerError("adopt left no row in \(context.job.names[.sessionRuns])")
    }
    var report = report
    report.runID = id
    return report
  }
}
