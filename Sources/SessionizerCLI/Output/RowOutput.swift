public import WarehouseDriver

/// Writes batches to a sink, one after the other, in the chosen format and in constant memory.
public actor RowOutput {
  private var writer: any RowWriter
  private var buffer: OutputBuffer
  private let millionths: [String: String]
  private var hasBegun = false

  /// - Parameters:
  ///   - millionths: the integer columns that hold millionths, and what they are called when they are written with
  ///     six decimals
  ///   - style: how a person sees it; only the table cares
  public init(
    _ format: OutputFormat, to sink: any ByteSink, millionths: [String: String] = RowOutput.usualMillionths,
    style: TextStyle = TextStyle()
  ) {
    writer =
      switch format {
      case .table: TableWriter(isTerminal: style.isTerminal, isColored: style.isColored)
      case .csv: CSVWriter()
      case .json: JSONWriter(isLines: false)
      case .jsonl: JSONWriter(isLines: true)
      case .markdown: MarkdownWriter()
      }
    buffer = OutputBuffer(sink)
    self.millionths = millionths
  }

  /// The columns of the exports and the aggregates that are computed in whole millionths.
  public static let usualMillionths = [
    "duration_microseconds": "duration_seconds",
    "duration_mean": "duration_mean_seconds",
    "duration_median": "duration_median_seconds",
    "duration_p95": "duration_p95_seconds",
    "pageviews_per_session_micro": "pageviews_per_session",
    "bounce_rate_micro": "bounce_rate",
  ]

  /// The first batch may be empty: then it only names the columns.
  public func write(_ batch: RecordBatch) throws {
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
      if column.type == .int64, let name = millionths[column.name] {
        return OutputColumn(name: name, type: column.type, isMillionths: true)
      }
      return OutputColumn(name: column.name, type: column.type)
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
