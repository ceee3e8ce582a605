internal import ArgumentParser
internal import SessionPlan
internal import SessionRunner

/// Takes over settings that are other names of the same content, and new attributes.
struct AdoptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adopt",
    abstract:
      "Takes over renamed source columns, another table of the same content, or a new attribute.",
    discussion: """
      Give it the settings that are to hold from now on, as options or in the job file; what is not said stays as it is. It \
      writes two rows into the run ledger, and changes none. A new attribute is NULL in the rows that are there; it needs \
      the rights of the tables' owner, and makes the views anew. Another table or other columns must hold the ledgers' \
      pageviews: that is looked at first. Gap, boundary, filter, time zone and format, the type of the ids, and whether \
      there are event ids or pages decide which pageviews count or what is a session, and are refused once anything has run.

      Examples:
        sessionizer adopt --target prod --user-id-column visitor_id
        sessionizer adopt --target prod --source-table web.hits_2026
        sessionizer adopt --target sqlite:web.db --attribute campaign=utm_campaign --attribute device
      """)

  @Flag(
    help: ArgumentHelp(
      "Also take over a source that lacks pageviews of the ledgers, or has them with another user, time or page; the "
        + "ledgers' stand."))
  var acceptDifferences = false

  @OptionGroup var waiting: WaitOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    let loaded = try job.load()
    try await JobWork(target: target, job: job, log: log, mustMatch: false, wait: waiting.wait).run(loaded) {
      context, _, console in
      let progress = ProgressLine(console)
      progress.show("comparing the settings …")
      defer { progress.clear() }
      let report = try await context.adopt(
        AdoptRequest(fields: loaded.fields, acceptsDifferences: acceptDifferences, wait: waiting.wait))
      progress.clear()
      guard let run = report.runID else {
        console.note("the ledgers have these settings already")
        return
      }
      let changes = report.changes.map { "\($0.setting) is \($0.after ?? "unset"), was \($0.before ?? "unset")" }
      console.note("run \(run) (adopt): " + changes.joined(separator: "; "))
      if !report.columns.isEmpty { console.note("new columns: " + report.columns.joined(separator: ", ")) }
      if report.missing + report.differing > 0 {
        console.note(
          "the source lacks \(Counted.text(Int64(report.missing), "pageview")) of the ledgers, and has "
            + "\(Counted.number(Int64(report.differing))) with another user, time or page; the ledgers' stand")
      }
      if report.forgetsMark {
        console.note("the next run --new looks at everything, since arrivals are another table's")
      }
    }
  }
}
