internal import ArgumentParser
internal import SessionRunner
internal import WarehouseDriver

/// Brings ledgers of an older release to the present layout.
struct UpgradeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "upgrade",
    abstract: "Brings the ledgers of an older release to the present layout, by adding only.",
    discussion: """
      Adds tables, columns and the versions of all sessions, as of every run, and makes the views anew; no row that is \
      there is changed. It takes the job lock, and is one transaction where the database has them for table definitions; \
      elsewhere it can be repeated after an interruption. The sessions are verified before it ends. It needs the rights \
      of the tables' owner.

      Examples:
        sessionizer upgrade --target sqlite:web.db
        sessionizer upgrade --target prod --wait 60
      """)

  @OptionGroup var waiting: WaitOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    try await JobWork(target: target, job: job, log: log, wait: waiting.wait).run { context, console in
      let progress = ProgressLine(console)
      defer { progress.clear() }
      let report = try await context.upgrade(wait: waiting.wait) { run, count in
        progress.show("deriving the sessions of run \(run) of \(count) …")
      }
      progress.clear()
      guard report.from != report.to else {
        console.note("the ledgers have layout \(report.to) already")
        return
      }
      console.note(
        "the ledgers have layout \(report.to) now: \(Counted.text(report.versions, "version")) of sessions derived "
          + "from \(Counted.text(Int64(report.runs), "run")), verified")
      if let name = report.quotedName {
        console.note("names keep their quotes here, as the tables were made with them: \(name)")
      }
    }
  }
}
