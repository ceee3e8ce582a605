internal import SessionPlan
internal import WarehouseDriver

extension PostgresConnection {
  /// What the mode of the open transaction allows; nil allows everything.
  private var rules: InsertOnlyGuard? {
    guard case .open(let mode) = order.transaction else { return nil }
    let purpose: InsertOnlyGuard.Purpose
    switch mode {
    // The server holds READ ONLY transactions to it, too; functions that a query calls are bound by that.
    case .read: purpose = .reading
    case .rehearsal: purpose = .rehearsal
    case .insertOnly(let ledgers): purpose = .running(ledgers: ledgers)
    case .write: return nil
    }
    return InsertOnlyGuard(purpose, scratchSchemas: ["pg_temp"])
  }

  func checkAllowed(_ sql: String) throws(DriverError) {
    try rules?.check(sql)
  }

  func checkMayAppend(to table: ObjectName) throws(DriverError) {
    try rules?.check(insertInto: table)
  }
}
