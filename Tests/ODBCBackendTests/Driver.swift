import DialectFiles
import Foundation
import MariaDBServer
import PostgresServer
import PrivateServer
import SQLRendering
import WarehouseDriver

@testable import ODBCBackend

/// The drivers that the tests run on. One that is not on this machine is skipped, by name and loudly.
enum Driver: String, CaseIterable, Sendable, CustomStringConvertible {
  case mariadb, postgres, sqlite

  var description: String { rawValue }

  static let present: [Driver] = allCases.filter { $0.absence == nil }

  var library: DriverLibrary {
    switch self {
    case .mariadb: .mariadb
    case .postgres: .postgres
    case .sqlite: .sqlite
    }
  }

  /// Why the tests cannot use it, or nil where they can.
  var absence: String? {
    switch self {
    case .mariadb: library.absence ?? MariaDBServer.absence
    case .postgres: library.absence ?? PostgresServer.absence
    case .sqlite: library.absence
    }
  }

  var dialect: Dialect {
    get throws {
      switch self {
      case .mariadb: try TestMariaDB.dialect
      case .postgres: try DialectLibrary().dialect(named: "postgres")
      case .sqlite: try DialectLibrary().dialect(named: "sqlite")
      }
    }
  }

  /// Column types of a table in the tests: integer, key, text, time, number with a fraction.
  var types: (integer: String, key: String, text: String, time: String, double: String) {
    switch self {
    case .mariadb:
      (
        "bigint", "varchar(1024) COLLATE utf8mb4_nopad_bin", "longtext COLLATE utf8mb4_nopad_bin", "datetime(6)",
        "double"
      )
    case .postgres: ("bigint", "text COLLATE \"C\"", "text COLLATE \"C\"", "timestamp", "double precision")
    case .sqlite: ("INTEGER", "TEXT", "TEXT", "TEXT", "REAL")
    }
  }

  /// A query that runs for ages, in the server's processor, and gives one row.
  var endlessQuery: String {
    switch self {
    case .mariadb: "SELECT count(*) FROM seq_1_to_10000000 a, seq_1_to_10000000 b"
    case .postgres: "WITH RECURSIVE n(i) AS (SELECT 1::int8 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    case .sqlite: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    }
  }

  /// A query of the numbers from 1 to `count`, in a column called i.
  func numbers(_ count: Int) -> String {
    switch self {
    case .mariadb: "SELECT seq AS i FROM seq_1_to_\(count)"
    case .postgres: "SELECT i FROM generate_series(1::bigint, \(count)) AS g(i)"
    case .sqlite:
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count)) SELECT i FROM n"
    }
  }

  /// A name in the engine's quotes.
  func quoted(_ name: String) -> String { self == .mariadb ? "`\(name)`" : "\"\(name)\"" }
}

/// What the driver's tests need of MariaDB: nothing of plans.
enum TestMariaDB {
  static var dialect: Dialect {
    get throws {
      var dialect = try DialectLibrary().dialect(named: "postgres")
      dialect.name = "mariadb"
      dialect.title = "MariaDB"
      dialect.identifiers = .init(openQuote: "`", closeQuote: "`", longest: 64)
      dialect.literals.escapesBackslash = true
      dialect.tables.scratchName = "{name}"
      dialect.tables.createScratch = "CREATE TEMPORARY TABLE {name} (\n{columns}\n)"
      dialect.tables.dropScratch = "DROP TEMPORARY TABLE IF EXISTS {name}"
      let begin = ["START TRANSACTION WITH CONSISTENT SNAPSHOT"]
      dialect.session = .init(
        opening: ["SET time_zone = '+00:00'", "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"],
        beginReading: begin, beginWriting: begin, beginRun: begin, commit: ["COMMIT"], rollback: ["ROLLBACK"],
        jobLock: .statements(
          acquire: "SELECT GET_LOCK({name}, {seconds})", release: "SELECT RELEASE_LOCK({name})",
          holder: "SELECT concat('connection ', IS_USED_LOCK({name}))"),
        statementTimeout: "SET SESSION max_statement_time = {seconds}",
        lockTimeout: "SET SESSION innodb_lock_wait_timeout = greatest(1, round({seconds}))",
        explain: "EXPLAIN {query}", version: "SELECT version()",
        requirements: [
          .init(
            query: "SELECT CASE WHEN @@sql_mode LIKE '%STRICT_TRANS_TABLES%' THEN 1 ELSE 0 END",
            problem: "strict mode is off", remedy: "turn it on")
        ],
        namespaces: "SELECT database()", commitsOnDDL: true)
      dialect.odbc = .init(
        products: ["MariaDB"], attributes: ["libmaodbc": ["CHARSET=utf8mb4"]], append: .arrays, rowsPerStatement: 4096,
        errors: [
          "1045": .authentication, "1044": .permission, "1142": .permission, "1143": .permission, "1227": .permission,
          "1049": .noSuchDatabase, "1146": .noSuchObject, "1054": .wrongColumn, "1050": .alreadyExists,
          "1064": .syntax, "1205": .locked, "1213": .locked, "1062": .constraint, "1048": .constraint,
          "1969": .timeout, "1317": .cancelled, "1021": .diskFull, "1114": .diskFull, "1030": .diskFull,
          "2002": .connectionLost, "2003": .connectionLost, "2006": .connectionLost, "2013": .connectionLost,
          "1927": .connectionLost, "1366": .encoding, "1040": .tooManyConnections, "1792": .readOnly,
          "1290": .readOnly,
        ])
      return dialect
    }
  }
}
