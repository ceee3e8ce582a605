import Foundation
import PrivateServer

/// A private Sail server (Spark Connect without a JVM) on 127.0.0.1, which is gone with the process, however that ends.
///
/// Its tables belong to a session, which ends with the first of its connections that is closed: a test has one connection.
final class SailServer: Sendable {
  let port: Int
  private let folder: String
  private let watcher: Watcher
  private let process: ServerProcess

  private init(program: String) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("sail-\(UUID().uuidString)").path
    watcher = try Watcher(folder: folder, pidFile: "sail.pid", signal: "KILL")
    process = ServerProcess(folder: folder, pidFile: "sail.pid")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var environment = Command.environment
    environment["TZ"] = "UTC"
    // It takes a free port by itself, and says which.
    try process.launch(
      ["/bin/sh", "-c", #"cd "$1"; echo $$ >sail.pid; exec "$0" spark server --port 0 -C "$1""#, program, folder],
      environment: environment, portIsTaken: "Address already in use"
    ) { Self.port(in: $0) != nil }
    guard let port = Self.port(in: process.log) else { throw PrivateServerError("Sail does not say its port") }
    self.port = port
  }

  private static func port(in log: String) -> Int? {
    guard let place = log.range(of: "Connect server on 127.0.0.1:") else { return nil }
    return Int(log[place.upperBound...].prefix { $0.isNumber })
  }

  static func start() async throws -> SailServer {
    let program = try Self.program.get()
    return try await Command.off { try SailServer(program: program) }
  }

  private static let servers = SharedServers<Int, SailServer> { _ in try await start() }

  static func shared() async throws -> SailServer { try await servers.server(0) }

  func kill() { process.kill() }

  /// The way to a new session.
  func url() throws -> String {
    "adbc+sail:driver=\(try Self.driver.get());uri=sc://127.0.0.1:\(port)"
  }

  // MARK: Where it is

  private static let place =
    ProcessInfo.processInfo.environment["SESSIONIZER_SAIL"]
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: ".build-sail").path

  private static func found(_ path: String) -> Result<String, PrivateServerError> {
    FileManager.default.fileExists(atPath: path)
      ? .success(path) : .failure(PrivateServerError("there is no \(path): run scripts/sail.sh"))
  }

  private static var program: Result<String, PrivateServerError> { found(place + "/venv/bin/sail") }
  private static var driver: Result<String, PrivateServerError> { found(place + "/libadbc_driver_spark.so") }

  /// Why tests cannot have it, or nil where they can; see `absence(of:_:)`.
  static let absence =
    PrivateServer.absence(of: "Sail", program) ?? PrivateServer.absence(of: "the ADBC driver of Spark", driver)
}
