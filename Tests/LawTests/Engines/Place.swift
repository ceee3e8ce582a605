import Foundation
import MariaDBServer
import PostgresServer
import PrivateServer
import SQLRendering
import SessionPlan
import SessionRunner
import Synchronization
import Testing
import WarehouseDriver

/// An empty place for a job's tables, for one test: a file, or a schema in a database that the tests share, or a
/// database of MariaDB's, which are its schemas.
struct Place: Sendable {
  /// Whoever has the database.
  enum Server: Sendable {
    case postgres(PostgresServer)
    case mariadb(MariaDBServer)
  }

  let engine: Engine
  let url: String
  private let held: Server?
  /// The name of the database, or the path of its file.
  let database: String
  /// The schema, where there is one.
  let schema: String?

  /// The database's server, where it is PostgreSQL's.
  var server: PostgresServer? { if case .postgres(let server)? = held { server } else { nil } }
  var mariadb: MariaDBServer? { if case .mariadb(let server)? = held { server } else { nil } }

  private init(_ engine: Engine, server: Server?, database: String, schema: String? = nil) throws {
    self.engine = engine
    held = server
    self.database = database
    self.schema = schema
    url = try Self.url(engine, server, database, schema)
  }

  /// The way to it for another role of PostgreSQL's.
  func url(as role: String) throws -> String {
    let server = try #require(server)
    if engine.isODBC { return url.replacing("UID=\(server.user)", with: "UID=\(role)") }
    return server.url(database: database, user: role) + (schema.map { "?options=-csearch_path%3D\($0)" } ?? "")
  }

  private static func url(
    _ engine: Engine, _ server: Server?, _ database: String, _ schema: String?
  ) throws -> String {
    switch server {
    case nil where engine == .duckdb:
      return "adbc+duckdb:\(database)?driver=\(try ADBCLibrary.duckdb.found.get())"
    case nil where engine.isADBC:
      return "adbc+sqlite:\(database)?driver=\(try ADBCLibrary.sqlite.found.get())"
    case .postgres(let server) where engine.isADBC:
      let uri = server.url(database: database) + (schema.map { "?options=-csearch_path%3D\($0)" } ?? "")
      return "adbc+postgres:driver=\(try ADBCLibrary.postgres.found.get());uri=\(uri)"
    case nil where engine.isODBC:
      return "odbc+sqlite:Driver=\(try DriverLibrary.sqlite.found.get());Database=\(database)"
    case nil: return "sqlite:" + database
    case .postgres(let server) where engine.isODBC:
      let driver = try DriverLibrary.postgres.found.get()
      let search = schema.map { ";pqopt={options=-csearch_path=\($0)}" } ?? ""
      return "odbc+postgres:Driver=\(driver);Server=127.0.0.1;Port=\(server.port);Database=\(database);"
        + "UID=\(server.user)\(search)"
    case .postgres(let server):
      return server.url(database: database) + (schema.map { "?options=-csearch_path%3D\($0)" } ?? "")
    case .mariadb(let server): return try Self.url(server, database)
    }
  }

  static func url(
    _ server: MariaDBServer, _ database: String, user: String? = nil, password: String? = nil
  ) throws -> String {
    let string = server.connectionString(database: database, user: user, password: password)
    return "odbc+mariadb:Driver=\(try DriverLibrary.mariadb.found.get());\(string)"
  }

  /// The way to it with PORT for its server's port, and that port, for a proxy's to be put in.
  func urlOfAnyPort() throws -> (url: String, port: Int) {
    let port = try #require(server?.port ?? mariadb?.port)
    let (mine, any) = engine.isODBC ? ("Port=\(port)", "Port=PORT") : (":\(port)/", ":PORT/")
    return (url.replacing(mine, with: any), port)
  }

  /// To be called when the test is over.
  func remove() {
    // A schema goes with its server.
    guard held == nil else { return }
    for end in ["", "-wal", "-shm", "-journal", ".wal"] { try? FileManager.default.removeItem(atPath: database + end) }
  }

  static func make(on engine: Engine) async throws -> Place {
    switch engine.family {
    case .sqlite, .duckdb: return try Place(engine, server: nil, database: file())
    case .postgres:
      let (server, database) = try await sharedDatabase(engine)
      let schema = "s" + UUID().uuidString.lowercased().replacing("-", with: "")
      _ = try await server.psql("CREATE SCHEMA \(schema)", database: database)
      return try Place(engine, server: .postgres(server), database: database, schema: schema)
    case .mariadb: return try await onMariaDB(engine, MariaDBServer.shared())
    }
  }

