public import WarehouseDriver

extension Reporter {
  /// Why a database refused a connection, from what its driver reports.
  public func connectRefused(_ records: [DiagnosticRecord]) -> DriverError {
    let lines = records.map { cleaned($0.message) }.filter { !$0.isEmpty }
    let says = lines.isEmpty ? "" : " (\(lines.joined(separator: "; ")))"
    let state = records.first.flatMap { $0.state.isEmpty ? nil : $0.state }
    func made(_ code: DriverError.Code, _ text: String, _ remedy: String) -> DriverError {
      DriverError(code, phase: .connect, text + says, remedy: remedy, sqlState: state)
    }
    switch DriverReport(records, reporter: self, phase: .connect).failure {
    case .authentication?:
      return made(
        .authentication, "\(place) refuses the login",
        "check the user and the password in the target or the data source")
    case .noSuchDatabase?:
      return made(
        .noSuchObject, "there is no such database on \(place)", "create it, or check its name in the target")
    case .tooManyConnections?:
      return made(.connection, "\(place) has too many connections", "try again later")
    case .notADatabase?:
      return made(.notADatabase, "\(place) is no database", "check the path")
    case .locked?:
      return made(.locked, "another process holds \(place)", "wait until it has finished and try again")
    default:
      return made(.connection, "no connection to \(place)", "start the server, or check the settings of the target")
    }
  }
}
