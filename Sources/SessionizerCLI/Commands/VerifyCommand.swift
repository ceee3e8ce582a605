internal import ArgumentParser
internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver

/// Checks the ledger against the source.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Recomputes the sessions inside the database, and reports every difference.",
    discussion: """
      Exit code 1: a session is wrong, a row is there twice, or an invariant is broken. Rows that no run took yet, that are \
      gone from the source or that were edited there are counted, and are differences only with --complete; \
      --ignore-before leaves out those that the source need not keep. With --format json and jsonl, the last object is the \
      result: exit code, reason, duration.

      Examples:
        sessionizer verify --target sqlite:web.db
        sessionizer verify --target prod --from 2026-01-01 --to 2026-02-01
        sessionizer verify --target prod --complete --format json
        sessionizer verify --target prod --complete --ignore-before 2025-01-01
      """)

  @OptionGroup var window: WindowOptions

  @Flag(help: "Pending, retired and changed rows are differences, too.")
  var complete = false

  @OptionGroup var ignoring: IgnoreOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    let tally = StatementTally()
    let asked = [.json, .jsonl].contains(format.format) ? format.format : nil
    try await CommandResult.reporting("verify", asked, log.console, tally: tally) { result in
      try await run(result, tally)
    }
  }

  private func run(_ result: CommandResult, _ tally: StatementTally) async throws {
    let work = JobWork(target: target, job: job, log: log, readOnly: true, tally: tally)
    let isClean = try await work.run { context, console in
      let progress = ProgressLine(console)
      defer { progress.clear() }
      let request = VerifyRequest(
        from: window.from, to: window.to, isComplete: complete, ignoredBefore: ignoring.ignoreBefore)
      let report = try await context.verify(request) { done in
        progress.show("check \(done.number) of \(done.count): \(done.check) …", always: true)
      }
      progress.clear()
      var batch = RecordBatch(
        schema: [
          BatchColumn("check", .text), BatchColumn("found", .int64), BatchColumn("verdict", .text),
          BatchColumn("samples", .text),
        ])
      for finding in report.findings {
        let verdict = finding.count == 0 ? "ok" : finding.isFault ? "fault" : "counted"
        batch.columns[0].append(finding.name)
        batch.columns[1].append(Int64(finding.count))
        batch.columns[2].append(verdict)
        batch.columns[3].append(finding.samples.map(Self.text).joined(separator: "; "))
      }
      let rows = console.rows(format.format, shape: format.shape)
      try await rows.write(batch)
      // As JSON, the result is the last object.
      if [.json, .jsonl].contains(format.format) { result.rows = rows } else { try await rows.finish() }
      let faults = report.findings.filter { $0.isFault && $0.count > 0 }
      result.facts = [
        Fact("checks", Int64(report.findings.count)), Fact("faults", Int64(faults.count)),
        Fact("complete", complete ? "yes" : "no"),
      ]
      console.note(
        report.isClean ? "clean" : "not clean: " + faults.map { "\($0.name) is \($0.meaning)" }.joined(separator: "; "))
      return report.isClean
    }
    if !isClean { throw ExitCode(ExitStatus.different) }
  }

  private static func text(_ sample: VerifyReport.Sample) -> String {
    "\(sample.subject): expected \(sample.expected), found \(sample.found)"
  }
}
