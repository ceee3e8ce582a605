/// Some rows of a table or a result, column by column.
public struct RecordBatch: Sendable {
  public var schema: [BatchColumn]
  /// As many as `schema`, all of the same length.
  public var columns: [ColumnVector]

  /// An empty batch to append to.
  public init(schema: [BatchColumn]) {
    self.schema = schema
    columns = schema.map { ColumnVector(type: $0.type) }
  }

  public init(schema: [BatchColumn], columns: [ColumnVector]) {
    precondition(schema.count == columns.count, "a batch has one vector for each column")
    self.schema = schema
    self.columns = columns
  }

  public var rowCount: Int { columns.first?.count ?? 0 }

  /// How many rows to put in a batch where nothing else decides: large enough that the cost of passing a batch on
  /// does not count, small enough to stay in the cache.
  public static let usualRows = 4096

  public func index(of column: String) -> Int? { schema.firstIndex { $0.name == column } }

  /// One row's values, nil at a NULL.
  public func row(_ row: Int) -> [BatchValue?] { columns.map { $0[row] } }
}
