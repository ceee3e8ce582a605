internal import SessionPlan
internal import WarehouseDriver

/// Plays histories on any target: source tables are made by the plan language and filled by the bulk insert.
actor KitEngine: PlayerEngine {
  private let work: KitWork
  private var last: ObjectNames?

  init(_ work: KitWork) {
    self.work = work
  }

  func start() async throws -> (connection: any Connection, names: ObjectNames) {
    let connection = try await work.connect()
    // The same names again and again, so that a kit ended by force has left few.
    if let last { try await work.objects.drop(Self.objects(last), connection) }
    let names = try await work.objects.claimJob(on: connection, again: last)
    _ = try await work.objects.claimTable(named: Self.source(names), on: connection)
    last = names
    return (connection, names)
  }

  private static func objects(_ names: ObjectNames) -> Set<ObjectName> {
    Set(ObjectNames.Object.allCases.map { names[$0] } + [source(names)])
  }

  /// Where `SQLPlayer` has its source.
  static func source(_ names: ObjectNames) -> ObjectName {
    names[.sessionTable].sibling(names.prefix + SQLPlayer.sourceName)
  }

  nonisolated func makeSource(_ table: ObjectName, _ job: HistoryJob, on connection: any Connection) async throws {
    let columns = Self.columns(job).map { TableDefinition.Column(SchemaColumn($0.name, $0.type, nullable: true)) }
    _ = try await connection.transaction(.write) {
      try await connection.execute(
        .createTable(TableDefinition(name: table, columns: columns)), path: "conformance/source")
    }
  }

  nonisolated func insert(
    _ rows: [SourceRow], into table: ObjectName, _ job: HistoryJob, on connection: any Connection
  ) async throws {
    try await Self.append(rows, to: table, job, connection)
  }

  /// A time that an engine spells in its own way is one time.
  nonisolated func canonical(_ time: ByteKey, _ job: HistoryJob) -> ByteKey {
    Timestamp(text: time.text).map { ByteKey(CalendarText.canonical($0.microseconds)) } ?? time
  }

  // MARK: Rows

  static func append(
    _ rows: [SourceRow], to table: ObjectName, _ job: HistoryJob, _ connection: any Connection
  ) async throws {
    let batch = try batch(rows, job)
    try await connection.transaction(.write) {
      let append = try await connection.beginAppend(to: table, columns: batch.schema)
      do {
        try await append.write(batch)
      } catch {
        await append.cancel()
        throw error
      }
      let count = try await append.finish()
      try require(
        count ?? rows.count == rows.count, "a bulk insert of \(rows.count) rows says that it inserted \(count ?? 0)")
    }
  }

  private static func columns(_ job: HistoryJob) -> [(name: String, type: ValueType)] {
    var columns: [(String, ValueType)] = []
    if job.hasEventID { columns.append(("event_id", job.idType == .integer ? .integer : .text)) }
    columns.append(("user_id", job.hasIntegerUsers ? .integer : .text))
    columns += [("page_view_at", .timestamp), ("page", .text)]
    if let arrival = job.arrival { columns.append(("arrival", arrival.kind == .id ? .integer : .timestamp)) }
    if job.hasSequence { columns.append(("sequence", .integer)) }
    return columns
  }

  private static func batch(_ rows: [SourceRow], _ job: HistoryJob) throws -> RecordBatch {
    var batch = RecordBatch(schema: columns(job).map { BatchColumn($0.name, BatchColumnType($0.type)) })
    for row in rows {
      for index in batch.schema.indices {
        let value: BatchValue?
        switch batch.schema[index].name {
        case "event_id": value = try id(row.id, job)
        case "user_id": value = try user(row.user, job)
        case "page_view_at": value = try time(row.time)
        case "page": value = row.page.map { .text($0.text) }
        case "sequence": value = row.sequence.map { .int64($0) }
        default: value = row.arrival.map { job.arrival?.kind == .time ? .timestamp($0) : .int64($0) }
        }
        batch.columns[index].append(value)
      }
    }
    return batch
  }

  private static func id(_ id: SourceID, _ job: HistoryJob) throws -> BatchValue? {
    switch id {
    case .null: return nil
    case .integer(let value): return job.idType == .integer ? .int64(value) : .text(String(value))
    case .text(let text):
      guard job.idType == .text else { throw KitError(message: "a case has a text id in a job of integer ids") }
      return .text(text.text)
    }
  }

  private static func user(_ user: ByteKey?, _ job: HistoryJob) throws -> BatchValue? {
    guard let user else { return nil }
    guard job.hasIntegerUsers else { return .text(user.text) }
    guard let number = Int64(user.text) else { throw KitError(message: "a case has a user that is no integer") }
    return .int64(number)
  }

  private static func time(_ time: SourceTime) throws -> BatchValue? {
    switch time {
    case .null: nil
    case .at(let moment): .timestamp(moment)
    case .infinite, .bad: throw KitError(message: "a case has a time that no strict column holds")
    }
  }
}

extension ColumnVector {
  /// nil is NULL.
  mutating func append(_ value: BatchValue?) {
    switch value {
    case nil: appendNull()
    case .int64(let number)?, .timestamp(let number)?: append(number)
    case .double(let number)?: append(number)
    case .text(let text)?: append(text)
    }
  }
}
