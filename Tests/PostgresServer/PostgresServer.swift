public import Foundation
import Synchronization

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
  private let process = Mutex<Process?>(nil)

  private init(_ options: Options, installation: Installation) throws {
    self.installation = installation
    port = try Self.freePort()
    password = options.authentication == "trust" ? nil : "correct horse"
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("postgres-\(UUID().uuidString)").path
    watcher = try Watcher(folder: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if let owner = installation.owner { chown(folder, owner.user, owner.group) }
    var words =
      installation.prefix + [
        installation.path("initdb"), "--pgdata=\(folder)/data", "--username=\(user)", "--no-sync", "--encoding=UTF8",
        "--auth=\(options.authentication)", "--locale=\(options.locale)",
      ]
    if let icu = options.icuLocale { words += ["--locale-provider=icu", "--icu-locale=\(icu)"] }
    if let password {
      let file = folder + "/password"
      try (password + "\n").write(toFile: file, atomically: false, encoding: .utf8)
      if let owner = installation.owner { chown(file, owner.user, owner.group) }
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
      var attempts = 0
      while true {
        do {
          let server = try PostgresServer(options, installation: installation)
          try server.launch()
          return server
        } catch PortTaken.taken where attempts < 5 {
          attempts += 1
        }
      }
    }
  }

  private enum PortTaken: Error { case taken }

  /// A port that nobody listens on. Somebody may take it before the server does: then another is tried.
  private static func freePort() throws -> Int {
    #if os(Linux)
      let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let socket = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
      }
    }
    guard isBound else { throw PostgresServerError("there is no free port on 127.0.0.1") }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  // MARK: Its life

  /// Starts the server on its folder and waits until it takes connections.
  private func launch() throws {
    let words = installation.prefix + [installation.path("postgres"), "-D", folder + "/data"]
    let log = folder + "/server.log"
    if !FileManager.default.fileExists(atPath: log) { _ = FileManager.default.createFile(atPath: log, contents: nil) }
    // A killed server leaves its file behind, which says that it is ready; the next one needs it to clean up.
    let former = processID
    let postmaster = Process()
    postmaster.executableURL = URL(fileURLWithPath: words[0])
    postmaster.arguments = Array(words.dropFirst())
    postmaster.environment = Command.environment
    postmaster.currentDirectoryURL = URL(fileURLWithPath: "/")
    postmaster.standardInput = FileHandle.nullDevice
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
    try output.seekToEnd()
    postmaster.standardOutput = output
    postmaster.standardError = output
    try postmaster.run()
    try output.close()
    for _ in 0..<3000 {
      if processID != former, status.dropFirst(7).first?.hasPrefix("ready") ?? false {
        process.withLock { $0 = postmaster }
        return
      }
      if !postmaster.isRunning {
        if self.log.contains("could not bind") { throw PortTaken.taken }
        throw PostgresServerError("the server did not start: \(self.log)")
      }
      Thread.sleep(forTimeInterval: 0.02)
    }
    postmaster.terminate()
    throw PostgresServerError("the server is not ready after a minute: \(self.log)")
  }

  /// The lines of the server's own file: process id, folder, …, status.
  private var status: [Substring] {
    let text = try? String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8)
    return text?.split(separator: "\n", omittingEmptySubsequences: false) ?? []
  }

  /// The postmaster's process id, while there is one.
  public var processID: pid_t? { status.first.flatMap { pid_t($0) } }

  /// What the server has said.
  public var log: String { (try? String(contentsOfFile: folder + "/server.log", encoding: .utf8)) ?? "" }

  /// Ends the server at once, as a crash does: the postmaster and every process of it.
  public func kill() {
    guard let postmaster = processID else { return }
    // A stopped postmaster makes no more children.
    _ = Foundation.kill(postmaster, SIGSTOP)
    for child in Self.children(of: postmaster) { _ = Foundation.kill(child, SIGKILL) }
    _ = Foundation.kill(postmaster, SIGKILL)
    process.withLock { process in
      process?.waitUntilExit()
      process = nil
    }
  }

  private static func children(of parent: pid_t) -> [pid_t] {
    #if os(Linux)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      return names.compactMap { pid_t($0) }.filter { candidate in
        guard let text = try? String(contentsOfFile: "/proc/\(candidate)/stat", encoding: .utf8) else { return false }
        // After the name in parentheses: the state, then the parent.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 1 && pid_t(fields[1]) == parent
      }
    #else
      let output = try? Command.run(["/usr/bin/pgrep", "-P", String(parent)])
      return output?.split(separator: "\n").compactMap { pid_t($0) } ?? []
    #endif
  }

  /// Ends the server's connections, and it.
  public func stop() async {
    try? await Command.off { [self] in
      guard let postmaster = processID else { return }
      _ = Foundation.kill(postmaster, SIGINT)
      process.withLock { process in
        process?.waitUntilExit()
        process = nil
      }
    }
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
