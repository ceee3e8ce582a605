public import SessionPlan

/// The scripts of a job in a dialect, for any client of the engine: the first three are what `queries/` holds.
///
/// ```swift
/// let planner = try Planner(.assumed(SessionJob()), profile: dialect.profile)
/// print(try QueryScripts(dialect: dialect, planner: planner).create())
/// ```
public struct QueryScripts: Sendable {
  public let dialect: Dialect
  public let planner: Planner
  /// Which pageviews `insert_query` looks at.
  public let window: Window

  /// Which pageviews a run looks at, by their time.
  public enum Window: Sendable {
    case whole
    /// `from` ≤ time < `to`; nil is open.
    case times(from: Timestamp?, to: Timestamp?)
    /// `{{ start_time }}` and `{{ end_time }}`, to be put in before the script is run.
    case placeholders

    /// As the planner says it.
    public var mode: RunMode {
      switch self {
      case .whole: .whole
      case .times(let from, let to): .window(from: from.map(Literal.timestamp), to: to.map(Literal.timestamp))
      case .placeholders:
        .window(from: .placeholder("start_time", .timestamp), to: .placeholder("end_time", .timestamp))
      }
    }
  }

  /// - Parameters:
  ///   - dialect: as a script, `Dialect.asScript`
  ///   - planner: of the same profile
  public init(dialect: Dialect, planner: Planner, window: Window = .placeholders) {
    self.dialect = dialect
    self.planner = planner
    self.window = window
  }

  /// What `tool_version` says in the rows of runs that a script made.
  public static let writtenByScript = "script"

  public enum Script: String, Sendable, CaseIterable {
    case create = "create_query"
    case insert = "insert_query"
    case agg = "agg_query"
    case sessions = "sessions_query"
    case events = "events_query"
    case verify = "verify_query"

    /// Those of the default job that `queries/` holds for each dialect.
    public static let published: [Script] = [.create, .insert, .agg]

    public var fileName: String { rawValue + ".sql" }
  }

  public func text(_ script: Script) throws -> String {
    switch script {
    case .create: try create()
    case .insert: try insert()
    case .agg: try agg()
    case .sessions:
      try export(
        .sessions, "The current sessions, one row each, in canonical order.", planner.sessionsExport(asOf: nil))
    case .events:
      try export(
        .events, "The pageviews with their current sessions, in canonical order.", planner.eventsExport(asOf: nil))
    case .verify: try verify()
    }
  }

  /// The tables, indexes and views.
  public func create() throws -> String {
    let plan = try planner.createPlan(withSource: planner.bound.job.source.table == nil)
    try PlanChecker().check(plan)
    return try script(
      .create,
      ["The tables, indexes and views of the job. What is already there is left as it is."], plan.steps)
  }

  /// One run, in a transaction where the engine has one.
  public func insert() throws -> String {
    let identity = RunIdentity(
      job: JobFingerprint(planner.bound).text, engine: dialect.title, toolVersion: Self.writtenByScript)
    let plan = try planner.runPlan(window.mode, identity)
    try PlanChecker().check(plan)
    var about = [
      "One run: puts the pageviews\(window.words) that are not in the ledger yet into their sessions.",
      "Insert-only: nothing that is there is changed or removed, and a second run adds no pageview.",
    ]
    if case .placeholders = window {
      about += [
        "Put in {{ start_time }} and {{ end_time }} first: YYYY-MM-DD HH:MM:SS in UTC, the end not included."
      ]
    }
    if case .whole = window {
    } else {
      about.append("Late pageviews are found by a run over the window that they belong to.")
    }
    return try script(.insert, about, plan.steps, inTransaction: true)
  }

  /// Totals, then a row for each session, user and day.
  public func agg() throws -> String {
    let purposes: [(AggregateKind, String)] = [
      (.totals, "All sessions in one row. Columns in _micro are millionths, durations are microseconds."),
      (.session, "One row for each session."), (.user, "One row for each user."),
      (.day, "One row for each UTC day: sessions that started on it, pageviews on it."),
    ]
    var planner = planner
    if dialect.tables.viewText == nil { try planner.readViews() }
    let steps = purposes.map { Plan.Step($0.rawValue, $1, .query(planner.aggregate($0))) }
    try PlanChecker().check(Plan(name: "agg", steps: steps))
    return try script(.agg, ["The current sessions in numbers. Reads only."], steps)
  }

  private func export(_ script: Script, _ about: String, _ query: Query) throws -> String {
    let steps = [Plan.Step(script.rawValue, about, .query(query))]
    try PlanChecker().check(Plan(name: script.rawValue, steps: steps))
    return try self.script(script, [about + " Reads only."], steps)
  }

