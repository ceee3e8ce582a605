internal import WarehouseDriver

/// What of a result is printed.
public struct RowShape: Hashable, Sendable {
  /// The columns, in this order; empty is all.
  public var columns: [String]
  /// The most rows; nil is all.
  public var limit: Int?
  /// Whether a table has a line for each column.
  public var isExpanded: Bool
  /// Whether a table cuts long cells in a terminal.
  public var cutsCells = true

  public init(columns: [String] = [], limit: Int? = nil, isExpanded: Bool = false) {
    self.columns = columns
    self.limit = limit
    self.isExpanded = isExpanded
  }

  /// The columns of a batch that are wanted.
  ///
  /// - Throws: `UsageError` that lists the columns there are
  func selected(_ batch: RecordBatch) throws -> RecordBatch {
    guard !columns.isEmpty else { return batch }
    let indices = try columns.map { name in
      guard let index = batch.index(of: name) else {
        throw UsageError(
          "no column \(DisplayText.visible(name)) (--columns); there are "
            + batch.schema.map { DisplayText.visible($0.name) }.joined(separator: ", "))
      }
      return index
    }
    return RecordBatch(schema: indices.map { batch.schema[$0] }, columns: indices.map { batch.columns[$0] })
  }
}

/// No more rows are wanted: what reads them may stop.
struct RowLimitReached: Error {}

extension RecordBatch {
  /// The first rows.
  func prefix(_ count: Int) -> RecordBatch {
    guard count < rowCount else { return self }
    var result = RecordBatch(schema: schema)
    for row in 0..<count {
      for (index, value) in self.row(row).enumerated() {
        switch value {
        case nil: result.columns[index].appendNull()
        case .int64(let number), .timestamp(let number): result.columns[index].append(number)
        case .double(let number): result.columns[index].append(number)
        case .text:
          // By its bytes, which need not be UTF-8.
          guard case .text(let texts) = columns[index].values else { continue }
          texts.utf8(row).withUnsafeBufferPointer { result.columns[index].append(utf8: $0) }
        }
      }
    }
    return result
  }
}
