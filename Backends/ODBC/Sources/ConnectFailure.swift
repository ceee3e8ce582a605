internal import ConnectionCore
internal import WarehouseDriver

extension Reporter {
  /// Why a connection could not be made, from the records of the driver manager or of the driver.
  func connectFailure(_ records: [DiagnosticRecord]) -> DriverError {
    func made(_ code: DriverError.Code, _ text: String, _ remedy: String, _ state: String?) -> DriverError {
      DriverError(code, phase: .connect, text, remedy: remedy, sqlState: state)
    }
    let lines = records.map { cleaned($0.message) }.filter { !$0.isEmpty }
    let says = lines.isEmpty ? "" : " (\(lines.joined(separator: "; ")))"
    for record in records {
      switch record.state {
      // The driver manager's: no such data source, and no default.
      case "IM002":
        return made(
          .badTarget, "the driver manager knows no such ODBC data source or driver",
          "check DSN or Driver; `odbcinst -q -s` lists the data sources, `odbcinst -q -d` the drivers", record.state)
      case _ where record.message.contains("Can't open lib") && driverPath?.contains("/") == false:
        return made(
          .badTarget, "the driver manager knows no ODBC driver \(driverPath ?? "")\(says)",
          "check Driver; `odbcinst -q -d` lists the drivers", record.state)
      case _ where record.state == "IM003" || record.message.contains("Can't open lib"):
        let what = driverPath.map { "the ODBC driver \($0)" } ?? "the ODBC driver's library"
        return made(
          .connection, "\(what) cannot be loaded\(says)",
          "install the driver, or check Driver or its path in odbcinst.ini",
          record.state)
      case "IM004", "IM005", "IM006":
        return made(
          .connection, "the ODBC driver cannot be started\(says)", "check the installation of the driver", record.state)
      case "IM007", "IM008", "IM012":
        return made(
          .badTarget, "the ODBC connection string leaves something out\(says)", "name the server and the database",
          record.state)
      default: break
      }
    }
    return connectRefused(records)
  }
}
