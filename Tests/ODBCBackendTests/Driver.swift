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
      try DialectLibrary().dialect(named: rawValue)
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
