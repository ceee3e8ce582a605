internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver

/// The run ledger as OpenMetrics text, for a scraper or a textfile collector.
///
/// See [the format](https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md).
struct OpenMetrics {
  /// The name of the run ledger: a label of every sample, since several jobs may be collected together.
  let ledger: String
  private var runs: [String: Int64] = [:]
  private var unfinished: Int64 = 0
  private var sums = Counts()
  private var last: Run?
  private var engine = ""
  private var tool = ""

  init(ledger: String) { self.ledger = ledger }

  /// What a run, or all of them, wrote.
  private struct Counts {
    var pageviews: Int64 = 0
    var sessions: Int64 = 0
    var lineageRows: Int64 = 0
    var quarantined: Int64 = 0
  }

  /// The newest finished run that looked at the source.
  private struct Run {
    var id: Int64
    var counts: Counts
    var started: Int64
    var finished: Int64
    var mark: Int64?
    var markTime: Int64?
  }

  /// Takes up rows of the status.
  mutating func add(_ batch: RecordBatch) {
    for row in 0..<batch.rowCount {
      let values = batch.row(row)
      func value(_ name: String) -> BatchValue? { batch.index(of: name).flatMap { values[$0] } }
      func number(_ name: String) -> Int64? { if case .int64(let number)? = value(name) { number } else { nil } }
      func time(_ name: String) -> Int64? { if case .timestamp(let time)? = value(name) { time } else { nil } }
      func text(_ name: String) -> String { if case .text(let text)? = value(name) { text } else { "" } }
      // Another run has come after it: nothing is left to do.
      if text("state") == "abandoned" { continue }
      guard text("state") == "finished" else {
        unfinished += 1
        continue
      }
      runs[text("mode"), default: 0] += 1
      // Without the word that tells claims apart.
      (engine, tool) = (text("engine"), String(text("tool_version").prefix { $0 != "+" }))
      // What upgrade, adopt and the like note is no run of pageviews.
      guard ["whole", "window", "new"].contains(text("mode")), let id = number("run_id") else { continue }
      let counts = Counts(
        pageviews: number("pageviews") ?? 0, sessions: number("sessions") ?? 0,
        lineageRows: number("lineage_rows") ?? 0, quarantined: number("quarantined") ?? 0)
      sums.pageviews += counts.pageviews
      sums.sessions += counts.sessions
      sums.lineageRows += counts.lineageRows
      sums.quarantined += counts.quarantined
      guard let started = time("started_at"), let finished = time("finished_at") else { continue }
      // A run over a window sets no mark: the last one stands.
      last = Run(
        id: id, counts: counts, started: started, finished: finished, mark: number("arrival_mark") ?? last?.mark,
        markTime: time("arrival_mark_at") ?? last?.markTime)
    }
  }

  var text: String {
    var lines = ""
    func family(_ name: String, _ type: String, _ help: String, unit: String? = nil, _ samples: [(String, String)]) {
      guard !samples.isEmpty else { return }
      lines += "# TYPE \(name) \(type)\n"
      if let unit { lines += "# UNIT \(name) \(unit)\n" }
      lines += "# HELP \(name) \(help)\n"
      let suffix = type == "counter" ? "_total" : type == "info" ? "_info" : ""
      for (labels, value) in samples {
        lines += "\(name)\(suffix){ledger=\"\(Self.escaped(ledger))\"\(labels)} \(value)\n"
      }
    }
    func one(_ value: Int64?) -> [(String, String)] { value.map { [("", String($0))] } ?? [] }
    family(
      "sessionizer_job", "info", "What wrote the newest finished row of the run ledger.",
      [(",engine=\"\(Self.escaped(engine))\",tool_version=\"\(Self.escaped(tool))\"", "1")])
    family(
      "sessionizer_runs", "counter", "Finished runs.",
      runs.sorted { $0.key < $1.key }.map { (",mode=\"\(Self.escaped($0.key))\"", String($0.value)) })
    family("sessionizer_runs_unfinished", "gauge", "Runs that began and did not finish.", one(unfinished))
    family("sessionizer_pageviews", "counter", "Pageviews that runs took.", one(sums.pageviews))
    family("sessionizer_session_versions", "counter", "Sessions that runs made or changed.", one(sums.sessions))
    family("sessionizer_lineage_rows", "counter", "Anchors of sessions that were merged.", one(sums.lineageRows))
    family("sessionizer_quarantined", "counter", "Rows that runs put into quarantine.", one(sums.quarantined))
    family("sessionizer_last_run_id", "gauge", "The newest finished run.", one(last?.id))
    family(
      "sessionizer_last_run_finished_timestamp_seconds", "gauge", "When it finished, by the server's clock.",
      unit: "seconds", last.map { [("", Self.seconds($0.finished))] } ?? [])
    family(
      "sessionizer_last_run_duration_seconds", "gauge", "From its first row to its last.", unit: "seconds",
      last.map { [("", Self.seconds($0.finished - $0.started))] } ?? [])
    family("sessionizer_last_run_pageviews", "gauge", "Pageviews that it took.", one(last?.counts.pageviews))
    family("sessionizer_last_run_sessions", "gauge", "Sessions that it made or changed.", one(last?.counts.sessions))
    family(
      "sessionizer_last_run_lineage_rows", "gauge", "Anchors of sessions that it merged.",
      one(last?.counts.lineageRows))
    family(
      "sessionizer_last_run_quarantined", "gauge", "Rows that it put into quarantine.", one(last?.counts.quarantined))
    family("sessionizer_arrival_mark", "gauge", "The source's greatest arrival id, as a run noted it.", one(last?.mark))
    family(
      "sessionizer_arrival_mark_timestamp_seconds", "gauge", "The source's greatest load time, as a run noted it.",
      unit: "seconds", last?.markTime.map { [("", Self.seconds($0))] } ?? [])
    return lines + "# EOF\n"
  }

  /// Microseconds as seconds.
  private static func seconds(_ microseconds: Int64) -> String {
    let fraction = String(microseconds.magnitude % 1_000_000)
    let zeros = String(repeating: "0", count: 6 - fraction.utf8.count)
    return "\(microseconds < 0 ? "-" : "")\(microseconds.magnitude / 1_000_000).\(zeros)\(fraction)"
  }

  /// A label's value. A control character is written as people see it: not every reader of the format takes it.
  private static func escaped(_ text: String) -> String {
    DisplayText.visible(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n"))
  }
}
