internal import CODBC
internal import SessionPlan
internal import WarehouseDriver

/// The values of one column on their way into statement parameters: memory that stays where it is while a driver reads
/// it.
final class ParameterColumn {
  private let column: BatchColumn
  private let timesAsText: Bool
  private var bytes = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 16)
  private var capacity = 4096
  private var lengths = UnsafeMutablePointer<SQLLEN>.allocate(capacity: 64)
  private var lengthCapacity = 64
  /// Where each value begins; all are `width` apart in an array.
  private var starts: [Int] = []
  /// The longest value's bytes.
  private var width = 0

  private static let timeText = 26

  init(_ column: BatchColumn, timesAsText: Bool) {
    self.column = column
    self.timesAsText = timesAsText
  }

  deinit {
    bytes.deallocate()
    lengths.deallocate()
  }

  private func reserve(bytes count: Int, rows: Int) {
    if count > capacity {
      bytes.deallocate()
      bytes = .allocate(byteCount: count, alignment: 16)
      capacity = count
    }
    if rows > lengthCapacity {
      lengths.deallocate()
      lengths = .allocate(capacity: rows)
      lengthCapacity = rows
    }
  }

  // MARK: Loading

  /// Copies some rows of a batch.
  ///
  /// - Parameter isArray: whether the values are to be `width` apart
  func load(_ vector: ColumnVector, _ rows: Range<Int>, isArray: Bool, sql: String) throws(DriverError) {
    switch vector.values {
    case .int64(let values): loadFixed(values, rows)
    case .double(let values): loadFixed(values, rows)
    case .timestamp(let values):
      if timesAsText { try loadTimeTexts(values, vector, rows, sql) } else { try loadTimes(values, vector, rows, sql) }
    case .text(let texts): try loadTexts(texts, rows, isArray: isArray, sql)
    }
    guard !vector.nulls.isEmpty else { return }
    for (offset, row) in rows.enumerated() where vector.nulls[row] { lengths[offset] = SQLLEN(SQL_NULL_DATA) }
  }

  private func loadFixed<Value: BitwiseCopyable>(_ values: [Value], _ rows: Range<Int>) {
    width = MemoryLayout<Value>.size
    reserve(bytes: width * rows.count, rows: rows.count)
    values.withUnsafeBytes {
      bytes.copyMemory(from: $0.baseAddress! + rows.lowerBound * width, byteCount: rows.count * width)
    }
    for offset in 0..<rows.count { lengths[offset] = width }
    setStarts(rows.count)
  }

  private func setStarts(_ count: Int) {
    if starts.count != count || (count > 1 && starts[1] != width) {
      starts = (0..<count).map { $0 * width }
    }
  }

  private func loadTimes(
    _ values: [Int64], _ vector: ColumnVector, _ rows: Range<Int>, _ sql: String
  ) throws(DriverError) {
    width = MemoryLayout<SQL_TIMESTAMP_STRUCT>.stride
    reserve(bytes: width * rows.count, rows: rows.count)
    let times = bytes.bindMemory(to: SQL_TIMESTAMP_STRUCT.self, capacity: rows.count)
    for (offset, row) in rows.enumerated() {
      let civil = CivilTime(microseconds: try writable(values[row], vector.isNull(row), sql))
      times[offset] = SQL_TIMESTAMP_STRUCT(
        year: SQLSMALLINT(civil.year), month: SQLUSMALLINT(civil.month), day: SQLUSMALLINT(civil.day),
        hour: SQLUSMALLINT(civil.hour), minute: SQLUSMALLINT(civil.minute), second: SQLUSMALLINT(civil.second),
        fraction: SQLUINTEGER(civil.microsecond * 1000))
      lengths[offset] = width
    }
    setStarts(rows.count)
  }

  private func loadTimeTexts(
    _ values: [Int64], _ vector: ColumnVector, _ rows: Range<Int>, _ sql: String
  ) throws(DriverError) {
    // A little more room than the text takes, because it is written into a buffer of 32.
    width = 32
    reserve(bytes: width * rows.count, rows: rows.count)
    let characters = bytes.bindMemory(to: UInt8.self, capacity: width * rows.count)
    for (offset, row) in rows.enumerated() {
      let time = Timestamp(microseconds: try writable(values[row], vector.isNull(row), sql))
      lengths[offset] = time.write(
        to: UnsafeMutableBufferPointer(start: characters + offset * width, count: width))
    }
    setStarts(rows.count)
  }

  /// Times that every engine stores and every driver writes with four digits of a year.
  private func writable(_ value: Int64, _ isNull: Bool, _ sql: String) throws(DriverError) -> Int64 {
    if isNull { return 0 }
    guard Self.times.contains(value) else {
      throw DriverError(
        .wrongColumn, phase: .append, "a time for column \(column.name) is outside the years 0001 to 9999",
        statement: sql)
    }
    return value
  }

  private static let times =
    CivilTime(year: 1, month: 1, day: 1).microseconds..<CivilTime(year: 10_000, month: 1, day: 1).microseconds

  private func loadTexts(
    _ texts: TextVector, _ rows: Range<Int>, isArray: Bool, _ sql: String
  ) throws(DriverError) {
    let first = texts.offsets[rows.lowerBound]
    let total = texts.offsets[rows.upperBound] - first
    // Some drivers end a text at a NUL without a word, and some engines refuse it.
    guard !texts.bytes[first..<first + total].contains(0) else {
      throw DriverError(
        .encoding, phase: .append, "a text for column \(column.name) contains a NUL character",
        remedy: "take it out of the text", statement: sql)
    }
    var longest = 1
    for row in rows { longest = max(longest, texts.offsets[row + 1] - texts.offsets[row]) }
    width = longest
    reserve(bytes: isArray ? longest * rows.count : max(total, 1), rows: rows.count)
    texts.bytes.withUnsafeBytes { source in
      guard let source = source.baseAddress else { return }
      if !isArray { bytes.copyMemory(from: source + first, byteCount: total) }
      for (offset, row) in rows.enumerated() where isArray {
        let count = texts.offsets[row + 1] - texts.offsets[row]
        (bytes + offset * longest).copyMemory(from: source + texts.offsets[row], byteCount: count)
      }
    }
    for (offset, row) in rows.enumerated() { lengths[offset] = texts.offsets[row + 1] - texts.offsets[row] }
    if isArray { setStarts(rows.count) } else { starts = rows.map { texts.offsets[$0] - first } }
  }

  // MARK: Binding

  /// Tells a statement where a parameter's value is; in an array, where its first value is.
  func bind(_ statement: ODBCStatement, _ number: SQLUSMALLINT, row: Int) throws(DriverError) {
    let form = form
    try statement.call(.append) {
      SQLBindParameter(
        $0, number, SQLSMALLINT(SQL_PARAM_INPUT), SQLSMALLINT(form.c), SQLSMALLINT(form.sql), form.size, form.digits,
        bytes + starts[row], SQLLEN(width), lengths + row)
    }
  }

  /// The types of a parameter on both sides.
  private var form: (c: Int32, sql: Int32, size: SQLULEN, digits: SQLSMALLINT) {
    switch column.type {
    case .int64: (SQL_C_SBIGINT, SQL_BIGINT, 19, 0)
    case .double: (SQL_C_DOUBLE, SQL_DOUBLE, 15, 0)
    case .timestamp:
      timesAsText
        ? (SQL_C_CHAR, SQL_VARCHAR, SQLULEN(Self.timeText), 0)
        : (SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP, SQLULEN(Self.timeText), 6)
    case .text: (SQL_C_CHAR, width <= 4000 ? SQL_VARCHAR : SQL_LONGVARCHAR, SQLULEN(max(width, 1)), 0)
    }
  }
}
