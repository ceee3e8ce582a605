public import ConnectionCore
internal import DialectFiles
internal import Foundation
public import SQLRendering
public import WarehouseDriver

/// Any database that has an ADBC driver and a dialect: one shared library, found when it is asked for.
///
/// Targets are `adbc+DIALECT:LOCATION?option=value` and `adbc:driver=…;entrypoint=…;uri=…`, which asks the driver what
/// engine it is for; `duckdb:PATH` is short for `adbc+duckdb:PATH`.
///
/// ```swift
/// let connection = try await ADBCBackend().connect(
///   to: Target(url: "duckdb:shop.duckdb"), options: ConnectionOptions(mayCreate: true))
/// try await connection.execute("CREATE TABLE t(a int)")
/// await connection.close()
/// ```
public struct ADBCBackend: Backend {
  private let dialects: any DialectFinder
  private let search: DriverSearch

  /// - Parameters:
  ///   - dialects: nil are those that are part of the program
  ///   - variables: of the environment, which say where driver manifests are; nil are the process's own
  public init(dialects: (any DialectFinder)? = nil, variables: [String: String]? = nil) {
    self.dialects = dialects ?? DialectLibrary()
    search = DriverSearch(variables: variables ?? ProcessInfo.processInfo.environment)
  }

  public init(dialects: [Dialect]) {
    self.init(dialects: DialectList(dialects))
  }

  public var schemes: [String] { ["adbc", "duckdb"] }

  /// The drivers of the dialects that name some, and those that only a manifest names.
  public func findings() -> [BackendFinding] {
    var findings: [BackendFinding] = []
    var known: Set<String> = []
    for name in dialects.dialectNames {
      guard let dialect = try? dialects.knownDialect(name), !dialect.adbc.drivers.isEmpty else { continue }
      known.formUnion(dialect.adbc.drivers)
      findings.append(
        search.finding("adbc+\(name):", dialect.adbc.drivers, entryPoint: dialect.adbc.entryPoint))
    }
    for name in search.manifestNames where !known.contains(name) {
      findings.append(search.finding("adbc:driver=\(name);…", [name], entryPoint: nil))
    }
    return findings
  }

  /// - Throws: `DriverError`, which never shows a password.
  public func connect(to target: Target, options: ConnectionOptions) async throws -> any Connection {
    let variant = target.scheme == "adbc" ? target.variant : target.scheme
    var named: Dialect?
    if let variant {
      guard let found = try dialects.knownDialect(variant) else {
        throw DriverError(
          .badTarget, phase: .connect, "there is no dialect of the target's name after adbc+",
          remedy: "use one of \(dialects.dialectNames.joined(separator: ", ")), or write a file for it")
      }
      named = found
    }
    let opening = ADBCOpening(
      target: try ADBCTarget(target.rest), named: named, dialects: dialects, search: search, options: options)
    let connection = try await connected(opening)
    do {
      try await connection.prepare()
    } catch {
      await connection.close()
      throw error
    }
    return connection
  }

  /// Connects, again for a while where another process holds the database.
  private func connected(_ opening: ADBCOpening) async throws -> ADBCConnection {
    let end = ContinuousClock.now + opening.patience
    while true {
      do {
        return try await offThread { try opening.open() }
      } catch let error as DriverError where error.code == .locked {
        guard ContinuousClock.now < end else { throw opening.outOfPatience(error) }
        do { try await Task.sleep(for: .milliseconds(50)) } catch {
          throw DriverError(.cancelled, phase: .connect, "connecting was cancelled")
        }
      }
    }
  }
}
