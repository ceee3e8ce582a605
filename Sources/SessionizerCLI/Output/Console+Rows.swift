internal import WarehouseDriver

extension Console {
  /// An output for rows on standard output.
  ///
  /// - Parameter decimals: more text columns that hold exact decimal numbers
  func rows(_ format: OutputFormat, decimals: Set<String> = []) -> RowOutput {
    RowOutput(format, to: output, decimals: RowOutput.usualDecimals.union(decimals), style: outputStyle)
  }

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
