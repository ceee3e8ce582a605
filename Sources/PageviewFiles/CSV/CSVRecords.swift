internal import SessionPlan

/// The pageviews of a CSV file.
///
/// An unquoted empty field is NULL, a quoted one (`""`) the empty text; for event id, user and time both are NULL, as
/// everywhere. Lines without any byte are passed over. Nothing is trimmed unless the options say so.
struct CSVRecords: FormatReader {
  private let window: InputWindow
  private let path: String
  private var scanner: CSVScanner
  private let header: CSVHeader
  private let options: CSVOptions
  private let comment: UInt8?
  private let checksEncoding: Bool
  private var time: TimeReader
  private var values: [FieldValue?]
  private var attributes: [Bytes?]
  /// Of each slot: whether it is a time, which is trimmed anyway.
  private let isTime: [Bool]
  private var hasBlankValue = false
  private var quotedBehindBlank: Bytes?
  /// How many lines have a value with blanks around it, which are kept.
  private var blankValues = 0
  /// How many empty fields each line has behind those of the header; nil until the first line.
  private var trailing: Int?

  /// Reads the header.
  init(window: InputWindow, path: String, delimiter: UInt8?, options: LoadOptions) throws(FileFault) {
    self.window = window
    self.path = path
    self.options = options.csv
    comment = options.csv.comment.map { UInt8(ascii: $0) }
    checksEncoding = options.encoding == nil
    for _ in 0..<options.csv.skip {
      if case .line(_, let consumed) = try window.peekLine() {
        window.consume(consumed, lines: 1)
      } else {
        try window.skipLine()
      }
    }
    try Self.passOver(window, comment)
    let found = try Self.separatorLine(window)
    if found != nil { try Self.passOver(window, comment) }
    let chosen: UInt8
    if let known = delimiter ?? found { chosen = known } else { chosen = try Self.delimiter(window, path, options) }
    var scanner = CSVScanner(
      window: window, delimiter: chosen, quote: options.csv.quoteByte,
      escape: options.csv.escape.map { UInt8(ascii: $0) }, skipsBlanks: options.csv.trims == true)
    let line = window.line
    if options.csv.hasHeader {
      let names = try Self.readHeader(&scanner, path: path)
      let chosen = options.csv.names.isEmpty ? names : options.csv.names.map { Array($0.utf8) }
      header = try CSVHeader(names: chosen, line: line, path: path, options: options)
      if !options.csv.names.isEmpty { try Self.refuseData(names, header, line: line, path: path, options) }
    } else {
      header = try CSVHeader(names: options.csv.names.map { Array($0.utf8) }, line: nil, path: path, options: options)
    }
    self.scanner = scanner
    time = TimeReader(options)
    values = Array(repeating: nil, count: header.plan.names.count)
    let times = Set(header.plan.time.alternatives.joined())
    isTime = header.plan.names.indices.map(times.contains)
    attributes = Array(repeating: nil, count: header.plan.attributes.count)
  }

  var hasEventIDs: Bool { header.hasEventIDs }

  private static func passOver(_ window: InputWindow, _ comment: UInt8?) throws(FileFault) {
    while case .line(let length, let consumed) = try window.peekLine(),
      length == 0 || comment != nil && window.start[0] == comment
    { window.consume(consumed, lines: 1) }
  }

  /// Excel's first line `sep=;`.
  private static func separatorLine(_ window: InputWindow) throws(FileFault) -> UInt8? {
    guard case .line(length: 5, let consumed) = try window.peekLine(),
      Bytes(start: window.start, count: 4).elementsEqual("sep=".utf8)
    else { return nil }
    let delimiter = window.start[4]
    window.consume(consumed, lines: 1)
    return delimiter
  }

  private static func delimiter(
    _ window: InputWindow, _ path: String, _ options: LoadOptions
  ) throws(FileFault) -> UInt8 {
    guard case .line(let length, _) = try window.peekLine() else { return ASCII.comma }
    let line = Bytes(start: window.start, count: length)
    if options.csv.hasHeader, options.csv.names.isEmpty {
      return CSVHeader.delimiter(of: line, options: options) ?? ASCII.comma
    }
    let count = options.csv.names.count
    if let found = CSVHeader.delimiters.first(where: { delimiter in line.count { $0 == delimiter } == count - 1 }) {
      return found
    }
    throw FileFault(
      path: path, line: window.line, "no delimiter gives this line the \(count) columns that are named",
      remedy: "say --delim, or name all columns (--names)")
  }

