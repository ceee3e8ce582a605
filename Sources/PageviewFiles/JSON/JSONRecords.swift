internal import SessionPlan

/// The pageviews of a file of JSON objects.
///
/// Ids and pages may be strings or numbers; a number is taken as it is written. A time is a string, or a number where
/// the options name an epoch. Nested values are kept as they are written. If no event id is mapped, the first object
/// decides for the file whether it has them. Lines of nothing but blanks are passed over.
struct JSONRecords: FormatReader {
  private var objects: JSONObjects
  private let window: InputWindow
  private let path: String
  private let options: LoadOptions
  private var time: TimeReader
  private let plan: FieldPlan
  private let root: JSONNode
  private var found: JSONFindings
  private var attributes: [Bytes?]
  private var knowsEventIDs: Bool
  private var derives = false
  private let eventIsUsual: Bool
  private let checksEncoding: Bool
  private var count = 0
  /// Lists of objects in the first objects.
  private var lists = JSONLists()
  /// Keys that were seen, in the order in which they came first.
  private var names: [[UInt8]] = []
  private var knownNames: Set<[UInt8]> = []
  private static let lookedAt = 200
  private static let greatestNames = 60

  init(window: InputWindow, path: String, options: LoadOptions) throws(FileFault) {
    objects = try JSONObjects(window: window, path: path)
    self.window = window
    self.path = path
    self.options = options
    time = TimeReader(options)
    let columns = options.columns
    let event = columns.hasNoEventID ? nil : columns.eventID ?? ColumnMapping.usualEventID
    plan = FieldPlan(options, event: event, page: columns.page ?? ColumnMapping.usualPage, isName: { _ in false })
    root = JSONNode(names: plan.names)
    found = JSONFindings(slots: plan.names.count, arena: plan.arena)
    attributes = Array(repeating: nil, count: plan.attributes.count)
    eventIsUsual = columns.eventID == nil && !columns.hasNoEventID
    knowsEventIDs = !eventIsUsual
    derives = columns.hasNoEventID
    checksEncoding = options.encoding == nil
    if derives { try options.checkDerivation(path: path, what: "the event id is mapped to none") }
  }

  mutating func read(into rows: RowAssembler) throws(FileFault) -> Bool {
    if derives { rows.derivesEventIDs = true }
    while !rows.isFull {
      switch try objects.next() {
      case .end: return false
      case .tooLong(let line):
        rows.keepFront(Bytes(start: nil, count: 0))
        rows.fault(.lineTooLong, RawRow(line: line))
      case .text(let length, let consumed, let lines):
        try handle(UnsafeMutableBufferPointer(start: window.start, count: length), rows)
        window.consume(consumed, lines: lines)
      }
    }
    return true
  }

  private mutating func handle(
    _ text: UnsafeMutableBufferPointer<UInt8>, _ rows: RowAssembler
  ) throws(FileFault) {
    if text.allSatisfy({ $0 == ASCII.blank || $0 == ASCII.tab }) { return }
    rows.keepFront(Bytes(text))
    let textFault = TextCheck.fault(Bytes(text))
    found.reset()
    if count < Self.lookedAt {
      collectNames(text)
      lists.look(JSONScanner(text), plan.arena)
    }
    var scanner = JSONScanner(text)
    let isObject = scanner.readObject(root, &found)
    window.examined += scanner.passed
    count += 1
    if plan.hasNullTexts {
      for slot in plan.names.indices {
        if let value = found.values[slot], plan.isNull(value.bytes) { found.clear(slot) }
      }
    }
    let event = derives ? nil : plan.event.flatMap { plan.value($0, found.values) }
    let user = plan.value(plan.user, found.values)
    let when = plan.value(plan.time, found.values)
    var row = RawRow(
      line: window.line, event: event?.bytes, user: user?.bytes, timeText: when?.bytes,
      page: plan.page.flatMap { plan.value($0, found.values)?.bytes })
    if let textFault {
      if checksEncoding, textFault == .invalidUTF8, window.line <= 1000 {
        rows.stop =
          rows.stop
          ?? FileFault(
            path: path, line: window.line, "this line is not UTF-8",
            remedy:
              "name the encoding: --encoding latin-1 or windows-1252; or --encoding utf-8 to quarantine such lines")
      }
      return rows.fault(textFault, row)
    }
    if !isObject { return rows.fault(.badJSON, row) }
    if let only = plan.only, !only.holds(found.values) { return rows.leaveOut(.only) }
    if !knowsEventIDs {
      knowsEventIDs = true
      if let rule = plan.event, !found.isThere(rule.alternatives[0][0]) {
        try options.checkDerivation(path: path, what: "the first object has no key \"\(ColumnMapping.usualEventID)\"")
        derives = true
        rows.derivesEventIDs = true
      }
    }
    if derives, eventIsUsual, let rule = plan.event, let id = found.values[rule.alternatives[0][0]] {
      rows.stop =
        rows.stop
        ?? FileFault(
          path: path, line: window.line,
          "this object has the event id \(shownName(id.bytes)), and the first of the file has none",
          remedy:
            "say --map event_id=event_id to put those without into quarantine, or --map event_id=none to derive all ids"
        )
      return
    }
    for index in attributes.indices { attributes[index] = plan.value(plan.attributes[index], found.values)?.bytes }
    // A NUL can only come from an escape now.
    for value in [row.event, row.user, row.timeText, row.page] + attributes
    where value?.firstIndex(of: 0, from: 0) != nil { return rows.fault(.nulByte, row) }
    if event?.kind == .nested { return rows.fault(.badEventID, row) }
    if user?.kind == .nested { return rows.fault(.badJSON, row) }
    row.time = parsedTime(when)
    row.eventIsNumber = event?.kind == .number
    row.userIsNumber = user?.kind == .number
    rows.add(row, attributes: attributes)
  }

