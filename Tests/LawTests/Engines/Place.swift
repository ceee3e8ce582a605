import Foundation
import PostgresServer
import SQLRendering
import SessionPlan
import SessionRunner
import Synchronization
import Testing
import WarehouseDriver

/// An empty place for a job's tables, for one test: a file, or a schema in a database that the tests share.
struct Place: Sendable {
  let engine: Engine
  let url: String
  /// The database's server, where it has one.
  let server: PostgresServer?
  /// The name of the database, or the path of its file.
  let database: String
  /// The schema, where there is one.
  let schema: String?

  private init(_ engine: Engine, server: PostgresServer?, database: String, schema: String? = nil) {
    self.engine = engine
    self.server = server
    self.database = database
    self.schema = schema
    let search = schema.map { "?options=-csearch_path%3D\($0)" } ?? ""
    url = server.map { $0.url(database: database) + search } ?? "sqlite:" + database
  }

  /// To be called when the test is over.
  func remove() {
    // A schema goes with its server.
    guard server == nil else { return }
    for end in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: database + end) }
  }

  static func make(on engine: Engine) async throws -> Place {
    guard engine.isPostgres else { return Place(engine, server: nil, database: file()) }
    let (server, database) = try await sharedDatabase(engine)
    let schema = "s" + UUID().uuidString.lowercased().replacing("-", with: "")
    _ = try await server.psql("CREATE SCHEMA \(schema)", database: database)
    return Place(engine, server: server, database: database, schema: schema)
  }

  /// A database of its own, which can be copied while nobody is connected to it.
  /// - Parameter server: a server of the test's own; nil is the shared one.
  static func database(on engine: Engine, server: PostgresServer? = nil) async throws -> Place {
    guard engine.isPostgres else { return Place(engine, server: nil, database: file()) }
    let shared = server == nil ? try await PostgresServer.shared(engine.serverOptions) : nil
    let server = try #require(server ?? shared)
    return Place(engine, server: server, database: try await engine.makeDatabase(on: server))
  }

  /// Another database with all that is in this one.
  func copy() async throws -> Place {
    guard let server else {
      let copy = Place(engine, server: nil, database: Self.file())
      try FileManager.default.copyItem(atPath: database, toPath: copy.database)
      return copy
    }
    return Place(engine, server: server, database: try await server.makeDatabase("TEMPLATE \(database)"))
  }

  private static func file() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("law-\(UUID().uuidString).db").path
  }

  private static let databases = Mutex<[Engine: Task<(PostgresServer, String), any Error>]>([:])

  private static func sharedDatabase(_ engine: Engine) async throws -> (PostgresServer, String) {
    let task = databases.withLock { databases in
      if let task = databases[engine] { return task }
      let task = Task {
        let server = try await PostgresServer.shared(engine.serverOptions)
        return (server, try await engine.makeDatabase(on: server))
      }
      databases[engine] = task
      return task
    }
    return try await task.value
  }

  // MARK: Connections

  func connect(
    dialect: Dialect? = nil, lockTimeout: Duration = .seconds(30),
    observer: (@Sendable (StatementEvent) -> Void)? = nil
  ) async throws -> any WarehouseDriver.Connection {
    try await engine.backend(dialect).connect(
      to: Target(url: url),
      options: ConnectionOptions(mayCreate: true, lockTimeout: lockTimeout, observer: observer))
  }

  /// A job on a connection of its own.
  func context(
    _ job: SessionJob = SessionJob(), lockTimeout: Duration = .seconds(30)
  ) async throws -> JobContext {
    JobContext(try await connect(lockTimeout: lockTimeout), job: job)
  }

  /// Asks the engine's own shell, which knows nothing of the tool. Columns are separated by `|`.
  /// - Returns: nil where there is no shell.
  func shell(_ sql: String) async throws -> [String]? {
    if let server {
      let path = schema.map { "SET search_path = \($0); " } ?? ""
      return try await server.psql(path + sql, database: database).split(separator: "\n").map(String.init)
    }
    return try sqliteShell(sql)
  }

  private func sqliteShell(_ sql: String) throws -> [String]? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    guard let shell = folders.map({ $0 + "/sqlite3" }).first(where: FileManager.default.isExecutableFile) else {
      return nil
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: shell)
    process.arguments = ["-batch", "-init", "/dev/null", "-noheader", "-list", database, sql]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(sql)")
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

extension JobContext {
  init(_ connection: any WarehouseDriver.Connection, job: SessionJob = SessionJob()) {
    self.init(job: job, connection: connection, logger: quiet, toolVersion: "test")
  }

  /// The canonical exports, one after the other, as rows.
  func exports() async throws -> [[BatchValue?]] {
    var rows: [[BatchValue?]] = []
    try await sessions { batch in for row in 0..<batch.rowCount { rows.append(batch.row(row)) } }
    try await events { batch in for row in 0..<batch.rowCount { rows.append(batch.row(row)) } }
    return rows
  }
}