  /// Every row that it gives is a difference.
  private func verify() throws -> String {
    let steps = try planner.verifyChecks().map { Plan.Step($0.name, "Finds \($0.meaning).", .query($0.query)) }
    try PlanChecker().check(Plan(name: "verify", steps: steps))
    return try script(
      .verify,
      [
        "Recomputes the sessions in another way than a run does. Each row is a finding; those of the checks for rows",
        "that are not yet run, gone or edited are no faults. Reads only.",
      ], steps)
  }

  // MARK: Text

  private func script(
    _ script: Script, _ about: [String], _ steps: [Plan.Step], inTransaction: Bool = false
  ) throws -> String {
    let renderer = Renderer(dialect, asScript: true)
    let command = dialect.scripts.shellCommand.replacing("{file}", with: script.fileName)
    var header =
      [
        "\(script.fileName) for \(dialect.title) (dialect \(dialect.name)); rendered by sessionizer, not edited by hand.",
        "Evidence: \(dialect.evidence.rawValue), that is, \(dialect.evidence.meaning).",
        "Of what is known of the engine: \(dialect.evidenceSummary).", "",
      ] + about
    if inTransaction {
      header += [""]
      let facts = [
        ("Needs", dialect.scripts.needs), ("Two runs at once", dialect.scripts.twoRuns),
        ("A run that died", dialect.scripts.afterACrash),
      ]
      for (name, text) in facts { header += Layout.wrapped("\(name): \(text.isEmpty ? "nobody has said" : text).") }
    }
    header += (inTransaction ? [] : [""]) + ["Run it:  \(command)"]
    if script == .create, dialect.tables.schemaInViews != nil, planner.bound.job.names.schema == nil {
      header.insert(
        "Put in \(dialect.tables.schemaInViews ?? "") first: where the tables are, which a view must say.",
        at: header.count - 1)
      header.insert("", at: header.count - 1)
    }
    var parts = [header.map { $0.isEmpty ? "--" : "-- " + $0 }.joined(separator: "\n")]
    let runs = try renderer.identifier(planner.bound.job.names[.sessionRuns])
    let rules = dialect.scripts
    func text(_ statements: [String]) -> String { rules.batch(statements) }
    func framing(_ template: String) throws -> [String] {
      guard inTransaction, !template.isEmpty else { return [] }
      return [
        text([try renderer.fill(template, ["runs_text": try renderer.quotedText(runs), "runs": runs], "scripts")])
      ]
    }
    func text(of steps: [Plan.Step]) throws -> [String] {
      try steps.compactMap { step in
        let statements = try statements(of: step, renderer, inTransaction: inTransaction)
        // An index, where the engine has none.
        return statements.isEmpty ? nil : "-- \(step.name): \(step.purpose)\n" + text(statements)
      }
    }
    if !rules.opening.isEmpty { parts.append(text(rules.opening)) }
    parts += try framing(rules.lock)
    if inTransaction, rules.scratchBeforeTransaction { parts += try made(steps, renderer) }
    parts += try framing(rules.begin)
    parts += try text(of: steps)
    parts += try framing(rules.commit)
    if !inTransaction, !rules.closing.isEmpty { parts.append(text(rules.closing)) }
    let dropped = try steps.compactMap(\.scratchName).compactMap { try renderer.dropScratch($0) }
    if !dropped.isEmpty { parts.append("-- The steps of the run are of no more use.\n" + text(dropped)) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// What makes the scratch tables, where that comes before the transaction.
  private func made(_ steps: [Plan.Step], _ renderer: Renderer) throws -> [String] {
    let tables = try steps.compactMap { step -> (step: Plan.Step, made: String, isFilled: Bool)? in
      guard let parts = try renderer.scratchParts(of: step.statement) else { return nil }
      return (step, parts.made, parts.filled.isEmpty)
    }
    if tables.allSatisfy({ !$0.isFilled }), !tables.isEmpty {
      return ["-- The tables of the run's steps, empty.\n" + dialect.scripts.batch(tables.map(\.made))]
    }
    return tables.map { "-- \($0.step.name): \($0.step.purpose)\n" + dialect.scripts.batch([$0.made]) }
  }

  /// The statements of a step; those that make its scratch table are left out where they came before the transaction.
  private func statements(of step: Plan.Step, _ renderer: Renderer, inTransaction: Bool) throws -> [String] {
    guard inTransaction, dialect.scripts.scratchBeforeTransaction,
      let parts = try renderer.scratchParts(of: step.statement)
    else { return try renderer.render(step.statement) }
    return parts.filled
  }
}

extension QueryScripts.Window {
  fileprivate var words: String {
    switch self {
    case .whole: ""
    case .placeholders: " of a window"
    case .times(let from, let to):
      (from.map { " from \($0) on" } ?? "") + (to.map { " before \($0)" } ?? "")
    }
  }
}

extension Plan.Step {
  /// The scratch table that it makes; nil where it makes none.
  fileprivate var scratchName: String? {
    if case .createScratch(let scratch) = statement { return scratch.name }
    return nil
  }
}
