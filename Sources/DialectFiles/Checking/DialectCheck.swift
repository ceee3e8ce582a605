public import SQLRendering
internal import SessionPlan
internal import YAMLReading

/// Whether a dialect is conformant: every plan of every sample job is rendered, as the tool runs it and as a script,
/// and the answers do not contradict each other.
///
/// It proves nothing of the engine: only live tests do.
public struct DialectCheck: Sendable {
  /// What makes the dialect not conformant, a line each.
  public private(set) var problems: [String] = []
  /// What jobs cannot ask of it, because it says so.
  public private(set) var limits: [String] = []
  public private(set) var plans = 0
  public private(set) var statements = 0

  private let dialect: Dialect

  public init(_ dialect: Dialect) {
    self.dialect = dialect
    findContradictions()
    let shapes = [(dialect, "as run"), (dialect.asScript, "as a script")]
    for (shape, word) in shapes where word == "as run" || dialect.scripts.instead == nil {
      for (name, job) in SampleJobs.usual { render(job, name, shape, word, isUsual: true) }
      for (name, job) in SampleJobs.special { render(job, name, shape, word, isUsual: false) }
      renderRights(shape)
    }
  }

  public var isConformant: Bool { problems.isEmpty }

  // MARK: Plans

  private mutating func render(_ job: BoundJob, _ name: String, _ shape: Dialect, _ word: String, isUsual: Bool) {
    do {
      let planner = try Planner(job, profile: shape.profile)
      for plan in try EveryPlan.plans(planner) { try render(plan, shape) }
    } catch {
      let text = "\(name): \(error)"
      if isUsual {
        note(text, in: \.problems)
      } else {
        note(text, in: \.limits)
      }
    }
  }

  /// Rights and guards: what the dialect answers with ~ it has not.
  private mutating func renderRights(_ shape: Dialect) {
    guard let job = SampleJobs.usual.last?.job, let planner = try? Planner(job, profile: shape.profile) else { return }
    for (name, isThere, steps) in [
      ("create --guard", !shape.rights.guardTable.isEmpty, planner.guardSteps()),
      ("create --grant", shape.rights.grantOnTable != nil, planner.grantSteps(to: "analyst")),
    ] {
      guard isThere else {
        note("\(name): the dialect has no statements for it", in: \.limits)
        continue
      }
      do {
        try render(Plan(name: name, steps: steps), shape)
      } catch {
        note("\(name): \(error)", in: \.limits)
      }
    }
  }

  private mutating func render(_ plan: Plan, _ shape: Dialect) throws {
    try PlanChecker().check(plan)
    // What a job leaves open is a placeholder here, as it is in a script.
    let renderer = Renderer(shape, asScript: true)
    plans += 1
    for step in plan.steps {
      for sql in try renderer.render(step.statement) {
        statements += 1
        if let word = Self.change(in: sql), !step.statement.isOfRights {
          note("\(plan.name)/\(step.name): \(word) in a statement; rows are only ever inserted", in: \.problems)
        }
      }
    }
  }

  /// Each line once: many plans have the same part.
  private mutating func note(_ line: String, in list: WritableKeyPath<DialectCheck, [String]>) {
    // The same node is missing in every job.
    let node = line.split(separator: ": ", maxSplits: 1).last ?? ""
    if !problems.contains(where: { $0.hasSuffix(node) }), !self[keyPath: list].contains(where: { $0.hasSuffix(node) }) {
      self[keyPath: list].append(line)
    }
  }

  /// A word that changes or removes rows, at the start of a statement: no template may bring one in.
  private static func change(in sql: String) -> String? {
    let words = sql.split(maxSplits: 2) { $0.isWhitespace }.map { $0.uppercased() }
    // Teradata's way to make a view or to make it anew.
    if words.starts(with: ["REPLACE", "VIEW"]) { return nil }
    return ["UPDATE", "DELETE", "MERGE", "TRUNCATE", "REPLACE", "UPSERT"].first { $0 == words.first }
  }

  // MARK: Contradictions

  private mutating func findContradictions() {
    func can(_ capability: Capability) -> Bool { dialect.support(for: capability).isUsable }
    func contradiction(_ key: String, _ message: String) { problems.append("\(key): \(message)") }
    if dialect.steps != .inline, !can(.scratchTables) {
      contradiction(
        "profile.steps",
        "scratch tables, but capabilities.scratch_tables is \(dialect.support(for: .scratchTables).state)")
    }
    if can(.lateKeys), dialect.tables.createKey == nil {
      contradiction("capabilities.late_keys", "needs tables.create_key")
    }
    if can(.sha256), dialect.templates[.sha256] == nil {
      contradiction("capabilities.sha256", "needs templates.sha256")
    }
    if can(.namedTimeZones), dialect.templates[.sourceTextTimeZone] == nil,
      dialect.templates[.sourceLocalTimeZone] == nil
    {
      contradiction(
        "capabilities.named_time_zones", "needs templates.source_local_time_zone or source_text_time_zone")
    }
    let transactions = dialect.support(for: .transactions).state
    if [.unsupported, .perStatement, .none].contains(transactions), !dialect.scripts.commit.isEmpty {
      contradiction("capabilities.transactions", "\(transactions.rawValue), but scripts.commit ends one")
    }
    if dialect.support(for: .jobLock).state == .unsupported, dialect.session.jobLock != nil {
      contradiction("capabilities.job_lock", "unsupported, but session.job_lock takes one")
    }
  }
}

extension Statement {
  fileprivate var isOfRights: Bool {
    switch self {
    case .grant, .guardTable: true
    default: false
    }
  }
}
