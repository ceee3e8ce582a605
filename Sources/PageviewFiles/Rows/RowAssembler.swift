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
}

/// Turns the records of any format into the columns of a batch, and the unfit ones into faults.
struct RowAssembler {
  let eventIDType: EventIDType
  private let schema: [BatchColumn]
  /// Whether event ids are derived from the content.
  var derivesEventIDs = false
  private(set) var summary: LoadSummary

  private var integerIDs: [Int64] = []
  private var textIDs = TextVector()
  private var users = TextVector()
  private var times: [Int64] = []
  private var pages = NullableTexts()
  private var attributes: [NullableTexts]
  private var faults: [LineFault] = []
  private var textBytes = 0

  private var occurrences = OccurrenceTable()
  private var derivedID: [UInt8] = []

  /// A batch ends at this many bytes of text, too: pages may be large.
  private static let batchBytes = 4 << 20

  init(options: LoadOptions, format: FileFormat) {
    eventIDType = options.eventIDType
    schema =
      [
        BatchColumn("event_id", options.eventIDType == .integer ? .int64 : .text), BatchColumn("user_id", .text),
        BatchColumn("page_view_at", .timestamp), BatchColumn("page", .text),
      ] + options.attributes.map { BatchColumn($0.name, .text) }
    attributes = options.attributes.map { _ in NullableTexts() }
    summary = LoadSummary(format: format)
  }

  var isFull: Bool {
    times.count >= RecordBatch.usualRows || faults.count >= RecordBatch.usualRows || textBytes >= Self.batchBytes
  }

  mutating func countFiltered() { summary.filtered += 1 }

  mutating func fault(_ reason: FaultReason, _ row: RawRow) {
    summary.faults[reason, default: 0] += 1
    faults.append(
      LineFault(
        reason: reason, line: row.line, eventID: LineFault.printable(row.event),
        userID: LineFault.printable(row.user), pageViewAt: LineFault.printable(row.timeText),
        page: LineFault.printable(row.page)))
  }

  /// Takes a row whose texts are valid UTF-8 without NUL.
  mutating func add(_ row: RawRow, attributes values: [Bytes?]) {
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
    users.append(utf8: user)
    times.append(time)
    pages.append(row.page)
    textBytes += event.count + user.count + (row.page?.count ?? 0)
    for index in attributes.indices {
      attributes[index].append(values[index])
      textBytes += values[index]?.count ?? 0
    }
    summary.rows += 1
  }

  /// False where even the short form of the id is too long for a key.
  private mutating func derive(user: Bytes, at time: Int64, page: Bytes?) -> Bool {
    let occurrence = occurrences.count(user: user, at: time, page: page)
    derivedID.removeAll(keepingCapacity: true)
    DerivedEventID.append(
      user: user, at: Timestamp(microseconds: time), page: page, occurrence: occurrence, to: &derivedID)
    return derivedID.count <= DerivedEventID.limit
  }

  /// The batch so far, or nil where nothing was added; what follows goes into the next one.
  mutating func takeBatch() -> LoadedBatch? {
    if times.isEmpty && faults.isEmpty { return nil }
    var columns = [
      ColumnVector(values: eventIDType == .integer ? .int64(integerIDs) : .text(textIDs)),
      ColumnVector(values: .text(users)), ColumnVector(values: .timestamp(times)), pages.column,
    ]
    columns += attributes.map(\.column)
    let batch = LoadedBatch(rows: RecordBatch(schema: schema, columns: columns), faults: faults)
    let rows = times.count
    integerIDs = []
    textIDs = TextVector()
    users = TextVector()
    times = []
    times.reserveCapacity(rows)
    pages = NullableTexts()
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

  mutating func append(_ text: Bytes?) {
    if text == nil && nulls.isEmpty { nulls = Array(repeating: false, count: texts.count) }
    if text == nil || !nulls.isEmpty { nulls.append(text == nil) }
    texts.append(utf8: text ?? Bytes(start: nil, count: 0))
  }
}
