internal import SessionPlan

/// Who the client of a request is, of its address and one that was forwarded.
enum LogClient {
  /// Nobody said: where a line has both, and they differ, the file is refused.
  case asked
  case address, forwarded

  /// Of a format whose fields have fixed names: where somebody named it, `--log-user address` says which of the two.
  static func ofNamedFields(_ options: LoadOptions, isDetected: Bool) -> LogClient {
    !isDetected && (options.log.user == .address || options.log.user == .addressAndAgent) ? .address : .asked
  }

  static func remedy(_ format: String) -> String {
    "say --log-user forwarded; or --log-format \(format) and --log-user address"
  }
}

/// Turns the requests of any access log into pageviews. They have no event ids: those are derived.
///
/// The page is the path of the request as it is written, with its query if the rules keep it; NULL where the request is
/// not of HTTP's form and all requests count.
struct LogRows {
  private let path: String
  private let user: LogUser?
  private let filter: PageFilter
  private let only: CompiledFilter?
  private let columns: [AccessLogField]
  private let client: LogClient
  /// What would decide who the client is.
  private let remedy: String
  private let nullTexts: [[UInt8]]
  private var time: TimeReader
  private var values: [FieldValue?]
  private var attributes: [Bytes?]
  private let arena = TextArena()
  private(set) var cutQueries = 0
  private var ports = UnbracketedPorts()

  init(path: String, options: LoadOptions, client: LogClient, remedy: String) throws(FileFault) {
    try options.checkDerivation(path: path, what: "an access log has no event ids")
    self.path = path
    self.client = client
    self.remedy = remedy
    user = options.log.user
    filter = PageFilter(options.log.pages)
    time = TimeReader(options)
    nullTexts = options.nullTexts.map { Array($0.utf8) }
    var unknown: String?
    func slot(_ name: String) -> Int {
      let field = name == "page" ? AccessLogField.path : AccessLogField(rawValue: name)
      guard let field, let index = AccessLogField.allCases.firstIndex(of: field) else {
        unknown = unknown ?? name
        return 0
      }
      return index
    }
    columns = options.attributes.map { AccessLogField.allCases[slot($0.column)] }
    only = options.only.map { CompiledFilter($0, slot: slot) }
    if let unknown {
      let known = AccessLogField.allCases.map(\.rawValue).joined(separator: ", ")
      throw FileFault(
        path: path, "an access log has no column \(shownName(Array(unknown.utf8)))", remedy: "it has \(known)")
    }
    values = Array(repeating: nil, count: AccessLogField.allCases.count)
    attributes = Array(repeating: nil, count: columns.count)
  }

  /// - Parameter unit: what the time counts since 1970, if nobody says otherwise
  mutating func handle(
    _ line: LogFields, at number: Int, _ textFault: FaultReason?, _ rows: RowAssembler,
    unit: FileTimeFormat? = nil
  ) {
    var line = line
    if line.request != nil { line.splitRequest() }
    let target = line.pathAndQuery
    if textFault == nil {
      let status = line.status.flatMap { IntegerText.value($0[...], isNegative: false) }.map { Int($0) }
      if let reason = filter.reason(method: line.method, path: target?.path, status: status) {
        return rows.leaveOut(reason)
      }
    }
    if only != nil || !columns.isEmpty { fillValues(line, target) }
    if let only, !only.holds(values) { return rows.leaveOut(.only) }
    arena.reset()
    var row = RawRow(line: number, timeText: line.time, page: page(target))
    if let date = line.date {
      row.timeText = line.time.map { joined(date, $0, by: ASCII.blank) } ?? date
    }
    row.time = time.read(row.timeText, unit: unit)
    row.user = userID(line, number, rows)
    for index in columns.indices {
      attributes[index] = AccessLogField.allCases.firstIndex(of: columns[index]).flatMap { values[$0]?.bytes }
    }
    // Escapes may have brought in what the line itself did not have.
    var fault = textFault ?? row.user.flatMap(TextCheck.fault) ?? row.page.flatMap(TextCheck.fault)
    for value in attributes { fault = fault ?? value.flatMap(TextCheck.fault) }
    if let fault { rows.fault(fault, row) } else { rows.add(row, attributes: attributes) }
  }

  private mutating func page(_ target: (path: Bytes, query: Bytes?)?) -> Bytes? {
    guard let target else { return nil }
    guard let query = target.query else { return target.path }
    if filter.rules.query == .keep { return joined(target.path, query, by: UInt8(ascii: "?")) }
    cutQueries += 1
    return target.path
  }

  private mutating func userID(_ line: LogFields, _ number: Int, _ rows: RowAssembler) -> Bytes? {
    if user == .remoteUser { return present(line.remoteUser) }
    let isAsked = client == .asked && user != .forwarded
    if isAsked, let forwarded = line.forwarded, line.address.map({ !$0.elementsEqual(forwarded) }) ?? true {
      rows.stop =
        rows.stop
        ?? FileFault(
          path: path, line: number,
          "the request came from \(shownName(line.address ?? Bytes(start: nil, count: 0))) and was forwarded for "
            + "\(shownName(forwarded)); which of the two is the user decides who is who",
          remedy: remedy)
    }
    let known = client == .address ? line.address ?? line.forwarded : line.forwarded ?? line.address
    guard let client = present(known), !client.elementsEqual("unknown".utf8) else { return nil }
    ports.see(client)
    guard user == nil || user == .addressAndAgent else { return client }
    let none = [UInt8(ascii: "-")]
    return line.agent.map { joined(client, $0, by: ASCII.blank) }
      ?? none.withUnsafeBufferPointer { joined(client, $0, by: ASCII.blank) }
  }

  private func present(_ bytes: Bytes?) -> Bytes? {
    guard let bytes, !nullTexts.contains(where: bytes.equals) else { return nil }
    return bytes
  }

  private func joined(_ left: Bytes, _ right: Bytes, by separator: UInt8) -> Bytes {
    let room = arena.room(left.count + right.count + 1)
    _ = room.initialize(fromContentsOf: left)
    room[left.count] = separator
    _ = UnsafeMutableBufferPointer(rebasing: room[(left.count + 1)...]).initialize(fromContentsOf: right)
    return Bytes(room)
  }

  private mutating func fillValues(_ line: LogFields, _ target: (path: Bytes, query: Bytes?)?) {
    for (index, field) in AccessLogField.allCases.enumerated() {
      let bytes =
        switch field {
        case .address: line.address
        case .forwarded: line.forwarded
        case .remoteUser: line.remoteUser
        case .method: line.method
        case .path: target?.path
        case .query: target?.query
        case .status: line.status
        case .referrer: line.referrer
        case .agent: line.agent
        case .host: line.host
        }
      values[index] = LogFields.present(bytes).map { FieldValue(bytes: $0) }
    }
  }

  func findings(declaresZone: Bool) -> FileFindings {
    var notices = time.notices + ports.notices
    if cutQueries > 0 {
      notices.append(
        "the query was cut from \(cutQueries == 1 ? "1 page" : "\(cutQueries) pages"); --log-query keep keeps it")
    }
    if time.withoutZone > 0, !time.namesZones, !declaresZone {
      notices.append("its times name no zone and are taken as UTC; --file-time-zone says another")
    }
    return FileFindings(notices: notices, names: AccessLogField.allCases.map(\.rawValue))
  }
}
