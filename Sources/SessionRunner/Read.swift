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

  /// What changed after a run: sessions that gained a row or a lineage row, and retired ids with what replaced them.
  public func changedSessions(since run: Int64, _ body: (RecordBatch) async throws -> Void) async throws {
    try await WorkPhase.$current.withValue(.read) {
      let planner = try await reader()
      try await requireRun(run, planner)
      try await connection.query(planner.changedSessions(since: .integer(run)), path: "changed sessions") { batch in
        try await body(batch.withReadableDurations())
      }
    }
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
      names.isEmpty ? "there is no run \(run)" : "run \(run) did not finish", remedy: "see `sessionizer status`")
  }
}
