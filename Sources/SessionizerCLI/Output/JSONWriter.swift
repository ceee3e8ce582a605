internal import WarehouseDriver

/// An array of objects, or an object a line. Integers and exact decimals are numbers with all their digits.
struct JSONWriter: RowWriter {
  let isLines: Bool
  /// The keys, escaped, with their colon.
  private var keys: [[UInt8]] = []
  private var decimals: [Bool] = []
  private var hasRows = false

  private let isTerminal: Bool

  init(isLines: Bool, isTerminal: Bool = false) {
    self.isLines = isLines
    self.isTerminal = isTerminal
  }

  mutating func begin(_ columns: [OutputColumn], into buffer: inout OutputBuffer) {
    decimals = columns.map(\.isDecimal)
    keys = columns.map { column in
      var key = OutputBuffer(NoSink())
      key.append(json: Array(column.name.utf8)[...], isTerminal: isTerminal)
      return key.bytes + [UInt8(ascii: ":")]
    }
  }

  mutating func write(_ batch: RecordBatch, into buffer: inout OutputBuffer) throws(OutputError) {
    for row in 0..<batch.rowCount {
      if !isLines { buffer.append(hasRows ? ",\n" : "[\n") }
      hasRows = true
      buffer.append("{" as Unicode.Scalar)
      for index in batch.columns.indices {
        if index > 0 { buffer.append("," as Unicode.Scalar) }
        buffer.append(utf8: keys[index][...])
        append(batch.columns[index], row, isDecimal: decimals[index], to: &buffer)
      }
      buffer.append(isLines ? "}\n" : "}")
      try buffer.flushIfFull()
    }
  }

  mutating func finish(into buffer: inout OutputBuffer) {
    if !isLines { buffer.append(hasRows ? "\n]\n" : "[]\n") }
  }

  private func append(_ column: ColumnVector, _ row: Int, isDecimal: Bool, to buffer: inout OutputBuffer) {
    if column.isNull(row) {
      buffer.append("null")
      return
    }
    switch column.values {
    case .int64(let values): buffer.append(values[row])
    case .double(let values): buffer.append(values[row].isFinite ? "\(values[row])" : "null")
    case .timestamp(let values):
      buffer.append("\"" as Unicode.Scalar)
      buffer.append(timestamp: values[row])
      buffer.append("\"" as Unicode.Scalar)
    case .text(let values):
      let text = values.utf8(row)
      if isDecimal, isJSONNumber(text) {
        buffer.append(utf8: text)
      } else {
        buffer.append(json: text, isTerminal: isTerminal)
      }
    }
  }
}

/// For texts that are made in memory only.
struct NoSink: ByteSink {
  func write(_ bytes: UnsafeRawBufferPointer) {}
}
