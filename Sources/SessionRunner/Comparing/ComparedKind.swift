internal import SessionPlan
internal import WarehouseDriver

/// The kinds of rows that are compared.
enum ComparedKind: String, Sendable {
  /// The source: most differences start there.
  case source
  /// Which session each pageview is in.
  case assignments
  case sessions

  static func all(_ mode: ComparisonRequest.Mode) -> [ComparedKind] {
    switch mode {
    case .run: [.source, .assignments, .sessions]
    case .existing: [.assignments, .sessions]
    case .sourceOnly: [.source]
    }
  }

  private func query(_ planner: Planner, isOrdered: Bool) throws -> Query {
    switch self {
    case .source: try planner.comparedSource(isOrdered: isOrdered)
    case .assignments: planner.comparedEvents(isOrdered: isOrdered)
    case .sessions: planner.comparedSessions(isOrdered: isOrdered)
    }
  }

  func checksums(_ context: JobContext, _ planner: Planner) async throws -> (sums: Checksums, columns: [String]) {
    var sums = Checksums()
    var columns: [String] = []
    try await context.connection.query(try query(planner, isOrdered: false), path: "compare/" + rawValue) { batch in
      columns = batch.schema.map(\.name)
      sums.add(batch)
    }
    return (sums, columns)
  }

  /// The rows of some buckets.
  ///
  /// - Parameter isOrdered: in the order of their ids, which the engine sorts; else as it likes
  func rows(
    _ context: JobContext, _ planner: Planner, in buckets: [Bool], isOrdered: Bool
  ) async throws -> BatchRows {
    let query = try query(planner, isOrdered: isOrdered)
    let sql = try context.connection.render(.query(query)).joined(separator: ";\n")
    let cursor = try await context.connection.open(sql, types: try query.columnTypes()?.map(BatchColumnType.init))
    return BatchRows(cursor: cursor, buckets: buckets)
  }
}

extension JobContext {
  func planner(comparing kind: ComparedKind) async throws -> Planner {
    try planner(kind == .source ? try await boundToSource() : try await boundToLedger())
  }
}

/// The rows of a cursor that are in some buckets.
struct BatchRows: RowReader {
  private let cursor: any BatchCursor
  private let buckets: [Bool]
  private var batch: RecordBatch?
  /// Rows of the batch that are still to come, the last first.
  private var wanted: [Int] = []

  init(cursor: any BatchCursor, buckets: [Bool]) {
    self.cursor = cursor
    self.buckets = buckets
  }

  mutating func next() async throws -> ComparedRow? {
    while wanted.isEmpty {
      guard let batch = try await cursor.next() else { return nil }
      self.batch = batch
      wanted = Checksums.buckets(batch).enumerated().filter { buckets[$0.element] }.map(\.offset).reversed()
    }
    let row = wanted.removeLast()
    return batch.map { batch in ComparedRow(batch.columns.map { ComparedValue($0, row) }) }
  }

  func close() async { await cursor.close() }
}
