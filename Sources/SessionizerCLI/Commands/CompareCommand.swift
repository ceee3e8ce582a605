internal import ArgumentParser
internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver

/// The same job on several databases.
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares sessions, assignments and totals of the same job on several databases.",
    discussion: """
      Makes the tables where there are none, brings the first target's pageviews to those that have none, runs on each, and \
      compares: checksums first, rows only where they differ. With --existing and --source-only nothing is written. Exit \
      code 1: there is a difference.

      Examples:
        sessionizer compare --targets sqlite:web.db,prod
        sessionizer compare --targets old,new --existing --show 20 --format markdown
        sessionizer compare --targets old,new --source-only --format jsonl
      """)

  @OptionGroup var targets: TargetsOptions

  @Flag(help: "Compare what the databases hold already; write nothing.")
  var existing = false

  @Flag(help: "Compare only the source rows; write nothing.")
  var sourceOnly = false

  @Option(help: ArgumentHelp("How many differences of each kind to show.", valueName: "n"))
  var show = 5

  @OptionGroup var waiting: WaitOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if existing && sourceOnly { throw ValidationError("--existing and --source-only do not go together") }
    if show < 0 { throw ValidationError("--show must be 0 or more") }
    if targets.targets.isEmpty { throw ValidationError("--targets must name two databases or more") }
  }

  func run() async throws {
    let mode: ComparisonRequest.Mode = existing ? .existing : sourceOnly ? .sourceOnly : .run
    let work = SeveralTargets(targets: targets, job: job, log: log, mayWrite: mode == .run)
    let isEqual = try await work.run { sides, console in
      let comparison = TargetComparison(
        sides, ComparisonRequest(mode: mode, samples: show, wait: waiting.wait),
        note: { console.note("sessionizer: " + $0) })
      let report = try await comparison.run()
      try await console.print(ComparisonTable.batch(report), format.format)
      console.note(report.isEqual ? "no difference" : "there are differences")
      return report.isEqual
    }
    if !isEqual { throw ExitCode(ExitStatus.different) }
  }
}
