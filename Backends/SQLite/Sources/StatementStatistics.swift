/// What statements have cost by SQLite's own count, which no clock and no neighbour can disturb.
///
/// See [sqlite3_stmt_status](https://www.sqlite.org/c3ref/c_stmtstatus_counter.html).
public struct StatementStatistics: Hashable, Sendable {
  public var statements = 0
  /// Instructions of SQLite's virtual machine: in proportion to the rows touched. Counted modulo 2³² a statement.
  public var virtualMachineSteps = 0
  /// Steps forward in scans of whole tables.
  public var fullScanSteps = 0
  /// Sorts.
  public var sorts = 0
  /// Rows put into indexes that SQLite made for one statement.
  public var automaticIndexRows = 0

  public init(
    statements: Int = 0, virtualMachineSteps: Int = 0, fullScanSteps: Int = 0, sorts: Int = 0,
    automaticIndexRows: Int = 0
  ) {
    self.statements = statements
    self.virtualMachineSteps = virtualMachineSteps
    self.fullScanSteps = fullScanSteps
    self.sorts = sorts
    self.automaticIndexRows = automaticIndexRows
  }

  static func += (sum: inout StatementStatistics, more: StatementStatistics) {
    sum.statements += more.statements
    sum.virtualMachineSteps += more.virtualMachineSteps
    sum.fullScanSteps += more.fullScanSteps
    sum.sorts += more.sorts
    sum.automaticIndexRows += more.automaticIndexRows
  }
}
