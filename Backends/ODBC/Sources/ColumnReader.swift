internal import CODBC
internal import ConnectionCore
internal import SQLRendering
internal import SessionPlan
internal import WarehouseDriver

/// Collects one column of a result as values of one type.
///
/// Drivers make an integer of any text, and cut fractions, without a word: only what the driver says is an integer is
/// read as one; everything else comes as text and is read here.
final class ColumnReader {
  let column: BatchColumn
  private let index: Int
  private let transport: Transport
  /// One value as the driver writes it.
  private var buffer: UnsafeMutableRawPointer
  private var capacity: Int
  private let length = UnsafeMutablePointer<SQLLEN>.allocate(capacity: 1)
  private(set) var isBound = false

  private var integers: [Int64] = []
  private var doubles: [Double] = []
  private var text = TextVector()
  private var nulls: [Bool] = []

  /// How values come from the driver.
  private enum Transport {
    case integer, double, time
    case text, binary
  }

  /// The largest buffer that is kept for a column; longer texts are fetched in pieces.
  private static let largestBuffer = 256 << 10

  /// - Parameter wanted: nil leaves it to the engine
  init(
    _ described: ResultColumn, at index: Int, as wanted: BatchColumnType?, odbc: Dialect.ODBC
  ) throws(DriverError) {
    let type = described.type
    self.index = index
    var usual = type.usualColumnType
    if odbc.timesAsText, usual == .timestamp { usual = .text }
    column = BatchColumn(described.name, wanted ?? usual)
    switch column.type {
    case .int64: transport = type.isInteger && !odbc.integersAsText ? .integer : .text
    case .double: transport = type.isFloat && !odbc.integersAsText ? .double : .text
    case .timestamp: transport = type.isTime && !odbc.timesAsText ? .time : .text
    case .text: transport = type.isBinary ? .binary : .text
    }
    switch transport {
    case .integer, .double: capacity = 8
    case .time: capacity = MemoryLayout<SQL_TIMESTAMP_STRUCT>.size
    case .text, .binary: capacity = 1024
    }
    buffer = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit {
    buffer.deallocate()
    length.deallocate()
  }

  /// Whether values may be longer than any buffer.
  var isOfAnyLength: Bool { transport == .text || transport == .binary }

  /// The bytes of text collected so far.
  var byteCount: Int { text.bytes.count }

  private var cType: SQLSMALLINT {
    switch transport {
    case .integer: SQLSMALLINT(SQL_C_SBIGINT)
    case .double: SQLSMALLINT(SQL_C_DOUBLE)
    case .time: SQLSMALLINT(SQL_C_TYPE_TIMESTAMP)
    case .text: SQLSMALLINT(SQL_C_CHAR)
    case .binary: SQLSMALLINT(SQL_C_BINARY)
    }
  }

  /// Lets the driver write this column's values with each fetch.
  func bind(_ statement: ODBCStatement) throws(DriverError) {
    try statement.call(.prepare) {
      SQLBindCol($0, SQLUSMALLINT(index + 1), cType, buffer, SQLLEN(capacity), length)
    }
    isBound = true
  }

  // MARK: Reading

  /// Reads the value of the present row; `row` is the number of rows read before it in this batch.
  func read(_ statement: ODBCStatement, row: Int) throws(DriverError) {
    if !isBound, !isOfAnyLength {
      try statement.call(.fetch) {
        SQLGetData($0, SQLUSMALLINT(index + 1), cType, buffer, SQLLEN(capacity), length)
      }
    } else if !isBound {
      let bytes = try statement.longText(index, .fetch, binary: transport == .binary)
      guard let bytes else { return appendNull(row: row) }
      return try append(bytes)
    }
    guard length.pointee != SQLLEN(SQL_NULL_DATA) else { return appendNull(row: row) }
    switch transport {
    case .integer: append(buffer.load(as: Int64.self))
    case .double:
      appendNotNull()
      doubles.append(buffer.load(as: Double.self))
    case .time: append(try microseconds(buffer.load(as: SQL_TIMESTAMP_STRUCT.self)))
    case .text, .binary: try readText(statement)
    }
  }

  private func readText(_ statement: ODBCStatement) throws(DriverError) {
    let room = transport == .text ? capacity - 1 : capacity
    let count = length.pointee
    if count != SQLLEN(SQL_NO_TOTAL), count >= 0, count <= room {
      return try append(UnsafeRawBufferPointer(start: buffer, count: Int(count)))
    }
    // Never cut: the whole value is fetched again, and the buffer grows for those that follow.
    let bytes = try statement.longText(index, .fetch, binary: transport == .binary) ?? []
    try append(bytes)
    let wanted = min(bytes.count * 2, Self.largestBuffer)
    guard wanted > capacity else { return }
    buffer.deallocate()
    buffer = .allocate(byteCount: wanted, alignment: 16)
    capacity = wanted
    try bind(statement)
  }

  private func append(_ bytes: [UInt8]) throws(DriverError) {
    try bytes.withUnsafeBufferPointer { bytes throws(DriverError) in try append(UnsafeRawBufferPointer(bytes)) }
  }

  private func append(_ bytes: UnsafeRawBufferPointer) throws(DriverError) {
    let utf8 = bytes.bindMemory(to: UInt8.self)
    switch column.type {
    case .text:
      appendNotNull()
      text.append(utf8: utf8)
    case .int64:
      guard let value = IntegerText.value(utf8) else { throw misfit("something else than a whole number") }
      append(value)
    case .double:
      guard let value = Double(String(decoding: utf8, as: UTF8.self)) else {
        throw misfit("something else than a number")
      }
      appendNotNull()
      doubles.append(value)
    case .timestamp:
      guard let value = Timestamp(ascii: utf8) else { throw misfit("a text that is not a time") }
      append(value.microseconds)
    }
  }

  private func microseconds(_ time: SQL_TIMESTAMP_STRUCT) throws(DriverError) -> Int64 {
    // Digits after the sixth are cut, never rounded.
    let civil = CivilTime(
      year: Int(time.year), month: Int(time.month), day: Int(time.day), hour: Int(time.hour),
      minute: Int(time.minute), second: Int(time.second), microsecond: Int(time.fraction) / 1000)
    guard civil.isValid else { throw misfit("a time that does not exist") }
    return civil.microseconds
  }

  private func misfit(_ found: String) -> DriverError { .misfit(column, found) }

  // MARK: Collecting

  private func appendNotNull() { if !nulls.isEmpty { nulls.append(false) } }

  private func append(_ value: Int64) {
    appendNotNull()
    integers.append(value)
  }

  private func appendNull(row: Int) {
    if nulls.isEmpty { nulls = Array(repeating: false, count: row) }
    nulls.append(true)
    switch column.type {
    case .int64, .timestamp: integers.append(0)
    case .double: doubles.append(0)
    case .text: text.append(utf8: UnsafeBufferPointer(start: nil, count: 0))
    }
  }

  /// Hands over what was collected, and begins anew.
  func take() -> ColumnVector {
    defer {
      integers = []
      doubles = []
      text = TextVector()
      nulls = []
    }
    return switch column.type {
    case .int64: ColumnVector(values: .int64(integers), nulls: nulls)
    case .double: ColumnVector(values: .double(doubles), nulls: nulls)
    case .text: ColumnVector(values: .text(text), nulls: nulls)
    case .timestamp: ColumnVector(values: .timestamp(integers), nulls: nulls)
    }
  }
}
