public import WarehouseDriver

/// Writes batches to a sink, one after the other, in the chosen format and in constant memory.
public actor RowOutput {
  private var writer: any RowWriter
  private var buffer: OutputBuffer
  private let decimals: Set<String>
  private var hasBegun = false
  private let shape: RowShape
  private var rows = 0

  /// Whether no more rows are wanted.
  public var isFull: Bool { shape.limit.map { rows >= $0 } ?? false }

  /// - Parameters:
  ///   - decimals: the text columns that hold exact decimal numbers
  ///   - style: how a person sees it; only the table cares
  ///   - shape: which rows and columns are printed
  public init(
    _ format: OutputFormat, to sink: any ByteSink, decimals: Set<String> = RowOutput.usualDecimals,
    style: TextStyle = TextStyle(), shape: RowShape = RowShape()
  ) {
    self.shape = shape
    writer =
      switch format {
      case .table where shape.isExpanded: ExpandedWriter(isColored: style.isColored)
      case .table: TableWriter(isTerminal: style.isTerminal, isColored: style.isColored, cutsCells: shape.cutsCells)
      case .csv: CSVWriter(isTerminal: style.isTerminal)
      case .spreadsheet: CSVWriter(isTerminal: style.isTerminal, isForSpreadsheets: true)
      case .json: JSONWriter(isLines: false, isTerminal: style.isTerminal)
      case .jsonl: JSONWriter(isLines: true, isTerminal: style.isTerminal)
      case .markdown: MarkdownWriter()
      }
    buffer = OutputBuffer(sink)
    self.decimals = decimals
  }

  /// Columns of our views and aggregates whose exact decimals travel as text.
  public static let usualDecimals: Set<String> = ["duration_seconds"]

  /// The first batch may be empty: then it only names the columns.
  public func write(_ batch: RecordBatch) throws {
    var batch = try shape.selected(batch)
    if let limit = shape.limit { batch = batch.prefix(max(0, limit - rows)) }
    rows += batch.rowCount
    try begin(batch.schema)
    try writer.write(batch, into: &buffer)
  }

  /// Rows of other columns after those that were written, for formats in which each row names its own: JSON.
  public func write(section batch: RecordBatch) throws {
    hasBegun = false
    try begin(batch.schema)
    try writer.write(batch, into: &buffer)
  }

  /// Writes what is left.
  ///
  /// - Parameter schema: the columns, for a result that had no batch at all
  public func finish(schema: [BatchColumn] = []) throws {
    try begin(schema)
    try writer.finish(into: &buffer)
    try buffer.flush()
  }

  private func begin(_ schema: [BatchColumn]) throws {
    guard !hasBegun else { return }
    hasBegun = true
    let columns = schema.map { column in
      OutputColumn(
        name: column.name, type: column.type, isDecimal: column.type == .text && decimals.contains(column.name))
    }
    try writer.begin(columns, into: &buffer)
  }
}

/// How much a place of output can show.
public struct TextStyle: Hashable, Sendable {
  public var isTerminal: Bool
  public var isColored: Bool

  public init(isTerminal: Bool = false, isColored: Bool = false) {
    self.isTerminal = isTerminal
    self.isColored = isColored
  }
}
