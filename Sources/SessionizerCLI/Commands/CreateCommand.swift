internal import ArgumentParser
internal import SessionRunner

/// Makes the tables and views.
struct CreateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Makes the tables and views of the job (the create_query).",
    discussion: """
      What is already there stays as it is, so it can be repeated. The source table is made only where the job names \
      no table of its own. The job's settings are noted in the run ledger, so that later commands need not be told them; \
      one that says another value is an error.

      Examples:
        sessionizer create --target sqlite:web.db
        sessionizer create --target prod --gap 45m --prefix web_
        sessionizer create --target sqlite:web.db --source-table hits --event-id-column none
        sessionizer create --target prod --grant analyst --guard
        sessionizer create --target prod --grant analyst --dry-run
        sessionizer create --target prod --finish
      """)

  @Option(
    help: ArgumentHelp(
      "Also give a role the least rights with which it can run the job: to read the source, to read and insert into "
        + "the ledgers, to make temporary tables.", valueName: "role"))
  var grant: String?

  @Flag(
    name: .customLong("guard"), help: "Also have the database refuse UPDATE and DELETE on the ledgers, to everybody.")
  var isGuarded = false

  @Flag(
    help: ArgumentHelp(
      "Also build the keys that are otherwise left to the first run: for roles that run the job and do not own its tables."
    ))
  var finish = false

  @Flag(help: "Also make the schema that --schema names, unless it is there.")
  var createSchema = false

  @Flag(help: "Show the statements; carry out none.")
  var dryRun = false

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var result: ResultOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if grant == "" { throw ValidationError("--grant names no role") }
    if dryRun && result.format != nil { throw ValidationError("--dry-run prints SQL; leave --format out") }
  }

  func run() async throws {
    let tally = StatementTally()
    try await CommandResult.reporting("create", result.format, log.console, tally: tally) { result in
      try await create(result, tally)
    }
  }

  private func create(_ result: CommandResult, _ tally: StatementTally) async throws {
    let loaded = try job.load()
    let request = CreateRequest(
      grantee: grant, isGuarded: isGuarded, finishes: finish, fields: loaded.fields,
      makesSchema: createSchema)
    let work = JobWork(target: target, job: job, log: log, mayCreate: !dryRun, tally: tally)
    try await work.run(loaded) { context, _, console in
      if dryRun {
        for step in try await context.createScript(request) {
          try console.print(
            "-- \(step.name): \(step.purpose)\n" + step.sql.map { $0 + ";" }.joined(separator: "\n") + "\n")
        }
        return
      }
      let progress = ProgressLine(console)
      defer { progress.clear() }
      let report = try await context.create(request) { progress.show($0.words) }
      progress.clear()
      for warning in report.warnings { console.warn(warning) }
      if !report.made.isEmpty { console.note("made " + report.made.joined(separator: ", ")) }
      if !report.kept.isEmpty { console.note("already there: " + report.kept.joined(separator: ", ")) }
      result.facts = [
        Fact("made", report.made.joined(separator: ", ")), Fact("already_there", report.kept.joined(separator: ", ")),
      ]
    }
  }
}
