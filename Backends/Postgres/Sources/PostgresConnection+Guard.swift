internal import SessionPlan
internal import WarehouseDriver

extension PostgresConnection {
  func checkAllowed(_ sql: String) throws(DriverError) {}
  func checkMayAppend(to table: ObjectName) throws(DriverError) {}
}
