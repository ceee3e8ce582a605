public import SessionPlan
public import WarehouseDriver

/// The canonical text of a value in a batch, the same in every format that is written.
public enum ValueText {
  /// Appends the value; nothing at a NULL. Times as `YYYY-MM-DD HH:MM:SS.ffffff`.
  public static func append(_ column: ColumnVector, _ row: Int, to bytes: inout [UInt8]) {
    if column.isNull(row) { return }
    switch column.values {
    case .text(let texts): bytes.append(contentsOf: texts.utf8(row))
    case .int64(let values): bytes.append(contentsOf: String(values[row]).utf8)
    case .double(let values): bytes.append(contentsOf: String(values[row]).utf8)
    case .timestamp(let values): append(Timestamp(microseconds: values[row]), to: &bytes)
    }
  }

  public static func append(_ time: Timestamp, to bytes: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { buffer in
      bytes.append(contentsOf: buffer[..<time.write(to: buffer)])
    }
  }
}
