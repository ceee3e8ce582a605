internal import ArgumentParser
internal import Foundation
internal import PageviewGenerator
internal import SessionPlan
internal import SessionRunner

/// The files that `generate` writes.
enum GeneratedFormat: String, CaseIterable, ExpressibleByArgument {
  case csv, sql
}

/// Makes random pageviews.
struct GenerateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Makes random pageviews, with late ones, bots and same-second pages.",
    discussion: """
      With --target they go into the source table; with --output into a file (- is standard output; the name's ending \
      tells the format); with --format alone to standard output. With none of these, INSERT statements go to \
      queries/generated_data.sql, which any database client can run after create_query.sql.

      Pageviews are in the order of their arrival. The same options and seed give the same pageviews everywhere.

      Examples:
        sessionizer generate
        sessionizer generate --events 100000 --late 0.1 --seed 7 --output views.csv
        sessionizer generate --format csv | head
        sessionizer generate --target sqlite:web.db --events 1000000 --days 30
      """)

  static let standardPath = "queries/generated_data.sql"

  @OptionGroup(title: "What to generate") var choices: GeneratorChoices

  @Option(help: ArgumentHelp("The file to write; - is standard output.", valueName: "file"), completion: .file())
  var output: String?

  @Option(help: ArgumentHelp("CSV, or INSERT statements.", valueName: "csv|sql"))
  var format: GeneratedFormat?

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if target.target != nil, output != nil || format != nil {
      throw ValidationError("--target does not go together with --output and --format")
    }
  }

  func run() async throws {
    let console = log.console
    let start = ContinuousClock.now
    let progress = ProgressLine(console)
    defer { progress.clear() }
    let total = choices.events
    @Sendable func show(_ done: Int) {
      progress.show("generated \(Counted.number(Int64(done))) of \(Counted.text(Int64(total), "pageview"))")
    }
    let summary: GeneratorSummary
    let place: String
    if target.target != nil {
      summary = try await JobWork(target: target, job: job, log: log).run { context, _ in
        try await context.generate(try choices.options(for: context.job), progress: show)
      }
      place = ""
    } else {
      let path = output ?? (format == nil ? Self.standardPath : "-")
      summary = try write(to: path, console: console, progress: show)
      place = path == "-" ? "" : " to \(path)"
    }
    progress.clear()
    let parts = [
      "\(Counted.number(Int64(summary.late))) late", "\(Counted.number(Int64(summary.byBots))) by bots",
      "\(Counted.number(Int64(summary.sameSecond))) in the same second",
      "\(Counted.number(Int64(summary.atBoundary))) at the gap exactly",
    ]
    console.note(
      "generated \(Counted.text(Int64(summary.events), "pageview"))\(place) (\(parts.joined(separator: ", "))) in "
        + Elapsed.text(ContinuousClock.now - start))
  }

  private func write(
    to path: String, console: Console, progress: @Sendable (Int) -> Void
  ) throws -> GeneratorSummary {
    let job = try job.load().job
    var generator = try PageviewGenerator(try choices.options(for: job))
    let format = format ?? (path.hasSuffix(".csv") ? .csv : .sql)
    if path == "-" {
      try write(&generator, format, job, to: console.output, progress)
      return generator.summary
    }
    if path == Self.standardPath { try makeFolder() }
    let file = try OutputFile(path: path)
    do {
      try write(&generator, format, job, to: file, progress)
    } catch {
      file.discard()
      throw error
    }
    try file.commit()
    return generator.summary
  }

  private func write(
    _ generator: inout PageviewGenerator, _ format: GeneratedFormat, _ job: SessionJob, to sink: any ByteSink,
    _ progress: (Int) -> Void
  ) throws {
    func take(_ bytes: [UInt8]) throws {
      try Task.checkCancellation()
      try sink.write(bytes)
    }
    switch format {
    case .csv: try PageviewWriter.writeCSV(&generator, to: take)
    case .sql: try PageviewWriter.writeSQL(&generator, table: job.names[.pageviews].description, to: take)
    }
    progress(generator.summary.events)
  }

  private func makeFolder() throws(OutputError) {
    if mkdir("queries", 0o777) != 0, errno != EEXIST {
      throw .failed("cannot make the folder queries: \(String(cString: strerror(errno)))")
    }
  }
}
