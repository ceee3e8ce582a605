internal import ArgumentParser
internal import PageviewFiles
internal import SessionPlan
internal import SessionRunner

/// Loads files into the source table.
struct LoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Loads CSV, JSON and access logs into the source table.",
    discussion: """
      Each file is loaded whole or not at all, and loading it twice adds nothing. gzip, zstd, bzip2, xz and zip are \
      recognized; - is standard input. A faulty line goes to quarantine with its file, line, reason and text, and does \
      not stop the file; --max-bad sets a limit. Where a file has no event ids, they are derived from the content. All \
      settings can stand under files: in the job file. docs/loading.md has a recipe for each kind of file.

      Examples:
        sessionizer load views.csv --target sqlite:web.db
        sessionizer load 2026-*.jsonl.gz --target prod --map user_id=visitor --map page_view_at=ts
        sessionizer load access.log --target sqlite:web.db --log-user address
        sessionizer load events_*.json --target sqlite:web.db --preset ga4
        sessionizer load epoch.csv --target prod --file-time-format epoch_ms --max-bad 5%
        zcat old.csv.Z | sessionizer load - --target prod --only "event = 'page_view'"
      """)

  @Argument(help: "The files; - is standard input.", completion: .file())
  var files: [String]

  @OptionGroup(title: "How the files are read (also under files: in the job file)") var file: FileOptions

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var result: ResultOptions
  @OptionGroup var log: LoadLogOptions

  mutating func validate() throws {
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
      let request = LoadRequest(options: howRead.options(attributes: attributes), maxBad: howRead.maxBad)
      let progress = ProgressLine(console)
      defer { progress.clear() }
      for file in files {
        let start = ContinuousClock.now
        let reports = try await context.load(files: [file], request) { done in
          let megabytes = Counted.number(Int64(done.bytes >> 20))
          progress.show("\(done.file): \(Counted.text(Int64(done.rows), "row")), \(megabytes) MiB read")
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
  var loaded: Int64 = 0
  var known: Int64 = 0
  var leftOut: Int64 = 0
  var quarantined: Int64 = 0

  mutating func add(_ report: LoadReport) {
    files += 1
    loaded += Int64(report.loaded)
    known += Int64(report.known)
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
