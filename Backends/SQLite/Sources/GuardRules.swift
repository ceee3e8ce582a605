internal import CSQLite
internal import SessionPlan
internal import WarehouseDriver

/// What statements may do in a guarded transaction: read everything, make and fill scratch tables, and insert into the
/// given ledgers. SQLite's authorizer asks for each action while a statement is compiled, triggers included, so that a
/// statement which does anything else never starts.
///
/// The authorizer does not see the rows that INSERT OR REPLACE (or a key declared ON CONFLICT REPLACE) deletes. They
/// are caught by a temporary trigger on each ledger; see `SQLiteConnection.armLedgers`.
struct GuardRules {
  enum Purpose { case reading, running }

  /// The message of the triggers that guard ledgers.
  static let replacementRefused = "sessionizer: a row of a ledger is never replaced"

  var purpose: Purpose
  /// Schema and table, as SQLite compares names: ASCII letters without case, everything else byte by byte.
  private var ledgers: [(schema: [UInt8], table: [UInt8])]

  init(purpose: Purpose, ledgers: [ObjectName] = []) {
    self.purpose = purpose
    self.ledgers = ledgers.map { (Self.folded(SchemaTable($0).schema), Self.folded($0.last)) }
  }

  /// Pragmas that only tell.
  private static let harmlessPragmas: Set<String> = [
    "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "database_list",
    "collation_list", "function_list", "compile_options", "foreign_key_list",
  ]

  func allows(_ action: Int32, _ first: String?, _ second: String?, schema: String?) -> Bool {
    switch action {
    case SQLITE_SELECT, SQLITE_READ, SQLITE_FUNCTION, SQLITE_RECURSIVE: true
    case SQLITE_INSERT: schema == "temp" || isLedger(schema, first)
    // What SQLite itself does to its catalog of scratch tables is an update or a deletion there.
    case SQLITE_DELETE, SQLITE_REINDEX: schema == "temp"
    // Table-valued functions (json_each in a source view, say) compile an update of the catalog that they never carry
    // out. One that a statement asks for is refused by SQLite itself, and CREATE and ALTER by their own actions.
    case SQLITE_UPDATE: schema == "temp" || first == "sqlite_master"
    case SQLITE_CREATE_TEMP_TABLE, SQLITE_CREATE_TEMP_INDEX, SQLITE_DROP_TEMP_TABLE, SQLITE_DROP_TEMP_INDEX: true
    case SQLITE_PRAGMA: Self.harmlessPragmas.contains(first?.lowercased() ?? "")
    default: false
    }
  }

  private func isLedger(_ schema: String?, _ table: String?) -> Bool {
    guard let schema, let table else { return false }
    let (foldedSchema, foldedTable) = (Self.folded(schema), Self.folded(table))
    return ledgers.contains { $0.schema == foldedSchema && $0.table == foldedTable }
  }

  private static func folded(_ name: String) -> [UInt8] {
    name.utf8.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 + 32 : $0 }
  }
}

/// An action that the rules refused.
struct GuardRefusal {
  var purpose: GuardRules.Purpose
  var action: Int32
  var first: String?
  var second: String?

  /// - Parameter statement: the same, better named, where the action itself is one on SQLite's catalog.
  func error(sql: String?, statement: GuardRefusal?) -> DriverError {
    let what = (statement ?? self).words
    let rule = purpose == .running ? "a run only inserts into its ledgers" : "nothing is written while reading"
    return DriverError(
      .refused, phase: .prepare, "\(rule): \(what) was refused", vendorCode: Int(SQLITE_AUTH), statement: sql)
  }

  /// Whether the action changes SQLite's catalog: a part of CREATE, ALTER or DROP.
  var isOnCatalog: Bool {
    [SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE].contains(action) && (first?.hasPrefix("sqlite_") ?? false)
  }

  private var words: String {
    let name = first.map { " " + $0 } ?? ""
    return switch action {
    case SQLITE_INSERT: "INSERT INTO" + name
    case SQLITE_UPDATE: "UPDATE" + name
    case SQLITE_DELETE: "DELETE FROM" + name
    case SQLITE_CREATE_TABLE, SQLITE_CREATE_VTABLE: "CREATE TABLE" + name
    case SQLITE_CREATE_INDEX: "CREATE INDEX" + name
    case SQLITE_CREATE_VIEW, SQLITE_CREATE_TEMP_VIEW: "CREATE VIEW" + name
    case SQLITE_CREATE_TRIGGER, SQLITE_CREATE_TEMP_TRIGGER: "CREATE TRIGGER" + name
    case SQLITE_DROP_TABLE, SQLITE_DROP_VTABLE: "DROP TABLE" + name
    case SQLITE_DROP_INDEX: "DROP INDEX" + name
    case SQLITE_DROP_VIEW, SQLITE_DROP_TEMP_VIEW: "DROP VIEW" + name
    case SQLITE_DROP_TRIGGER, SQLITE_DROP_TEMP_TRIGGER: "DROP TRIGGER" + name
    case SQLITE_ALTER_TABLE: "ALTER TABLE" + (second.map { " " + $0 } ?? "")
    case SQLITE_REINDEX: "REINDEX" + name
    case SQLITE_ANALYZE: "ANALYZE" + name
    case SQLITE_PRAGMA: "PRAGMA" + name
    case SQLITE_ATTACH: "ATTACH"
    case SQLITE_DETACH: "DETACH"
    case SQLITE_TRANSACTION: (first ?? "a transaction statement")
    case SQLITE_SAVEPOINT: "SAVEPOINT"
    default: "an action of kind \(action)"
    }
  }
}

/// The authorizer.
func authorize(
  _ context: UnsafeMutableRawPointer?, _ action: Int32, _ first: UnsafePointer<CChar>?,
  _ second: UnsafePointer<CChar>?, _ schema: UnsafePointer<CChar>?, _ trigger: UnsafePointer<CChar>?
) -> Int32 {
  guard let state = CallbackState.from(context) else { return SQLITE_DENY }
  if state.isShielded && state.namedChange == nil { return SQLITE_OK }
  guard let rules = state.guardRules else { return SQLITE_OK }
  switch action {
  case SQLITE_SELECT, SQLITE_READ, SQLITE_FUNCTION: return SQLITE_OK  // by far the most; spares making strings
  default: break
  }
  let texts = [first, second, schema].map { $0.map { String(cString: $0) } }
  if rules.allows(action, texts[0], texts[1], schema: texts[2]) { return SQLITE_OK }
  let refusal = GuardRefusal(purpose: rules.purpose, action: action, first: texts[0], second: texts[1])
  if state.namedChange != nil {
    if !refusal.isOnCatalog { state.namedChange?.append(refusal) }
    return SQLITE_OK
  }
  if state.refusal == nil { state.refusal = refusal }
  return SQLITE_DENY
}

extension Database {
  /// What a statement would do beside changing SQLite's catalog, to name it in a message: DROP TABLE x is refused as a
  /// deletion from the catalog, which would tell the user nothing.
  ///
  /// The statement is compiled once more, and never started.
  func nameSchemaChange(_ sql: String) -> GuardRefusal? {
    callbacks.namedChange = []
    callbacks.isShielded = true
    var statement: OpaquePointer?
    sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
    sqlite3_finalize(statement)
    callbacks.isShielded = false
    defer { callbacks.namedChange = nil }
    return callbacks.namedChange?.first
  }
}
