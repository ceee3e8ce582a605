internal import WarehouseDriver

extension Console {
  /// An output for rows on standard output.
  func rows(_ format: OutputFormat) -> RowOutput { RowOutput(format, to: output, style: outputStyle) }

  /// Prints a few rows at once.
  func print(_ batch: RecordBatch, _ format: OutputFormat) async throws {
    let rows = rows(format)
    try await rows.write(batch)
    try await rows.finish()
  }
}

extension RecordBatch {
  /// Appends a row of texts; nil is NULL.
  mutating func append(texts: [String?]) {
    for (index, text) in texts.enumerated() {
      if let text { columns[index].append(text) } else { columns[index].appendNull() }
    }
  }
}
