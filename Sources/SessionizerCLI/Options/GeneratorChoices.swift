internal import ArgumentParser
internal import PageviewGenerator
internal import SessionPlan

/// What to generate.
struct GeneratorChoices: ParsableArguments {
  @Option(help: ArgumentHelp("How many pageviews.", valueName: "n"))
  var events = 1000

  @Option(help: ArgumentHelp("How many users (default: one for eight pageviews).", valueName: "n"))
  var users: Int?

  @Option(
    help: ArgumentHelp("No pageview is before this time, UTC (default: 2026-01-05).", valueName: "time"),
    transform: WindowOptions.time)
  var start: Timestamp?

  @Option(help: ArgumentHelp("How many days the pageviews cover.", valueName: "n"))
  var days = 7

  @Option(help: ArgumentHelp("The share of late pageviews, 0 to 1.", valueName: "share"))
  var late = 0.05

  @Option(help: ArgumentHelp("The share of pageviews by bots.", valueName: "share"))
  var bots = 0.05

  @Option(help: ArgumentHelp("The share of pageviews in the same second as the user's one before.", valueName: "share"))
  var sameSecond = 0.02

  @Option(
    help: ArgumentHelp("The share of pageviews at exactly the gap from the user's one before.", valueName: "share"))
  var boundary = 0.01

  @Option(help: ArgumentHelp("The same seed gives the same pageviews, everywhere.", valueName: "number"))
  var seed: UInt64 = 1

  func options(for job: SessionJob) throws(UsageError) -> GeneratorOptions {
    let options = GeneratorOptions(
      events: events, users: users, start: start ?? GeneratorOptions.standardStart, days: days, lateShare: late,
      botShare: bots, sameSecondShare: sameSecond, boundaryShare: boundary, gap: job.gap,
      eventIDType: job.eventIDType, seed: seed)
    if let problem = options.problem { throw UsageError(problem) }
    return options
  }
}
