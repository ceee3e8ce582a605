import BackendConformance
import Foundation
import PostgresBackend
import PostgresServer
import SQLRendering
import SQLiteBackend
import Testing
import WarehouseDriver

/// The live engines that must give the same results.
enum Engine: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case sqlite
  /// A database that collates by bytes, on a server in New York.
  case postgresC
  /// A database with ICU's collation, on a server in Kathmandu.
  case postgresICU

  /// Those that this machine has.
  static let live: [Engine] = [.sqlite] + postgres
  static let postgres: [Engine] = PostgresServer.absence == nil ? [.postgresC, .postgresICU] : []

  var testDescription: String { rawValue }
  var isPostgres: Bool { self != .sqlite }

  /// - Parameter dialect: nil is the engine's own.
  func backend(_ dialect: Dialect? = nil) -> any Backend {
    isPostgres
      ? PostgresBackend(dialect: dialect ?? PostgresDialect.dialect)
      : SQLiteBackend(dialect: dialect ?? SQLiteDialect.dialect)
  }

  /// What plays histories on it, in a place of its own. Texts of the source compare without case, which must decide
  /// nothing.
  var player: any PlayerEngine { isPostgres ? PostgresEngine(engine: self) : SQLiteEngine() }

  /// The histories that its sources can hold.
  var histories: HistoryDistribution { isPostgres ? .typed : .standard }

  // MARK: Types of source tables

  var integerType: String { isPostgres ? "bigint" : "INTEGER" }
  var timeType: String { isPostgres ? "timestamp" : "TEXT" }
  var zonedTimeType: String { isPostgres ? "timestamptz" : "TIMESTAMP" }
  /// A collation that folds case, for text columns of a source.
  var folding: String { isPostgres ? "COLLATE public.folding" : "COLLATE NOCASE" }

  // MARK: Its server

  var serverOptions: PostgresServer.Options {
    PostgresServer.Options(
      settings: ["timezone": self == .postgresICU ? "Asia/Kathmandu" : "America/New_York"])
  }

  /// What a database is made with.
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
