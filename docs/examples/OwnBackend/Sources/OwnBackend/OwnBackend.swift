import DialectFiles
import Foundation
import SQLRendering
import WarehouseDriver

/// A backend that is no part of the tool: targets `own:PATH`.
///
/// The engine behind it is SQLite, so that the example runs anywhere; nothing here uses the tool's own SQLite backend.
public struct OwnBackend: Backend {
  public let dialect: Dialect

  /// - Throws: `DialectFileError` where the dialect's file is wrong, with file, line and column
  public init() throws {
    var library = DialectLibrary()
    guard let file = Bundle.module.path(forResource: "own", ofType: "yaml") else {
      throw DriverError(.other, phase: .connect, "own.yaml is not beside the program")
    }
    let name = try library.add(file: file)
    dialect = try library.dialect(named: name)
  }

  public var schemes: [String] { ["own"] }

  public func connect(to target: Target, options: ConnectionOptions) async throws -> any Connection {
    if options.statementTimeout != nil {
      throw DriverError(.unsupported, phase: .connect, "this engine has no statement timeout", remedy: "leave it away")
    }
    let connection = OwnConnection(dialect: dialect, options: options)
    try await connection.connect(to: target.rest)
    return connection
  }
}
