import SessionPlan
import WarehouseDriver

extension WarehouseDriver.Connection {
  /// The rows of a query as text, as the engine gives them; nil is NULL.
  nonisolated func textRows(_ sql: String) async throws -> [[String?]] {
    let cursor = try await open(sql, types: nil)
    var rows: [[String?]] = []
    while let batch = try await cursor.next() { rows += batch.textRows }
    return rows
  }
}

extension RecordBatch {
  var textRows: [[String?]] {
    (0..<rowCount).map { index in
      row(index).map { value in
        switch value {
        case nil: nil
        case .text(let text): text
        case .int64(let number): String(number)
        case .double(let number): String(number)
        case .timestamp(let moment): Timestamp(microseconds: moment).description
        }
      }
    }
  }
}
