public import SessionPlan
public import WarehouseDriver

/// What is in quarantine, for people.
extension JobContext {
  /// The rows: reason, event_id, user_id, page_view_at, page, line_text, source_file, line, run_id.
  public func quarantine(
    _ filter: QuarantineFilter = QuarantineFilter(), limit: Int? = nil, _ body: (RecordBatch) async throws -> Void
  ) async throws {
    try await WorkPhase.$current.withValue(.read) {
      let planner = try planner(try await boundToLedger())
      try await connection.query(planner.quarantined(filter, limit: limit), path: "quarantine", body)
    }
  }

  /// How many rows there are of each reason.
  public func quarantineCounts(_ filter: QuarantineFilter = QuarantineFilter()) async throws -> [QuarantineCount] {
    try await WorkPhase.$current.withValue(.read) {
      let planner = try planner(try await boundToLedger())
      return try await connection.rows(planner.quarantineCounts(filter), path: "quarantine/counts").compactMap { row in
        guard case .text(let reason)? = row[0], case .int64(let rows)? = row[1] else { return nil }
        func run(_ value: BatchValue?) -> Int64? { if case .int64(let run)? = value { run } else { nil } }
        return QuarantineCount(reason: reason, rows: rows, firstRun: run(row[2]), lastRun: run(row[3]))
      }
    }
  }
}

/// The rows of one reason.
public struct QuarantineCount: Hashable, Sendable {
  public var reason: String
  public var rows: Int64
  /// The runs that put the first and the last of them there; nil for lines of files.
  public var firstRun: Int64?
  public var lastRun: Int64?
}
