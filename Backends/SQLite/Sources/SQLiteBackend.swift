public import SQLRendering
public import WarehouseDriver

/// SQLite, through its C library: targets `sqlite:PATH` and `sqlite::memory:`.
///
/// ```swift
/// let target = try Target(url: "sqlite:demo.db")
/// let connection = try await SQLiteBackend().connect(to: target, options: ConnectionOptions(mayCreate: true))
/// try await connection.execute("CREATE TABLE t(a)")
/// await connection.close()
/// ```
public struct SQLiteBackend: Backend {
  private let dialect: Dialect?

  /// - Parameter dialect: another rendering for the same engine, such as `SQLiteDialect.dialect.asScript`; nil is `SQLiteDialect.dialect`,
  ///   which is read when it is needed.
  public init(dialect: Dialect? = nil) {
    self.dialect = dialect
  }

  public var schemes: [String] { ["sqlite"] }

  public func connect(to target: Target, options: ConnectionOptions) async throws -> any Connection {
    if options.statementTimeout != nil {
      throw DriverError(
        .unsupported, phase: .connect, "SQLite has no statement timeout",
        remedy: "leave statement_timeout (--statement-timeout) away for this target")
    }
    let connection = SQLiteConnection(options: options, dialect: dialect ?? SQLiteDialect.dialect)
    try await connection.connect(to: DatabaseLocation(target))
    return connection
  }
}
