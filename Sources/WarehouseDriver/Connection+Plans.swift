public import SessionPlan

extension Connection {
  /// Renders and carries out a plan statement, and returns the number of rows that the last of its texts changed. An
  /// error names its place in the plan.
  @discardableResult
  public nonisolated func execute(_ statement: Statement, path: String) async throws -> Int? {
    do {
      var changed: Int?
      for sql in try render(statement) { changed = try await self.execute(sql) }
      return changed
    } catch var error as DriverError {
      error.planPath = error.planPath ?? path
      throw error
    }
  }

  /// Renders a plan query and hands its batches on, one after the other: at least one, which is empty where there are
  /// no rows and names the columns.
  public nonisolated func query(
    _ query: Query, path: String, _ body: (RecordBatch) async throws -> Void
  ) async throws {
    do {
      let sql = try render(.query(query)).joined(separator: ";\n")
      let cursor = try await open(sql, types: try query.columnTypes()?.map(BatchColumnType.init))
      do {
        var isEmpty = true
        while let batch = try await cursor.next() {
          isEmpty = false
          try await body(batch)
        }
        if isEmpty { try await body(RecordBatch(schema: cursor.schema)) }
      } catch {
        await cursor.close()
        throw error
      }
    } catch var error as DriverError {
      error.planPath = error.planPath ?? path
      throw error
    }
  }

  /// Renders a plan query and collects its rows: for results that are known to be small.
  public nonisolated func rows(_ query: Query, path: String) async throws -> [[BatchValue?]] {
    var rows: [[BatchValue?]] = []
    try await self.query(query, path: path) { batch in
      for row in 0..<batch.rowCount { rows.append(batch.row(row)) }
    }
    return rows
  }

  /// Carries out `body` in a transaction: committed if it returns, rolled back if it throws.
  ///
  /// Where the rollback fails too, the error that is thrown is the first one and says so.
  public nonisolated func transaction<Result: Sendable>(
    _ mode: TransactionMode, _ body: () async throws -> Result
  ) async throws -> Result {
    try await begin(mode)
    let result: Result
    do {
      result = try await body()
      try await commit()
    } catch {
      do {
        try await rollback()
      } catch let second {
        if var first = error as? DriverError {
          first.alsoFailed.append("rolling back: \(second)")
          throw first
        }
      }
      throw error
    }
    return result
  }
}

extension BatchColumnType {
  /// The type in which values of a plan type travel.
  public init(_ type: ValueType) {
    self =
      switch type {
      case .integer, .flag: .int64
      case .text: .text
      case .timestamp, .zonedTimestamp: .timestamp
      case .instant: .int64
      case .seconds: .text
      }
  }
}
