public import WarehouseDriver

extension DriverError {
  /// A value of a result is none of its column's type; `found` says what it is, without the value.
  public static func misfit(_ column: BatchColumn, _ found: String) -> DriverError {
    let wanted =
      switch column.type {
      case .int64: "an integer"
      case .double: "a number"
      case .timestamp: "a time"
      case .text: "a text"
      }
    return DriverError(.wrongColumn, phase: .fetch, "column \(column.name) holds \(found) where \(wanted) belongs")
  }
}