  private static func onMariaDB(_ engine: Engine, _ server: MariaDBServer) async throws -> Place {
    let name = try await server.makeDatabase()
    return try Place(engine, server: .mariadb(server), database: name, schema: name)
  }

  /// A place on a disk of a few megabytes, where a test has such a one: the same as `make` in all else.
  ///
  /// - Parameter database: PostgreSQL's database that is on that disk
  static func make(on engine: Engine, _ disk: SmallDisk, database: Place?) async throws -> Place {
    guard let database, let server = database.server else {
      return try Place(engine, server: nil, database: disk.path + "/law-\(UUID().uuidString).db")
    }
    let schema = "s" + UUID().uuidString.lowercased().replacing("-", with: "")
    _ = try await server.psql("CREATE SCHEMA \(schema)", database: database.database)
    return try Place(engine, server: database.held, database: database.database, schema: schema)
  }

  /// A database of its own, which can be copied while nobody is connected to it.
  /// - Parameter server: a server of the test's own; nil is the shared one.
  static func database(on engine: Engine, server: PostgresServer? = nil) async throws -> Place {
    guard engine.family == .postgres else { return try await make(on: engine) }
    let shared = server == nil ? try await PostgresServer.shared(engine.postgresOptions) : nil
    let server = try #require(server ?? shared)
    return try Place(engine, server: .postgres(server), database: try await engine.makeDatabase(on: server))
  }

  /// A database on a server of the test's own.
  static func database(on server: MariaDBServer) async throws -> Place { try await onMariaDB(.mariadb, server) }

  /// Another database with all that is in this one.
  func copy() async throws -> Place {
    switch held {
    case nil:
      let copy = try Place(engine, server: nil, database: Self.file())
      try FileManager.default.copyItem(atPath: database, toPath: copy.database)
      return copy
    case .postgres(let server):
      return try Place(engine, server: held, database: try await server.makeDatabase("TEMPLATE \(database)"))
    case .mariadb(let server):
      let copy = try await Self.onMariaDB(engine, server)
      let tables = try await server.query(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = '\(database)' AND table_type = 'BASE TABLE'"
      )
      for table in tables.split(separator: "\n") {
        _ = try await server.query(
          "CREATE TABLE \(copy.database).\(table) LIKE \(database).\(table); "
            + "INSERT INTO \(copy.database).\(table) SELECT * FROM \(database).\(table)")
      }
      // Its views name their database.
      let context = try await copy.context()
      try await context.create()
      await context.connection.close()
      return copy
    }
  }

  private static func file() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("law-\(UUID().uuidString).db").path
  }

  private static let databases = Mutex<[Engine: Task<(PostgresServer, String), any Error>]>([:])

  private static func sharedDatabase(_ engine: Engine) async throws -> (PostgresServer, String) {
    let task = databases.withLock { databases in
      if let task = databases[engine] { return task }
      let task = Task {
        let server = try await PostgresServer.shared(engine.postgresOptions)
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
  func shell(_ sql: String) async throws -> [String] {
    switch held {
    case nil: return try sqliteShell(sql)
    case .postgres(let server):
      let path = schema.map { "SET search_path = \($0); " } ?? ""
      return try await server.psql(path + sql, database: database).split(separator: "\n").map(String.init)
    case .mariadb(let server):
      return try await server.query(sql, database: database).split(separator: "\n").map { line in
        line.split(separator: "\t", omittingEmptySubsequences: false).map { $0 == "NULL" ? "" : String($0) }
          .joined(separator: "|")
      }
    }
  }

  /// Why there is no shell of SQLite's to ask, or nil where there is one: for `.needs`.
  static let sqliteShellAbsence = Programs.find("sqlite3") == nil ? "there is no sqlite3 shell on the PATH" : nil

  private func sqliteShell(_ sql: String) throws -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Programs.find("sqlite3")))
    process.arguments = ["-batch", "-init", "/dev/null", "-noheader", "-list", database, sql]
    let output = Process.exclusively { Pipe() }
    process.standardOutput = output
    try process.start()
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

  /// The canonical exports, one after the other, as rows: both of one snapshot, since a server may still be carrying out
  /// the COMMIT of a process that was killed.
  func exports() async throws -> [[BatchValue?]] {
    try await connection.transaction(.read) {
      var rows: [[BatchValue?]] = []
      try await sessions { batch in for row in 0..<batch.rowCount { rows.append(batch.row(row)) } }
      try await events { batch in for row in 0..<batch.rowCount { rows.append(batch.row(row)) } }
      return rows
    }
  }
}
