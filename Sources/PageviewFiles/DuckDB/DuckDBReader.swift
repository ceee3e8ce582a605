public import WarehouseDriver

/// Reads pageviews that DuckDB gives, batch by batch, in constant memory.
///
/// Each row counts as a line. All that holds of lines holds of them: mappings, attributes, filters, times and their
/// zones, faults, derived event ids.
public final class DuckDBReader {
  private let connection: any Connection
  private let cursor: any BatchCursor
  private let source: DuckDBSource
  private let columns: DuckDBColumns
  private let rows: RowAssembler
  private let checksTime: Bool
  private var time: TimeReader
  private var values: [FieldValue?]
  private var attributes: [Bytes?]
  private var texts: [ColumnTexts]
  private var batchRows = 0
  private var position = 0
  private var count = 0
  private var notices: [String] = []
  private var isAtEnd = false

  /// Asks DuckDB for the columns, and starts the query.
  ///
  /// - Parameter connection: to a database of DuckDB, which is closed with this reader, and now if this throws
  /// - Throws: `FileFault`, also for what DuckDB says; `DriverError` where the task was cancelled
  public init(
    _ source: DuckDBSource, on connection: any Connection, options: LoadOptions
  ) async throws {
    do {
      // In the order of the file, or of the query: it decides the numbers of rows.
      _ = try await connection.execute("SET preserve_insertion_order = true")
      if let library = source.kind?.library { try await Self.load(library, source, connection) }
      columns = try await DuckDBColumns(source, options) { sql in
        let cursor = try await connection.open(
          "SELECT column_name, column_type FROM (DESCRIBE \(sql))", types: [.text, .text])
        var found: [(name: String, type: String)] = []
        while let batch = try await cursor.next() {
          for row in 0..<batch.rowCount {
            guard case .text(let name)? = batch.columns[0][row], case .text(let type)? = batch.columns[1][row] else {
              continue
            }
            found.append((name, type))
          }
        }
        return found
      }
      let header = columns.header
      let mapping = options.columns
      rows = RowAssembler(
        options: options, format: .duckDB, path: source.name,
        mapsEventID: mapping.eventID != nil || mapping.hasNoEventID)
      if !header.hasEventIDs {
        let what =
          mapping.hasNoEventID
          ? "the event id is mapped to none" : "it has no column \"\(ColumnMapping.usualEventID)\""
        try options.checkDerivation(path: source.name, what: what)
        rows.derivesEventIDs = true
      }
      // A time of a type of its own is written in one form, whatever form the options have for texts.
      var timeOptions = options
      if columns.timeIsTyped { timeOptions.timeFormat = .auto }
      time = TimeReader(timeOptions)
      checksTime = columns.timeIsNumber && options.timeFormat == .auto
      values = Array(repeating: nil, count: header.plan.names.count)
      attributes = Array(repeating: nil, count: header.plan.attributes.count)
      let width = max(1, Set(header.columns.compactMap(\.self)).count)
      texts = (0..<width).map { _ in ColumnTexts() }
      cursor = try await connection.open(columns.query, types: Array(repeating: .text, count: width))
    } catch {
      await connection.close()
      throw Self.fault(error, source)
    }
    self.connection = connection
    self.source = source
  }

  private static func load(_ library: String, _ source: DuckDBSource, _ connection: any Connection) async throws {
    do {
      _ = try await connection.execute("LOAD \(library)")
    } catch let error as DriverError where error.code != .cancelled {
      let version = try? await connection.facts().version
      // DuckDB's words for an absent one end in a list of others that are called alike.
      let why = error.message.contains("not found") ? "is not installed" : "cannot be loaded (\(error.message))"
      let install =
        "install it once, by a shell of the same version\(version.map { " (\($0))" } ?? ""): duckdb -c "
        + "\"INSTALL \(library)\(source.kind?.origin ?? "")\""
      throw FileFault(
        path: source.name,
        "this is \(source.kind?.name ?? "a") file, which DuckDB reads by its extension \(library), and that \(why)",
        remedy: source.kind?.pythonHandOver(source.name).map { "\(install); or \($0)" } ?? install)
    }
  }

