internal import ArgumentParser
internal import SessionPlan

/// The plan of a job, before it is any engine's SQL.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Shows the dialect-neutral plan, as a tree or as JSON, with no database.",
    discussion: """
      The dialect decides the plan's shape (scratch tables or named subqueries) but not its words. It is checked before \
      it is shown: columns, types, NULLs, and that every order is total.

      Examples:
        sessionizer plan run
        sessionizer plan run --as-run --gap 45m --gap-boundary same
        sessionizer plan create --format json
      """)

  /// How a plan is shown.
  enum Shape: String, CaseIterable, ExpressibleByArgument {
    case tree, json
  }

  @Argument(help: ArgumentHelp("Which plan.", valueName: PlanName.words))
  var plan: PlanName

  @OptionGroup var options: PlanOptions
  @OptionGroup var window: WindowOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions

  @Option(help: ArgumentHelp("How it is shown.", valueName: "tree|json"))
  var format: Shape = .tree

  @OptionGroup var log: LogOptions

  mutating func validate() throws { try options.check(plan, window) }

  func run() async throws {
    let (_, plan) = try options.resolved(plan, window, job)
    try PlanChecker().check(plan)
    try log.console.print(format == .tree ? plan.explained.tree : try plan.explained.json)
  }
}
