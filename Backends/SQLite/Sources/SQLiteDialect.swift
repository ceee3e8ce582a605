internal import SessionPlan
internal import WarehouseDriver

/// What SQLite can do, and its SQL. A stand-in until the dialect value is here.
enum SQLiteDialect {
  static let profile = PlanProfile(
    steps: .scratchTables, islands: .positions, hasCorrelatedLookup: true, enforcesKeys: true, hasSHA256: true,
    hasArrivalColumn: true, hasNamedTimeZones: false, hasStrictTypes: false)

  static func render(_ statement: Statement) throws -> String {
    throw DriverError(.unsupported, phase: .prepare, "the SQLite dialect does not render plans yet")
  }
}