  private static func readHeader(_ scanner: inout CSVScanner, path: String) throws(FileFault) -> [[UInt8]] {
    let window = scanner.window
    let remedy = "a CSV file begins with a header line; one without: --no-header --names user_id,page_view_at,…"
    switch try scanner.next() {
    case .end: throw FileFault(path: path, "the file is empty", remedy: remedy)
    case .tooLong, .broken:
      throw FileFault(
        path: path, line: window.line, "the header is over 1 MiB or its quotes do not match", remedy: remedy)
    case .record(let length, let consumed, let lines):
      if let fault = TextCheck.fault(Bytes(start: window.start, count: length)) {
        throw FileFault(
          path: path, line: window.line, "the header is not UTF-8 text (\(fault.rawValue))",
          remedy: "check that this is a CSV file, or name its encoding: --encoding latin-1, windows-1252, utf-16le")
      }
      var names: [[UInt8]] = []
      for index in scanner.fields.indices { names.append(Array(scanner.text(index))) }
      window.consume(consumed, lines: lines)
      return names
    }
  }

  /// Where the options name the columns, the first line is passed over: it must not be a pageview.
  private static func refuseData(
    _ first: [[UInt8]], _ header: CSVHeader, line: Int, path: String, _ options: LoadOptions
  ) throws(FileFault) {
    guard header.plan.time.isSingle, let column = header.columns[header.plan.time.alternatives[0][0]],
      column < first.count
    else { return }
    var reader = TimeReader(options)
    if case .time = first[column].withUnsafeBufferPointer({ reader.read($0) }) {
      throw FileFault(
        path: path, line: line,
        "the first line is taken as the header, and has the time \(shownName(first[column])) in it",
        remedy: "say --no-header where the file has no header, so that --names stands for it")
    }
  }

  mutating func read(into rows: RowAssembler) throws(FileFault) -> Bool {
    while !rows.isFull {
      switch try scanner.next() {
      case .end: return false
      case .tooLong:
        rows.keepFront(Bytes(start: window.start, count: window.available))
        rows.fault(.lineTooLong, RawRow(line: window.line))
        try window.skipLine()
      case .broken(let reason, let length, let consumed):
        if !isComment(length) {
          rows.keepFront(Bytes(start: window.start, count: length), changedBy: options.quoteByte)
          fillValues()
          rows.fault(reason, row())
        }
        window.consume(consumed, lines: 1)
      case .record(let length, let consumed, let lines):
        if length > 0, !isComment(length) { handleRecord(length, rows) }
        window.consume(consumed, lines: lines)
      }
    }
    return true
  }

  private func isComment(_ length: Int) -> Bool { comment != nil && length > 0 && window.start[0] == comment }

  private mutating func handleRecord(_ length: Int, _ rows: RowAssembler) {
    let bytes = Bytes(start: window.start, count: length)
    rows.keepFront(bytes, changedBy: options.quoteByte)
    let textFault = TextCheck.fault(bytes)
    fillValues()
    if let textFault {
      if checksEncoding, textFault == .invalidUTF8, window.line <= 1000 {
        rows.stop =
          rows.stop
          ?? FileFault(
            path: path, line: window.line, "this line is not UTF-8",
            remedy:
              "name the encoding: --encoding latin-1 or windows-1252; or --encoding utf-8 to quarantine such lines")
      }
      return rows.fault(textFault, row())
    }
    if !countsFit { return rows.fault(.columnCount, row()) }
    if let only = header.plan.only, !only.holds(values) { return rows.leaveOut(.only) }
    var row = row()
    if header.hasBlanks, options.trims == nil, let bad = [row.event, row.user, row.page].first(where: Self.hasBlanks) {
      rows.stop =
        rows.stop
        ?? FileFault(
          path: path, line: row.line,
          "the header's names have blanks around them, and so has the value \(shownName(bad ?? row.user ?? bytes))",
          remedy: "say --trim to take the blanks off all values, or --no-trim to keep them")
      return
    }
    if let quotedBehindBlank {
      rows.stop =
        rows.stop
        ?? FileFault(
          path: path, line: row.line, "a blank stands before the quote of \(shownName(quotedBehindBlank))",
          remedy: "say --trim to take such blanks off, or --no-trim to keep blanks and quotes as text")
      return
    }
    if hasBlankValue { blankValues += 1 }
    row.time = time.read(row.timeText)
    for index in attributes.indices { attributes[index] = value(header.plan.attributes[index]) }
    rows.add(row, attributes: attributes)
  }

