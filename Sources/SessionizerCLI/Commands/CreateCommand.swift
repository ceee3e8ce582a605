internal import ArgumentParser
internal import SessionRunner

/// Makes the tables and views.
struct CreateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Makes the tables and views of the job (the create_query).",
    discussion: """
      What is already there stays as it is, so it can be repeated. The source table is made only where the job names \
      no table of its own.

      Examples:
        sessionizer create --target sqlite:web.db
        sessionizer create --target prod --gap 45m --prefix web_
        sessionizer create --target sqlite:web.db --source-table hits --event-id-column none
      """)

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    try await JobWork(target: target, job: job, log: log, mayCreate: true).run { context, console in
      let report = try await context.create()
      for warning in report.warnings { console.note("warning: " + warning) }
      if !report.made.isEmpty { console.note("made " + report.made.joined(separator: ", ")) }
      if !report.kept.isEmpty { console.note("already there: " + report.kept.joined(separator: ", ")) }
    }
  }
}
