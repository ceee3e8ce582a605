internal import SessionPlan
public import WarehouseDriver

/// Which session was explained.
public struct SessionExplanation: Hashable, Sendable {
  /// The id that was asked for.
  public var asked: String
  /// The current session: another one where the id that was asked for is retired.
  public var current: String

  public var isRetired: Bool { Array(asked.utf8) != Array(current.utf8) }
}

extension JobContext {
  /// A session's pageviews, which run wrote each, and when and why its ids were superseded. An id that is retired leads
  /// to the session that replaced it.
  ///
  /// The pageviews come first, in their order and as they are read, so that a session may be of any size; then a row for
  /// each retired id. Columns: what, id, at, user_id, page, session, reason, run_id, run_at, run_mode.
  ///
  /// - Throws: `RunnerError` where there is no such session.
  public func explain(
    session id: String, _ body: (RecordBatch) async throws -> Void
  ) async throws -> SessionExplanation {
    try await WorkPhase.$current.withValue(.read) {
      let planner = try planner(try await boundToLedger())
      guard let asked = planner.literal(ofID: id) else {
        throw RunnerError("there is no session \(id): the event ids are integers", remedy: "see `sessionizer sessions`")
      }
      try await connection.begin(.read)
      do {
        let result = try await explain(id, asked, planner, body)
        try await connection.rollback()
        return result
      } catch {
        try? await connection.rollback()
        throw error
      }
    }
  }

  private func explain(
    _ id: String, _ asked: Literal, _ planner: Planner, _ body: (RecordBatch) async throws -> Void
  ) async throws -> SessionExplanation {
    let session = try await connection.rows(planner.session(ofID: asked), path: "explain/session").first
    guard let session, let anchor = session[0].flatMap(Literal.init), let user = session[2].flatMap(Literal.init),
      let first = session[3].flatMap(Literal.init), let last = session[4].flatMap(Literal.init)
    else { throw RunnerError("there is no session \(id)", remedy: "see `sessionizer sessions`") }
    let current = ComparedValue(session[1])
    let history = SessionHistory(
      try await connection.rows(planner.versions(ofAnchor: anchor), path: "explain/versions"))
    guard current == ComparedValue(asked) || history.ids.contains(ComparedValue(asked)) else {
      throw RunnerError(
        "there is no session \(id), but a pageview of that id",
        remedy: "explain the session that it is part of: \(current.text)")
    }
    let table = ExplanationTable(user: ComparedValue(session[2]), session: current, runs: try await runs(planner))
    let pageviews = planner.pageviews(ofUser: user, from: first, to: last)
    try await connection.query(pageviews, path: "explain/pageviews") { try await body(table.pageviews($0)) }
    try await body(table.retirements(history.retirements))
    return SessionExplanation(asked: id, current: current.text)
  }

  private func runs(_ planner: Planner) async throws -> [ComparedValue: ExplanationTable.Run] {
    var runs: [ComparedValue: ExplanationTable.Run] = [:]
    try await connection.query(planner.statusQuery(), path: "explain/runs") { batch in
      guard let id = batch.index(of: "run_id"), let at = batch.index(of: "started_at"),
        let mode = batch.index(of: "mode")
      else { return }
      for row in 0..<batch.rowCount {
        let values = [id, at, mode].map { ComparedValue(batch.columns[$0], row) }
        runs[values[0]] = .init(at: values[1], mode: values[2])
      }
    }
    return runs
  }
}

/// What the versions of a session's anchors tell: which public ids it had, and what replaced each.
private struct SessionHistory {
  /// An id that is gone.
  struct Retirement {
    var id: ComparedValue
    /// The start of the session that had it.
    var at: ComparedValue
    var replacedBy: ComparedValue
    var reason: String
    var run: ComparedValue
  }

  private struct Version {
    var anchor: ComparedValue
    var run: ComparedValue
    var session: ComparedValue
    var startedAt: ComparedValue
    /// The run and the anchor: NULL where the version's own anchor is still current.
    var mergedBy: ComparedValue
    var mergedInto: ComparedValue
  }

  private let versions: [Version]

  /// - Parameter rows: anchor, run_id, session_id, started_at, the run that merged the anchor, and into which; by run
  init(_ rows: [[BatchValue?]]) {
    versions = rows.map { row in
      let values = row.map(ComparedValue.init)
      return Version(
        anchor: values[0], run: values[1], session: values[2], startedAt: values[3], mergedBy: values[4],
        mergedInto: values[5])
    }
  }

  var ids: Set<ComparedValue> { Set(versions.map(\.session)) }

