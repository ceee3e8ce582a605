internal import SessionPlan

/// The requests of a log in the W3C extended format, as IIS and CloudFront write it: the last `#Fields` line says what
/// stands in a line. Values are separated by tabs, or where a line has none by blanks; times are UTC.
struct LogFieldRecords: FormatReader {
  private let window: InputWindow
  private let path: String
  private let declaresZone: Bool
  private var maker: LogRows
  private var names: [WritableKeyPath<LogFields, Bytes?>?] = []

  /// - Parameter isDetected: nobody named the format
  init(window: InputWindow, path: String, isDetected: Bool, options: LoadOptions) throws(FileFault) {
    self.window = window
    self.path = path
    var options = options
    // The format's definition says UTC.
    declaresZone = true
    if options.zone == nil { options.zone = FileZone(offsetMinutes: 0) }
    maker = try LogRows(
      path: path, options: options, client: .ofNamedFields(options, isDetected: isDetected),
      remedy: LogClient.remedy("W3C"))
  }

  private static func field(_ name: String) -> WritableKeyPath<LogFields, Bytes?>? {
    switch name.lowercased() {
    case "date": \.date
    case "time": \.time
    case "c-ip": \.address
    case "cs-username": \.remoteUser
    case "cs-method": \.method
    case "cs-uri-stem", "cs-uri": \.target
    case "cs-uri-query": \.query
    case "sc-status": \.status
    case "cs(referer)": \.referrer
    case "cs(user-agent)": \.agent
    case "cs-host", "cs(host)": \.host
    default: LogObjects.isForwarded(name) ? \.forwarded : nil
    }
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
        let line = Bytes(start: window.start, count: length)
        if line.first == UInt8(ascii: "#") {
          if line.starts(with: "#Fields:".utf8) { try readNames(line) }
        } else if length > 0 {
          handle(line, rows)
        }
        window.consume(consumed, lines: 1)
      }
    }
    return true
  }

  private mutating func readNames(_ line: Bytes) throws(FileFault) {
    let text = String(decoding: line.dropFirst("#Fields:".utf8.count), as: UTF8.self)
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    names = words.map(Self.field)
    let shown = words.prefix(40).map { shownName(Array($0.utf8)) }.joined(separator: ", ")
    for (needed, name) in [(\LogFields.date, "date"), (\.time, "time"), (\.target, "cs-uri-stem")]
      as [(WritableKeyPath<LogFields, Bytes?>, String)] where !names.contains(needed)
    {
      throw FileFault(
        path: path, line: window.line, "this #Fields line has no \(name)",
        remedy: "have the server write it; there are \(shown)")
    }
    if !names.contains(\.address), !names.contains(\.remoteUser), !names.contains(\.forwarded) {
      throw FileFault(
        path: path, line: window.line, "this #Fields line names no client: c-ip",
        remedy: "have the server write it; there are \(shown)")
    }
  }

  private mutating func handle(_ line: Bytes, _ rows: RowAssembler) {
    rows.keepFront(line)
    window.examined += line.count
    let textFault = TextCheck.fault(line)
    let separator = line.firstIndex(of: ASCII.tab, from: 0) == nil ? ASCII.blank : ASCII.tab
    var fields = LogFields()
    var count = 0
    var start = 0
    while start <= line.count {
      let end: Int
      var value: Bytes
      if start < line.count, line[start] == ASCII.quote,
        let close = line.firstIndex(of: ASCII.quote, from: start + 1),
        close + 1 == line.count || line[close + 1] == separator
      {
        value = line.slice(start + 1..<close)
        end = close + 1
      } else {
        end = line.firstIndex(of: separator, from: start) ?? line.count
        value = line.slice(start..<end)
      }
      // Where two fields mean the same, the first that is not empty counts.
      if count < names.count, let place = names[count], fields[keyPath: place] == nil {
        fields[keyPath: place] = LogFields.present(value)
      }
      count += 1
      start = end + 1
    }
    // A last field that the file ends in may be cut, and a cut agent or address would be another user.
    let isCut = window.lastLineIsOpen && names.last.flatMap(\.self) != nil
    guard !names.isEmpty, count == names.count, !isCut, fits(&fields) else {
      return rows.fault(textFault ?? .badLogLine, RawRow(line: window.line))
    }
    maker.handle(fields, at: window.line, textFault, rows)
  }

  private func fits(_ fields: inout LogFields) -> Bool {
    if let status = fields.status, status.count != 3 || !status.allSatisfy({ 48...57 ~= $0 }) { return false }
    return fields.takeAddresses()
  }

  func finish(_ rows: RowAssembler) -> FileFindings { maker.findings(declaresZone: declaresZone) }
}
