internal import ArgumentParser
internal import Foundation
internal import SQLRendering
internal import SessionPlan

/// The SQL of a plan, or of the whole job.
struct RenderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Shows the SQL of a plan, or of the whole job, in any dialect, with no database.",
    discussion: """
      Without the name of a plan: every statement of the job as scripts for any client of the engine, with --out as \
      create_query.sql, insert_query.sql, agg_query.sql and so on in a folder, where files of these names are replaced. \
      The job's source is taken to be as the tool itself would make it; what type the event ids of a table of your own \
      have, it must be told (--event-id-type).

      Examples:
        sessionizer render create
        sessionizer render run --dialect sqlite --gap 45m > insert_query.sql
        sessionizer render run --from 2026-01-01 --to 2026-02-01
        sessionizer render agg --by day
        sessionizer render --dialect postgres --placeholders --out queries
        sessionizer render --dialect-file my_warehouse.yaml --out queries
      """)

  @Argument(help: ArgumentHelp("Which plan; all of them if none is named.", valueName: PlanName.words))
  var plan: PlanName?

  @Option(
    name: .customLong("out"), help: ArgumentHelp("Write all scripts to this folder.", valueName: "folder"),
    completion: .directory)
  var folder: String?

  @Flag(help: "run: leave {{ start_time }} and {{ end_time }} to be put in later.")
  var placeholders = false

  @OptionGroup var options: PlanOptions
  @OptionGroup var window: WindowOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    try options.check(plan, window)
    if placeholders && (options.new || window.isGiven) {
      throw ValidationError("--placeholders stands for a window; --new, --from and --to say it themselves")
    }
    if placeholders && plan ?? .run != .run { throw ValidationError("--placeholders belongs to the plan run") }
    if folder != nil && plan != nil { throw ValidationError("--out writes all scripts; leave \(plan!.rawValue) away") }
    if plan == nil && options.asRun { throw ValidationError("--as-run belongs to one plan; name it") }
    if plan == nil && options.new { throw ValidationError("--new belongs to the plan run; name it") }
  }

  func run() async throws {
    if let plan {
      if plan == .create { try requireIDType(try job.load()) }
      return try show(plan)
    }
    let dialect = try options.chosenDialect()
    let loaded = try job.load()
    try requireIDType(loaded)
    let planner = try Planner(.assumed(loaded.job), profile: dialect.profile)
    let times: QueryScripts.Window = window.isGiven ? .times(from: window.from, to: window.to) : .whole
    let scripts = QueryScripts(dialect: dialect, planner: planner, window: placeholders ? .placeholders : times)
    // All of it is rendered before the first file is written.
    let texts = try QueryScripts.Script.allCases.map { ($0, try scripts.text($0)) }
    guard let folder else {
      try log.console.print(String(texts.map(\.1).joined(separator: "\n\n").dropLast()))
      return
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw OutputError.failed("cannot make the folder \(folder): \(error.localizedDescription)")
    }
    for (script, text) in texts { try OutputFile.write(text, to: folder + "/" + script.fileName) }
    log.console.note("wrote " + texts.map(\.0.fileName).joined(separator: ", ") + " to \(folder)")
  }

  /// With no database nobody can look what a table of one's own has, and ledgers of the wrong type would fail every run.
  private func requireIDType(_ loaded: LoadedJob) throws {
    guard let table = loaded.job.source.table, let column = loaded.job.source.eventID,
      !loaded.said.contains("event_id_type")
    else { return }
    throw UsageError(
      "what type has \(column) of \(table)? With no database it cannot be looked up; say --event-id-type integer or "
        + "--event-id-type text (event_id_type in the job file)")
  }

  private func show(_ plan: PlanName) throws {
    let (dialect, plan) = try options.resolved(plan, window, job, withPlaceholders: placeholders)
    let renderer = Renderer(dialect)
    var lines: [String] = []
    for step in plan.steps {
      if !lines.isEmpty { lines.append("") }
      lines.append("-- \(step.name): \(step.purpose)")
      for sql in try renderer.render(step.statement) { lines.append(sql + ";") }
    }
    try log.console.print(lines.joined(separator: "\n"))
  }
}