  /// In the order of the runs.
  var retirements: [Retirement] {
    var found: [Retirement] = []
    for own in Dictionary(grouping: versions, by: \.anchor).values {
      for (version, next) in zip(own, own.dropFirst()) where version.session != next.session {
        found.append(
          Retirement(
            id: version.session, at: version.startedAt, replacedBy: next.session, reason: "extended", run: next.run))
      }
      guard let last = own.last, last.mergedBy != .null else { continue }
      // The session that took it over has a version of that run.
      guard let taker = versions.first(where: { $0.run == last.mergedBy && $0.anchor == last.mergedInto }),
        taker.session != last.session
      else { continue }
      found.append(
        Retirement(
          id: last.session, at: last.startedAt, replacedBy: taker.session, reason: "merged", run: taker.run))
    }
    return found.sorted { ($0.run, $0.id) < ($1.run, $1.id) }
  }
}

/// The rows of an explanation.
private struct ExplanationTable {
  struct Run {
    var at: ComparedValue
    var mode: ComparedValue
  }

  let user: ComparedValue
  let session: ComparedValue
  let runs: [ComparedValue: Run]

  private static let schema = [
    BatchColumn("what", .text), BatchColumn("id", .text), BatchColumn("at", .timestamp),
    BatchColumn("user_id", .text), BatchColumn("page", .text), BatchColumn("session", .text),
    BatchColumn("reason", .text), BatchColumn("run_id", .int64), BatchColumn("run_at", .timestamp),
    BatchColumn("run_mode", .text),
  ]

  /// - Parameter batch: event_id, page_view_at, page, run_id, and what orders them
  func pageviews(_ batch: RecordBatch) -> RecordBatch {
    var result = RecordBatch(schema: Self.schema)
    let columns = ["event_id", "page_view_at", "page", "run_id"].compactMap { batch.index(of: $0) }
    guard columns.count == 4 else { return result }
    for row in 0..<batch.rowCount {
      let values = columns.map { ComparedValue(batch.columns[$0], row) }
      append(
        "pageview", values[0], values[1], page: values[2], session: session,
        reason: values[0] == session ? "first" : "within the gap", values[3], to: &result)
    }
    return result
  }

  func retirements(_ list: [SessionHistory.Retirement]) -> RecordBatch {
    var result = RecordBatch(schema: Self.schema)
    for gone in list {
      append(
        "retired id", gone.id, gone.at, page: .null, session: gone.replacedBy, reason: gone.reason, gone.run,
        to: &result)
    }
    return result
  }

  private func append(
    _ what: String, _ id: ComparedValue, _ at: ComparedValue, page: ComparedValue, session: ComparedValue,
    reason: String, _ run: ComparedValue, to batch: inout RecordBatch
  ) {
    let known = runs[run]
    let values: [ComparedValue] = [
      .text(Array(what.utf8)), .text(Array(id.text.utf8)), at, user, page, .text(Array(session.text.utf8)),
      .text(Array(reason.utf8)), run, known?.at ?? .null, known?.mode ?? .null,
    ]
    for (index, value) in values.enumerated() { batch.columns[index].append(value) }
  }
}

extension ColumnVector {
  fileprivate mutating func append(_ value: ComparedValue) {
    switch value {
    case .null: appendNull()
    case .integer(let number), .timestamp(let number): append(number)
    case .double(let number): append(number)
    case .text(let bytes): bytes.withUnsafeBufferPointer { append(utf8: $0) }
    }
  }
}

extension Planner {
  /// An event or session id as it is typed by a person; nil for a text where ids are integers.
  fileprivate func literal(ofID text: String) -> Literal? {
    guard bound.eventIDType == .integer else { return .text(text) }
    return Int64(text).map { .integer($0) }
  }
}

extension Literal {
  /// A value that was read, to be asked for.
  fileprivate init?(_ value: BatchValue) {
    switch value {
    case .int64(let number): self = .integer(number)
    case .timestamp(let moment): self = .timestamp(Timestamp(microseconds: moment))
    case .text(let text): self = .text(text)
    case .double: return nil
    }
  }
}

extension ComparedValue {
  fileprivate init(_ value: BatchValue?) {
    switch value {
    case nil: self = .null
    case .int64(let number): self = .integer(number)
    case .double(let number): self = .double(number)
    case .timestamp(let moment): self = .timestamp(moment)
    case .text(let text): self = .text(Array(text.utf8))
    }
  }

  fileprivate init(_ literal: Literal) {
    switch literal {
    case .integer(let number): self = .integer(number)
    case .text(let text): self = .text(Array(text.utf8))
    default: self = .null
    }
  }
}
