internal import ArgumentParser
internal import PageviewFiles
internal import SessionPlan
internal import SessionRunner

/// Loads files into the source table.
struct LoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Loads CSV files, JSON lines and access logs into the source table.",
    discussion: """
      Each file is loaded whole or not at all, and loading it twice adds nothing. Gzip is recognized. A faulty line goes \
      to quarantine with its file, line and reason, and does not stop the file; --max-bad sets a limit. Where a file has \
      no event ids, they are derived from the content.

      Examples:
        sessionizer load views.csv --target sqlite:web.db
        sessionizer load 2026-*.jsonl.gz --target prod --map user_id=visitor --map page_view_at=ts
        sessionizer load access.log --target sqlite:web.db --log-user address
        sessionizer load epoch.csv --target prod --file-time-format epoch_ms --max-bad 100
      """)

  @Argument(help: "The files.", completion: .file())
  var files: [String]

  @OptionGroup(title: "How the files are read") var file: FileOptions

  @Option(help: ArgumentHelp("With more faulty lines than this in a file, nothing of it is loaded.", valueName: "n"))
  var maxBad: Int?

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if let maxBad, maxBad < 0 { throw ValidationError("--max-bad must be 0 or more") }
  }

  func run() async throws {
    let request = LoadRequest(options: file.options, maxBad: maxBad)
    try await JobWork(target: target, job: job, log: log).run { context, console in
      let progress = ProgressLine(console)
      defer { progress.clear() }
      for file in files {
        let start = ContinuousClock.now
        let reports = try await context.load(files: [file], request) { done in
          let megabytes = Counted.number(Int64(done.bytes >> 20))
          progress.show("\(done.file): \(Counted.text(Int64(done.rows), "row")), \(megabytes) MiB read")
        }
        progress.clear()
        for report in reports { console.note(Self.line(report, took: ContinuousClock.now - start)) }
      }
    }
  }

  private static func line(_ report: LoadReport, took time: Duration) -> String {
    let summary = report.summary
    var parts = [Counted.text(Int64(report.loaded), "new pageview")]
    if report.known > 0 { parts.append("\(Counted.number(Int64(report.known))) already there") }
    if summary.filtered > 0 { parts.append("\(Counted.text(Int64(summary.filtered), "request")) of no page left out") }
    if summary.faultCount > 0 {
      let reasons = summary.faults.sorted { $0.key.rawValue < $1.key.rawValue }
        .map { "\($0.key.rawValue) \(Counted.number(Int64($0.value)))" }
      parts.append(
        "\(Counted.text(Int64(summary.faultCount), "faulty line")) quarantined (\(reasons.joined(separator: ", ")))")
    }
    return "\(report.file): \(parts.joined(separator: ", ")) in \(Elapsed.text(time))"
  }
}
