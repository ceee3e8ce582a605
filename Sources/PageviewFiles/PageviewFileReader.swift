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
/// gzip, zstd, bzip2, xz and zip are found by their first bytes, whatever the file's name; `-` is standard input. A byte
/// order mark is passed over. A fault of a line is in `LoadedBatch.faults` and never stops the file; a fault of the file
/// is thrown, perhaps after some batches: load a file in one transaction.
public final class PageviewFileReader {
  public let path: String
  private let file: FileSource?
  private let window: InputWindow
  /// nil: the file is empty.
  private var format: (any FormatReader)?
  private let rows: RowAssembler
  private let isCompressed: Bool
  private var isAtEnd = false
  private var logFormat: String?
  private var findings = FileFindings()

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
    try options.csv.check(path: path)
    let text = try FileSignature.text(of: source, path: path, encoding: options.encoding)
    isCompressed = text.isPacked
    window = InputWindow(text.text)
    try FileSignature.passByteOrderMark(window)
    try window.detectLineEnd()
    if try window.hasOddLineEnds() {
      throw FileFault(path: path, "its lines end with LF and CR, in this order", remedy: "convert it: tr -d '\\r'")
    }
    if try window.isBlank() {
      rows = RowAssembler(options: options, format: options.format ?? .csv, path: path, mapsEventID: false)
      isAtEnd = true
      return
    }
    let found = try Self.find(window, path, options)
    let columns = options.columns
    let kind: FileFormat =
      switch found {
      case .csv: .csv
      case .json: .jsonLines
      case .log: .accessLog
      }
    rows = RowAssembler(
      options: options, format: kind, path: path, mapsEventID: columns.eventID != nil || columns.hasNoEventID)
    switch found {
    case .csv: format = try csv(options)
    case .json: format = try JSONRecords(window: window, path: path, options: options)
    case .log(let log):
      rows.derivesEventIDs = true
      logFormat = log.text
      format = try Self.log(log, isDetected: options.log.format?.body != log.body, window, path, options)
    }
  }

  private static func find(
    _ window: InputWindow, _ path: String, _ options: LoadOptions
  ) throws(FileFault) -> FormatDetection.Found {
    let named = options.format ?? (options.log.format == nil ? FormatDetection.format(ofName: path) : .accessLog)
    switch named {
    case .csv: return .csv
    case .jsonLines: return .json
    case .accessLog:
      if let format = options.log.format, format.body != .detected { return .log(format) }
      if let format = try LogDetection.find(window, path: path, prefix: options.log.format?.prefix) {
        return .log(format)
      }
      throw FormatDetection.unknown(path, window)
    case .duckDB:
      throw FileFault(
        path: path, "this is not a Parquet, Arrow, ORC or Avro file on the disk", remedy: "omit --file-format")
    case nil: return try FormatDetection.format(ofContent: window, path: path, options: options)
    }
  }

  private func csv(_ options: LoadOptions) throws(FileFault) -> CSVRecords {
    let delimiter = options.csv.delimiter.map { UInt8(ascii: $0) } ?? FormatDetection.delimiter(ofName: path)
    let records = try CSVRecords(window: window, path: path, delimiter: delimiter, options: options)
    if !records.hasEventIDs {
      let what =
        options.columns.hasNoEventID
        ? "the event id is mapped to none" : "the header has no column \"\(ColumnMapping.usualEventID)\""
      try options.checkDerivation(path: path, what: what)
      rows.derivesEventIDs = true
    }
    return records
  }

  private static func log(
    _ log: LogFormat, isDetected: Bool, _ window: InputWindow, _ path: String, _ options: LoadOptions
  ) throws(FileFault) -> any FormatReader {
    switch log.body {
    case .lines(let format):
      return try LogRecords(
        window: window, path: path, format: format, prefix: log.prefix, isDetected: isDetected, options: options)
    case .fields:
      return try LogFieldRecords(
        window: window, path: path, isDetected: isDetected, options: options)
    case .json(let kind):
      return try LogObjectRecords(window: window, path: path, kind: kind, isDetected: isDetected, options: options)
    case .detected: throw FormatDetection.unknown(path, window)
    }
  }

  /// How many bytes were looked at, each as often as it was: what the tests of linear time measure.
  var examined: Int { window.examined }

  /// What was read so far.
  public var summary: LoadSummary {
    var summary = rows.summary
    summary.isCompressed = isCompressed
    summary.isEmpty = format == nil
    summary.logFormat = logFormat
    summary.derivesEventIDs = rows.derivesEventIDs
    summary.lines = window.linesConsumed
    summary.bytes = file?.bytesRead ?? 0
    summary.notices = findings.notices
    summary.foundNames = findings.names
    summary.allIDsAreIntegers = isAtEnd && rows.allIDsAreIntegers
    return summary
  }

  /// The next rows and faults, at most some thousand of either; nil at the end.
  public func next() throws(FileFault) -> LoadedBatch? {
    while !isAtEnd {
      isAtEnd = try format?.read(into: rows) != true
      if let stop = rows.stop ?? rows.tableFault { throw stop }
      if isAtEnd { try finish() }
      if let batch = rows.takeBatch() { return batch }
    }
    return nil
  }

  private func finish() throws(FileFault) {
    guard let found = try format?.finish(rows) else { return }
    findings = found
    findings.notices += try rows.notices()
  }
}

extension CSVOptions {
  /// Throws where an option is not a character that a CSV file can have.
  fileprivate func check(path: String) throws(FileFault) {
    var characters = [("delimiter", delimiter), ("escape", escape), ("comment", comment)]
    if case .character(let quote) = quote { characters.append(("quote", quote)) }
    for case (let name, let character?) in characters {
      guard character.isASCII, !"\n\r\0".unicodeScalars.contains(character) else {
        throw FileFault(path: path, "the \(name) is not one ASCII character", remedy: "take a comma or a tab")
      }
    }
    if case .character(let quote) = quote, quote == delimiter {
      throw FileFault(path: path, "quote and delimiter are the same character", remedy: "say another --quote")
    }
    if !hasHeader, names.isEmpty {
      throw FileFault(
        path: path, "without a header the columns have no names", remedy: "say --names user_id,page_view_at,page,…")
    }
  }
}
