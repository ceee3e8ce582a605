internal import SessionPlan

/// The pageviews of a file with one JSON object a line.
///
/// Ids and pages may be strings or numbers; a number is taken as it is written. A time is a string, or a number where
/// the options name an epoch. Nested values are kept as they are written. If no event id is mapped, the first line
/// that is an object decides for the file whether it has them. Lines of nothing but blanks are passed over.
struct JSONLineRecords: FormatReader {
  private let window: InputWindow
  private let path: String
  private let options: LoadOptions
  private let time: TimeReader
  /// Event id, user id, time, page, then the attributes.
  private let names: [[UInt8]]
  private var values: [JSONValue?]
  private var attributes: [Bytes?]
  private var knowsEventIDs: Bool

  init(window: InputWindow, path: String, options: LoadOptions) {
    self.window = window
    self.path = path
    self.options = options
    time = TimeReader(format: options.timeFormat, zoneOffsetMinutes: options.zoneOffsetMinutes)
    let columns = options.columns
    let texts =
      [
        columns.eventID ?? ColumnMapping.usualEventID, columns.userID, columns.pageViewAt,
        columns.page ?? ColumnMapping.usualPage,
      ] + options.attributes.map(\.column)
    names = texts.map { Array($0.utf8) }
    values = Array(repeating: nil, count: names.count)
    attributes = Array(repeating: nil, count: options.attributes.count)
    knowsEventIDs = columns.eventID != nil
  }

  mutating func read(into rows: inout RowAssembler) throws(FileFault) -> Bool {
    while !rows.isFull {
      switch try window.peekLine() {
      case .end: return false
      case .tooLong:
        rows.fault(.lineTooLong, RawRow(line: window.line))
        try window.skipLine()
      case .line(let length, let consumed):
        try handleLine(UnsafeMutableBufferPointer(start: window.start, count: length), &rows)
        window.consume(consumed, lines: 1)
      }
    }
    return true
  }

  private mutating func handleLine(
    _ line: UnsafeMutableBufferPointer<UInt8>, _ rows: inout RowAssembler
  ) throws(FileFault) {
    if line.allSatisfy({ $0 == ASCII.blank || $0 == ASCII.tab }) { return }
    let textFault = TextCheck.fault(Bytes(line))
    let isObject = readValues(line)
    var row = RawRow(
      line: window.line, event: values[0]?.text, user: values[1]?.text, timeText: values[2]?.text,
      page: values[3]?.text)
    if let textFault { return rows.fault(textFault, row) }
    if !isObject { return rows.fault(.badJSON, row) }
    if !knowsEventIDs {
      knowsEventIDs = true
      if values[0] == nil {
        try options.checkDerivation(path: path, what: "the first object has no key \"\(ColumnMapping.usualEventID)\"")
        rows.derivesEventIDs = true
      }
    }
    for index in attributes.indices { attributes[index] = values[4 + index]?.text }
    // A NUL can only come from an escape now.
    for value in values where value?.text?.firstIndex(of: 0, from: 0) != nil { return rows.fault(.nulByte, row) }
    if case .other = values[0], !rows.derivesEventIDs { return rows.fault(.badEventID, row) }
    if case .other = values[1] { return rows.fault(.badJSON, row) }
    row.time = parsedTime
    rows.add(row, attributes: attributes)
  }

  private var parsedTime: ParsedTime {
    switch values[2] {
    case nil, .null: .null
    case .string(let text): time.read(text)
    case .number(let text): options.timeFormat == .timestamp ? .bad : time.read(text)
    case .other: .bad
    }
  }

  /// Fills `values`. False where the line is no object or has a needed key twice.
  private mutating func readValues(_ line: UnsafeMutableBufferPointer<UInt8>) -> Bool {
    for index in values.indices { values[index] = nil }
    var scanner = JSONScanner(line)
    return scanner.readObject { key, value in
      for index in names.indices where key.equals(names[index]) {
        if values[index] != nil { return false }
        values[index] = value
      }
      return true
    }
  }
}
