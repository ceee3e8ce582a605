internal import CODBC
internal import ConnectionCore

/// All records of a handle, in the driver's order.
func diagnosticRecords(_ type: Int32, _ handle: SQLHANDLE?) -> [DiagnosticRecord] {
  var records: [DiagnosticRecord] = []
  var room = 1024
  while records.count < 50 {
    var state = [UInt8](repeating: 0, count: 6)
    var native: SQLINTEGER = 0
    var message = [UInt8](repeating: 0, count: room)
    var length: SQLSMALLINT = 0
    let result = SQLGetDiagRec(
      SQLSMALLINT(type), handle, SQLSMALLINT(records.count + 1), &state, &native, &message, SQLSMALLINT(room), &length)
    guard result == SQL_SUCCESS || result == SQL_SUCCESS_WITH_INFO else { break }
    if Int(length) >= room, room < 30_000 {
      room = 32_000
      continue
    }
    records.append(
      DiagnosticRecord(state: text(state), native: Int(native), message: text(message)))
  }
  return records
}

/// The text before the first NUL.
private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
