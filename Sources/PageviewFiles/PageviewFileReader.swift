/// Reads a file of pageviews batch by batch, in constant memory (see `OccurrenceTable` for derived ids).
///
/// The caller pulls, so that nothing is read before it is wanted:
///
/// ```swift
/// let reader = try PageviewFileReader(path: "views.csv.gz")
/// while let batch = try reader.next() {
///   try await connection.append(batch.rows, to: table)
/// }
/// print(reader.summary.rows)
/// ```
///
/// Gzip is found by its first bytes, whatever the file's name. A byte order mark is passed over. A fault of a line is in
/// `LoadedBatch.faults` and never stops the file; a fault of the file is thrown, perhaps after some batches: load a
/// file in one transaction.
public final class PageviewFileReader {
  public let path: String
  private let file: FileSource?
  private let window: InputWindow
  private var format: any FormatReader
  private var rows: RowAssembler
  private let isCompressed: Bool
  private var isAtEnd = false

  /// Opens the file, finds its format and reads its header.
  public convenience init(path: String, options: LoadOptions = LoadOptions()) throws(FileFault) {
    let file = try FileSource(path: path)
    try self.init(path: path, source: file, file: file, options: options)
  }

  init(
    path: String, source: any ByteSource, file: FileSource? = nil, options: LoadOptions
  ) throws(FileFault) {
    self.path = path
    self.file = file
    let text = try FileSignature.text(of: source, path: path)
    isCompressed = text is GzipSource
    window = InputWindow(text)
    try FileSignature.passByteOrderMark(window, path: path)
    let found: FileFormat
    if let format = options.format ?? FormatDetection.format(ofName: path) {
      found = format
    } else {
      found = try FormatDetection.format(ofContent: window, path: path)
    }
    rows = RowAssembler(options: options, format: found)
    switch found {
    case .csv:
      var delimiter = FormatDetection.delimiter(ofName: path)
      if let chosen = options.delimiter {
        guard chosen.isASCII, chosen != "\"", chosen != "\n", chosen != "\r", chosen != "\0" else {
          throw FileFault(path: path, "the delimiter is not one ASCII character", remedy: "take a comma or a tab")
        }
        delimiter = UInt8(ascii: chosen)
      }
      let records = try CSVRecords(window: window, path: path, delimiter: delimiter, options: options)
      if !records.hasEventIDs {
        try options.checkDerivation(path: path, what: "the header has no column \"\(ColumnMapping.usualEventID)\"")
        rows.derivesEventIDs = true
      }
      format = records
    case .jsonLines: format = JSONLineRecords(window: window, path: path, options: options)
    case .accessLog:
      format = try AccessLogRecords(window: window, path: path, options: options)
      rows.derivesEventIDs = true
    }
  }

  /// What was read so far.
  public var summary: LoadSummary {
    var summary = rows.summary
    summary.isCompressed = isCompressed
    summary.derivesEventIDs = rows.derivesEventIDs
    summary.lines = window.linesConsumed
    summary.bytes = file?.bytesRead ?? 0
    return summary
  }

  /// The next rows and faults, at most some thousand of either; nil at the end.
  public func next() throws(FileFault) -> LoadedBatch? {
    while !isAtEnd {
      isAtEnd = try !format.read(into: &rows)
      if let batch = rows.takeBatch() { return batch }
    }
    return nil
  }
}
