internal import ArgumentParser
internal import SessionRunner
internal import WarehouseDriver
internal import YAMLReading

/// `--as-of RUN`
struct AsOfOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("As it stood after this run; see sessionizer status.", valueName: "run"),
    transform: RunNumber.init)
  var asOf: RunNumber?
}

/// The number of a run, from 1.
struct RunNumber: Hashable, Sendable {
  var value: Int64

  init(_ text: String) throws(SettingError) {
    guard let value = Int64(text), value >= 1 else {
      throw SettingError(
        message: "\(SettingText.shown(text)) is no run; runs are numbered from 1, see sessionizer status")
    }
    self.value = value
  }

  private init(value: Int64) { self.value = value }

  /// A run, or 0 for the time before the first.
  static func orNone(_ text: String) throws(SettingError) -> RunNumber {
    text == "0" ? RunNumber(value: 0) : try RunNumber(text)
  }
}

/// Exports the current sessions.
struct SessionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sessions",
    abstract: "Exports the current sessions, or those after a run.",
    discussion: """
      Rows are ordered by user_id, started_at, session_id, so that equal results are equal bytes on every engine.

      Examples:
        sessionizer sessions --target sqlite:web.db
        sessionizer sessions --target prod --format csv > sessions.csv
        sessionizer sessions --target prod --as-of 3 --format jsonl
        sessionizer sessions --target prod --changed-since 3
      """)

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var asOf: AsOfOptions

  @Option(
    help: ArgumentHelp(
      "Only what changed after this run, 0 for all: sessions that gained a pageview, and retired ids with what replaced them.",
      valueName: "run"),
    transform: RunNumber.orNone)
  var changedSince: RunNumber?

  @Option(
    help: ArgumentHelp(
      "With --changed-since: the run at which the changes end, the newest where it is omitted.", valueName: "run"),
    transform: RunNumber.init)
  var until: RunNumber?

  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if asOf.asOf != nil && changedSince != nil {
      throw ValidationError("--as-of and --changed-since do not go together")
    }
    if until != nil && changedSince == nil { throw ValidationError("--until needs --changed-since") }
  }

  func run() async throws {
    try await JobWork(target: target, job: job, log: log, readOnly: true, readsLedgers: true).run { context, console in
      if let changedSince {
        var end: Int64?
        try await console.stream(format.format, format.shape) { write in
          end = try await context.changedSessions(since: changedSince.value, until: until?.value, write)
        }
        console.note(
          end.map { "changes up to run \($0); go on with --changed-since \($0)" }
            ?? "not all of the changes (--limit); do not go on from here")
      } else {
        try await console.stream(format.format, format.shape) { write in
          try await context.sessions(asOf: asOf.asOf?.value, write)
        }
      }
    }
  }
}

/// Exports the pageviews with their current sessions.
struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events",
    abstract: "Exports the sessionized pageviews with their current sessions, or those after a run.",
    discussion: """
      Rows are ordered by user_id, page_view_at, event_id, so that equal results are equal bytes on every engine.

      Examples:
        sessionizer events --target sqlite:web.db --format csv > events.csv
        sessionizer events --target prod --as-of 3
      """)

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    try await JobWork(target: target, job: job, log: log, readOnly: true, readsLedgers: true).run { context, console in
      try await console.stream(format.format, format.shape) { write in
        try await context.events(asOf: asOf.asOf?.value, write)
      }
    }
  }
}
