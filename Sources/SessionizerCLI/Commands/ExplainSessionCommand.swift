internal import ArgumentParser
internal import SessionRunner
internal import WarehouseDriver

/// Why a session is as it is.
struct ExplainSessionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain-session",
    abstract: "Shows a session's pageviews, which run wrote each, and why ids were superseded.",
    discussion: """
      A row for each pageview, in order, with the run that wrote it; then one for each retired id, with what replaced it: \
      extended, where the session begins with another pageview since that run, or merged, where it became part of another \
      one. A retired id leads to the session that replaced it.

      Examples:
        sessionizer explain-session 2f8c --target sqlite:web.db
        sessionizer explain-session 1042 --target prod --format jsonl
      """)

  @Argument(help: ArgumentHelp("The id of the session, current or retired.", valueName: "id"))
  var id: String

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    try await JobWork(target: target, job: job, log: log, readOnly: true, readsLedgers: true).run { context, console in
      var explanation: SessionExplanation?
      try await console.stream(format.format, format.shape) { write in
        explanation = try await context.explain(session: id, write)
      }
      if let explanation, explanation.isRetired {
        console.note(
          "session \(DisplayText.visible(explanation.asked)) is retired; it is part of "
            + "\(DisplayText.visible(explanation.current)) now")
      }
    }
  }
}
