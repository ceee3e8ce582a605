internal import CSQLite
internal import WarehouseDriver

/// One prepared statement.
final class PreparedStatement {
  let handle: OpaquePointer
  let database: Database
  let sql: String

  /// Prepares exactly one statement; a second one in the text is refused rather than dropped.
  init(_ sql: String, database: Database, phase: DriverError.Phase) throws(DriverError) {
    self.database = database
    self.sql = sql
    if sql.utf8.contains(0) {
      throw DriverError(.other, phase: phase, "the statement contains a NUL character", statement: sql)
    }
    database.callbacks.refusal = nil
    var code = SQLITE_OK
    var prepared: OpaquePointer?
    var hasMore = false
    var text = sql
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        var tail: UnsafePointer<CChar>?
        code = sqlite3_prepare_v2(database.handle, characters.baseAddress, Int32(characters.count), &prepared, &tail)
        guard code == SQLITE_OK, let start = characters.baseAddress, let tail else { return }
        hasMore = Self.hasStatement(UnsafeBufferPointer(rebasing: bytes[(tail - start)...]))
      }
    }
    guard code == SQLITE_OK else { throw database.error(code, phase, sql: sql) }
    guard let prepared else {
      throw DriverError(.other, phase: phase, "the statement is empty", statement: sql)
    }
    handle = prepared
    if hasMore {
      // The initializer has set every property, so `deinit` finalizes.
      throw DriverError(
        .other, phase: phase, "the text holds more than one statement", remedy: "carry them out one by one",
        statement: sql)
    }
    database.tell(sql)
  }

  deinit { sqlite3_finalize(handle) }

  /// Whether text holds more than blanks, comments and semicolons.
  ///
  /// (Preparing the rest would tell too, but some PRAGMAs act while they are prepared.)
  private static func hasStatement(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var index = 0
    func byte(_ offset: Int) -> UInt8? { index + offset < text.count ? text[index + offset] : nil }
    while let first = byte(0) {
      switch (first, byte(1)) {
      case (UInt8(ascii: " "), _), (UInt8(ascii: ";"), _), (9...13, _): index += 1
      case (UInt8(ascii: "-"), UInt8(ascii: "-")):
        while let next = byte(0), next != UInt8(ascii: "\n") { index += 1 }
      case (UInt8(ascii: "/"), UInt8(ascii: "*")):
        index += 2
        while byte(0) != nil, !(byte(0) == UInt8(ascii: "*") && byte(1) == UInt8(ascii: "/")) { index += 1 }
        index += 2
      default: return true
      }
    }
    return false
  }

  /// Goes on to the next row; false at the end.
  func step(_ phase: DriverError.Phase) throws(DriverError) -> Bool {
    let code = sqlite3_step(handle)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let error = database.error(code, phase, sql: sql)
      sqlite3_reset(handle)
      throw error
    }
  }

  var columnCount: Int32 { sqlite3_column_count(handle) }

  func name(ofColumn column: Int32) -> String {
    sqlite3_column_name(handle, column).map { String(cString: $0) } ?? ""
  }

  /// Binds a short text of the connection's own.
  func bind(_ value: String, at index: Int32) {
    var copy = value
    copy.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        _ = sqlite3_bind_text(
          handle, index, characters.baseAddress, Int32(characters.count), sessionizer_sqlite_transient())
      }
    }
  }

  /// The current row as texts.
  var texts: [String?] {
    (0..<columnCount).map { column in
      guard let pointer = sqlite3_column_text(handle, column) else { return nil }
      let count = Int(sqlite3_column_bytes(handle, column))
      return String(decoding: UnsafeBufferPointer(start: pointer, count: count), as: UTF8.self)
    }
  }

  /// What the statement has cost since it was prepared.
  var statistics: StatementStatistics {
    func status(_ which: Int32) -> Int { Int(sqlite3_stmt_status(handle, which, 0)) }
    return StatementStatistics(
      statements: 1, virtualMachineSteps: status(SQLITE_STMTSTATUS_VM_STEP),
      fullScanSteps: status(SQLITE_STMTSTATUS_FULLSCAN_STEP), sorts: status(SQLITE_STMTSTATUS_SORT),
      automaticIndexRows: status(SQLITE_STMTSTATUS_AUTOINDEX))
  }
}
