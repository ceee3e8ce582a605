public import Foundation
import PrivateServer

/// A private PostgreSQL server on 127.0.0.1, which is gone with the process, however that ends.
public final class PostgresServer: Sendable {
  public let port: Int
  /// The superuser.
  public let user = "postgres"
  /// The superuser's password, where the server asks for one.
  public let password: String?
  /// The server's version, such as 15.
  public let majorVersion: Int
  /// What it keeps: `data` and `server.log`. Owned by the user that the server runs as.
  public let folder: String
  private let installation: Installation
  private let watcher: Watcher
  private let process: ServerProcess

  private init(_ options: Options, installation: Installation) throws {
    self.installation = installation
    port = try freePort()
    password = options.authentication == "trust" ? nil : "correct horse"
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("postgres-\(UUID().uuidString)").path
    // At once and without a checkpoint, but with its shared memory given back.
    watcher = try Watcher(folder: folder, pidFile: "data/postmaster.pid", signal: "QUIT")
    process = ServerProcess(folder: folder, pidFile: "data/postmaster.pid")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    installation.account.own(folder)
    var words =
      installation.account.prefix + [
        installation.path("initdb"), "--pgdata=\(folder)/data", "--username=\(user)", "--no-sync", "--encoding=UTF8",
        "--auth=\(options.authentication)", "--locale=\(options.locale)",
      ]
    if let icu = options.icuLocale { words += ["--locale-provider=icu", "--icu-locale=\(icu)"] }
    if let password {
      let file = folder + "/password"
      try (password + "\n").write(toFile: file, atomically: false, encoding: .utf8)
      installation.account.own(file)
      words.append("--pwfile=\(file)")
    }
    _ = try Command.run(words)
    let version = try String(contentsOfFile: folder + "/data/PG_VERSION", encoding: .utf8)
    majorVersion = Int(version.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    let settings = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/data/postgresql.conf"))
    try settings.seekToEnd()
    try settings.write(contentsOf: Data(("\n" + options.configuration(port: port, folder: folder)).utf8))
    try settings.close()
  }

  /// One that the caller may stop or kill.
  public static func start(_ options: Options = Options()) async throws -> PostgresServer {
    let installation = try Installation.found.get()
    return try await Command.off {
      try withFreePort {
        let server = try PostgresServer(options, installation: installation)
        try server.launch()
        return server
      }
    }
  }

  // MARK: Its life

  /// Starts the server on its folder and waits until it takes connections.
  private func launch() throws {
    let words = installation.account.prefix + [installation.path("postgres"), "-D", folder + "/data"]
    try process.launch(words, portIsTaken: "could not bind") { _ in
      status.dropFirst(7).first?.hasPrefix("ready") ?? false
    }
  }

  /// The lines of the server's own file: process id, folder, …, status.
  private var status: [Substring] {
    let text = try? String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8)
    return text?.split(separator: "\n", omittingEmptySubsequences: false) ?? []
  }

  /// The postmaster's process id, while there is one.
  public var processID: pid_t? { process.id }

  /// What the server has said.
  public var log: String { process.log }

  /// Ends the server at once, as a crash does: the postmaster and every process of it.
  public func kill() { process.kill() }

  /// Ends the server's connections, and it.
  public func stop() async {
    try? await Command.off { [process] in process.stop(by: SIGINT) }
  }

  /// Starts a server that was stopped or killed, on the same port; one that runs is stopped before.
  public func restart() async throws {
    await stop()
    try await Command.off { [self] in try launch() }
  }

  // MARK: What is asked of it

  /// The URL of a database, as libpq takes it, with the superuser's password where there is one.
  public func url(database: String = "postgres", user: String? = nil) -> String {
    let secret = user == nil ? password.map { ":" + Self.escaped($0) } ?? "" : ""
    return "postgres://\(Self.escaped(user ?? self.user))\(secret)@127.0.0.1:\(port)/\(Self.escaped(database))"
  }

  private static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
      return isPlain || byte == UInt8(ascii: "_") ? String(UnicodeScalar(byte)) : String(format: "%%%02X", byte)
    }.joined()
  }

  /// Makes an empty database and returns its name.
  /// - Parameter clauses: what follows the name: `TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`.
  public func makeDatabase(_ clauses: String = "") async throws -> String {
    let name = "d" + UUID().uuidString.lowercased().replacing("-", with: "")
    _ = try await psql("CREATE DATABASE \(name) \(clauses)")
    return name
  }

  /// What PostgreSQL's own shell prints for a text of SQL, unaligned, with `|` between columns.
  public func psql(_ sql: String, database: String = "postgres") async throws -> String {
    try await psql(["-c", sql], database: database)
  }

  /// The same for a file with a script, whose statements are carried out one by one.
  public func psql(file: String, database: String = "postgres") async throws -> String {
    try await psql(["-f", file], database: database)
  }

  /// The same at another place, such as a pool before this server.
  public func psql(_ sql: String, url: String) async throws -> String {
    let words = [installation.path("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]
    return try await Command.off { try Command.run(words) }
  }

  private func psql(_ arguments: [String], database: String) async throws -> String {
    var environment = Command.environment
    environment["PGPASSWORD"] = password
    environment["PGCLIENTENCODING"] = "UTF8"
    let words = [
      installation.path("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", "\(port)",
      "-U", user, "-d", database,
    ]
    let given = environment
    return try await Command.off { try Command.run(words + arguments, environment: given) }
  }
}
