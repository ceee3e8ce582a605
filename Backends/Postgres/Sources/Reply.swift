internal import CPostgres

/// A result of libpq's, freed with this object.
final class Reply {
  let handle: OpaquePointer

  init(_ handle: OpaquePointer) { self.handle = handle }

  deinit { PQclear(handle) }

  var status: ExecStatusType { PQresultStatus(handle) }
  var isError: Bool { status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE }
  var isCopy: Bool { status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH }

  var rowCount: Int { Int(PQntuples(handle)) }
  var columnCount: Int { Int(PQnfields(handle)) }

  /// The rows that an INSERT, UPDATE, DELETE or COPY changed; 0 for others.
  var changedRows: Int {
    guard status != PGRES_TUPLES_OK || PQcmdStatus(handle).map({ String(cString: $0).hasPrefix("INSERT") }) == true
    else { return 0 }
    return Int(String(cString: PQcmdTuples(handle))) ?? 0
  }

  var commandTag: String { String(cString: PQcmdStatus(handle)) }

  func name(_ column: Int) -> String { String(cString: PQfname(handle, Int32(column))) }
  func type(_ column: Int) -> UInt32 { PQftype(handle, Int32(column)) }

  func text(_ row: Int, _ column: Int) -> String? {
    guard row < rowCount, PQgetisnull(handle, Int32(row), Int32(column)) == 0 else { return nil }
    return String(cString: PQgetvalue(handle, Int32(row), Int32(column)))
  }

  /// All rows, as texts.
  var texts: [[String?]] {
    (0..<rowCount).map { row in (0..<columnCount).map { text(row, $0) } }
  }

  /// A part of the server's message, such as `"C"` for the SQLSTATE (PG_DIAG_… in libpq's headers).
  func field(_ code: Character) -> String? {
    guard let ascii = code.asciiValue, let field = PQresultErrorField(handle, Int32(ascii)) else { return nil }
    return String(cString: field)
  }

  var sqlState: String? { field("C") }
}
