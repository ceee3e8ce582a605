internal import ArgumentParser
internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver
internal import YAMLReading

/// What is in quarantine, and why.
struct QuarantineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine",
    abstract: "Shows what could not be sessionized: counts with the reasons explained, or the rows.",
    discussion: """
      Without --rows: for each reason how many rows there are, what it means, and how a row gets out. Quarantine is a \
      ledger: its rows stay as the record of what was found. A row gets out by being corrected in the source, where the next \
      run that looks at it takes it (a run without --new, or over a window with its time, where its arrival is old), or by \
      loading a corrected file again.

      Of a line that could not be read at all, line_text is its beginning; of others, what could be read of their fields.

      Examples:
        sessionizer quarantine --target sqlite:web.db
        sessionizer quarantine --target prod --rows --reason bad_time --limit 20
        sessionizer quarantine --target prod --rows --file access.log --format jsonl
      """)

  @Flag(help: "Show the rows, not the counts.")
  var rows = false

  @Option(help: ArgumentHelp("Only rows of this reason, such as bad_time.", valueName: "reason"))
  var reason: String?

  @Option(
    name: .customLong("run"), help: ArgumentHelp("Only rows that this run put there.", valueName: "run"),
    transform: RunNumber.init)
  var ofRun: RunNumber?

  @Option(help: ArgumentHelp("Only lines of this file, named as it was loaded.", valueName: "file"))
  var file: String?

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if let reason, !QuarantineWording.reasons.contains(reason) {
      let hint = NearestWord.hint(reason, among: QuarantineWording.reasons)
      throw UsageError(
        "no reason \(SettingText.shown(reason)); "
          + (hint.isEmpty ? "there are " + QuarantineWording.reasons.joined(separator: ", ") : hint))
    }
  }

  func run() async throws {
    let filter = QuarantineFilter(reason: reason, run: ofRun?.value, file: file)
    try await JobWork(target: target, job: job, log: log, readOnly: true, readsLedgers: true).run { context, console in
      if rows {
        try await console.stream(format.format, format.shape) { write in
          try await context.quarantine(filter, limit: format.shape.limit, write)
        }
        return
      }
      var batch = RecordBatch(
        schema: [
          BatchColumn("reason", .text), BatchColumn("rows", .int64), BatchColumn("first_run", .int64),
          BatchColumn("last_run", .int64), BatchColumn("meaning", .text), BatchColumn("remedy", .text),
        ])
      let counts = try await context.quarantineCounts(filter)
      for count in counts {
        batch.columns[0].append(count.reason)
        batch.columns[1].append(count.rows)
        for (index, run) in [(2, count.firstRun), (3, count.lastRun)] {
          if let run { batch.columns[index].append(run) } else { batch.columns[index].appendNull() }
        }
        batch.columns[4].append(QuarantineWording.meaning(count.reason))
        batch.columns[5].append(QuarantineWording.remedy(count.reason))
      }
      try await console.print(batch, format)
      let total = counts.map(\.rows).reduce(0, +)
      console.note(total == 0 ? "nothing is in quarantine" : "\(Counted.text(total, "row")) in quarantine")
    }
  }
}
