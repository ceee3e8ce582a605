public import SQLRendering
public import WarehouseDriver

/// One record of what a driver, or a driver manager, reports of a failed call.
public struct DiagnosticRecord: Sendable, Hashable {
  /// Five characters; empty where the driver has none.
  public var state: String
  /// The engine's own number; 0 where the driver has none.
  public var native: Int
  public var message: String
  /// What the client itself takes it for, where neither the dialect nor the SQLSTATE says.
  public var failure: Dialect.Failure?

  public init(state: String, native: Int, message: String, failure: Dialect.Failure? = nil) {
    self.state = state
    self.native = native
    self.message = message
    self.failure = failure
  }
}

/// Makes errors for people of a driver's diagnostic records.
///
/// All records count. Neither a secret of the connection string nor a value from the data gets into a message.
public struct Reporter: Sendable {
  /// How messages call the database: `MariaDB at 127.0.0.1`, or `the data source shop`.
  public var place: String
  /// Values that no message may show.
  public var secrets: [String]
  /// What the dialect knows of the engine's own codes; see `Dialect.Session.errors`.
  public var errors: [String: Dialect.Failure] = [:]
  public var lockTimeout: Duration?
  public var statementTimeout: Duration?
  /// The file that the target names as the driver.
  public var driverPath: String?

  public init(
    place: String, secrets: [String] = [], errors: [String: Dialect.Failure] = [:], lockTimeout: Duration? = nil,
    statementTimeout: Duration? = nil, driverPath: String? = nil
  ) {
    self.place = place
    self.secrets = secrets
    self.errors = errors
    self.lockTimeout = lockTimeout
    self.statementTimeout = statementTimeout
    self.driverPath = driverPath
  }

  // MARK: Statements

  /// The error of a statement that failed.
  public func failure(_ records: [DiagnosticRecord], _ phase: DriverError.Phase, _ sql: String?) -> DriverError {
    var error = DriverReport(records, reporter: self, phase: phase).error
    error.statement = sql
    return error
  }

  /// What kind of thing went wrong; nil where neither the dialect nor the standard says.
  public func kind(_ records: [DiagnosticRecord]) -> Dialect.Failure? {
    DriverReport(records, reporter: self, phase: .execute).failure
  }

  /// The error of a connection that is gone already.
  public func lost(_ phase: DriverError.Phase, _ sql: String? = nil) -> DriverError {
    DriverError(
      .connectionLost, phase: phase, "the connection to \(place) was lost",
      remedy: "check the server and the network, then run again; nothing is half-written", statement: sql)
  }

  public func timeout(after limit: Duration, _ phase: DriverError.Phase, _ sql: String?) -> DriverError {
    DriverError(
      .timeout, phase: phase, "the statement took longer than \(limit.words) (statement timeout)",
      remedy: "allow it more time, or make the window smaller", statement: sql)
  }

  // MARK: Messages

  /// A driver's message as one line: without the names of the programs that passed it on, and without secrets.
  public func cleaned(_ message: String) -> String {
    var line = oneLine(message)[...]
    // [unixODBC][MariaDB ODBC 3.1][10.11.19-MariaDB]…
    while line.first == "[", let end = line.firstIndex(of: "]") { line = line[line.index(after: end)...] }
    var text = String(line).trimmingPrefix { $0.isWhitespace }.description
    for noise in ["; Error while executing the query", "Error while executing the query"] where text.hasSuffix(noise) {
      text.removeLast(noise.count)
    }
    for prefix in ["ERROR: ", "FATAL: ", "PANIC: "] where text.hasPrefix(prefix) { text.removeFirst(prefix.count) }
    while let last = text.last, last == ";" || last == "." || last.isWhitespace { text.removeLast() }
    return withoutSecrets(text)
  }

  /// A text without the secrets of the connection string; nothing of it where one is so short that it could not be
  /// told from other letters.
  private func withoutSecrets(_ text: String) -> String {
    var result = text
    for secret in secrets.sorted(by: { $0.utf8.count > $1.utf8.count }) where result.contains(secret) {
      if secret.unicodeScalars.count < 4 { return "" }
      result = result.replacing(secret, with: "…")
    }
    return result
  }
}
