public import ConnectionCore
internal import DialectFiles
public import SQLRendering
public import WarehouseDriver

/// Any database that has an ODBC driver and a dialect: targets `odbc+DIALECT:…` with a connection string as
/// SQLDriverConnect takes it, and `odbc:…`, which asks the driver what engine it is for.
///
/// ```swift
/// let backend = ODBCBackend()
/// let target = try Target(url: "odbc+postgres:DSN=shop")
/// let connection = try await backend.connect(to: target, options: ConnectionOptions())
/// try await connection.execute("CREATE TABLE t(a int)")
/// await connection.close()
/// ```
public struct ODBCBackend: Backend {
  private let dialects: any DialectFinder

  /// With the dialects that are part of the program.
  public init() {
    self.init(dialects: DialectLibrary())
  }

  public init(dialects: any DialectFinder) {
    self.dialects = dialects
  }

  public init(dialects: [Dialect]) {
    self.init(dialects: DialectList(dialects))
  }

  public var schemes: [String] { ["odbc"] }

  /// - Throws: `DriverError`, which never shows a password.
  public func connect(to target: Target, options: ConnectionOptions) async throws -> any Connection {
    let opening = try Opening(target, dialects: dialects, options: options)
    return try await opening.connect()
  }
}
