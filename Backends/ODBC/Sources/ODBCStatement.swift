internal import CODBC
internal import ConnectionCore
internal import WarehouseDriver

/// A statement handle, freed with this object.
final class ODBCStatement {
  let link: ODBCLink
  let handle: SQLHSTMT
  /// For messages.
  let sql: String
  /// How long its calls have taken together: the time limit is the statement's, and not each fetched row's.
  private var spent = Duration.zero

  init(_ link: ODBCLink, sql: String) throws(DriverError) {
    self.link = link
    self.sql = sql
    var handle: SQLHSTMT?
    guard SQLAllocHandle(SQLSMALLINT(SQL_HANDLE_STMT), link.handle, &handle) == SQL_SUCCESS, let handle else {
      throw link.reporter.failure(diagnosticRecords(SQL_HANDLE_DBC, link.handle), .prepare, sql)
    }
    self.handle = handle
    // Braces are ours, not ODBC's escapes. A driver that reads them all the same finds none outside of texts.
    _ = sessionizer_odbc_set_statement(handle, SQL_ATTR_NOSCAN, SQLULEN(SQL_NOSCAN_ON))
  }

  deinit { SQLFreeHandle(SQLSMALLINT(SQL_HANDLE_STMT), handle) }

  /// Carries out a statement, again and again where that finds a lock which the backend waits for.
  @discardableResult
  func carryOut(_ phase: DriverError.Phase, _ body: (SQLHSTMT) -> SQLRETURN) throws(DriverError) -> SQLRETURN {
    try waitingForLocks(link.lockWait, isShielded: link.isShielded, phase, sql) { () throws(DriverError) in
      try call(phase, body)
    }
  }

  /// Makes a call that may block. SQL_NO_DATA is an answer like another.
  @discardableResult
  func call(_ phase: DriverError.Phase, _ body: (SQLHSTMT) -> SQLRETURN) throws(DriverError) -> SQLRETURN {
    guard !link.isLost else { throw link.reporter.lost(phase, sql) }
    let limit = link.isShielded ? nil : link.limit
    if let limit, spent >= limit { throw link.reporter.timeout(after: limit, phase, sql) }
    let start = ContinuousClock.now
    let (answer, stopped) = link.watch.during(
      Int(bitPattern: link.idleStatement ?? handle), isShielded: link.isShielded, limit: limit.map { $0 - spent }
    ) { body(handle) }
    let result = answer ?? SQLRETURN(SQL_ERROR)
    spent += ContinuousClock.now - start
    let isDone = ODBCLink.isDone(result) || result == SQL_NO_DATA
    // A request that came just after the end has closed the statement's cursor.
    if isDone, stopped == nil { return result }
    let records = isDone ? [] : diagnosticRecords(SQL_HANDLE_STMT, handle)
    link.lastFailure = link.reporter.kind(records)
    var error = link.reporter.failure(records, phase, sql)
    // Drivers have many ways to say that the server is gone.
    if error.code != .connectionLost, stopped == nil, link.isDead { error = link.reporter.lost(phase, sql) }
    switch stopped {
    case .cancelled? where error.code != .connectionLost:
      error = DriverError(
        .cancelled, phase: phase, "the statement was cancelled", sqlState: error.sqlState, statement: sql)
    // A wait for a lock that was stopped is still that.
    case .timedOut? where error.code != .connectionLost && error.code != .locked:
      error = link.reporter.timeout(after: link.limit ?? .zero, phase, sql)
    default: break
    }
    if error.code == .connectionLost { link.isLost = true }
    if stopped != nil { link.settle() }
    link.recover()
    throw error
  }

  /// Carries out one statement; SQL_NO_DATA means that it changed no rows.
  func execute(_ text: String, _ phase: DriverError.Phase) throws(DriverError) {
    if text.utf8.contains(0) {
      throw DriverError(.other, phase: phase, "the statement contains a NUL character", statement: sql)
    }
    link.tell(text)
    var bytes = Array(text.utf8)
    // An empty array has no address.
    let count = SQLINTEGER(bytes.count)
    bytes.append(0)
    if link.preparesQueries, Self.isQuery(text) {
      try carryOut(phase) { SQLPrepare($0, &bytes, count) }
      try carryOut(phase) { SQLExecute($0) }
    } else {
      try carryOut(phase) { SQLExecDirect($0, &bytes, count) }
    }
  }

