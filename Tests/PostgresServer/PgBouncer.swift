import Foundation
import PrivateServer

/// A private pool before a PostgreSQL server, on 127.0.0.1, which is gone with the process.
public final class PgBouncer: Sendable {
  public let port: Int
  private let folder: String
  private let watcher: Watcher
  private let process: ServerProcess

  /// Why there can be none here; nil where there can.
  public static let absence: String? = PrivateServer.absence(of: "PgBouncer", program)

  private static var program: Result<String, PrivateServerError> {
    guard let path = Programs.find("pgbouncer", in: ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"]) else {
      return .failure(PrivateServerError("there is no pgbouncer: run scripts/prepare.sh test"))
    }
    return .success(path)
  }

  /// - Parameter mode: `session`, `transaction` or `statement`
  public static func start(before server: PostgresServer, mode: String, poolSize: Int = 20) async throws -> PgBouncer {
    let program = try program.get()
    let account = try Account.plain(["postgres"])
    return try await Command.off {
      try withFreePort { try PgBouncer(program, account, server, mode, poolSize) }
    }
  }

  private init(_ program: String, _ account: Account, _ server: PostgresServer, _ mode: String, _ poolSize: Int) throws
  {
    port = try freePort()
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("pgbouncer-\(UUID().uuidString)").path
    watcher = try Watcher(folder: folder, pidFile: "pid", signal: "KILL")
    process = ServerProcess(folder: folder, pidFile: "pid")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let settings = """
      [databases]
      * = host=127.0.0.1 port=\(server.port) user=\(server.user)
      [pgbouncer]
      listen_addr = 127.0.0.1
      listen_port = \(port)
      unix_socket_dir =
      auth_type = any
      pool_mode = \(mode)
      default_pool_size = \(poolSize)
      pidfile = \(folder)/pid
      ignore_startup_parameters = options,extra_float_digits
      """
    try (settings + "\n").write(toFile: folder + "/pgbouncer.ini", atomically: false, encoding: .utf8)
    account.own(folder)
    account.own(folder + "/pgbouncer.ini")
    try process.launch(
      account.prefix + [program, folder + "/pgbouncer.ini"], portIsTaken: "Address already in use"
    ) { $0.contains("process up") }
  }

  /// The URL of a database behind the pool.
  public func url(database: String, user: String) -> String { "postgres://\(user)@127.0.0.1:\(port)/\(database)" }

  public func stop() { process.kill() }
}
