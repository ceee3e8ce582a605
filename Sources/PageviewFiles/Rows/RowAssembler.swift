internal import SessionPlan
internal import WarehouseDriver

/// The texts of one record, in a reader's memory.
struct RawRow {
  /// The physical line on which it begins.
  var line: Int
  var event: Bytes?
  var user: Bytes?
  var timeText: Bytes?
  var page: Bytes?
  var time = ParsedTime.null
  /// Whether it stands in the file as a number of JSON.
  var eventIsNumber = false
  var userIsNumber = false
}

/// Turns the records of any format into the columns of a batch, and the unfit ones into faults.
final class RowAssembler {
  let eventIDType: EventIDType
  private let schema: [BatchColumn]
  /// Whether event ids are derived from the content.
  var derivesEventIDs = false
  @exclusivity(unchecked) private(set) var summary: LoadSummary

  // One row is added at a time, and nobody else is at these meanwhile: to check that for each of them and each row took
  // a tenth of the time.
  @exclusivity(unchecked) private var integerIDs: [Int64] = []
  @exclusivity(unchecked) private var textIDs = TextVector()
  @exclusivity(unchecked) private var users = TextVector()
  @exclusivity(unchecked) private var times: [Int64] = []
  @exclusivity(unchecked) private var pages = NullableTexts()
  @exclusivity(unchecked) private var attributes: [NullableTexts]
  @exclusivity(unchecked) private var textBytes = 0
  @exclusivity(unchecked) private var derivedID: [UInt8] = []
  @exclusivity(unchecked) private var sequence: SequenceCounter?
  @exclusivity(unchecked) private var sequences: [Int64] = []
  @exclusivity(unchecked) private var ids = EventIDWatch()
  @exclusivity(unchecked) private var nullWords = NullWords()
  @exclusivity(unchecked) private var floatUsers = FloatKeys()
  @exclusivity(unchecked) private var floatEvents = FloatKeys()
  @exclusivity(unchecked) private var hiddenEdges = 0
  @exclusivity(unchecked) private var nullPages = 0
  private let occurrences = OccurrenceTable()
  private var faults: [LineFault] = []
  /// Room for the front of a record that may be changed in place.
  private let front = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: LineFault.textLimit + 4)
  @exclusivity(unchecked) private var shownFront = Bytes(start: nil, count: 0)
  /// Why the file must not be loaded, found in a record.
  var stop: FileFault?

  /// A batch ends at this many bytes of text, too: pages may be large.
  private static let batchBytes = 4 << 20

  private let path: String

  /// - Parameter mapsEventID: whether somebody said which field is the event id
  init(options: LoadOptions, format: FileFormat, path: String, mapsEventID: Bool) {
    self.path = path
    eventIDType = options.eventIDType
    if options.sequence ?? (format == .accessLog) { sequence = SequenceCounter() }
    ids.isActive = !mapsEventID && format != .accessLog
    let sequenceColumns = sequence == nil ? [] : [BatchColumn("sequence", .int64)]
    schema =
      [
        BatchColumn("event_id", options.eventIDType == .integer ? .int64 : .text), BatchColumn("user_id", .text),
        BatchColumn("page_view_at", .timestamp), BatchColumn("page", .text),
      ] + options.attributes.map { BatchColumn($0.name, .text) } + sequenceColumns
    attributes = options.attributes.map { _ in NullableTexts() }
    summary = LoadSummary(format: format)
    summary.acceptedTimes = options.timeFormat.acceptedForms
  }

  deinit { front.deallocate() }

  /// Keeps the front of a record, which may become a fault, as the file writes it.
  ///
  /// - Parameter byte: without it nothing of the record is changed in place, so that a copy is not needed while the
  ///   record is handled
  func keepFront(_ bytes: Bytes, changedBy byte: UInt8? = ASCII.backslash) {
    shownFront = bytes.slice(0..<min(bytes.count, front.count))
    guard let byte, shownFront.firstIndex(of: byte, from: 0) != nil else { return }
    _ = front.update(fromContentsOf: shownFront)
    shownFront = Bytes(rebasing: Bytes(front)[..<shownFront.count])
  }

  var isFull: Bool {
    times.count >= RecordBatch.usualRows || faults.count >= RecordBatch.usualRows || textBytes >= Self.batchBytes
  }

  func leaveOut(_ reason: LeftOutReason) {
    countRecord(isFaulty: false)
    summary.leftOut[reason, default: 0] += 1
  }

  private func countRecord(isFaulty: Bool) {
    guard summary.firstRecords < LoadSummary.firstLimit else { return }
    summary.firstRecords += 1
    if isFaulty { summary.firstFaulty += 1 }
  }

  /// Why what was counted cannot be trusted.
  var tableFault: FileFault? {
    occurrences.failure.map {
      FileFault(
        path: path, "a temporary file could not be read: \($0)",
        remedy: "load it again; TMPDIR says where such files are")
    }
  }

  /// What the whole file showed.
  func notices() throws(FileFault) -> [String] {
    if let fault = ids.fault(path) { throw fault }
    let derived = derivesEventIDs && summary.format != .accessLog && summary.rows > 0
    var notices = derived ? ["it has no event ids: they are derived from the content"] : []
    if nullPages > 0, nullPages < summary.rows, nullPages * 10 >= summary.rows {
      notices.append("the page is NULL on \(nullPages) of \(summary.rows) lines")
    }
    if hiddenEdges > 0 {
      notices.append(
        "\(hiddenEdges == 1 ? "1 line has" : "\(hiddenEdges) lines have") a user or an event id that begins or ends with a "
          + "character that is not visible, such as a byte order mark or a no-break space, which is kept: with it, it is another"
      )
    }
    return notices + nullWords.notices + floatUsers.notices("the user") + floatEvents.notices("the event id")
      + ids.notices
  }

  var allIDsAreIntegers: Bool { !derivesEventIDs && eventIDType == .text && ids.allAreIntegers && summary.rows > 0 }

  func fault(_ reason: FaultReason, _ row: RawRow) {
    // A visitor who did not log in is no mistake of the log.
    countRecord(isFaulty: !(reason == .nullUser && summary.format == .accessLog))
    summary.faults[reason, default: 0] += 1
    let fault = LineFault(
      reason: reason, line: row.line, eventID: LineFault.printable(row.event),
      userID: LineFault.printable(row.user), pageViewAt: LineFault.printable(row.timeText),
      page: LineFault.printable(row.page),
      text: LineFault.printable(shownFront))
    if summary.firstFault == nil { summary.firstFault = fault }
    faults.append(fault)
  }

  /// Takes a row whose texts are valid UTF-8 without NUL.
  func add(_ row: RawRow, attributes values: [Bytes?]) {
    let event = row.event ?? Bytes(start: nil, count: 0)
    if !derivesEventIDs && event.isEmpty { return fault(.nullEventID, row) }
    guard let user = row.user, !user.isEmpty else { return fault(.nullUser, row) }
    var integer: Int64 = 0
    if eventIDType == .integer {
      if case .null = row.time { return fault(.nullTime, row) }
      guard let value = IntegerText.canonical(event) else { return fault(.badEventID, row) }
      integer = value
    }
    let time: Int64
    switch row.time {
    case .null: return fault(.nullTime, row)
    case .bad: return fault(.badTime, row)
    case .outOfRange: return fault(.timeOutOfRange, row)
    case .time(let value):
      guard Timestamp(microseconds: value).isInRange else { return fault(.timeOutOfRange, row) }
      time = value
    }
    if user.count > DerivedEventID.limit || event.count > DerivedEventID.limit { return fault(.keyTooLong, row) }
    if derivesEventIDs {
      guard derive(user: user, at: time, page: row.page) else { return fault(.keyTooLong, row) }
      derivedID.withUnsafeBufferPointer { textIDs.append(utf8: $0) }
    } else if eventIDType == .integer {
      integerIDs.append(integer)
    } else {
      textIDs.append(utf8: event)
    }
    if !derivesEventIDs {
      ids.see(event, user: user, at: time, page: row.page, line: row.line)
      if let conflict = ids.conflict { stop = stop ?? conflict.fault(path) }
    }
    nullWords.see(user)
    floatUsers.see(user, isNumber: row.userIsNumber)
    if HiddenEdge.isThere(user) || !derivesEventIDs && HiddenEdge.isThere(event) { hiddenEdges += 1 }
    if !derivesEventIDs { floatEvents.see(event, isNumber: row.eventIsNumber) }
    if let number = sequence?.next(user: user, at: time, line: row.line) { sequences.append(number) }
    users.append(utf8: user)
    times.append(time)
    pages.append(row.page)
    if row.page == nil { nullPages += 1 }
    textBytes += event.count + user.count + (row.page?.count ?? 0)
    for index in attributes.indices {
      attributes[index].append(values[index])
      textBytes += values[index]?.count ?? 0
    }
    countRecord(isFaulty: false)
    summary.rows += 1
  }

  /// False where even the short form of the id is too long for a key.
  private func derive(user: Bytes, at time: Int64, page: Bytes?) -> Bool {
    let occurrence = occurrences.count(user: user, at: time, page: page)
    derivedID.removeAll(keepingCapacity: true)
    DerivedEventID.append(
      user: user, at: Timestamp(microseconds: time), page: page, occurrence: occurrence, to: &derivedID)
    return derivedID.count <= DerivedEventID.limit
  }

  /// The batch so far, or nil where nothing was added; what follows goes into the next one.
  func takeBatch() -> LoadedBatch? {
    if times.isEmpty && faults.isEmpty { return nil }
    var columns = [
      ColumnVector(values: eventIDType == .integer ? .int64(integerIDs) : .text(textIDs)),
      ColumnVector(values: .text(users)), ColumnVector(values: .timestamp(times)), pages.column,
    ]
    columns += attributes.map(\.column)
    if sequence != nil {
      columns.append(ColumnVector(values: .int64(sequences)))
      sequences = []
    }
    let batch = LoadedBatch(rows: RecordBatch(schema: schema, columns: columns), faults: faults)
    let rows = times.count
    integerIDs = []
    textIDs = textIDs.emptied
    users = users.emptied
    times = []
    times.reserveCapacity(rows)
    pages = pages.emptied
    for index in attributes.indices { attributes[index] = NullableTexts() }
    faults = []
    textBytes = 0
    return batch
  }
}

/// A text column that may hold NULL.
private struct NullableTexts {
  private var texts = TextVector()
  private var nulls: [Bool] = []

  var column: ColumnVector { ColumnVector(values: .text(texts), nulls: nulls) }

  /// An empty one, with room for as much.
  var emptied: NullableTexts {
    var new = NullableTexts()
    new.texts = texts.emptied
    return new
  }

  mutating func append(_ text: Bytes?) {
    if text == nil && nulls.isEmpty { nulls = Array(repeating: false, count: texts.count) }
    if text == nil || !nulls.isEmpty { nulls.append(text == nil) }
    texts.append(utf8: text ?? Bytes(start: nil, count: 0))
  }
}

extension TextVector {
  /// An empty one, with room for as much.
  fileprivate var emptied: TextVector {
    var new = TextVector()
    new.reserve(rows: count, bytes: bytes.count)
    return new
  }
}
