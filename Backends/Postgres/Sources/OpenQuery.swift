internal import CPostgres
internal import WarehouseDriver

/// A query between two batches: a COPY in binary form on its way, one message a row.
final class OpenQuery {
  let sql: String
  let link: ServerLink
  let hasSavepoint: Bool
  private var readers: [FieldReader]
  private var isBeforeHeader = true
  private var isAtEnd = false
  var rowCount = 0
  var duration = Duration.zero

  init(sql: String, link: ServerLink, readers: [FieldReader], hasSavepoint: Bool) {
    self.sql = sql
    self.link = link
    self.readers = readers
    self.hasSavepoint = hasSavepoint
  }

  var schema: [BatchColumn] { readers.map(\.column) }

  /// The next rows, nil after the last. A batch ends early where its texts grow large, so that it stays small in memory.
  func next() throws(DriverError) -> RecordBatch? {
    var rows = 0
    var bytes = 0
    while !isAtEnd, rows < RecordBatch.usualRows, bytes < 8 << 20 {
      guard let data = try link.copyData(.fetch, sql) else {
        isAtEnd = true
        _ = try link.finish(.fetch, sql)
        break
      }
      defer { PQfreemem(data.baseAddress) }
      guard try read(UnsafeRawBufferPointer(data), row: rows) else { continue }
      rows += 1
      bytes = readers.reduce(0) { $0 + $1.byteCount }
    }
    rowCount += rows
    guard rows > 0 else { return nil }
    return RecordBatch(schema: schema, columns: readers.indices.map { readers[$0].take() })
  }

  /// Reads a message of the binary COPY format: the header (with the first row), a row, or the trailer. False where it
  /// holds no row.
  private func read(_ message: UnsafeRawBufferPointer, row: Int) throws(DriverError) -> Bool {
    var offset = 0
    func left(_ count: Int) throws(DriverError) {
      guard count >= 0, message.count - offset >= count else {
        throw DriverError(.other, phase: .fetch, "the server sent a row that ends too early", statement: sql)
      }
    }
    if isBeforeHeader {
      isBeforeHeader = false
      // Signature and flags, then the length of an extension.
      try left(19)
      let length = Int(Int32(bigEndian: message.loadUnaligned(fromByteOffset: 15, as: Int32.self)))
      offset = 19
      try left(length)
      offset += length
      if offset == message.count { return false }
    }
    try left(2)
    let count = Int16(bigEndian: message.loadUnaligned(fromByteOffset: offset, as: Int16.self))
    offset += 2
    if count == -1 { return false }
    guard Int(count) == readers.count else {
      throw DriverError(.other, phase: .fetch, "the server sent a row of another number of columns", statement: sql)
    }
    for index in readers.indices {
      try left(4)
      let length = Int(Int32(bigEndian: message.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
      offset += 4
      if length == -1 {
        readers[index].appendNull(row: row)
      } else {
        try left(length)
        try readers[index].append(UnsafeRawBufferPointer(rebasing: message[offset..<offset + length]))
        offset += length
      }
    }
    return true
  }
}
