internal import ArgumentParser
internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver

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
      """)

  @OptionGroup var window: WindowOptions

  @Flag(help: "Only rows that arrived since the mark of the last run; needs an arrival column.")
  var new = false

  @Flag(help: "Show the statements, the engine's plans for them and the number of new rows; write nothing.")
  var dryRun = false

  @OptionGroup var waiting: WaitOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if new && window.isGiven { throw ValidationError("--new and a window (--from, --to) do not go together") }
  }

  func run() async throws {
    try await JobWork(target: target, job: job, log: log).run { context, console in
      let request = RunRequest(mode: mode, wait: waiting.wait)
      if dryRun {
        try show(try await context.dryRun(request), on: console)
        return
      }
      let progress = ProgressLine(console)
      progress.show("running …")
      defer { progress.clear() }
      let start = ContinuousClock.now
      let report = try await context.run(request)
      progress.clear()
      console.note(summary(report, took: ContinuousClock.now - start))
    }
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
    for step in report.steps {
      var lines = ["-- \(step.name): \(step.purpose)"]
      lines += step.sql.map { $0 + ";" }
      lines += step.explanation.map { "--   " + DisplayText.visible($0) }
      try console.print(lines.joined(separator: "\n") + "\n")
    }
    let counts = [
      report.pageviews.map { Counted.text($0, "new pageview") },
      report.sessions.map { "\(Counted.text($0, "session")) new or changed" },
      report.lineageRows.map { "\(Counted.number($0)) merged" },
      report.quarantined.map { "\(Counted.number($0)) newly quarantined" },
    ].compactMap(\.self)
    try console.print("-- " + (counts.isEmpty ? "nothing counted" : "would write: " + counts.joined(separator: ", ")))
  }
}
