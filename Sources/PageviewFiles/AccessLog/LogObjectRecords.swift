internal import SessionPlan

/// The requests of an access log with one JSON object a line.
struct LogObjectRecords: FormatReader {
  private let window: InputWindow
  private let declaresZone: Bool
  private var objects: JSONObjects
  private var maker: LogRows
  private let kind: LogObjects
  private let root: JSONNode
  private var found: JSONFindings
  private let places: [(AccessLogField, [Int])]
  private let times: [Int]
  private let requests: [Int]

  init(window: InputWindow, path: String, kind: LogObjects, options: LoadOptions) throws(FileFault) {
    self.window = window
    self.kind = kind
    declaresZone = options.zone != nil
    objects = try JSONObjects(window: window, path: path)
    maker = try LogRows(path: path, options: options, formatDecides: false)
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
      case .forwarded: fields.forwarded = value.flatMap(LogFieldRecords.firstAddress)
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
    let time = first(times)
    fields.time = time?.bytes
    // A line of another program in the same file, such as an error.
    guard fields.request != nil || fields.target != nil, fields.address.map(LogAddress.isClient) ?? true else {
      return rows.fault(textFault ?? .badLogLine, RawRow(line: window.line))
    }
    maker.handle(fields, at: window.line, textFault, rows, epoch: time?.kind == .number)
  }

  private func first(_ slots: [Int]) -> FieldValue? {
    for slot in slots {
      if let value = found.values[slot], LogFields.present(value.bytes) != nil { return value }
    }
    return nil
  }

  func finish(_ rows: RowAssembler) -> FileFindings { maker.findings(declaresZone: declaresZone) }
}
