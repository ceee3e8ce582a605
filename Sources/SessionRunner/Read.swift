public import SessionPlan
public import WarehouseDriver

/// The commands that only read. They take the job's settings from the ledger.
extension JobContext {
  /// Current sessions, or those after a run, in canonical order: session_id, user_id, started_at, ended_at,
  /// duration_seconds, pageviews, entry_page, exit_page, is_bounce, then the attributes.
  public func sessions(asOf run: Int64? = nil, _ body: (RecordBatch) async throws -> Void) async throws {
    try await read(asOf: run, "sessions", { $0.sessionsExport(asOf: $1) }, body)
  }

  /// Sessionized pageviews, in canonical order: event_id, session_id, user_id, page_view_at, page, then the attributes.
  public func events(asOf run: Int64? = nil, _ body: (RecordBatch) async throws -> Void) async throws {
    try await read(asOf: run, "events", { $0.eventsExport(asOf: $1) }, body)
  }

  /// What changed after a run: sessions that gained a pageview, retired ids with what replaced them, and erased users.
  ///
  /// - Parameters:
  ///   - run: 0 for everything
  ///   - last: the run at which to end; nil for the newest finished one
  /// - Returns: the run at which it ends: the next read begins there
  public func changedSessions(
    since run: Int64, until last: Int64? = nil, _ body: (RecordBatch) async throws -> Void
  ) async throws -> Int64 {
    try await WorkPhase.$current.withValue(.read) {
      let planner = try await reader()
      if run > 0 { try await requireRun(run, planner) }
      let end: Int64
      if let last {
        try await requireRun(last, planner)
        end = last
      } else {
        end = try await newestRun(planner) ?? run
      }
      guard end >= run else {
        throw RunnerError("--until \(end) is before --changed-since \(run)", remedy: "name a later run, or none")
      }
      let (first, last) = (Literal.integer(run), Literal.integer(end))
      let withErasures = try await !connection.rows(
        planner.erasuresProbe(since: first, until: last), path: "changed sessions/erasures"
      ).isEmpty
      let query = planner.changedSessions(since: first, until: last, withErasures: withErasures)
      try await connection.query(query, path: "changed sessions") { try await body($0.withReadableDurations()) }
      return end
    }
  }

  private func newestRun(_ planner: Planner) async throws -> Int64? {
    guard case .int64(let run)? = try await connection.rows(planner.lastRun(), path: "newest run").first?.first else {
      return nil
    }
    return run
  }

  /// One of the aggregates. `totals` has two columns, metric and value.
  public func aggregate(
    _ kind: AggregateKind, asOf run: Int64? = nil, top: Int = 10, _ body: (RecordBatch) async throws -> Void
  ) async throws {
    try await read(
      asOf: run, "agg", { $0.aggregate(kind, asOf: $1, top: top) },
      { batch in try await body(kind == .totals ? Totals.table(batch) : batch) })
  }

  /// The run ledger, one row a run.
  public func status(_ body: (RecordBatch) async throws -> Void) async throws {
    try await WorkPhase.$current.withValue(.read) {
      try await connection.query(try await reader().statusQuery(), path: "status", body)
    }
  }

  /// How long ago, by the server's clock, the newest run finished that looked at the source; nil where none has.
  public func age() async throws -> Duration? {
    try await WorkPhase.$current.withValue(.read) {
      let query = try await reader().freshnessQuery()
      guard let row = try await connection.rows(query, path: "status/age").first,
        case .timestamp(let finished)? = row[0], case .timestamp(let now)? = row[1]
      else { return nil }
      return .microseconds(now - finished)
    }
  }

  private func reader() async throws -> Planner { try planner(try await boundToLedger()) }

  private func read(
    asOf run: Int64?, _ path: String, _ query: (Planner, Literal?) -> Query,
    _ body: (RecordBatch) async throws -> Void
  ) async throws {
    try await WorkPhase.$current.withValue(.read) {
      let planner = try await reader()
      if let run { try await requireRun(run, planner) }
      try await connection.query(query(planner, run.map { .integer($0) }), path: path) { batch in
        try await body(batch.withReadableDurations())
      }
    }
  }

  /// - Throws: `RunnerError` for a run that there is not, or that did not finish.
  private func requireRun(_ run: Int64, _ planner: Planner) async throws {
    let states = try await connection.rows(planner.runStates(of: .integer(run)), path: "as of")
    let names = states.compactMap { row -> String? in if case .text(let state)? = row[0] { state } else { nil } }
    if names.contains("finished") { return }
    throw RunnerError(
      !names.contains("started") ? "there is no run \(run)" : "run \(run) did not finish",
      remedy: "see `sessionizer status`")
  }
}
