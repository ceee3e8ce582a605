internal import ArgumentParser
internal import DialectFiles
internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver

/// The same job on several databases.
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares the results of the same job on several databases, or its SQL in two dialects.",
    discussion: """
      Makes the tables where there are none, brings the first target's pageviews to those that have none, runs on each, and \
      compares: checksums first, rows only where they differ. With --existing and --source-only nothing is written. Exit \
      code 1: there is a difference.

      With --dialects: the SQL of a plan in two dialects side by side, node by node of the plan and line by line, and each answer that \
      makes a difference, with the trap that it is a guard against. No database is needed.

      Examples:
        sessionizer compare --targets sqlite:web.db,prod
        sessionizer compare --targets old,new --existing --show 20 --format markdown
        sessionizer compare --targets old,new --source-only --format jsonl
        sessionizer compare --dialects postgres,mariadb
        sessionizer compare --dialects sqlite,mine --dialect-file mine.yaml --plan create
      """)

  @OptionGroup var targets: TargetsOptions

  @Flag(help: "Compare what the databases hold already; write nothing.")
  var existing = false

  @Flag(help: "Compare only the source rows; write nothing.")
  var sourceOnly = false

  @Option(help: ArgumentHelp("How many differences of each kind to show.", valueName: "n"))
  var show = 5

  @Option(
    help: ArgumentHelp("Two dialects, separated by a comma, instead of databases.", valueName: "a,b"),
    transform: { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) })
  var dialects: [String] = []

  @Option(help: ArgumentHelp("--dialects: which plan (default: run).", valueName: PlanName.words))
  var plan: PlanName?

  @Flag(help: "--dialects: as the tool itself runs it, with scratch tables; otherwise as scripts.")
  var asRun = false

  @OptionGroup var waiting: WaitOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if existing && sourceOnly { throw ValidationError("--existing and --source-only do not go together") }
    if show < 0 { throw ValidationError("--show must be 0 or more") }
    if dialects.isEmpty {
      if targets.targets.isEmpty { throw ValidationError("--targets must name two databases or more") }
      if plan != nil || asRun { throw ValidationError("--plan and --as-run belong to --dialects") }
    } else {
      if dialects.count != 2 || dialects.contains("") { throw ValidationError("--dialects must name two, as in a,b") }
      if !targets.targets.isEmpty || existing || sourceOnly {
        throw ValidationError("--dialects needs no databases; leave --targets, --existing and --source-only away")
      }
    }
  }

  func run() async throws {
    if !dialects.isEmpty { return try await showDialects() }
    let tally = StatementTally()
    let asked = [.json, .jsonl].contains(format.format) ? format.format : nil
    try await CommandResult.reporting("compare", asked, log.console, tally: tally) { result in
      try await compare(result, tally)
    }
  }

  private func compare(_ result: CommandResult, _ tally: StatementTally) async throws {
    let mode: ComparisonRequest.Mode = existing ? .existing : sourceOnly ? .sourceOnly : .run
    let work = SeveralTargets(
      targets: targets, job: job, log: log, mayWrite: mode == .run, wait: waiting.wait, tally: tally)
    let isEqual = try await work.run { sides, console in
      let comparison = TargetComparison(
        sides, ComparisonRequest(mode: mode, samples: show, wait: waiting.wait),
        note: { console.note("sessionizer: " + $0) })
      let progress = ProgressLine(console)
      progress.show("comparing \(sides.count) databases …")
      defer { progress.clear() }
      let report = try await comparison.run()
      progress.clear()
      let rows = console.rows(format.format, shape: format.shape)
      try await rows.write(ComparisonTable.batch(report))
      // As JSON, the result is the last object.
      if [.json, .jsonl].contains(format.format) { result.rows = rows } else { try await rows.finish() }
      result.facts = [
        Fact("targets", Int64(sides.count)),
        Fact("only_here", Int64(report.rows.map(\.onlyHere).reduce(0, +))),
        Fact("only_there", Int64(report.rows.map(\.onlyThere).reduce(0, +))),
        Fact("changed", Int64(report.rows.map(\.changed).reduce(0, +))),
      ]
      console.note(report.isEqual ? "no difference" : "there are differences")
      return report.isEqual
    }
    if !isEqual { throw ExitCode(ExitStatus.different) }
  }

  private func showDialects() async throws {
    let (library, _) = try targets.dialects.library()
    let chosen = try dialects.map { asRun ? try library.chosen($0) : try library.chosenScript($0) }
    let job = try job.load().job
    let comparison = try DialectComparison(chosen[0], chosen[1]) { dialect in
      try PlanOptions.plan(
        plan ?? .run, try Planner(.assumed(job), profile: dialect.profile), dialect, .whole)
    }
    try await log.console.print(DialectComparisonTable.batch(comparison, chosen[0], chosen[1]), format)
  }
}