  private static func hasBlanks(_ bytes: Bytes?) -> Bool {
    guard let bytes, let first = bytes.first, let last = bytes.last else { return false }
    return first == ASCII.blank || first == ASCII.tab || last == ASCII.blank || last == ASCII.tab
  }

  /// Notes a value with blanks around it, if nobody said what they mean.
  private mutating func look(_ bytes: Bytes, _ slot: Int, isQuoted: Bool) {
    guard Self.hasBlanks(bytes) else { return }
    if !isTime[slot] { hasBlankValue = true }
    let bare = bytes.trimmed
    // ` "x"`: whoever writes it means a quoted x.
    if !isQuoted, let quote = options.quoteByte, bytes.first != quote, bare.count >= 2, bare.first == quote,
      bare.last == quote
    {
      quotedBehindBlank = bytes
    }
  }

  /// Whether the record has the header's columns; empty ones may follow, if they do on each line.
  private var countsFit: Bool {
    mutating get {
      let count = scanner.fields.count
      if trailing == nil {
        trailing = (header.count..<max(count, header.count)).allSatisfy(isEmpty) ? max(0, count - header.count) : 0
      }
      let wanted = header.count + (trailing ?? 0)
      if count < wanted { return options.padsWithNull && count <= header.count }
      return count == wanted && (header.count..<wanted).allSatisfy(isEmpty)
    }
  }

  private func isEmpty(_ index: Int) -> Bool { scanner.fields[index].start == scanner.fields[index].end }

  private mutating func fillValues() {
    header.plan.arena.reset()
    hasBlankValue = false
    quotedBehindBlank = nil
    for index in values.indices {
      values[index] = nil
      guard let column = header.columns[index], column < scanner.fields.count else { continue }
      let field = scanner.fields[column]
      if field.start == field.end && !field.isQuoted { continue }
      var bytes = scanner.text(column)
      switch options.trims {
      case nil: look(bytes, index, isQuoted: field.isQuoted)
      case true?:
        bytes = bytes.trimmed
        if bytes.isEmpty && !field.isQuoted { continue }
      case false?: break
      }
      if header.plan.hasNullTexts, header.plan.isNull(bytes) { continue }
      values[index] = FieldValue(bytes: bytes)
    }
  }

  private func value(_ rule: FieldRule?) -> Bytes? { rule.flatMap { header.plan.value($0, values)?.bytes } }

  private func row() -> RawRow {
    RawRow(
      line: window.line, event: value(header.plan.event), user: value(header.plan.user),
      timeText: value(header.plan.time), page: value(header.plan.page))
  }

  func finish(_ rows: RowAssembler) -> FileFindings {
    var findings = FileFindings(notices: header.notices, names: header.names)
    findings.notices += time.notices
    if header.plan.page == nil { findings.notices.append(FileFindings.noPage) }
    if blankValues > 0 {
      findings.notices.append(
        "\(blankValues == 1 ? "1 line has" : "\(blankValues) lines have") blanks around an id, a user or a page, which "
          + "are kept; --trim takes them off, --no-trim says that they are meant")
    }
    if window.lastLineIsOpen, rows.summary.rows > 0, header.columns.contains(header.count - 1) {
      findings.notices.append(
        "the last line has no line end: if the file is still being written, its last field may be cut")
    }
    return findings
  }
}

extension CSVOptions {
  var quoteByte: UInt8? {
    switch quote {
    case .none: nil
    case .character(let scalar): UInt8(ascii: scalar)
    }
  }
}
