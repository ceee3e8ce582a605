internal import CODBC
internal import SessionPlan
internal import WarehouseDriver

/// A type of ODBC's, by its number (SQL_INTEGER, …).
struct SQLType: Hashable, Sendable {
  let number: Int32

  init(_ number: SQLSMALLINT) { self.number = Int32(number) }

  // The numbers of wide characters and of GUID are in headers that Swift does not see whole.
  private static let wideTexts: Set<Int32> = [-8, -9, -10]

  var isInteger: Bool { [SQL_BIGINT, SQL_INTEGER, SQL_SMALLINT, SQL_TINYINT].contains(number) }
  var isFloat: Bool { [SQL_FLOAT, SQL_REAL, SQL_DOUBLE].contains(number) }
  var isDecimal: Bool { [SQL_DECIMAL, SQL_NUMERIC].contains(number) }
  var isBit: Bool { number == SQL_BIT }
  var isTime: Bool { [SQL_TYPE_TIMESTAMP, SQL_TYPE_DATE, SQL_TIMESTAMP, SQL_DATE].contains(number) }
  var isBinary: Bool { [SQL_BINARY, SQL_VARBINARY, SQL_LONGVARBINARY].contains(number) }
  var isText: Bool {
    [SQL_CHAR, SQL_VARCHAR, SQL_LONGVARCHAR, SQL_GUID].contains(number) || Self.wideTexts.contains(number)
  }

  /// What the plan takes a column of this type for; nil where the plan has no such type.
  var valueType: ValueType? {
    if isInteger { return .integer }
    if isText || isDecimal || isBinary { return .text }
    if isTime { return .timestamp }
    if isBit { return .flag }
    return nil
  }

  /// The form in which a column of a result travels where the caller leaves it to the engine.
  var usualColumnType: BatchColumnType {
    if isInteger || isBit { return .int64 }
    if isFloat { return .double }
    if isTime { return .timestamp }
    return .text
  }
}
