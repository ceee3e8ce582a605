internal import CSQLite
internal import SessionPlan

/// Registers the tool's own reading of times, which costs a third of the same in SQLite's functions (`SQLiteTimes`) and
/// gives the same results. Statements of a run use them; views and scripts never do, so that they work in every other
/// program too.
///
/// - `sessionizer_time(value, seconds)`: ISO-8601 text in canonical form and in UTC; NULL for what is no time or out of
///   the range that is sessionized. `seconds` is how far east of UTC times without zone are.
/// - `sessionizer_micros(text)`: whole microseconds since 1970 of a time.
func registerTimeFunctions(on handle: OpaquePointer) {
  let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS
  sqlite3_create_function_v2(handle, "sessionizer_time", 2, flags, nil, canonicalTime, nil, nil, nil)
  sqlite3_create_function_v2(handle, "sessionizer_micros", 1, flags, nil, microseconds, nil, nil, nil)
}

private func canonicalTime(
  _ context: OpaquePointer?, _ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?
) {
  guard count == 2, let value = values?[0], let text = text(of: value),
    let moment = Timestamp(ascii: text, secondsEastOfUTC: sqlite3_value_int64(values?[1])), moment.isInRange
  else {
    sqlite3_result_null(context)
    return
  }
  // Nearly every time is canonical already; then SQLite keeps the text that it has.
  if isCanonical(text), sqlite3_value_int64(values?[1]) == 0, sqlite3_value_type(value) == SQLITE_TEXT {
    sqlite3_result_value(context, value)
    return
  }
  withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { buffer in
    let length = moment.write(to: buffer)
    buffer.withMemoryRebound(to: CChar.self) {
      sqlite3_result_text(context, $0.baseAddress, Int32(length), sessionizer_sqlite_transient())
    }
  }
}

/// Whether a text that is a time is one in canonical form: 26 bytes, a blank between day and time, six digits at the end.
private func isCanonical(_ time: UnsafeBufferPointer<UInt8>) -> Bool {
  guard time.count == 26, time[10] == UInt8(ascii: " "), time[19] == UInt8(ascii: ".") else { return false }
  for byte in time[20...] where byte < UInt8(ascii: "0") || byte > UInt8(ascii: "9") { return false }
  return true
}

private func microseconds(
  _ context: OpaquePointer?, _ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?
) {
  guard count == 1, let value = values?[0], let text = text(of: value), let moment = Timestamp(ascii: text) else {
    sqlite3_result_null(context)
    return
  }
  sqlite3_result_int64(context, moment.microseconds)
}

/// A value's text, in SQLite's own memory; nil for NULL.
private func text(of value: OpaquePointer) -> UnsafeBufferPointer<UInt8>? {
  guard sqlite3_value_type(value) != SQLITE_NULL, let start = sqlite3_value_text(value) else { return nil }
  return UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
}
