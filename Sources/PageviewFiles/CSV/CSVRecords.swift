/// The pageviews of a CSV file.
///
/// An unquoted empty field is NULL, a quoted one (`""`) the empty text; for event id, user and time both are NULL, as
/// everywhere. Lines without any byte are passed over. Nothing is trimmed.
struct CSVRecords: FormatReader {
  private let window: InputWindow
  private var scanner: CSVScanner
  private let header: CSVHeader
  private let time: TimeReader
  private var attributes: [Bytes?]

  /// Reads the header.
  init(window: InputWindow, path: String, delimiter: UInt8?, options: LoadOptions) throws(FileFault) {
    self.window = window
    while case .line(length: 0, let consumed) = try window.peekLine() { window.consume(consumed, lines: 1) }
    let chosen: UInt8
    if let delimiter {
      chosen = delimiter
    } else if case .line(let length, _) = try window.peekLine() {
      chosen = CSVHeader.delimiter(of: Bytes(start: window.start, count: length), columns: options.columns)
    } else {
      chosen = ASCII.comma
    }
    var scanner = CSVScanner(window: window, delimiter: chosen)
    switch try scanner.next() {
    case .end:
      throw FileFault(path: path, "the file is empty", remedy: "a CSV file begins with a header line")
    case .tooLong, .broken:
      throw FileFault(
        path: path, line: window.line, "the header is over 1 MiB or its quotes do not match",
        remedy: "a CSV file begins with a header line")
    case .record(let length, let consumed, let lines):
      if let fault = TextCheck.fault(Bytes(start: window.start, count: length)) {
        throw FileFault(
          path: path, line: window.line, "the header is no UTF-8 text (\(fault.rawValue))",
          remedy: "check that this is a CSV file in UTF-8")
      }
      var names: [[UInt8]] = []
      for index in scanner.fields.indices { names.append(Array(scanner.text(index))) }
      header = try CSVHeader(names: names, path: path, options: options)
      window.consume(consumed, lines: lines)
    }
    self.scanner = scanner
    time = TimeReader(format: options.timeFormat, zoneOffsetMinutes: options.zoneOffsetMinutes)
    attributes = Array(repeating: nil, count: header.attributes.count)
  }

  var hasEventIDs: Bool { header.eventID != nil }

  mutating func read(into rows: inout RowAssembler) throws(FileFault) -> Bool {
    while !rows.isFull {
      switch try scanner.next() {
      case .end: return false
      case .tooLong:
        rows.fault(.lineTooLong, RawRow(line: window.line))
        try window.skipLine()
      case .broken(let reason, let consumed):
        rows.fault(reason, row())
        window.consume(consumed, lines: 1)
      case .record(length: 0, let consumed, let lines):
        window.consume(consumed, lines: lines)
      case .record(let length, let consumed, let lines):
        handleRecord(length, &rows)
        window.consume(consumed, lines: lines)
      }
    }
    return true
  }

  private mutating func handleRecord(_ length: Int, _ rows: inout RowAssembler) {
    let textFault = TextCheck.fault(Bytes(start: window.start, count: length))
    var row = row()
    if let textFault { return rows.fault(textFault, row) }
    if scanner.fields.count != header.count { return rows.fault(.columnCount, row) }
    row.time = time.read(row.timeText)
    for index in attributes.indices { attributes[index] = field(header.attributes[index]) }
    rows.add(row, attributes: attributes)
  }

  private mutating func row() -> RawRow {
    RawRow(
      line: window.line, event: field(header.eventID), user: field(header.userID), timeText: field(header.pageViewAt),
      page: field(header.page))
  }

  /// nil for NULL, and for a field that is not there.
  private mutating func field(_ index: Int?) -> Bytes? {
    guard let index, index < scanner.fields.count else { return nil }
    let field = scanner.fields[index]
    return field.start == field.end && !field.isQuoted ? nil : scanner.text(index)
  }
}
