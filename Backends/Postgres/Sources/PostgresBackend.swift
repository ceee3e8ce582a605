public import SQLRendering
public import WarehouseDriver

/// PostgreSQL, through libpq: targets `postgres://…` and `postgresql://…` (libpq's own URLs), `postgres:host=… dbname=…`
/// (libpq's keywords), and `postgres:` alone, which leaves everything to the environment and to libpq's files.
///
/// ```swift
/// let target = try Target(url: "postgres://localhost/shop")
/// let connection = try await PostgresBackend().connect(to: target, options: ConnectionOptions())
/// try await connection.execute("CREATE TABLE t(a int)")
/// await connection.close()
/// ```
public struct PostgresBackend: Backend {
  private let dialect: Dialect?

  /// - Parameter dialect: another rendering for the same engine, such as `PostgresDialect.dialect.asScript`; nil is `PostgresDialect.dialect`,
  ///   which is read when it is needed.
  public init(dialect: Dialect? = nil) {
    self.dialect = dialect
  }

  public var schemes: [String] { ["postgres", "postgresql"] }

  /// - Throws: `DriverError`, which never shows the target.
  public func connect(to target: Target, options: ConnectionOptions) async throws -> any Connection {
    let connection = PostgresConnection(options: options, dialect: dialect ?? PostgresDialect.dialect)
    try await connection.connect(to: ConnectionTarget(target))
    return connection
  }
}
