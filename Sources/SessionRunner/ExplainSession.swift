internal import SessionPlan
public import WarehouseDriver

/// Why a session is as it is.
public struct SessionExplanation: Sendable {
  /// The session that was asked for.
  public var asked: String
  /// The current session: another one where the one that was asked for is retired.
  public var current: String
  /// The pageviews in their order, then the lineage in that of the runs: what, id, at, user_id, page, session,
  /// reason, run_id, run_at, run_mode.
  public var entries: RecordBatch

  public var isRetired: Bool { Array(asked.utf8) != Array(current.utf8) }
}

extension JobContext {
  /// A session's pageviews, which run wrote each, and when and why ids were superseded. An id that is retired leads to
  /// the session that replaced it.
  ///
  /// - Throws: `RunnerError` where there is no such session.
  public func explain(session id: String) async throws -> SessionExplanation {
    try await WorkPhase.$current.withValue(.read) { try await explanation(of: id) }
  }

  private func explanation(of id: String) async throws -> SessionExplanation {
    let planner = try planner(try await boundToLedger())
    guard let asked = planner.literal(ofID: id) else {
      throw RunnerError("there is no session \(id): the event ids are integers", remedy: "see `sessionizer sessions`")
    }
    return try await connection.inReadTransaction {
      let moves = try await Self.moves(connection.rows(planner.lineage(of: asked), path: "explain/lineage"))
      // What is recorded first, by (became_at, became), counts (semantics.md, 2).
      let current = moves.filter { $0.from == ComparedValue(asked) }
        .min { ($0.at, $0.to) < ($1.at, $1.to) }?.to
      let currentID = current?.text ?? id
      let target = current == nil ? asked : planner.literal(ofID: currentID) ?? asked
      let pageviews = try await connection.rows(planner.pageviews(of: target), path: "explain/pageviews")
      guard !pageviews.isEmpty else { throw try await unknown(id, asked, planner) }
      var lineage =
        current == nil
        ? moves : try await Self.moves(connection.rows(planner.lineage(of: target), path: "explain/lineage"))
      lineage += moves.filter { !lineage.contains($0) }
      var table = ExplanationTable(runs: try await runs(planner))
      for row in pageviews { table.add(pageview: row.map(ComparedValue.init), of: ComparedValue(target)) }
      for move in lineage.sorted(by: { ($0.run, $0.at, $0.from) < ($1.run, $1.at, $1.from) }) { table.add(move) }
      return SessionExplanation(asked: id, current: currentID, entries: table.batch)
    }
  }

  private func unknown(_ id: String, _ asked: Literal, _ planner: Planner) async throws -> RunnerError {
    guard let first = try await connection.rows(planner.firstSession(of: asked), path: "explain/event").first?.first,
      let session = first
    else { return RunnerError("there is no session \(id)", remedy: "see `sessionizer sessions`") }
    return RunnerError(
      "there is no session \(id), but a pageview of that id",
      remedy: "explain the session that it came into: \(ComparedValue(session).text)")
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

  private static func moves(_ rows: [[BatchValue?]]) -> [ExplanationTable.Move] {
    rows.map { row in
      let values = row.map(ComparedValue.init)
      return .init(from: values[0], to: values[1], at: values[2], reason: values[3], run: values[4])
    }
  }
}

/// The rows of an explanation.
private struct ExplanationTable {
  struct Run {
    var at: ComparedValue
    var mode: ComparedValue
  }

  /// A row of the lineage.
  struct Move: Equatable {
    var from: ComparedValue
    var to: ComparedValue
    var at: ComparedValue
    var reason: ComparedValue
    var run: ComparedValue
  }

  let runs: [ComparedValue: Run]
  private(set) var batch = RecordBatch(
    schema: [
      BatchColumn("what", .text), BatchColumn("id", .text), BatchColumn("at", .timestamp),
      BatchColumn("user_id", .text), BatchColumn("page", .text), BatchColumn("session", .text),
      BatchColumn("reason", .text), BatchColumn("run_id", .int64), BatchColumn("run_at", .timestamp),
      BatchColumn("run_mode", .text),
    ])

  init(runs: [ComparedValue: Run]) { self.runs = runs }

  /// - Parameter row: event_id, session_id as first assigned, user_id, page_view_at, page, run_id
  mutating func add(pageview row: [ComparedValue], of session: ComparedValue) {
    let reason = row[0] == session ? "first" : row[1] == session ? "within the gap" : "came with its session"
    append("pageview", row[0], row[3], row[2], row[4], row[1], .text(Array(reason.utf8)), row[5])
  }

  mutating func add(_ move: Move) {
    append("retired id", move.from, move.at, .null, .null, move.to, move.reason, move.run)
  }

  private mutating func append(
    _ what: String, _ id: ComparedValue, _ at: ComparedValue, _ user: ComparedValue, _ page: ComparedValue,
    _ session: ComparedValue, _ reason: ComparedValue, _ run: ComparedValue
  ) {
    let known = runs[run]
    let values: [ComparedValue] = [
      .text(Array(what.utf8)), .text(Array(id.text.utf8)), at, user, page, .text(Array(session.text.utf8)), reason, run,
      known?.at ?? .null, known?.mode ?? .null,
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

extension Connection {
  /// Reads of one snapshot; the transaction ends by being rolled back.
  fileprivate nonisolated func inReadTransaction<Result: Sendable>(
    _ body: () async throws -> Result
  ) async throws -> Result {
    try await begin(.read)
    do {
      let result = try await body()
      try await rollback()
      return result
    } catch {
      try? await rollback()
      throw error
    }
  }
}
