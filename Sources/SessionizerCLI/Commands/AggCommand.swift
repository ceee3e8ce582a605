public import ArgumentParser
public import SessionPlan
internal import SessionRunner
internal import WarehouseDriver

extension AggregateKind: ExpressibleByArgument {
  /// For help texts.
  static var words: String { allCases.map(\.rawValue).joined(separator: "|") }
}

/// Aggregates the sessions.
struct AggCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agg",
    abstract: "Aggregates the current sessions (the agg_query): per session, user or day, and totals.",
    discussion: """
      Days are UTC; a session counts on the day of its start, a pageview on its own. Median and p95 are nearest rank; \
      means and rates have six decimals. So the results, too, are equal bytes on every engine.

      Examples:
        sessionizer agg --target sqlite:web.db
        sessionizer agg day --target prod --format markdown
        sessionizer agg totals --target prod --as-of 3
        sessionizer agg entry-pages --top 5 --target prod
      """)

  @Argument(help: ArgumentHelp("What to aggregate by.", valueName: AggregateKind.words))
  var kind: AggregateKind = .session

  @Option(help: ArgumentHelp("How many pages entry-pages and exit-pages list.", valueName: "n"))
  var top = 10

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if top < 1 { throw ValidationError("--top must be 1 or more") }
  }

  func run() async throws {
    try await JobWork(target: target, job: job, log: log, readOnly: true, readsLedgers: true).run { context, console in
      // The totals are a metric a row, so that counts and decimals share a column of texts.
      let decimals: Set<String> = kind == .totals ? ["value"] : []
      try await console.stream(format.format, format.shape, decimals: decimals) { write in
        try await context.aggregate(kind, asOf: asOf.asOf?.value, top: top, write)
      }
    }
  }
}
