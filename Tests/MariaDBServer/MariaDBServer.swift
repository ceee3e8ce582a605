public import Foundation
import PrivateServer

/// A private MariaDB server on 127.0.0.1, which is gone with the process, however that ends.
public final class MariaDBServer: Sendable {
  public let port: Int
  /// The superuser.
  public let user = "root"
  public let password = "correct horse"
  /// What it keeps: `data` and `server.log`. Owned by the user that the server runs as.
  public let folder: String
  private let options: Options
  private let installation: Installation
  private let watcher: Watcher
  private let process: ServerProcess

  private init(_ options: Options, installation: Installation) throws {
    self.options = options
    self.installation = installation
    port = try freePort()
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("mariadb-\(UUID().uuidString)").path
    watcher = try Watcher(folder: folder, pidFile: "data/mariadbd.pid", signal: "KILL")
    process = ServerProcess(folder: folder, pidFile: "data/mariadbd.pid")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // A starting server removes whatever looks like its temporary tables, its neighbours' too.
    try FileManager.default.createDirectory(atPath: folder + "/tmp", withIntermediateDirectories: true)
    installation.account.own(folder)
    installation.account.own(folder + "/tmp")
    let words = [
      installation.installDB, "--no-defaults", "--datadir=\(folder)/data", "--auth-root-authentication-method=normal",
      "--tmpdir=\(folder)/tmp", "--skip-test-db", "--skip-name-resolve", "--innodb-log-file-size=8M",
      "--innodb-flush-method=nosync",
    ]
    _ = try Command.run(installation.account.prefix + words)
  }

  /// One that the caller may stop or kill.
  public static func start(_ options: Options = Options()) async throws -> MariaDBServer {
    let installation = try Installation.found.get()
    return try await Command.off {
      try withFreePort {
        let server = try MariaDBServer(options, installation: installation)
        try server.setUp()
        return server
      }
    }
  }

  // MARK: Its life

  /// The first start: from then on the superuser has a password.
  private func setUp() throws {
    let file = folder + "/first.sql"
    let sql = """
      CREATE OR REPLACE USER '\(user)'@'127.0.0.1' IDENTIFIED BY '\(password)';
      GRANT ALL PRIVILEGES ON *.* TO '\(user)'@'127.0.0.1' WITH GRANT OPTION;
      """
    try (sql + "\n").write(toFile: file, atomically: false, encoding: .utf8)
    installation.account.own(file)
    try launch(["--init-file=\(file)"])
    guard options.hasNamedTimeZones else { return }
    guard let program = installation.zones else { throw PrivateServerError("there is no mariadb-tzinfo-to-sql") }
    let zones = folder + "/zones.sql"
    try Command.run([program, "/usr/share/zoneinfo"]).write(toFile: zones, atomically: false, encoding: .utf8)
    _ = try ask([], database: "mysql", input: zones)
  }

  /// Starts the server on its folder and waits until it takes connections.
  private func launch(_ further: [String] = []) throws {
    let words = installation.account.prefix + [installation.mariadbd]
    var environment = Command.environment
    environment["TZ"] = options.timeZone
    try process.launch(
      words + options.arguments(port: port, folder: folder) + further, environment: environment,
      portIsTaken: "Can't start server: Bind on TCP/IP port"
    ) { $0.contains("ready for connections") }
  }

  /// The server's process id, while there is one.
  public var processID: pid_t? { process.id }

  /// What the server has said.
  public var log: String { process.log }

  /// Ends the server at once, as a crash does.
  public func kill() { process.kill() }

  /// Ends the server's connections, and it.
  public func stop() async {
    try? await Command.off { [process] in process.stop(by: SIGTERM) }
  }

  /// Starts a server that was stopped or killed, on the same port; one that runs is stopped before.
  public func restart() async throws {
    await stop()
    try await Command.off { [self] in try launch() }
  }

  // MARK: What is asked of it

  /// What an ODBC connection string says of this server after the driver's name, with the superuser's password.
  public func connectionString(database: String, user: String? = nil, password: String? = nil) -> String {
    let secret = (password ?? self.password).replacing("}", with: "}}")
    return "Server=127.0.0.1;Port=\(port);Database=\(database);User=\(user ?? self.user);Password={\(secret)}"
  }

  /// Makes an empty database and returns its name.
  /// - Parameter clauses: what follows the name: `COLLATE utf8mb4_unicode_ci`.
  public func makeDatabase(_ clauses: String = "") async throws -> String {
    let name = "d" + UUID().uuidString.lowercased().replacing("-", with: "")
    _ = try await query("CREATE DATABASE \(name) \(clauses)")
    return name
  }

  /// What MariaDB's own shell prints for a text of SQL, with tabs between columns and `NULL` for NULL.
  public func query(_ sql: String, database: String = "mysql", user: String? = nil) async throws -> String {
    try await Command.off { [self] in try ask(["-e", sql], database: database, user: user) }
  }

  /// The same for a file with a script.
  public func query(file: String, database: String) async throws -> String {
    try await Command.off { [self] in try ask([], database: database, input: file) }
  }

  private func ask(
    _ arguments: [String], database: String, user: String? = nil, input: String? = nil
  ) throws -> String {
    var environment = Command.environment
    environment["MYSQL_PWD"] = password
    let words = [
      installation.client, "--no-defaults", "--batch", "--skip-column-names", "--default-character-set=utf8mb4",
      "--protocol=tcp", "--host=127.0.0.1", "--port=\(port)", "--user=\(user ?? self.user)", "--database=\(database)",
    ]
    // By redirection: a script that is read by `source` goes on after an error.
    let reader = input.map { ["/bin/sh", "-c", #"exec "$@" < "$0""#, $0] } ?? []
    return try Command.run(reader + words + arguments, environment: environment)
  }
}
