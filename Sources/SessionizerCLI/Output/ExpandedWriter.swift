internal import WarehouseDriver

/// Each row as a block, a line for each column: for rows that are wider than a screen.
struct ExpandedWriter: RowWriter {
  let isColored: Bool
  private var names: [String] = []
  private var width = 0
  private var number: Int64 = 0

  init(isColored: Bool) { self.isColored = isColored }

  mutating func begin(_ columns: [OutputColumn], into buffer: inout OutputBuffer) {
    names = columns.map { DisplayText.visible($0.name) }
    width = names.map { DisplayText.width($0) }.max() ?? 0
  }

  mutating func write(_ batch: RecordBatch, into buffer: inout OutputBuffer) throws(OutputError) {
    for row in 0..<batch.rowCount {
      number += 1
      let title = "-- row \(number) "
      let line = title + String(repeating: "-", count: max(0, 40 - title.utf8.count))
      buffer.append(isColored ? "\u{1B}[1m\(line)\u{1B}[0m\n" : line + "\n")
      for (index, name) in names.enumerated() {
        let text = DisplayText.cell(batch.columns[index], row) ?? "NULL"
        let padding = String(repeating: " ", count: width - DisplayText.width(name))
        buffer.append("\(name)\(padding)  \(Alarm.colored(text, in: name, isColored: isColored))\n")
      }
      try buffer.flushIfFull()
    }
  }

  mutating func finish(into buffer: inout OutputBuffer) {}
}

/// Cells that say that something is wrong.
enum Alarm {
  private static let words: [String: Set<String>] = [
    "verdict": ["fault"], "result": ["failed"], "state": ["unfinished"], "finding": ["differ"],
  ]

  /// A cell in red, where it says so.
  static func colored(_ text: String, in column: String, isColored: Bool) -> String {
    isColored && words[column]?.contains(text) ?? false ? "\u{1B}[31m\(text)\u{1B}[0m" : text
  }
}
