internal import WarehouseDriver

/// A table as GitHub and most other Markdown readers take it. NULL is an empty cell.
struct MarkdownWriter: RowWriter {
  mutating func begin(_ columns: [OutputColumn], into buffer: inout OutputBuffer) {
    append(columns.map { Self.escaped(DisplayText.visible($0.name)) }, to: &buffer)
    append(columns.map { $0.isNumber ? "---:" : "---" }, to: &buffer)
  }

  mutating func write(_ batch: RecordBatch, into buffer: inout OutputBuffer) throws(OutputError) {
    for row in 0..<batch.rowCount {
      append(batch.columns.map { Self.escaped(DisplayText.cell($0, row) ?? "") }, to: &buffer)
      try buffer.flushIfFull()
    }
  }

  mutating func finish(into buffer: inout OutputBuffer) {}

  private func append(_ cells: [String], to buffer: inout OutputBuffer) {
    buffer.append("| " + cells.joined(separator: " | ") + " |\n")
  }

  /// A cell's text must neither end the cell nor be taken for markup or HTML.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "|", "\\", "`", "*", "_", "[", "]", "~": result += "\\" + String(scalar)
      case "<": result += "&lt;"
      case "&": result += "&amp;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
