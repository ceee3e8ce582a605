internal import SessionPlan

/// The requests of an access log with one JSON object a line.
struct LogObjectRecords: FormatReader {
  private let window: InputWindow
  private let path: String
  private let declaresZone: Bool
  private var objects: JSONObjects
  private var maker: LogRows
  private let kind: LogObjects
  private let root: JSONNode
  private var found: JSONFindings
  private let places: [(AccessLogField, [Int])]
  private let times: [Int]
  private let requests: [Int]
  /// Whether somebody said that times are numbers.
  private let isEpoch: Bool
  /// Caddy's own finding of the client, and who is at the other end of the connection.
  private let resolved: Int?
  private let peer: Int?

  /// - Parameter isDetected: nobody named the format
  init(
    window: InputWindow, path filePath: String, kind: LogObjects, isDetected: Bool, options: LoadOptions
  ) throws(FileFault) {
    self.window = window
    self.kind = kind
    declaresZone = options.zone != nil
    objects = try JSONObjects(window: window, path: filePath)
    maker = try LogRows(
      path: filePath, options: options, client: .ofNamedFields(options, isDetected: isDetected),
      remedy: LogClient.remedy(kind.rawValue))
    var names: [String] = []
    func slots(_ wanted: [String]) -> [Int] {
      wanted.map { name in
        names.append(name)
        return names.count - 1
      }
    }
    places = AccessLogField.allCases.map { ($0, slots(kind.names($0))) }
    times = slots(kind.timeNames)
    requests = slots(kind.requestNames)
    isEpoch = options.timeFormat.isEpoch
    path = filePath
    resolved = kind == .caddy ? slots(["request.client_ip"])[0] : nil
    peer = kind == .caddy ? slots(["request.remote_ip"])[0] : nil
    root = JSONNode(names: names)
    found = JSONFindings(slots: names.count, arena: TextArena())
  }

  mutating func read(into rows: RowAssembler) throws(FileFault) -> Bool {
    while !rows.isFull {
      switch try objects.next() {
      case .end: return false
      case .tooLong(let line):
        rows.keepFront(Bytes(start: nil, count: 0))
        rows.fault(.lineTooLong, RawRow(line: line))
      case .text(let length, let consumed, let lines):
        handle(UnsafeMutableBufferPointer(start: window.start, count: length), rows)
        window.consume(consumed, lines: lines)
      }
    }
    return true
  }

  private mutating func handle(_ text: UnsafeMutableBufferPointer<UInt8>, _ rows: RowAssembler) {
    if text.allSatisfy({ $0 == ASCII.blank || $0 == ASCII.tab }) { return }
    rows.keepFront(Bytes(text))
    let textFault = TextCheck.fault(Bytes(text))
    found.reset()
    var scanner = JSONScanner(text)
    let isObject = scanner.readObject(root, &found)
    window.examined += scanner.passed
    guard isObject else { return rows.fault(textFault ?? .badJSON, RawRow(line: window.line)) }
    var fields = LogFields()
    for (field, slots) in places {
      let value = first(slots)?.bytes
      switch field {
      case .address: fields.address = value
      case .forwarded: fields.forwarded = value
      case .remoteUser: fields.remoteUser = value
      case .method: fields.method = value
      case .path: fields.target = value
      case .query: fields.query = value
      case .status: fields.status = value
      case .referrer: fields.referrer = value
      case .agent: fields.agent = value
      case .host: fields.host = value
      }
    }
    fields.request = first(requests)?.bytes
    // Caddy was told which proxies to trust, and found the client behind them.
    if let resolved, let peer, let client = first([resolved])?.bytes, let near = first([peer])?.bytes,
      !client.elementsEqual(near)
    {
      fields.forwarded = nil
    }
    let time = firstTime()
    fields.time = time?.bytes
    // A line of another program in the same file, such as an error.
    guard fields.request != nil || fields.target != nil, fields.takeAddresses() else {
      return rows.fault(textFault ?? .badLogLine, RawRow(line: window.line))
    }
    maker.handle(fields, at: window.line, textFault, rows, unit: time?.isSeconds == true ? .epochSeconds : nil)
  }

  /// The first time. Numbers may be durations, and are passed over unless their name says that they are seconds since
  /// 1970, or somebody says so of all.
  private func firstTime() -> (bytes: Bytes, isSeconds: Bool)? {
    var number: FieldValue?
    for (index, slot) in times.enumerated() {
      guard let value = found.values[slot], LogFields.present(value.bytes) != nil else { continue }
      // nginx writes numbers in quotes, too.
      let isNumber = value.kind == .number || value.kind == .text && LogLineMatch.isNumber(value.bytes)
      let isSeconds = isNumber && kind.secondsNames.contains(kind.timeNames[index])
      if value.kind != .number || isSeconds || isEpoch { return (value.bytes, isSeconds) }
      number = number ?? value
    }
    return number.map { ($0.bytes, false) }
  }

  private func first(_ slots: [Int]) -> FieldValue? {
    for slot in slots {
      if let value = found.values[slot], LogFields.present(value.bytes) != nil { return value }
    }
    return nil
  }

  func finish(_ rows: RowAssembler) throws(FileFault) -> FileFindings {
    let summary = rows.summary
    let requestless = summary.leftOut[.malformed] ?? 0
    if summary.rows == 0, requestless > 0, requestless == summary.filtered {
      throw FileFault(
        path: path, "no object has a method: \((kind.requestNames + kind.names(.method)).joined(separator: ", "))",
        remedy: "--all-requests takes all; or map the fields of this file (--file-format jsonl --map …)")
    }
    return maker.findings(declaresZone: declaresZone)
  }
}
