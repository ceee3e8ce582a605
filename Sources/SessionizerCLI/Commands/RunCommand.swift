internal import ArgumentParser
internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver
internal import YAMLReading

/// Sessionizes what is new.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Sessionizes the pageviews that are not in the ledger yet (the insert_query).",
    discussion: """
      Rows are only ever inserted. It can be repeated at any time and in any order of windows: the result is that of one \
      run over everything. Without --from, --to and --new the whole source is looked at; with --new only rows that \
      arrived since the last run, at any age.

      Examples:
        sessionizer run --target sqlite:web.db
        sessionizer run --target prod --from 2026-01-01 --to 2026-02-01
        sessionizer run --target prod --new --arrival-column id --wait 60
        sessionizer run --target prod --dry-run
        sessionizer run --target prod --new --fail-if-empty --format json --log-file /var/log/sessionizer.log
      """)

  @OptionGroup var window: WindowOptions

  @Flag(help: "Only rows that arrived since the mark of the last run; needs an arrival column.")
  var new = false

  @Flag(help: "Show the statements, the engine's plans for them and the number of new rows; write nothing.")
  var dryRun = false

  @Flag(help: "Exit with 1 where the run found no new pageview; it is committed all the same.")
  var failIfEmpty = false

  @Flag(
    help: ArgumentHelp(
      "Also count the ledger's pageviews that are gone from the source, as verify does, and warn of them."))
  var checkRetired = false

  @Option(
    help: ArgumentHelp(
      "Where no lock keeps runs apart: give up the claim of this run first, which is known to be dead.",
      valueName: "run"))
  var takeOver: Int64?

  @Option(
    help: ArgumentHelp(
      "Where no lock keeps runs apart: take a run for dead that has not finished after so long (default: 6h).",
      valueName: "duration"), transform: { try SettingText.timeout($0) })
  var claimTimeout: Duration?

  @OptionGroup var ignoring: IgnoreOptions
  @OptionGroup var waiting: WaitOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var result: ResultOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if new && window.isGiven { throw ValidationError("--new and a window (--from, --to) do not go together") }
    if ignoring.ignoreBefore != nil && !checkRetired {
      throw ValidationError("--ignore-before belongs to --check-retired")
    }
    if dryRun && takeOver != nil { throw ValidationError("--dry-run writes nothing, and takes no run over") }
    if dryRun && (result.format != nil || failIfEmpty || checkRetired) {
      throw ValidationError(
        "--dry-run prints SQL and writes nothing; leave --format, --fail-if-empty and --check-retired out")
    }
  }

  func run() async throws {
    let tally = StatementTally()
    try await CommandResult.reporting("run", result.format, log.console, tally: tally) { result in
      try await run(result, tally)
    }
  }

  private func run(_ result: CommandResult, _ tally: StatementTally) async throws {
    let loaded = try job.load()
    let work = JobWork(target: target, job: job, log: log, wait: waiting.wait, tally: tally)
    try await work.run(loaded) { context, _, console in
      let request = RunRequest(
        mode: mode, wait: waiting.wait,
        claimTimeout: claimTimeout ?? loaded.file.timeouts.claim ?? RunRequest.usualClaimTimeout, takeOver: takeOver)
      if dryRun {
        let progress = ProgressLine(console)
        progress.show("rehearsing …")
        defer { progress.clear() }
        let report = try await context.dryRun(request)
        progress.clear()
        try show(report, on: console)
        return
      }
      let progress = ProgressLine(console)
      progress.show("running …")
      defer { progress.clear() }
      let start = ContinuousClock.now
      let report = try await context.run(request) { progress.show($0.words, always: true) }
      progress.clear()
      console.note(summary(report, took: ContinuousClock.now - start))
      for warning in report.warnings { console.warn(warning) }
      result.facts = facts(report)
      if checkRetired {
        progress.show("looking for pageviews that are gone from the source …")
        let retired = try await context.retired(since: ignoring.ignoreBefore)
        progress.clear()
        result.facts.append(Fact("retired", Int64(retired)))
        if retired > 0 {
          console.warn(
            "\(Counted.text(Int64(retired), "pageview")) of the ledger are gone from the source; the ledger's stand")
        }
      }
      if failIfEmpty, report.pageviews == 0 {
        result.reason = "empty"
        console.error("the run found no new pageview (--fail-if-empty)")
        throw ExitCode(ExitStatus.different)
      }
    }
  }

  private func facts(_ report: RunReport) -> [Fact] {
    [
      Fact("run_id", report.runID), Fact("mode", report.mode), Fact("pageviews", report.pageviews),
      Fact("sessions", report.sessions), Fact("late_sessions", report.lateSessions),
      Fact("merged_sessions", report.mergedSessions), Fact("lineage_rows", report.lineageRows),
      Fact("quarantined", report.quarantined), Fact("warnings", Int64(report.warnings.count)),
    ]
  }

  private func summary(_ report: RunReport, took time: Duration) -> String {
    var parts = [Counted.text(report.pageviews, "new pageview")]
    parts.append("\(Counted.text(report.sessions, "session")) new or changed")
    if report.lineageRows > 0 { parts.append("\(Counted.number(report.lineageRows)) merged") }
    if report.quarantined > 0 { parts.append("\(Counted.number(report.quarantined)) newly quarantined") }
    return "run \(report.runID) (\(report.mode)): " + parts.joined(separator: ", ") + " in \(Elapsed.text(time))"
  }

  private var mode: RunRequest.Mode {
    if new { return .new }
    return window.isGiven ? .window(from: window.from, to: window.to) : .whole
  }

  private func show(_ report: DryRunReport, on console: Console) throws {
    let counts = [
      report.pageviews.map { Counted.text($0, "new pageview") },
      report.sessions.map { "\(Counted.text($0, "session")) new or changed" },
      report.lineageRows.map { "\(Counted.number($0)) merged" },
      report.quarantined.map { "\(Counted.number($0)) newly quarantined" },
    ].compactMap(\.self)
    try console.print(
      "-- " + (counts.isEmpty ? "nothing counted" : "would write: " + counts.joined(separator: ", ")) + "\n")
    for step in report.steps {
      var lines = ["-- \(step.name): \(step.purpose)"]
      lines += step.sql.map { $0 + ";" }
      lines += step.explanation.map { "--   " + DisplayText.visible($0) }
      try console.print(lines.joined(separator: "\n") + "\n")
    }
  }
}
