internal import ArgumentParser
internal import SQLRendering

/// The SQL of a plan.
struct RenderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Shows the SQL of a plan in any dialect, with no database.",
    discussion: """
      Without --as-run the statements are a script for any client of the engine: create is run once, the others as often \
      as wanted. The job's source is taken to be as the tool itself would make it.

      Examples:
        sessionizer render create
        sessionizer render run --dialect sqlite --gap 45m > insert_query.sql
        sessionizer render run --from 2026-01-01 --to 2026-02-01
        sessionizer render agg --by day
      """)

  @OptionGroup var options: PlanOptions
  @OptionGroup var window: WindowOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws { try options.check(window) }

  func run() async throws {
    let (dialect, plan) = try options.resolved(window, job)
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