  private mutating func parsedTime(_ value: FieldValue?) -> ParsedTime {
    switch value?.kind {
    case nil: .null
    case .nested: .bad
    case .number where options.timeFormat == .auto: .bad
    default: time.read(value?.bytes)
    }
  }

  private mutating func collectNames(_ text: UnsafeMutableBufferPointer<UInt8>) {
    guard names.count < Self.greatestNames else { return }
    for name in JSONScanner(text).names(plan.arena) where names.count < Self.greatestNames {
      if knownNames.insert(name).inserted { names.append(name) }
    }
  }

  func finish(_ rows: RowAssembler) throws(FileFault) -> FileFindings {
    let shown = names.map { shownName($0) }
    // Nothing was an object: the faults say it.
    if names.isEmpty { return FileFindings() }
    if let fault = lists.fault(path, isOne: count == 1, plan, options) { throw fault }
    let isUsualPage = options.columns.page == nil
    var notices = lists.notices(plan)
    for rule in plan.rules where !isSeen(rule) && !knownNames.contains(Array(rule.text.utf8)) {
      let isOptional =
        rule.meaning == plan.event?.meaning && eventIsUsual || rule.meaning == plan.page?.meaning && isUsualPage
      if isOptional {
        let wanted = rule.text.lowercased()
        guard let other = names.first(where: { String(decoding: $0, as: UTF8.self).lowercased() == wanted }) else {
          continue
        }
        throw FileFault(
          path: path, "no object has the key \"\(rule.text)\", but \(shownName(other)) is there",
          remedy: "say what it is: --map \(rule.text)=\(String(decoding: other, as: UTF8.self)), or another field")
      }
      throw FileFault(
        path: path,
        "no object has \(shownName(Array(rule.text.utf8))) for \(rule.meaning); they have \(list(shown))",
        remedy: "map the field that means it (--map)")
    }
    if isUsualPage, let page = plan.page, !isSeen(page) { notices.append(FileFindings.noPage) }
    for rule in plan.rules where isSeen(rule) && rule.alternatives.count > 1 {
      for name in Set(rule.alternatives.joined()).sorted() where !found.wasSeen[name] {
        notices.append("no object has \(shownName(Array(plan.names[name].utf8))), an alternative for \(rule.meaning)")
      }
    }
    for name in options.only?.fields ?? [] {
      guard let slot = plan.names.firstIndex(of: name), !found.wasSeen[slot] else { continue }
      throw FileFault(
        path: path, "no object has \(shownName(Array(name.utf8))) for --only; they have \(list(shown))",
        remedy: "name a key that they have")
    }
    return FileFindings(notices: notices + time.notices, names: shown)
  }

  private func isSeen(_ rule: FieldRule) -> Bool {
    rule.alternatives.contains { $0.allSatisfy { found.wasSeen[$0] } }
  }

  private func list(_ names: [String]) -> String {
    let shown = names.prefix(30).joined(separator: ", ")
    return names.count > 30 ? "\(shown) and more" : shown
  }
}
