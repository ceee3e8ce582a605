/// The pageviews of an access log. It has no event ids: they are derived.
///
/// The page is the path of the request, without the query, as it is written; NULL where the request is not of HTTP's
/// form and the filter is off. Empty lines are passed over.
struct AccessLogRecords: FormatReader {
  private enum Column: String, CaseIterable {
    case referrer
    case agent = "user_agent"
    case status, method, address
    case remoteUser = "remote_user"
  }

  private let window: InputWindow
  private let userFrom: LogUser
  private let filtersPages: Bool
  private let isoTime: TimeReader
  private let columns: [Column]
  private var attributes: [Bytes?]
  private var userBuffer: [UInt8] = []

  init(window: InputWindow, path: String, options: LoadOptions) throws(FileFault) {
    try options.checkDerivation(path: path, what: "an access log has no event ids")
    self.window = window
    userFrom = options.userFrom
    filtersPages = options.filtersPages
    isoTime = TimeReader(format: .timestamp, zoneOffsetMinutes: options.zoneOffsetMinutes)
    var columns: [Column] = []
    for attribute in options.attributes {
      guard let column = Column(rawValue: attribute.column) else {
        let known = Column.allCases.map(\.rawValue).joined(separator: ", ")
        throw FileFault(
          path: path, "an access log has no column \"\(attribute.column)\" for the attribute \(attribute.name)",
          remedy: "it has \(known)")
      }
      columns.append(column)
    }
    self.columns = columns
    attributes = Array(repeating: nil, count: columns.count)
  }

  mutating func read(into rows: inout RowAssembler) throws(FileFault) -> Bool {
    while !rows.isFull {
      switch try window.peekLine() {
      case .end: return false
      case .tooLong:
        rows.fault(.lineTooLong, RawRow(line: window.line))
        try window.skipLine()
      case .line(let length, let consumed):
        if length > 0 { handleLine(UnsafeMutableBufferPointer(start: window.start, count: length), &rows) }
        window.consume(consumed, lines: 1)
      }
    }
    return true
  }

  private mutating func handleLine(_ bytes: UnsafeMutableBufferPointer<UInt8>, _ rows: inout RowAssembler) {
    let textFault = TextCheck.fault(Bytes(bytes))
    guard let line = AccessLogLine(bytes) else {
      return rows.fault(textFault ?? .badLogLine, RawRow(line: window.line))
    }
    let request = line.methodAndPath
    if filtersPages && textFault == nil {
      guard let request, PageFilter.isPage(method: request.method, path: request.path, status: line.status)
      else { return rows.countFiltered() }
    }
    for index in columns.indices { attributes[index] = value(of: columns[index], line, method: request?.method) }
    var row = RawRow(line: window.line, timeText: line.time, page: request?.path)
    row.time = AccessLogTime.read(line.time, iso: isoTime)
    // The reader's own buffer, where user and agent are put together, lives in this closure only.
    withUser(line) { user, attributes in
      row.user = user
      // Escapes may have brought in what the line itself did not have.
      let resolved = [user, row.page] + attributes
      let fault = textFault ?? resolved.lazy.compactMap { $0.flatMap(TextCheck.fault) }.first
      if let fault { rows.fault(fault, row) } else { rows.add(row, attributes: attributes) }
    }
  }

  private mutating func withUser(_ line: AccessLogLine, _ body: (Bytes?, [Bytes?]) -> Void) {
    switch userFrom {
    case .address: body(line.address, attributes)
    case .remoteUser: body(line.remoteUser, attributes)
    case .addressAndAgent:
      userBuffer.removeAll(keepingCapacity: true)
      userBuffer.append(contentsOf: line.address)
      userBuffer.append(ASCII.blank)
      if let agent = line.agent { userBuffer.append(contentsOf: agent) } else { userBuffer.append(UInt8(ascii: "-")) }
      userBuffer.withUnsafeBufferPointer { body($0, attributes) }
    }
  }

  private func value(of column: Column, _ line: AccessLogLine, method: Bytes?) -> Bytes? {
    let value =
      switch column {
      case .referrer: line.referrer
      case .agent: line.agent
      case .status: Optional(line.statusText)
      case .method: method
      case .address: Optional(line.address)
      case .remoteUser: line.remoteUser
      }
    // A header that the client did not send.
    return value.flatMap { $0.equals([UInt8(ascii: "-")]) ? nil : $0 }
  }
}
