internal import CSQLite
internal import Crypto

/// Registers `sessionizer_sha256(value)`: the SHA-256 of a text's or blob's bytes in lower-case hex, NULL of NULL;
/// SQLite has no hash function of its own (trap T14). Statements of a run use it; views never do, so that they work
/// in every other program too.
func registerSHA256(on handle: OpaquePointer) {
  sqlite3_create_function_v2(
    handle, "sessionizer_sha256", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nil, sha256, nil, nil, nil)
}

private func sha256(
  _ context: OpaquePointer?, _ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?
) {
  guard count == 1, let value = values?[0], sqlite3_value_type(value) != SQLITE_NULL else {
    sqlite3_result_null(context)
    return
  }
  // `value_blob` of a text is its bytes; numbers are made texts first. An empty value has no address.
  if sqlite3_value_type(value) != SQLITE_BLOB { _ = sqlite3_value_text(value) }
  let bytes = UnsafeRawBufferPointer(start: sqlite3_value_blob(value), count: Int(sqlite3_value_bytes(value)))
  var hash = SHA256()
  hash.update(bufferPointer: bytes)
  let digits = Array("0123456789abcdef".utf8)
  var hex: [CChar] = []
  hex.reserveCapacity(64)
  for byte in hash.finalize() {
    hex.append(CChar(digits[Int(byte >> 4)]))
    hex.append(CChar(digits[Int(byte & 15)]))
  }
  hex.withUnsafeBufferPointer {
    sqlite3_result_text(context, $0.baseAddress, Int32($0.count), sessionizer_sqlite_transient())
  }
}
