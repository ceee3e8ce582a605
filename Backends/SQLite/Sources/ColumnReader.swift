internal import CSQLite
internal import SessionPlan
internal import WarehouseDriver

/// Collects one column of a result as values of one type.
struct ColumnReader {
  let column: BatchColumn
  private let index: Int32
  private var integers: [Int64] = []
  private var doubles: [Double] = []
  private var text = TextVector()
  private var nulls: [Bool] = []
  private var times = TimestampReader()

  init(_ column: BatchColumn, at index: Int32) {
    self.column = column
    self.index = index
  }

  /// The bytes of text collected so far.
  var byteCount: Int { text.bytes.count }

  /// Reads the value in the statement's current row; `row` is the number of rows read before it in this batch.
  mutating func read(_ statement: OpaquePointer, row: Int) throws(DriverError) {
    let stored = sqlite3_column_type(statement, index)
    if stored == SQLITE_NULL {
      if nulls.isEmpty { nulls = Array(repeating: false, count: row) }
      nulls.append(true)
      switch column.type {
      case .int64, .timestamp: integers.append(0)
      case .double: doubles.append(0)
      case .text: text.append(utf8: UnsafeBufferPointer(start: nil, count: 0))
      }
      return
    }
    if !nulls.isEmpty { nulls.append(false) }
    switch column.type {
    case .int64:
      guard stored == SQLITE_INTEGER else { throw mismatch(stored) }
      integers.append(sqlite3_column_int64(statement, index))
    case .double:
      guard stored == SQLITE_FLOAT || stored == SQLITE_INTEGER else { throw mismatch(stored) }
      doubles.append(sqlite3_column_double(statement, index))
    case .text:
      // Numbers become decimal text; the bytes of texts and blobs are taken as they are.
      if stored == SQLITE_BLOB {
        let start = sqlite3_column_blob(statement, index)?.assumingMemoryBound(to: UInt8.self)
        text.append(utf8: UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index))))
      } else {
        text.append(utf8: bytes(statement))
      }
    case .timestamp:
      guard stored == SQLITE_TEXT else { throw mismatch(stored) }
      guard let value = times.microseconds(bytes(statement)) else {
        throw DriverError(
          .wrongColumn, phase: .fetch, "column \(column.name) holds a text that is not a time",
          remedy: "times are written YYYY-MM-DD HH:MM:SS[.ffffff], in UTC")
      }
      integers.append(value)
    }
  }

  private func bytes(_ statement: OpaquePointer) -> UnsafeBufferPointer<UInt8> {
    let start = sqlite3_column_text(statement, index)
    return UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index)))
  }

  private func mismatch(_ stored: Int32) -> DriverError {
    let found =
      switch stored {
      case SQLITE_INTEGER: "an integer"
      case SQLITE_FLOAT: "a number with a fraction"
      case SQLITE_BLOB: "a blob"
      default: "a text"
      }
    let wanted =
      switch column.type {
      case .int64: "an integer"
      case .double: "a number"
      case .text: "a text"
      case .timestamp: "a time"
      }
    return DriverError(.wrongColumn, phase: .fetch, "column \(column.name) holds \(found) where \(wanted) belongs")
  }

  /// Hands over what was collected, and begins anew.
  mutating func take() -> ColumnVector {
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

  /// The type for a column that the caller leaves to the engine: that of its first value, or else of its declaration.
  static func guessType(_ statement: OpaquePointer, _ index: Int32, hasRow: Bool) -> BatchColumnType {
    switch hasRow ? sqlite3_column_type(statement, index) : SQLITE_NULL {
    case SQLITE_INTEGER: return .int64
    case SQLITE_FLOAT: return .double
    case SQLITE_TEXT, SQLITE_BLOB: return .text
    default:
      let declared = sqlite3_column_decltype(statement, index).map { String(cString: $0) } ?? ""
      return switch Affinity(declaredType: declared) {
      case .integer: .int64
      case .real: .double
      case .text, .blob, .numeric: .text
      }
    }
  }
}

/// Reads times, the canonical form of our own tables fast: its days repeat, so the last one is kept.
struct TimestampReader {
  private var day: (UInt64, UInt16) = (0, 0)
  private var dayStart: Int64 = 0

  /// Microseconds since 1970; nil where the text is not a time.
  mutating func microseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard text.count == 26, let start = text.baseAddress else { return Timestamp(ascii: text)?.microseconds }
    let raw = UnsafeRawPointer(start)
    let key = (raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: 8, as: UInt16.self))
    if key != day {
      guard let midnight = Timestamp(ascii: UnsafeBufferPointer(start: start, count: 10)) else {
        return Timestamp(ascii: text)?.microseconds
      }
      day = key
      dayStart = midnight.microseconds
    }
    func two(_ position: Int) -> Int64? {
      let (tens, ones) = (start[position] &- 48, start[position + 1] &- 48)
      return tens < 10 && ones < 10 ? Int64(tens) * 10 + Int64(ones) : nil
    }
    guard start[10] == UInt8(ascii: " "), start[13] == UInt8(ascii: ":"), start[16] == UInt8(ascii: ":"),
      start[19] == UInt8(ascii: "."), let hour = two(11), let minute = two(14), let second = two(17),
      let high = two(20), let middle = two(22), let low = two(24), hour < 24, minute < 60, second < 60
    else { return Timestamp(ascii: text)?.microseconds }
    return dayStart + ((hour * 60 + minute) * 60 + second) * 1_000_000 + (high * 100 + middle) * 100 + low
  }
}
