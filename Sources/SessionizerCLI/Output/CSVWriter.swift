internal import WarehouseDriver

/// RFC 4180, with lines that end in LF: a field is in quotes only where it must be. Texts are written byte by byte as
/// the database gave them; a terminal gets to see escapes in place of what it would obey.
struct CSVWriter: RowWriter {
  var isTerminal = false
  /// Whether a text that begins like a formula gets a `'` before it (CWE-1236).
  var isForSpreadsheets = false

  mutating func begin(_ columns: [OutputColumn], into buffer: inout OutputBuffer) {
    for (index, column) in columns.enumerated() {
      if index > 0 { buffer.append(",") }
      append(Array(column.name.utf8)[...], to: &buffer)
    }
    buffer.append("\n" as Unicode.Scalar)
  }

  mutating func write(_ batch: RecordBatch, into buffer: inout OutputBuffer) throws(OutputError) {
    // A single empty field would be an empty line, which readers skip.
    let emptyField = batch.columns.count == 1 ? "\"\"" : ""
    for row in 0..<batch.rowCount {
      for index in batch.columns.indices {
        if index > 0 { buffer.append(",") }
        if batch.columns[index].isNull(row) {
          buffer.append(emptyField)
          continue
        }
        switch batch.columns[index].values {
        case .int64(let values): buffer.append(values[row])
        case .timestamp(let values): buffer.append(timestamp: values[row])
        case .double(let values): buffer.append("\(values[row])")
        case .text(let values):
          let text = values.utf8(row)
          if text.isEmpty { buffer.append(emptyField) } else { append(text, to: &buffer) }
        }
      }
      buffer.append("\n" as Unicode.Scalar)
      try buffer.flushIfFull()
    }
  }

  mutating func finish(into buffer: inout OutputBuffer) {}

  private func append(_ given: ArraySlice<UInt8>, to buffer: inout OutputBuffer) {
    var text = given
    if isTerminal { text = Array(DisplayText.visibleLines(String(decoding: text, as: UTF8.self)).utf8)[...] }
    if isForSpreadsheets, Self.isFormula(text) { text = [UInt8(ascii: "'")] + text }
    let quote = UInt8(ascii: "\"")
    let needsQuotes = text.contains { byte in
      byte == UInt8(ascii: ",") || byte == quote || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }
    guard needsQuotes else {
      buffer.append(utf8: text)
      return
    }
    buffer.append(quote)
    for byte in text {
      buffer.append(byte)
      if byte == quote { buffer.append(quote) }
    }
    buffer.append(quote)
  }

  /// Whether a spreadsheet may take the text for a formula: by its first character, or by that of its full width. A line
  /// break or a blank before it does not make it harmless everywhere.
  private static func isFormula(_ text: ArraySlice<UInt8>) -> Bool {
    let scalars = String(decoding: text.prefix(64), as: UTF8.self).unicodeScalars
    guard let first = scalars.first else { return false }
    if first == "\t" || first == "\r" || first == "\n" { return true }
    guard let sign = scalars.first(where: { !$0.properties.isWhitespace }) else { return false }
    return "=+-@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars.contains(sign)
  }
}
