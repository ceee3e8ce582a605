internal import ArgumentParser
internal import SessionRunner
internal import WarehouseDriver
internal import YAMLReading

/// The run ledger.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows the runs: what each one took, and what it changed.",
    discussion: """
      With --max-age the exit code is 1 where the newest finished run is older, by the server's clock, or where there is \
      none: what a monitor asks. --format openmetrics is for Prometheus and its kin.

      Examples:
        sessionizer status --target sqlite:web.db
        sessionizer status --target prod --format jsonl
        sessionizer status --target prod --max-age 26h --quiet --format csv > /dev/null
        sessionizer status --target prod --format openmetrics > /var/lib/node_exporter/sessionizer.prom
      """)

  /// `--format`, with what only the runs have.
  enum Format: Hashable, ExpressibleByArgument {
    case rows(OutputFormat)
    case openMetrics

    init?(argument: String) {
      if argument == "openmetrics" {
        self = .openMetrics
      } else if let format = OutputFormat(argument: argument) {
        self = .rows(format)
      } else {
        return nil
      }
    }
  }

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions

  @Option(
    help: ArgumentHelp(
      "Exit with 1 where the newest finished run is older than this: 90m, 26h, 2d.", valueName: "duration"),
    transform: StatusCommand.age)
  var maxAge: Duration?

  @Option(
    help: ArgumentHelp("How the runs are printed.", valueName: "table|csv|json|jsonl|markdown|openmetrics"))
  var format: Format = .rows(.table)

  @Flag(
    help: """
      --format csv: put a ' before each text that a spreadsheet would take for a formula. The values are then no longer \
      those of the database.
      """)
  var safeForSpreadsheets = false

  @OptionGroup var shaping: ShapeOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if shaping.expanded && format != .rows(.table) { throw ValidationError("--expanded belongs to --format table") }
    guard safeForSpreadsheets else { return }
    guard format == .rows(.csv) else { throw ValidationError("--safe-for-spreadsheets belongs to --format csv") }
    format = .rows(.spreadsheet)
  }

  func run() async throws {
    let isFresh = try await JobWork(target: target, job: job, log: log, readOnly: true, readsLedgers: true).run {
      context, console in
      switch format {
      case .rows(let format):
        try await console.stream(format, shaping.shape) { try await context.status($0) }
      case .openMetrics:
        var metrics = OpenMetrics(ledger: context.job.names[.sessionRuns].description)
        try await context.status { metrics.add($0) }
        try console.output.write(metrics.text)
      }
      guard let maxAge else { return true }
      let age = try await context.age()
      if let age, age <= maxAge { return true }
      console.error(
        age.map { "the newest run finished \(Elapsed.text($0)) ago, more than \(Elapsed.text(maxAge)) (--max-age)" }
          ?? "no run has finished (--max-age)")
      return false
    }
    if !isFresh { throw ExitCode(ExitStatus.different) }
  }

  /// A number with its unit, such as `26h`.
  static func age(_ text: String) throws -> Duration {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()), count > 0, count <= 1_000_000
    else { throw SettingError(message: "\(SettingText.shown(text)) is not a valid age: write 90m, 26h or 2d") }
    return .seconds(count * unit)
  }
}
