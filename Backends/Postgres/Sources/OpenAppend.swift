internal import CPostgres
internal import Foundation
internal import SessionPlan
internal import WarehouseDriver

/// A bulk insert between two batches: a COPY that the server is waiting for more of.
final class OpenAppend {
  /// How much is handed to libpq at once.
  private static let chunk = 128 << 10

  let sql: String
  let link: ServerLink
  private let command: String
  private let columns: [BatchColumn]
  /// One a column; nil where the rows go as text.
  private let encodings: [ColumnEncoding]?
  private var buffer = CopyBuffer(capacity: chunk + chunk / 2)
  private var rowsOfEarlierCopies = 0
  var duration = Duration.zero

  /// - Parameters:
  ///   - command: the COPY as it is sent
  ///   - sql: the same for messages
  init(
    command: String, sql: String, link: ServerLink, columns: [BatchColumn], encodings: [ColumnEncoding]?
  ) throws(DriverError) {
    self.command = command
    self.sql = sql
    self.link = link
    self.columns = columns
    self.encodings = encodings
    try begin()
  }

  private func begin() throws(DriverError) {
    let reply = try link.run(command, .append, shown: sql)
    guard reply.status == PGRES_COPY_IN else {
      throw DriverError(.other, phase: .append, "the server takes no rows for this bulk insert", statement: sql)
    }
    // Signature, flags, and no extension.
    if encodings != nil { try put(Array("PGCOPY\n".utf8) + [0xFF, 13, 10, 0] + Array(repeating: 0, count: 8)) }
  }

  /// Sends a few bytes of the format's own.
  private func put(_ bytes: [UInt8]) throws(DriverError) {
    let sent = bytes.withUnsafeBytes {
      PQputCopyData(link.handle, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count))
    }
    guard sent == 1 else { throw try end() }
  }

  func write(_ batch: RecordBatch) throws(DriverError) {
    guard batch.schema.map(\.type) == columns.map(\.type) else {
      throw DriverError(.other, phase: .append, "the batch has other columns than the bulk insert was begun with")
    }
    try noticeReply()
    if let encodings { try writeBinary(batch, encodings) } else { try writeText(batch) }
  }

  // MARK: Binary

  private func writeBinary(_ batch: RecordBatch, _ encodings: [ColumnEncoding]) throws(DriverError) {
    let writers = zip(batch.columns, encodings).map { FieldWriter($0, $1) }
    for row in 0..<batch.rowCount {
      buffer.reserve(2)
      buffer.put(Int16(writers.count))
      for (index, writer) in writers.enumerated() {
        if let problem = writer.write(row, to: &buffer) { throw misfit(problem, columns[index].name) }
      }
      if buffer.count >= Self.chunk { try send() }
    }
  }

  private func misfit(_ problem: FieldWriter.Problem, _ column: String) -> DriverError {
    switch problem {
    case .nul:
      DriverError(
        .encoding, phase: .append,
        "a text for column \(column) contains a NUL character, which PostgreSQL cannot store",
        remedy: "take it out of the text", statement: sql)
    case .tooLarge:
      DriverError(
        .wrongColumn, phase: .append, "a number is too large for column \(column)", remedy: "give it the type bigint",
        statement: sql)
    case .timeOutOfRange:
      DriverError(
        .wrongColumn, phase: .append, "a time for column \(column) is outside the years that PostgreSQL stores",
        statement: sql)
    }
  }

  // MARK: Text

  /// For columns of types whose binary form we do not write: PostgreSQL reads the values as it reads literals.
  private func writeText(_ batch: RecordBatch) throws(DriverError) {
    for row in 0..<batch.rowCount {
      for (index, column) in batch.columns.enumerated() {
        buffer.reserve(3)
        if index > 0 { buffer.put(UInt8(ascii: "\t")) }
        guard !column.isNull(row) else {
          buffer.put(UInt16(0x5C4E))
          continue
        }
        switch column.values {
        case .int64(let values): buffer.append(String(values[row]))
        case .double(let values): buffer.append(Self.text(values[row]))
        case .text(let texts):
          let isWhole = texts.bytes.withUnsafeBytes { all in
            let text = UnsafeRawBufferPointer(rebasing: all[texts.offsets[row]..<texts.offsets[row + 1]])
            guard !text.contains(0) else { return false }
            buffer.appendEscaped(text)
            return true
          }
          if !isWhole { throw misfit(.nul, columns[index].name) }
        case .timestamp(let values):
          let time = Timestamp(microseconds: values[row])
          guard time >= .earliest, time < .end else { throw misfit(.timeOutOfRange, columns[index].name) }
          // The offset counts only where the column has a time zone.
          buffer.append(time.description + "+00")
        }
      }
      buffer.reserve(1)
      buffer.put(UInt8(ascii: "\n"))
      if buffer.count >= Self.chunk { try send() }
    }
  }

  private static func text(_ value: Double) -> String {
    value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : "\(value)"
  }

  // MARK: Sending

  private func send() throws(DriverError) {
    guard buffer.count > 0 else { return }
    let bytes = buffer.bytes
    let sent = PQputCopyData(
      link.handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
    guard sent == 1 else { throw try end() }
    buffer.clear()
    try flush()
  }

  /// Sends what libpq holds. It would buffer without limit if this did not wait.
  private func flush() throws(DriverError) {
    while true {
      if Task.isCancelled {
        throw DriverError(.cancelled, phase: .append, "the bulk insert was cancelled", statement: sql)
      }
      switch PQflush(link.handle) {
      case 0: return
      case 1:
        try link.wait(Int16(POLLIN | POLLOUT), .append, sql)
        try noticeReply()
      default: throw try end()
      }
    }
  }

  /// The server speaks during a COPY where something is wrong: the rest of the rows would be sent for nothing. libpq
  /// tells only at the end of the COPY. Where it was a notice after all, the insert goes on with another COPY.
  ///
  /// Called between two rows.
  private func noticeReply() throws(DriverError) {
    guard link.hasInput else { return }
    guard PQconsumeInput(link.handle) == 1 else { throw try end() }
    rowsOfEarlierCopies += try endCopy()
    try begin()
  }

  private func endCopy() throws(DriverError) -> Int {
    if encodings != nil { try put([0xFF, 0xFF]) }
    guard PQputCopyEnd(link.handle, nil) == 1 else { throw try end() }
    return try link.finish(.append, sql).changedRows
  }

  /// Ends the COPY whose error is on its way, and returns the error.
  private func end() throws(DriverError) -> DriverError {
    _ = PQputCopyEnd(link.handle, "given up")
    _ = try link.finish(.append, sql)
    return link.lost(.append, sql)
  }

  /// Ends the COPY and returns the number of rows that the server says it inserted.
  func finish() throws(DriverError) -> Int {
    try send()
    return rowsOfEarlierCopies + (try endCopy())
  }
}