  /// What DuckDB says of a file is a fault of the file.
  private static func fault(_ error: any Error, _ source: DuckDBSource) -> any Error {
    guard let error = error as? DriverError, error.code != .cancelled else { return error }
    return FileFault(
      path: source.name, "DuckDB cannot read it: \(error.message)",
      remedy: source.kind == nil ? "check the query" : "check that the file is whole")
  }

  /// What was read so far.
  public var summary: LoadSummary {
    var summary = rows.summary
    summary.lines = count
    summary.derivesEventIDs = rows.derivesEventIDs
    summary.foundNames = columns.header.names
    summary.notices = notices
    summary.allIDsAreIntegers = isAtEnd && rows.allIDsAreIntegers
    return summary
  }

  /// The next rows and faults, at most some thousand of either; nil at the end.
  public func next() async throws -> LoadedBatch? {
    while !isAtEnd {
      if position == batchRows {
        do {
          guard let batch = try await cursor.next() else {
            isAtEnd = true
            try finish()
            break
          }
          take(batch)
        } catch {
          throw Self.fault(error, source)
        }
      }
      while position < batchRows, !rows.isFull {
        handle(position)
        position += 1
        if let stop = rows.stop ?? rows.tableFault { throw stop }
      }
      if rows.isFull, let batch = rows.takeBatch() { return batch }
    }
    return rows.takeBatch()
  }

  public func close() async {
    await cursor.close()
    await connection.close()
  }

  private func take(_ batch: RecordBatch) {
    for index in texts.indices { texts[index].take(batch.columns[index]) }
    batchRows = batch.rowCount
    position = 0
  }

  private func handle(_ index: Int) {
    let plan = columns.header.plan
    count += 1
    plan.arena.reset()
    var size = 0
    var textFault: FaultReason?
    for slot in values.indices {
      values[slot] = nil
      guard let column = columns.columns[slot], let bytes = texts[column][index] else { continue }
      if plan.hasNullTexts, plan.isNull(bytes) { continue }
      values[slot] = FieldValue(bytes: bytes)
      size += bytes.count
      if textFault == nil { textFault = TextCheck.fault(bytes) }
    }
    func value(_ rule: FieldRule?) -> Bytes? { rule.flatMap { plan.value($0, values)?.bytes } }
    var row = RawRow(
      line: count, event: value(plan.event), user: value(plan.user), timeText: value(plan.time),
      page: value(plan.page))
    if size > InputWindow.recordLimit { return rows.fault(.lineTooLong, row) }
    if let textFault { return rows.fault(textFault, row) }
    if let only = plan.only, !only.holds(values) { return rows.leaveOut(.only) }
    if checksTime, row.timeText != nil {
      // Nobody said what the number counts.
      row.time = .bad
    } else {
      row.time = time.read(row.timeText)
    }
    for index in attributes.indices { attributes[index] = value(plan.attributes[index]) }
    rows.add(row, attributes: attributes)
  }

  private func finish() throws(FileFault) {
    notices = columns.header.notices + time.notices
    if columns.header.plan.page == nil { notices.append(FileFindings.noPage) }
    notices += try rows.notices()
  }
}

/// The texts of one column of a batch, which stay where they are until the next one.
private final class ColumnTexts {
  private var memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
  private var offsets: [Int] = [0]
  private var nulls: [Bool] = []

  deinit { memory.deallocate() }

  func take(_ column: ColumnVector) {
    guard case .text(let texts) = column.values else { preconditionFailure("the query's columns are texts") }
    if texts.bytes.count > memory.count || memory.count > max(1 << 20, 8 * texts.bytes.count) {
      memory.deallocate()
      memory = .allocate(capacity: max(texts.bytes.count, 1 << 16))
    }
    _ = memory.update(fromContentsOf: texts.bytes)
    offsets = texts.offsets
    nulls = column.nulls
  }

  subscript(row: Int) -> Bytes? {
    if !nulls.isEmpty, nulls[row] { return nil }
    return Bytes(rebasing: Bytes(memory)[offsets[row]..<offsets[row + 1]])
  }
}