  private static func isQuery(_ text: String) -> Bool {
    let word = text.drop(while: \.isWhitespace).prefix { $0.isASCII && $0.isLetter }.uppercased()
    return word == "SELECT" || word == "WITH"
  }

  func prepare(_ text: String, _ phase: DriverError.Phase) throws(DriverError) {
    link.tell(text)
    var bytes = Array(text.utf8)
    let count = SQLINTEGER(bytes.count)
    bytes.append(0)
    try call(phase) { SQLPrepare($0, &bytes, count) }
  }

  /// The rows that the statement changed, nil where the driver does not say.
  var changedRows: Int? {
    var count: SQLLEN = -1
    guard ODBCLink.isDone(SQLRowCount(handle, &count)), count >= 0 else { return nil }
    return count
  }

  // MARK: Results

  var columnCount: Int {
    var count: SQLSMALLINT = 0
    return ODBCLink.isDone(SQLNumResultCols(handle, &count)) ? Int(count) : 0
  }

  /// A column's name and type, from 0.
  func column(_ index: Int) throws(DriverError) -> ResultColumn {
    var name = [UInt8](repeating: 0, count: 1024)
    var length: SQLSMALLINT = 0
    var type: SQLSMALLINT = 0
    var size: SQLULEN = 0
    var digits: SQLSMALLINT = 0
    var nullable: SQLSMALLINT = 0
    try call(.prepare) {
      SQLDescribeCol(
        $0, SQLUSMALLINT(index + 1), &name, SQLSMALLINT(name.count), &length, &type, &size, &digits, &nullable)
    }
    return ResultColumn(name: String(decoding: name.prefix { $0 != 0 }, as: UTF8.self), type: SQLType(type))
  }

  /// The next row; false after the last.
  func fetch(_ phase: DriverError.Phase) throws(DriverError) -> Bool {
    try call(phase) { SQLFetch($0) } != SQL_NO_DATA
  }

  /// Reads on to the end of the rows, if there are any, and drops them: some drivers do nothing before the first row is
  /// asked for.
  func drain(_ phase: DriverError.Phase) throws(DriverError) {
    guard columnCount > 0 else { return }
    while try fetch(phase) {}
  }

  /// All rows, as texts: for results that are known to be small.
  func texts(_ phase: DriverError.Phase) throws(DriverError) -> [[String?]] {
    let count = columnCount
    guard count > 0 else { return [] }
    var rows: [[String?]] = []
    while try fetch(phase) {
      var row: [String?] = []
      for index in 0..<count { row.append(try longText(index, phase).map { String(decoding: $0, as: UTF8.self) }) }
      rows.append(row)
    }
    return rows
  }

  /// A value of the present row as text, in as many pieces as it takes; nil for NULL.
  func longText(_ index: Int, _ phase: DriverError.Phase, binary: Bool = false) throws(DriverError) -> [UInt8]? {
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    // Texts end in a NUL, for which there must be room.
    let end = binary ? 0 : 1
    let type = binary ? SQLSMALLINT(SQL_C_BINARY) : SQLSMALLINT(SQL_C_CHAR)
    while true {
      var length: SQLLEN = 0
      let room = piece.count
      let answer = try call(phase) {
        SQLGetData($0, SQLUSMALLINT(index + 1), type, &piece, SQLLEN(room), &length)
      }
      if answer == SQL_NO_DATA { return result }
      if length == SQLLEN(SQL_NULL_DATA) { return nil }
      let isCut = length == SQLLEN(SQL_NO_TOTAL) || Int(length) > room - end
      result += piece[..<(isCut ? room - end : Int(length))]
      if !isCut { return result }
      // The rest at once where its length is known.
      let rest = length == SQLLEN(SQL_NO_TOTAL) ? room * 4 : Int(length) - (room - end) + end
      piece = [UInt8](repeating: 0, count: min(max(rest, 4096), 16 << 20))
    }
  }
}

/// A column of a result.
struct ResultColumn {
  var name: String
  var type: SQLType
}
