internal import WarehouseDriver

/// Aligned columns, for reading. The first rows decide how wide a column is; a later cell that is longer stands out.
struct TableWriter: RowWriter {
  /// How many rows are kept back to see how wide they are.
  static let sampleRows = 300
  /// In a terminal, a longer cell is cut.
  static let widestCell = 60

  let isTerminal: Bool
  let isColored: Bool
  let cutsCells: Bool
  private var columns: [OutputColumn] = []
  private var widths: [Int] = []
  private var sample: [[String]] = []
  private var isSized = false
  /// Whether a column has a value in one of the first rows.
  private var hasValue: [Bool] = []
  /// Columns that are left out, because no row has a value in them.
  private var hidden: Set<Int> = []

  init(isTerminal: Bool, isColored: Bool, cutsCells: Bool = true) {
    self.cutsCells = cutsCells
    self.isTerminal = isTerminal
    self.isColored = isColored
  }

  mutating func begin(_ columns: [OutputColumn], into buffer: inout OutputBuffer) {
    self.columns = columns
    widths = columns.map { DisplayText.width(DisplayText.visible($0.name)) }
    hasValue = columns.map { _ in false }
  }

  mutating func write(_ batch: RecordBatch, into buffer: inout OutputBuffer) throws(OutputError) {
    for row in 0..<batch.rowCount {
      let cells = batch.columns.map { column in
        let text = DisplayText.cell(column, row) ?? "NULL"
        return isTerminal && cutsCells ? DisplayText.cut(text, to: Self.widestCell) : text
      }
      if isSized {
        append(cells, to: &buffer)
        try buffer.flushIfFull()
      } else {
        for index in cells.indices {
          widths[index] = max(widths[index], DisplayText.width(cells[index]))
          if !batch.columns[index].isNull(row) { hasValue[index] = true }
        }
        sample.append(cells)
        if sample.count == Self.sampleRows { try showSample(in: &buffer) }
      }
    }
  }

  mutating func finish(into buffer: inout OutputBuffer) throws(OutputError) {
    guard !isSized else { return }
    // All rows are known: on a screen, a column without a value only takes room.
    if isTerminal, !sample.isEmpty, hasValue.contains(true) {
      hidden = Set(hasValue.indices.filter { !hasValue[$0] })
    }
    try showSample(in: &buffer)
    guard !hidden.isEmpty else { return }
    let names = hidden.sorted().map { DisplayText.visible(columns[$0].name) }
    buffer.append("(no value in any row: \(names.joined(separator: ", ")))\n")
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
    let shown = cells.indices.filter { !hidden.contains($0) }
    for index in shown {
      if index != shown.first { buffer.append("  ") }
      let padding = String(repeating: " ", count: max(0, widths[index] - DisplayText.width(cells[index])))
      let cell = Alarm.colored(cells[index], in: columns[index].name, isColored: isColored)
      if columns[index].isNumber {
        buffer.append(padding + cell)
      } else {
        buffer.append(cell)
        if index != shown.last { buffer.append(padding) }
      }
    }
    buffer.append(end)
  }
}
