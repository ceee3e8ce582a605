import ADBCBackend
import BackendConformance
import DialectFiles
import Foundation
import MariaDBServer
import ODBCBackend
import PostgresBackend
import PostgresServer
import PrivateServer
import SQLRendering
import SQLiteBackend
import StatementRecording
import Testing
import WarehouseDriver

/// The live engines that must give the same results, each by the way to it.
enum Engine: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case sqlite
  /// A database that collates by bytes, on a server in New York.
  case postgresC
  /// A database with ICU's collation, on a server in Kathmandu.
  case postgresICU
  /// MariaDB by its ODBC driver: a database with the server's default collation, on a server in New York.
  case mariadb
  /// The database of `postgresC` by psqlODBC.
  case psqlODBC
  /// SQLite by its ODBC driver.
  case sqliteODBC
  /// DuckDB by its ADBC driver.
  case duckdb
  /// SQLite and PostgreSQL by their ADBC drivers: a check of the tool's own ways to them.
  case adbcSQLite
  case adbcPostgres

  /// Those that this machine has; `EngineTests` names the others.
  static let live: [Engine] = allCases.filter(\.isHere)
  static let postgres: [Engine] = [.postgresC, .postgresICU].filter(\.isHere)
  static let odbc: [Engine] = [.mariadb, .psqlODBC, .sqliteODBC].filter(\.isHere)
  static let mariadbs: [Engine] = [.mariadb].filter(\.isHere)
  /// Those on servers, where many connections meet.
  static let servers: [Engine] = live.filter { $0.family != .sqlite && !$0.isADBC }
  static let adbc: [Engine] = [.duckdb, .adbcSQLite, .adbcPostgres].filter(\.isHere)

  private var isHere: Bool { absence == nil }

  /// Why tests cannot have it, or nil where they can: for `.needs`.
  var absence: String? {
    if let chosen = TestAmount.engines, !chosen.contains(rawValue) { return "left out by SESSIONIZER_ENGINES" }
    return switch self {
    case .sqlite: nil
    case .postgresC, .postgresICU: PostgresServer.absence
    case .mariadb: MariaDBServer.absence ?? DriverLibrary.mariadb.absence
    case .psqlODBC: PostgresServer.absence ?? DriverLibrary.postgres.absence
    case .sqliteODBC: DriverLibrary.sqlite.absence
    case .duckdb: ADBCLibrary.duckdb.absence
    case .adbcSQLite: ADBCLibrary.sqlite.absence
    case .adbcPostgres: PostgresServer.absence ?? ADBCLibrary.postgres.absence
    }
  }

  /// What SQL it understands.
  enum Family: Sendable { case sqlite, postgres, mariadb, duckdb }

  var family: Family {
    switch self {
    case .sqlite, .sqliteODBC, .adbcSQLite: .sqlite
    case .postgresC, .postgresICU, .psqlODBC, .adbcPostgres: .postgres
    case .mariadb: .mariadb
    case .duckdb: .duckdb
    }
  }

  /// Whether it is reached by an ADBC driver.
  var isADBC: Bool { self == .duckdb || self == .adbcSQLite || self == .adbcPostgres }
  var isODBC: Bool { self == .mariadb || self == .psqlODBC || self == .sqliteODBC }

  var testDescription: String { rawValue }

  /// The dialect that the product takes for it.
  var dialect: Dialect {
    switch self {
    case .sqlite: SQLiteDialect.dialect
    // Without the functions that only the tool's own connection has.
    case .sqliteODBC, .adbcSQLite: SQLiteDialect.plain
    case .postgresC, .postgresICU, .psqlODBC, .adbcPostgres: PostgresDialect.dialect
    case .mariadb: DialectLibrary.builtIn("mariadb")
    case .duckdb: DialectLibrary.builtIn("duckdb")
    }
  }

  /// - Parameter dialect: nil is the engine's own.
  func backend(_ dialect: Dialect? = nil) -> any Backend {
    let dialect = dialect ?? self.dialect
    let backend: any Backend =
      switch self {
      case .mariadb, .psqlODBC, .sqliteODBC: ODBCBackend(dialects: [dialect])
      case .postgresC, .postgresICU: PostgresBackend(dialect: dialect)
      case .sqlite: SQLiteBackend(dialect: dialect)
      case .duckdb, .adbcSQLite, .adbcPostgres: ADBCBackend(dialects: [dialect])
      }
    return RecordingBackend(backend, engine: rawValue)
  }

  /// What plays histories on it, in a place of its own. Texts of the source compare without case, which must decide
  /// nothing.
  var player: any PlayerEngine { player(nil) }

  /// - Parameters:
  ///   - dialect: nil is the engine's own
  ///   - isFolding: whether texts of the source compare without case, where they do so only if they are told to
  func player(_ dialect: Dialect?, isFolding: Bool = false) -> any PlayerEngine {
    let dialect = dialect ?? self.dialect
    return switch self {
    case .sqlite: SQLiteEngine(dialect: dialect, collation: isFolding ? " " + folding : "")
    case .sqliteODBC, .adbcSQLite: SQLiteDriverEngine(self, dialect: dialect, collation: isFolding ? " " + folding : "")
    case .postgresC, .postgresICU, .psqlODBC, .adbcPostgres:
      PostgresEngine(engine: self, dialect: dialect, isFolding: isFolding)
    case .mariadb: MariaDBEngine(dialect: dialect)
    case .duckdb: DuckDBEngine(dialect: dialect)
    }
  }

  /// The histories that its sources can hold.
  var histories: HistoryDistribution {
    switch family {
    case .sqlite: .standard
    case .postgres: .typed
    case .mariadb: .narrowlyTyped
    case .duckdb: .typed
    }
  }

  /// One in so many of the histories that SQLite plays: an engine that is asked for each statement is slower than one in
  /// the process.
  var historyShare: Int {
    switch self {
    case .sqlite: 1
    case .postgresC, .postgresICU, .duckdb: 8
    case .mariadb, .psqlODBC, .sqliteODBC, .adbcSQLite, .adbcPostgres: 20
    }
  }

  // MARK: Types of source tables

  var integerType: String { family == .sqlite ? "INTEGER" : "bigint" }
  var timeType: String {
    switch family {
    case .sqlite: "TEXT"
    case .postgres, .duckdb: "timestamp"
    case .mariadb: "datetime(6)"
    }
  }
  var zonedTimeType: String {
    switch family {
    case .sqlite: "TIMESTAMP"
    case .postgres, .duckdb: "timestamptz"
    case .mariadb: "timestamp(6) NULL"
    }
  }
  /// A collation that folds case, for text columns of a source.
  var folding: String {
    switch family {
    case .sqlite: "COLLATE NOCASE"
    case .postgres: "COLLATE public.folding"
    case .mariadb: "COLLATE utf8mb4_general_ci"
    case .duckdb: "COLLATE NOCASE"
    }
  }

  /// A name in the engine's quotes.
  func quoted(_ name: String) -> String {
    let quote = family == .mariadb ? "`" : "\""
    return quote + name.replacing(quote, with: quote + quote) + quote
  }

  // MARK: Its server

  var postgresOptions: PostgresServer.Options {
    PostgresServer.Options(
      settings: ["timezone": self == .postgresICU ? "Asia/Kathmandu" : "America/New_York", "max_connections": "100"])
  }

  /// What a database of PostgreSQL is made with.
  var databaseClauses: String {
    self == .postgresICU
      ? "TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'"
      : "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
  }

  /// A new database.
  func makeDatabase(on server: PostgresServer) async throws -> String {
    let name = try await server.makeDatabase(databaseClauses)
    _ = try await server.psql(
      "CREATE COLLATION public.folding (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
      database: name)
    return name
  }
}
