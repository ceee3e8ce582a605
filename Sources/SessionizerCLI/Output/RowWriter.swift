internal import WarehouseDriver

/// How rows are written. The case's name is the word for `--format`.
public enum OutputFormat: String, CaseIterable, Sendable {
  /// Aligned columns, for reading.
  case table
  /// RFC 4180 with lines that end in LF. NULL and an empty text are both an empty field. The canonical export.
  case csv
  /// One array of objects.
  case json
  /// One object a line. NULL is `null`, an empty text `""`.
  case jsonl
  /// A table for a document.
  case markdown
  /// CSV in which no text is a formula to a spreadsheet; `--safe-for-spreadsheets`, and no word of `--format`.
  case spreadsheet

  /// The words for `--format`.
  public static let allCases: [OutputFormat] = [.table, .csv, .json, .jsonl, .markdown]
}

/// A column as it is written.
struct OutputColumn: Hashable, Sendable {
  var name: String
  var type: BatchColumnType
  /// A text column that holds exact decimal numbers, such as a duration in seconds with six decimals.
  var isDecimal = false

  var isNumber: Bool {
    switch type {
    case .int64, .double: true
    case .text: isDecimal
    case .timestamp: false
    }
  }
}

/// Writes rows in one format. Only the table keeps rows back, and only some hundreds.
protocol RowWriter: Sendable {
  mutating func begin(_ columns: [OutputColumn], into buffer: inout OutputBuffer) throws(OutputError)
  mutating func write(_ batch: RecordBatch, into buffer: inout OutputBuffer) throws(OutputError)
  mutating func finish(into buffer: inout OutputBuffer) throws(OutputError)
}
