internal import ArgumentParser
internal import PageviewFiles
internal import SessionPlan
internal import SessionRunner

/// Loads files into the source table.
struct LoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Loads CSV, JSON, access logs and Parquet into the source table.",
    discussion: """
      Each file is loaded whole or not at all, and loading it twice adds nothing. gzip, zstd, bzip2, xz and zip are \
      recognized; - is standard input. A faulty line goes to quarantine with its file, line, reason and text, and does \
      not stop the file; --max-bad sets a limit. Where a file has no event ids, they are derived from the content. All \
      settings can stand under files: in the job file. docs/loading.md has a recipe for each kind of file. Parquet, and \
      whatever else DuckDB reads (--select), needs DuckDB's library (docs/duckdb.md).

      Examples:
        sessionizer load views.csv --target sqlite:web.db
        sessionizer load 2026-*.jsonl.gz --target prod --map user_id=visitor --map page_view_at=ts
        sessionizer load access.log --target sqlite:web.db --log-user address
        sessionizer load events_*.json --target sqlite:web.db --preset ga4
        sessionizer load epoch.csv --target prod --file-time-format epoch_ms --max-bad 5%
        zcat old.csv.Z | sessionizer load - --target prod --only "event = 'page_view'"
        sessionizer load views/*.parquet --target prod
        sessionizer load --select "SELECT id AS user_id, ts AS page_view_at, url AS page FROM read_json('s/*.json')" --target prod
      """)

  @Argument(help: "The files; - is standard input.", completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "In place of files: a query in DuckDB's SQL, which DuckDB carries out in memory; each row counts as a line.",
      valueName: "query"))
  var select: String?

  @OptionGroup(title: "How the files are read (also under files: in the job file)") var file: FileOptions

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var result: ResultOptions
  @OptionGroup var log: LoadLogOptions

  mutating func validate() throws {
    if select == nil, files.isEmpty { throw ValidationError("name the files to load, or a query: --select") }
    if select != nil {
      if !files.isEmpty { throw ValidationError("name files, or a query (--select), and not both") }
      if let option = file.firstOfTexts {
        throw ValidationError(
          "\(option) says how a file's text is read, and DuckDB reads what --select names: say it there")
      }
    }
    if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input (-) can be read once") }
  }

  func run() async throws {
    let tally = StatementTally()
    try await CommandResult.reporting("load", result.format, log.options.console, tally: tally) { result in
      try await load(result, tally)
    }
  }

  private func load(_ result: CommandResult, _ tally: StatementTally) async throws {
    let loaded = try job.load()
    var settings = loaded.file.files.overridden(by: file.settings)
    if let preset = settings.preset { settings = try FilePresets.settings(preset).overridden(by: settings) }
    let howRead = settings
    var sums = LoadSums()
    defer { result.facts = sums.facts }
    try await JobWork(target: target, job: job, log: log.options, tally: tally).run(loaded) {
      context, fields, console in
      // What is said here is another file's way to call a field; what is not, the ledgers know from `create`.
      let known = fields.map { Attribute(name: $0.key, column: $0.value) }
      let attributes = loaded.said.contains("attributes") ? loaded.attributes : known
      var options = howRead.options(attributes: attributes)
      // A query is no file, whatever the job file says of files.
      if select != nil { options.format = nil }
      let request = LoadRequest(
        options: options, maxBad: howRead.maxBad, duckDB: DuckDBReading(target: target, file: loaded.file).opening)
      let progress = ProgressLine(console)
      defer { progress.clear() }
      let show: @Sendable (LoadProgress) -> Void = { progress.show(LoadWording.progress($0)) }
      // nil is the query.
      for file in select == nil ? files.map(Optional.some) : [nil] {
        let start = ContinuousClock.now
        let reports =
          if let file {
            try await context.load(files: [file], request, progress: show)
          } else {
            try await context.load(select: select ?? "", request, progress: show)
          }
        progress.clear()
        for report in reports {
          sums.add(report)
          for notice in LoadWording.notices(report) { console.note("\(report.file): \(notice)") }
          console.note(LoadWording.line(report, took: ContinuousClock.now - start))
        }
      }
    }
  }
}

/// What all files together brought.
private struct LoadSums {
  var files: Int64 = 0
  /// nil where the database does not say.
  var loaded: Int64? = 0
  var known: Int64? = 0
  var leftOut: Int64 = 0
  var quarantined: Int64 = 0

  mutating func add(_ report: LoadReport) {
    files += 1
    loaded = loaded.flatMap { sum in report.loaded.map { sum + Int64($0) } }
    known = known.flatMap { sum in report.known.map { sum + Int64($0) } }
    leftOut += Int64(report.summary.filtered)
    quarantined += Int64(report.summary.faultCount)
  }

  var facts: [Fact] {
    [
      Fact("files", files), Fact("pageviews", loaded), Fact("already_there", known), Fact("left_out", leftOut),
      Fact("quarantined", quarantined),
    ]
  }
}
