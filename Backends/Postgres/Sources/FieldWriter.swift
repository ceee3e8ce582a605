internal import WarehouseDriver

/// Writes the values of one column in COPY's binary form.
struct FieldWriter {
  enum Problem { case nul, tooLarge, timeOutOfRange }

  private let column: ColumnVector
  private let encoding: ColumnEncoding
  private let hasNulls: Bool

  init(_ column: ColumnVector, _ encoding: ColumnEncoding) {
    self.column = column
    self.encoding = encoding
    hasNulls = !column.nulls.isEmpty
  }

  /// Writes the length and the value; says what is wrong with a value that the column cannot hold.
  @inline(__always)
  func write(_ row: Int, to buffer: inout CopyBuffer) -> Problem? {
    if hasNulls, column.nulls[row] {
      buffer.reserve(4)
      buffer.put(Int32(-1))
      return nil
    }
    switch column.values {
    case .text(let texts):
      let start = texts.offsets[row]
      let end = texts.offsets[row + 1]
      guard end - start < Int(Int32.max) / 2 else { return .tooLarge }
      buffer.reserve(4 + end - start)
      buffer.put(Int32(end - start))
      return texts.bytes.withUnsafeBytes { all in
        let text = UnsafeRawBufferPointer(rebasing: all[start..<end])
        buffer.put(text)
        return text.contains(0) ? .nul : nil
      }
    case .timestamp(let values):
      let (time, overflow) = values[row].subtractingReportingOverflow(postgresEpoch)
      // The two ends stand for infinity.
      guard !overflow, time != .min, time != .max else { return .timeOutOfRange }
      return put(time, to: &buffer)
    case .int64(let values):
      let value = values[row]
      switch encoding {
      case .int4:
        guard let small = Int32(exactly: value) else { return .tooLarge }
        return put(small, to: &buffer)
      case .int2:
        guard let small = Int16(exactly: value) else { return .tooLarge }
        return put(small, to: &buffer)
      default: return put(value, to: &buffer)
      }
    case .double(let values): return put(values[row].bitPattern, to: &buffer)
    }
  }

  @inline(__always)
  private func put<Value: FixedWidthInteger>(_ value: Value, to buffer: inout CopyBuffer) -> Problem? {
    buffer.reserve(4 + MemoryLayout<Value>.size)
    buffer.put(Int32(MemoryLayout<Value>.size))
    buffer.put(value)
    return nil
  }
}
