internal import ArgumentParser
internal import SessionRunner
internal import WarehouseDriver

/// The run ledger.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows the runs: what each one took, and what it changed.",
    discussion: """
      Examples:
        sessionizer status --target sqlite:web.db
        sessionizer status --target prod --format jsonl
      """)

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    try await JobWork(target: target, job: job, log: log, readOnly: true, readsLedgers: true).run { context, console in
      let rows = console.rows(format.format)
      try await context.status { try await rows.write($0) }
      try await rows.finish()
    }
  }
}
