internal import CSQLite
internal import WarehouseDriver

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A result code of SQLite's, with its text, on the way to becoming a `DriverError`.
struct ResultCode {
  /// The extended code.
  let code: Int32
  /// SQLite's own words: part of a sentence, never one by itself.
  let detail: String
  let systemError: Int32

  init(handle: OpaquePointer, code: Int32) {
    let extended = sqlite3_extended_errcode(handle)
    self.code = extended & 0xff == code & 0xff ? extended : code
    detail = String(cString: sqlite3_errmsg(handle))
    systemError = sqlite3_system_errno(handle)
  }

  /// - Parameter name: the file, or what else messages call the database.
  func error(_ phase: DriverError.Phase, name: String) -> DriverError {
    func made(
      _ kind: DriverError.Code, _ message: String, _ remedy: String? = nil, retrySafe: Bool = false
    ) -> DriverError {
      DriverError(kind, phase: phase, message, remedy: remedy, vendorCode: Int(code), isRetrySafe: retrySafe)
    }
    switch code & 0xff {
    case SQLITE_BUSY, SQLITE_LOCKED:
      return made(
        .locked, "\(name) is locked by another connection", "wait until it has finished and try again", retrySafe: true)
    case SQLITE_INTERRUPT:
      return made(.cancelled, "the statement was cancelled")
    case SQLITE_READONLY:
      return made(.readOnly, "\(name) cannot be written (\(detail))", "check the rights of the file and of its folder")
    case SQLITE_FULL:
      return made(
        .diskFull, "there is no room to write \(name) (\(detail))", "make room and run again; nothing is half-written")
    case SQLITE_IOERR:
      if [ENOSPC, EDQUOT, EFBIG].contains(systemError) {
        return made(
          .diskFull, "there is no room to write \(name) (\(String(cString: strerror(systemError))))",
          "make room and run again; nothing is half-written")
      }
      let cause = systemError == 0 ? detail : "\(detail): \(String(cString: strerror(systemError)))"
      return made(.other, "reading or writing \(name) failed (\(cause))", "check the disk it is on")
    case SQLITE_CORRUPT:
      return made(.other, "\(name) is damaged (\(detail))", "restore a copy, or try the sqlite3 shell's .recover")
    case SQLITE_NOTADB:
      return made(
        .notADatabase, "\(name) is not a SQLite database", "check the path (an encrypted database looks like this, too)"
      )
    case SQLITE_CANTOPEN:
      return made(
        .connection, "\(name) cannot be opened (\(detail))", "check the path and the rights of the file and its folder")
    case SQLITE_PERM:
      return made(.permission, "\(name) may not be used (\(detail))", "check the rights of the file and of its folder")
    case SQLITE_AUTH:
      return made(.refused, "SQLite refuses the statement (\(detail))")
    case SQLITE_CONSTRAINT: return constraint(made)
    case SQLITE_MISMATCH:
      return made(.wrongColumn, "a value does not have its column's type (\(detail))")
    case SQLITE_TOOBIG:
      return made(.other, "a value or a statement is longer than SQLite takes (\(detail))")
    case SQLITE_NOMEM:
      return made(.other, "SQLite found no memory")
    case SQLITE_SCHEMA:
      return made(.other, "another connection changed the tables of \(name) meanwhile", "try again", retrySafe: true)
    default: return general(made)
    }
  }

  private typealias Maker = (DriverError.Code, String, String?, Bool) -> DriverError

  private func constraint(_ made: Maker) -> DriverError {
    // SQLite's text names columns and constraints, never values: "UNIQUE constraint failed: t.a, t.b".
    func columns(after prefix: String) -> String? {
      detail.hasPrefix(prefix) ? String(detail.dropFirst(prefix.count)) : nil
    }
    if detail == GuardRules.replacementRefused {
      return made(.refused, "a run only inserts: replacing a row of a ledger was refused", nil, false)
    }
    if let found = columns(after: "UNIQUE constraint failed: ") {
      return made(.constraint, "a row with the same key exists already (\(found))", nil, false)
    }
    if let found = columns(after: "NOT NULL constraint failed: ") {
      return made(.constraint, "NULL in a column that takes none (\(found))", nil, false)
    }
    // "cannot store TEXT value in INTEGER column t.a", of a STRICT table
    if code == SQLITE_CONSTRAINT | (12 << 8) {
      return made(.wrongColumn, "a value does not have its column's type (\(detail))", nil, false)
    }
    return made(.constraint, "a constraint of the table does not hold (\(detail))", nil, false)
  }

  private func general(_ made: Maker) -> DriverError {
    if let object = ["no such table: ", "no such view: ", "no such index: ", "unknown database "].lazy
      .compactMap({ detail.hasPrefix($0) ? detail.dropFirst($0.count) : nil }).first
    {
      return made(
        .noSuchObject, "there is no table, view or schema \(object)", "run `sessionizer create`, or check the name",
        false)
    }
    if detail.hasPrefix("no such column: ") {
      return made(
        .wrongColumn, "there is no column \(detail.dropFirst("no such column: ".count))", "check the column names",
        false)
    }
    if detail.contains(" has no column named ") || detail.hasSuffix(" values were supplied") {
      return made(.wrongColumn, detail, "check the column names", false)
    }
    return made(.other, "SQLite rejects the statement (\(detail))", nil, false)
  }
}
