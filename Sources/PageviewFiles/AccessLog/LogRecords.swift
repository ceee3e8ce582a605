internal import SessionPlan

/// The requests of an access log whose lines have one format. Empty lines are passed over.
struct LogRecords: FormatReader {
  private let window: InputWindow
  private let format: LogFormatString
  private let prefix: LogPrefix
  private let declaresZone: Bool
  private var maker: LogRows
  /// For Docker's files.
  private let root = JSONNode(names: ["log", "stream"])
  private var found = JSONFindings(slots: 2, arena: TextArena())

  init(
    window: InputWindow, path: String, format: LogFormatString, prefix: LogPrefix, isDetected: Bool,
    options: LoadOptions
  ) throws(FileFault) {
    self.window = window
    self.format = format
    self.prefix = prefix
    declaresZone = options.zone != nil
    maker = try LogRows(
      path: path, options: options, client: !isDetected && format.hasForwarded ? .forwarded : .asked,
      remedy: "say --log-user forwarded, or name the format with %^ in place of the forwarded address")
  }

  mutating func read(into rows: RowAssembler) throws(FileFault) -> Bool {
    while !rows.isFull {
      switch try window.peekLine() {
      case .end: return false
      case .tooLong:
        rows.keepFront(Bytes(start: window.start, count: window.available))
        rows.fault(.lineTooLong, RawRow(line: window.line))
        try window.skipLine()
      case .line(let length, let consumed):
        if length > 0 { handle(UnsafeMutableBufferPointer(start: window.start, count: length), rows) }
        window.consume(consumed, lines: 1)
      }
    }
    return true
  }

  private mutating func handle(_ bytes: UnsafeMutableBufferPointer<UInt8>, _ rows: RowAssembler) {
    rows.keepFront(Bytes(bytes))
    window.examined += bytes.count
    let textFault = TextCheck.fault(Bytes(bytes))
    guard let rest = content(bytes, rows) else { return }
    guard let match = LogLineMatch(rest, format) else {
      return rows.fault(textFault ?? .badLogLine, RawRow(line: window.line))
    }
    maker.handle(match.fields, at: window.line, textFault, rows, unit: format.timeUnit)
  }

  /// The line as the server wrote it; nil where it is dealt with.
  private mutating func content(
    _ bytes: UnsafeMutableBufferPointer<UInt8>, _ rows: RowAssembler
  ) -> UnsafeMutableBufferPointer<UInt8>? {
    if prefix == .docker { return dockerContent(bytes, rows) }
    switch prefix.strip(Bytes(bytes)) {
    case .rest(let start): return UnsafeMutableBufferPointer(rebasing: bytes[start...])
    case .standardError: rows.leaveOut(.standardError)
    case .unfit: rows.fault(TextCheck.fault(Bytes(bytes)) ?? .badLogLine, RawRow(line: window.line))
    }
    return nil
  }

  private mutating func dockerContent(
    _ bytes: UnsafeMutableBufferPointer<UInt8>, _ rows: RowAssembler
  ) -> UnsafeMutableBufferPointer<UInt8>? {
    found.reset()
    var scanner = JSONScanner(bytes)
    guard scanner.readObject(root, &found), let text = found.values[0]?.bytes, let last = text.last else {
      rows.fault(.badJSON, RawRow(line: window.line))
      return nil
    }
    if let stream = found.values[1]?.bytes, stream.elementsEqual("stderr".utf8) {
      rows.leaveOut(.standardError)
      return nil
    }
    // Without a line end it is a part of a line.
    guard last == ASCII.lineFeed, let start = text.baseAddress else {
      rows.fault(.badLogLine, RawRow(line: window.line))
      return nil
    }
    var count = text.count - 1
    if count > 0, text[count - 1] == ASCII.carriageReturn { count -= 1 }
    // It lies in the window, which may be changed.
    return UnsafeMutableBufferPointer(start: UnsafeMutablePointer(mutating: start), count: count)
  }

  func finish(_ rows: RowAssembler) -> FileFindings { maker.findings(declaresZone: declaresZone) }
}
