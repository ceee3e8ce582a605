internal import ArgumentParser
internal import Foundation
internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver

/// Removes the pageviews of old sessions.
struct RetainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retain",
    abstract:
      "Removes the pageviews of sessions that ended before a date: prints the statements, and with --yes executes them.",
    discussion: """
      Whole sessions only, and only those that ended a gap or more before the date, so that no later pageview can belong to \
      them. The pageviews go from the ledger, and from the source where it is the tool's own table; the sessions stay as \
      they are. From then on no run takes rows from before the date; verify counts such rows, and --ignore-before DATE leaves \
      them out. It needs the right to DELETE, which a run does not need and should not have; a guard (create --guard) is \
      lifted and put back. See docs/privacy.md.

      Examples:
        sessionizer retain --target prod --before 2025-01-01
        sessionizer retain --target prod --before 2025-01-01 --archive pageviews-2024.csv --yes
      """)

  @Option(
    help: ArgumentHelp("Sessions that ended before this time, UTC: YYYY-MM-DD[ HH:MM[:SS]].", valueName: "time"),
    transform: WindowOptions.time)
  var before: Timestamp

  @Option(
    help: ArgumentHelp(
      "Write the pageviews to this CSV file, as events has them, before they are removed.", valueName: "file"),
    completion: .file())
  var archive: String?

  @Flag(help: "Execute the statements.")
  var yes = false

  @OptionGroup var waiting: WaitOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var result: ResultOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if !yes && (result.format != nil || archive != nil) {
      throw ValidationError("without --yes the statements are printed; leave --format and --archive out")
    }
  }

  func run() async throws {
    let tally = StatementTally()
    try await CommandResult.reporting("retain", result.format, log.console, tally: tally) { result in
      try await retain(result, tally)
    }
  }

  private func retain(_ result: CommandResult, _ tally: StatementTally) async throws {
    try await JobWork(target: target, job: job, log: log, wait: waiting.wait, tally: tally).run { context, console in
      guard yes else {
        try console.print(try await context.retainScript(before: before))
        console.note("nothing was removed: --yes executes these statements, in one transaction")
        return
      }
      let file = try archive.map { try ArchiveFile($0) }
      let progress = ProgressLine(console)
      progress.show("removing …")
      defer { progress.clear() }
      do {
        let report = try await context.retain(
          RetainRequest(before: before, wait: waiting.wait, archive: file?.archive)
        ) { progress.show($0.words, always: true) }
        progress.clear()
        var sums = ErasureSums()
        sums.add(report)
        result.facts = sums.facts
        console.note(
          "run \(report.runID) (retain): \(Counted.text(report.pageviews, "pageview")) of "
            + "\(Counted.text(report.sessions, "session")) removed, \(Counted.text(report.sourceRows, "source row"))")
      } catch {
        file?.discard()
        throw error
      }
    }
  }
}

/// A new file that is complete before the rows are gone.
private final class ArchiveFile {
  private let file: OutputFile
  private let rows: RowOutput
  private var isComplete = false

  /// - Throws: `UsageError` where there is a file: what was archived before would be lost with it
  init(_ path: String) throws {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw UsageError("\(DisplayText.visible(path)) exists already; name a new file with --archive")
    }
    file = try OutputFile(path: path)
    rows = RowOutput(.csv, to: file)
  }

  var archive: RetainRequest.Archive {
    RetainRequest.Archive(
      write: { try await self.rows.write($0) },
      finish: {
        try await self.rows.finish()
        try self.file.commit()
        self.isComplete = true
      })
  }

  /// Where the rows stay: a complete file stays too, since nobody knows what became of a COMMIT that failed.
  func discard() { if !isComplete { file.discard() } }
}
