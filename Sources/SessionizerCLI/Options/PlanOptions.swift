internal import ArgumentParser
internal import SQLRendering
internal import SessionPlan

/// Which plan to show.
enum PlanName: String, CaseIterable, ExpressibleByArgument {
  case create, run, agg, sessions, events, verify

  /// For help texts.
  static let words = allCases.map(\.rawValue).joined(separator: "|")
}

/// In which shape a plan of the job is shown, and for whom: shared by `plan` and `render`.
struct PlanOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The dialect; see sessionizer dialect list (default: that of --dialect-file, or else sqlite).", valueName: "name")
  )
  var dialect: String?

  @OptionGroup var dialects: DialectOptions

  @Flag(help: "As the tool itself runs it, with scratch tables; otherwise each statement stands by itself.")
  var asRun = false

  @Flag(help: "run: only rows that arrived since the mark.")
  var new = false

  @Option(help: ArgumentHelp("agg: which aggregate.", valueName: AggregateKind.words))
  var by: AggregateKind = .session

  func check(_ plan: PlanName?, _ window: WindowOptions) throws {
    if new && window.isGiven { throw ValidationError("--new and a window (--from, --to) do not go together") }
    if plan ?? .run != .run && (new || window.isGiven) {
      throw ValidationError("--new, --from and --to belong to the plan run")
    }
  }

  /// The dialect in the shape that was asked for, and the plan.
  func resolved(
    _ name: PlanName, _ window: WindowOptions, _ job: JobOptions, withPlaceholders: Bool = false
  ) throws -> (dialect: Dialect, plan: Plan) {
    let chosen = try chosenDialect()
    let planner = try Planner(.assumed(try job.load().job), profile: chosen.profile)
    let mode = withPlaceholders ? QueryScripts.Window.placeholders.mode : try mode(planner.bound.job, window)
    return (chosen, try Self.plan(name, planner, chosen, mode, by: by))
  }

  func chosenDialect() throws -> Dialect {
    let (library, own) = try dialects.library()
    let name = dialect ?? own ?? "sqlite"
    return asRun ? try library.chosen(name) : try library.chosenScript(name)
  }

  static func plan(
    _ name: PlanName, _ planner: Planner, _ dialect: Dialect, _ mode: RunMode, by: AggregateKind = .session
  ) throws -> Plan {
    func single(_ name: String, _ purpose: String, _ query: Query) -> Plan {
      Plan(name: name, steps: [Plan.Step(name, purpose, .query(query))])
    }
    switch name {
    case .create: return try planner.createPlan(withSource: planner.bound.job.source.table == nil)
    case .run:
      let identity = RunIdentity(
        job: JobFingerprint(planner.bound).text, engine: dialect.title, toolVersion: ToolVersion.text)
      return try planner.runPlan(mode, identity)
    case .agg: return single("agg", "Aggregates the current sessions.", planner.aggregate(by))
    case .sessions:
      return single("sessions", "The current sessions, in canonical order.", planner.sessionsExport(asOf: nil))
    case .events:
      return single(
        "events", "The pageviews with their current sessions, in canonical order.", planner.eventsExport(asOf: nil))
    case .verify:
      return Plan(
        name: "verify",
        steps: try planner.verifyChecks().map { Plan.Step($0.name, "Finds \($0.meaning).", .query($0.query)) })
    }
  }

  private func mode(_ job: SessionJob, _ window: WindowOptions) throws -> RunMode {
    if new {
      guard let arrival = job.source.arrival else {
        throw UsageError(
          "--new needs an arrival column; name it with --arrival-column or source.arrival in the job file")
      }
      return .new(since: .placeholder("since", arrival.kind == .id ? .integer : .timestamp))
    }
    if window.isGiven {
      return .window(from: window.from.map(Literal.timestamp), to: window.to.map(Literal.timestamp))
    }
    return .whole
  }
}
