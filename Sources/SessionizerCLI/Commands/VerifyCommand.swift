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
      gone from the source or that were edited there are counted, and are differences only with --complete.

      Examples:
        sessionizer verify --target sqlite:web.db
        sessionizer verify --target prod --from 2026-01-01 --to 2026-02-01
        sessionizer verify --target prod --complete --format json
      """)

  @OptionGroup var window: WindowOptions

  @Flag(help: "Pending, retired and changed rows are differences, too.")
  var complete = false

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    let isClean = try await JobWork(target: target, job: job, log: log, readOnly: true).run { context, console in
      let progress = ProgressLine(console)
      defer { progress.clear() }
      let request = VerifyRequest(from: window.from, to: window.to, isComplete: complete)
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
      try await console.print(batch, format.format)
      let faults = report.findings.filter { $0.isFault && $0.count > 0 }
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
