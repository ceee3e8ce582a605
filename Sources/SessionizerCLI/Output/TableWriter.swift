internal import WarehouseDriver

/// Aligned columns, for reading. The first rows decide how wide a column is; a later cell that is longer stands out.
struct TableWriter: RowWriter {
  /// How many rows are kept back to see how wide they are.
  static let sampleRows = 300
  /// In a terminal, a longer cell is cut.
  static let widestCell = 60

  let isTerminal: Bool
  let isColored: Bool
  private var columns: [OutputColumn] = []
  private var widths: [Int] = []
  private var sample: [[String]] = []
  private var isSized = false

  init(isTerminal: Bool, isColored: Bool) {
    self.isTerminal = isTerminal
    self.isColored = isColored
  }

  mutating func begin(_ columns: [OutputColumn], into buffer: inout OutputBuffer) {
    self.columns = columns
    widths = columns.map { DisplayText.width(DisplayText.visible($0.name)) }
  }

  mutating func write(_ batch: RecordBatch, into buffer: inout OutputBuffer) throws(OutputError) {
    for row in 0..<batch.rowCount {
      let cells = batch.columns.map { column in
        let text = DisplayText.cell(column, row) ?? "NULL"
        return isTerminal ? DisplayText.cut(text, to: Self.widestCell) : text
      }
      if isSized {
        append(cells, to: &buffer)
        try buffer.flushIfFull()
      } else {
        for index in cells.indices { widths[index] = max(widths[index], DisplayText.width(cells[index])) }
        sample.append(cells)
        if sample.count == Self.sampleRows { try showSample(in: &buffer) }
      }
    }
  }

  mutating func finish(into buffer: inout OutputBuffer) throws(OutputError) {
    if !isSized { try showSample(in: &buffer) }
  }

  private mutating func showSample(in buffer: inout OutputBuffer) throws(OutputError) {
    isSized = true
    if isColored { buffer.append("\u{1B}[1m") }
    append(columns.map { DisplayText.visible($0.name) }, to: &buffer, end: isColored ? "\u{1B}[0m\n" : "\n")
    append(widths.map { String(repeating: "-", count: $0) }, to: &buffer)
    for cells in sample {
      append(cells, to: &buffer)
      try buffer.flushIfFull()
    }
    sample = []
  }

  private func append(_ cells: [String], to buffer: inout OutputBuffer, end: String = "\n") {
    for index in cells.indices {
      if index > 0 { buffer.append("  ") }
      let padding = String(repeating: " ", count: max(0, widths[index] - DisplayText.width(cells[index])))
      if columns[index].isNumber {
        buffer.append(padding + cells[index])
      } else {
        buffer.append(cells[index])
        if index < cells.count - 1 { buffer.append(padding) }
      }
    }
    buffer.append(end)
  }
}
