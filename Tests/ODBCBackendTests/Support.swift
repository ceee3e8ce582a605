import Foundation
import MariaDBServer
import PostgresServer
import PrivateServer
import SQLRendering
import SessionPlan
import Testing
import WarehouseDriver

@testable import ConnectionCore
@testable import ODBCBackend

/// A fresh database behind a driver.
struct Database: Sendable {
  let driver: Driver
  /// The connection string, without a password where none is needed.
  let string: String

  init(_ driver: Driver) async throws {
    self.driver = driver
    let path = try driver.library.found.get()
    switch driver {
    case .mariadb:
      let server = try await MariaDBServer.shared()
      let name = try await server.makeDatabase()
      string = "Driver=\(path);" + server.connectionString(database: name)
    case .postgres:
      let server = try await PostgresServer.shared(.init(settings: ["max_connections": "200"]))
      let name = try await server.makeDatabase()
      string = "Driver=\(path);Server=127.0.0.1;Port=\(server.port);Database=\(name);UID=\(server.user)"
    case .sqlite:
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("odbc-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      string = "Driver=\(path);Database=\(folder)/test.db"
    }
  }

  func connect(
    further: String = "", lockTimeout: Duration = .milliseconds(300), statementTimeout: Duration? = nil,
    dialect: Dialect? = nil, observer: (@Sendable (StatementEvent) -> Void)? = nil
  ) async throws -> ODBCConnection {
    let dialect = try dialect ?? driver.dialect
    return try await ODBCBackendTests.connect(
      "odbc+\(dialect.name):\(string);\(further)", [dialect],
      ConnectionOptions(
        mayCreate: true, lockTimeout: lockTimeout, statementTimeout: statementTimeout, observer: observer))
  }

  /// A connection to a table `t` of an integer key, a key, a text, a time and a double.
  func connectWithTable(lockTimeout: Duration = .milliseconds(300)) async throws -> ODBCConnection {
    let connection = try await connect(lockTimeout: lockTimeout)
    let types = driver.types
    try await connection.execute(
      """
      CREATE TABLE t(i \(types.integer) NOT NULL PRIMARY KEY, u \(types.key), p \(types.text), at \(types.time), \
      d \(types.double))
      """)
    return connection
  }
}

func connect(
  _ url: String, _ dialects: [Dialect], _ options: ConnectionOptions = ConnectionOptions(mayCreate: true)
) async throws -> ODBCConnection {
  let connection = try await ODBCBackend(dialects: dialects).connect(to: Target(url: url), options: options)
  return try #require(connection as? ODBCConnection)
}

/// The columns of `t`.
let columnsOfT = [
  BatchColumn("i", .int64), BatchColumn("u", .text), BatchColumn("p", .text), BatchColumn("at", .timestamp),
  BatchColumn("d", .double),
]

extension ODBCConnection {
  /// How many results have been kept on the server.
  var spoolCount: Int { wire?.spoolCount ?? 0 }

  func all(_ sql: String, types: [BatchColumnType]? = nil) async throws -> [[BatchValue?]] {
    let cursor = try await open(sql, types: types)
    var rows: [[BatchValue?]] = []
    while let batch = try await cursor.next() {
      for row in 0..<batch.rowCount { rows.append(batch.row(row)) }
    }
    return rows
  }

  func number(_ sql: String) async throws -> Int64? {
    guard case .int64(let value)?? = try await all(sql, types: [.int64]).first?.first else { return nil }
    return value
  }

  func text(_ sql: String) async throws -> String? {
    guard case .text(let value)?? = try await all(sql, types: [.text]).first?.first else { return nil }
    return value
  }

  @discardableResult
  func insert(_ batch: RecordBatch, into table: ObjectName = ObjectName("t")) async throws -> Int? {
    let append = try await beginAppend(to: table, columns: batch.schema)
    try await append.write(batch)
    return try await append.finish()
  }
}

/// A batch for `t`.
func batch(_ rows: [(Int64, String?, String?, Timestamp?, Double?)]) -> RecordBatch {
  var batch = RecordBatch(schema: columnsOfT)
  for (i, u, p, at, d) in rows {
    batch.columns[0].append(i)
    for (index, text) in [(1, u), (2, p)] {
      if let text { batch.columns[index].append(text) } else { batch.columns[index].appendNull() }
    }
    if let at { batch.columns[3].append(at.microseconds) } else { batch.columns[3].appendNull() }
    if let d { batch.columns[4].append(d) } else { batch.columns[4].appendNull() }
  }
  return batch
}

/// Runs `body`, which must throw a `DriverError` of the given code, and returns the error.
@discardableResult
func expect(
  _ code: DriverError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async -> DriverError? {
  do {
    try await body()
    Issue.record("expected \(code), but nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as DriverError {
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
    return error
  } catch {
    Issue.record("expected \(code), got \(error)", sourceLocation: sourceLocation)
  }
  return nil
}
