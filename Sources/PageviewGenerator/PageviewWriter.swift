internal import PageviewFiles
internal import SessionPlan
internal import WarehouseDriver

/// Writes generated pageviews as a text, in large pieces.
public enum PageviewWriter {
  private static let pieceSize = 256 << 10
  /// Rows of one INSERT statement.
  public static let rowsPerStatement = 500

  /// CSV with a header; what `load` reads.
  ///
  /// - Parameter sink: takes the bytes in order; what it throws ends the writing.
  public static func writeCSV(
    _ generator: inout PageviewGenerator, to sink: ([UInt8]) throws -> Void
  ) throws {
    let writer = CSVWriter(emptyText: .quoted)
    var bytes: [UInt8] = []
    writer.appendHeader(generator.schema.map(\.name), to: &bytes)
    while let batch = generator.next() {
      writer.append(batch, to: &bytes)
      if bytes.count >= pieceSize { try flush(&bytes, sink) }
    }
    try flush(&bytes, sink)
  }

  /// INSERT statements of standard SQL, which any database client can run.
  ///
  /// - Parameters:
  ///   - table: the table's name, quoted where the engine needs it.
  ///   - sink: takes the bytes in order; what it throws ends the writing.
  public static func writeSQL(
    _ generator: inout PageviewGenerator, table: String = "pageviews", to sink: ([UInt8]) throws -> Void
  ) throws {
    let columns = generator.schema.map(\.name).joined(separator: ", ")
    var bytes: [UInt8] = []
    while let batch = generator.next(rows: rowsPerStatement) {
      bytes.append(contentsOf: "INSERT INTO \(table) (\(columns)) VALUES\n".utf8)
      for row in 0..<batch.rowCount {
        bytes.append(contentsOf: (row == 0 ? "  (" : ",\n  (").utf8)
        for (index, column) in batch.columns.enumerated() {
          if index > 0 { bytes.append(contentsOf: ", ".utf8) }
          appendLiteral(column, row, to: &bytes)
        }
        bytes.append(UInt8(ascii: ")"))
      }
      bytes.append(contentsOf: ";\n".utf8)
      if bytes.count >= pieceSize { try flush(&bytes, sink) }
    }
    try flush(&bytes, sink)
  }

  private static func appendLiteral(_ column: ColumnVector, _ row: Int, to bytes: inout [UInt8]) {
    if column.isNull(row) {
      bytes.append(contentsOf: "NULL".utf8)
      return
    }
    switch column.values {
    case .int64, .double: ValueText.append(column, row, to: &bytes)
    case .timestamp:
      bytes.append(quote)
      ValueText.append(column, row, to: &bytes)
      bytes.append(quote)
    case .text(let texts):
      bytes.append(quote)
      for byte in texts.utf8(row) {
        if byte == quote { bytes.append(quote) }
        bytes.append(byte)
      }
      bytes.append(quote)
    }
  }

  private static let quote = UInt8(ascii: "'")

  private static func flush(_ bytes: inout [UInt8], _ sink: ([UInt8]) throws -> Void) throws {
    if !bytes.isEmpty { try sink(bytes) }
    bytes.removeAll(keepingCapacity: true)
  }
}
