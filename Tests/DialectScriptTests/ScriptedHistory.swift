import BackendConformance
import Foundation
import SQLRendering
import SessionPlan

/// A history played by nothing but the scripts of a dialect.
struct ScriptedHistory {
  let dialect: Dialect
  let history: History

  /// Scripts have windows only, and a source of their own with times and event ids; a run that is not one over a window
  /// is one over all times.
  init?(_ history: History, _ dialect: Dialect) {
    guard history.job.hasEventID, !history.job.hasIntegerUsers, !history.job.hasUUIDs,
      history.job.timeColumn == .timestamp
    else { return nil }
    for row in history.rows {
      switch row.time {
      case .null, .at: break
      case .infinite, .bad: return nil
      }
    }
    self.dialect = dialect.asScript
    self.history = history
  }

  private var job: SessionJob {
    SessionJob(gap: history.job.gap, boundary: history.job.boundary, eventIDType: history.job.idType)
  }

  private func scripts() throws -> QueryScripts {
    QueryScripts(dialect: dialect, planner: try Planner(.assumed(job), profile: dialect.profile))
  }

  /// - Parameter isWhole: with what changes no row, too: tables made a second time, and totals
  func play(name: String, isWhole: Bool = true) throws -> PythonEngines.Case {
    let scripts = try scripts()
    let renderer = Renderer(dialect)
    // A second time it leaves what is there.
    let create = Self.statements(try scripts.create().replacing("{{ dataset }}.", with: ""), dialect)
    var statements = create + (isWhole ? create : [])
    let run = try scripts.insert()
    for step in history.steps {
      switch step {
      case .insert(let rows): statements += rows.isEmpty ? [] : [insert(rows)]
      case .run(let mode), .killed(let mode):
        let (from, to) = Self.window(mode)
        statements += Self.statements(
          run.replacing("{{ start_time }}", with: from.description).replacing("{{ end_time }}", with: to.description),
          dialect)
      }
    }
    // That the numbers come out at all.
    if isWhole { statements += try Self.statements(scripts.agg(), dialect) }
    let exports = try [scripts.planner.sessionsExport(asOf: nil), scripts.planner.eventsExport(asOf: nil)].flatMap {
      try renderer.render(.query($0))
    }
    return PythonEngines.Case(name: name, statements: statements, exports: exports)
  }

  /// The exports as the oracle has them: an empty page and none are two.
  var expected: [[[String?]]] {
    var model = LedgerModel(job: history.job)
    var run: Int64 = 0
    for step in history.steps {
      switch step {
      case .insert(let rows): model.insert(rows)
      case .run(let mode), .killed(let mode):
        run += 1
        let (from, to) = Self.window(mode)
        _ = model.run(.window(from: from.microseconds, to: to.microseconds), id: run)
      }
    }
    let result = model.sessions()
    func moment(_ microseconds: Int64) -> String { Timestamp(microseconds: microseconds).description }
    /// Where an engine takes the empty text for NULL, so must everybody (trap T12).
    func page(_ page: ByteKey?) -> String? {
      dialect.literals.emptyTextIsNull && page?.text == "" ? nil : page?.text
    }
    return [
      result.sessions.map { session in
        [
          session.id.description, session.user.text, moment(session.startedAt), moment(session.endedAt),
          String(session.endedAt - session.startedAt), String(session.pageviews), page(session.entryPage),
          page(session.exitPage), session.pageviews == 1 ? "1" : "0",
        ]
      },
      result.events.map { event in
        let row = event.pageview
        return [row.id.description, event.sessionID.description, row.user.text, moment(row.time), page(row.page)]
      },
    ]
  }

  private static func window(_ mode: BackendConformance.RunMode) -> (Timestamp, Timestamp) {
    guard case .window(let from, let to) = mode else { return (.earliest, .end) }
    return (from.map(Timestamp.init(microseconds:)) ?? .earliest, to.map(Timestamp.init(microseconds:)) ?? .end)
  }

  /// The statements of a script, each with its comment.
  static func statements(_ script: String, _ dialect: Dialect) -> [String] {
    script.components(separatedBy: dialect.scripts.terminator + "\n").filter { part in
      part.split(separator: "\n").contains { !$0.hasPrefix("--") }
    }
  }

  private func insert(_ rows: [SourceRow]) -> String {
    func text(_ value: String?) -> String {
      guard var value else { return "NULL" }
      if dialect.literals.escapesBackslash { value = value.replacing("\\", with: "\\\\") }
      if let lineBreak = dialect.literals.lineBreak { value = value.replacing("\n", with: lineBreak) }
      return "'" + value.replacing("'", with: dialect.literals.escapedQuote) + "'"
    }
    let values = rows.map { row in
      let id: String =
        switch row.id {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .text(let key): text(key.text)
        }
      let time: String? =
        if case .at(let moment) = row.time { Timestamp(microseconds: moment).description } else { nil }
      return "(" + [id, text(row.user?.text), text(time), text(row.page?.text)].joined(separator: ", ") + ")"
    }
    return "INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES " + values.joined(separator: ", ")
  }
}
