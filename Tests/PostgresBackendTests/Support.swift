import Foundation
import PostgresBackend
import PostgresServer
import SessionPlan
import Testing
import WarehouseDriver

func connect(
  url: String, readOnly: Bool = false, lockTimeout: Duration = .milliseconds(200), statementTimeout: Duration? = nil,
  observer: (@Sendable (StatementEvent) -> Void)? = nil
) async throws -> PostgresConnection {
  let connection = try await PostgresBackend().connect(
    to: Target(url: url),
    options: ConnectionOptions(
      readOnly: readOnly, lockTimeout: lockTimeout, statementTimeout: statementTimeout, observer: observer))
  return try #require(connection as? PostgresConnection)
}

/// A fresh database on the shared server.
struct Database {
  let server: PostgresServer
  let name: String
  var url: String { server.url(database: name) }

  init(_ clause: String = "", options: PostgresServer.Options = .init(settings: ["max_connections": "200"]))
    async throws
  {
    server = try await PostgresServer.shared(options)
    name = try await server.makeDatabase(clause)
  }

  func connect(
    readOnly: Bool = false, lockTimeout: Duration = .milliseconds(200), statementTimeout: Duration? = nil,
    observer: (@Sendable (StatementEvent) -> Void)? = nil
  ) async throws -> PostgresConnection {
    try await PostgresBackendTests.connect(
      url: url, readOnly: readOnly, lockTimeout: lockTimeout, statementTimeout: statementTimeout, observer: observer)
  }
}

extension PostgresConnection {
  func all(_ sql: String, types: [BatchColumnType]? = nil) async throws -> [[BatchValue?]] {
    let cursor = try await open(sql, types: types)
    var rows: [[BatchValue?]] = []
    while let batch = try await cursor.next() {
      for row in 0..<batch.rowCount { rows.append(batch.row(row)) }
    }
    return rows
  }

  func number(_ sql: String) async throws -> Int64? {
    guard case .int64(let value)?? = try await all(sql).first?.first else { return nil }
    return value
  }

  func text(_ sql: String) async throws -> String? {
    guard case .text(let value)?? = try await all(sql).first?.first else { return nil }
    return value
  }

  @discardableResult
  func insert(_ batch: RecordBatch, into table: ObjectName) async throws -> Int? {
    let append = try await beginAppend(to: table, columns: batch.schema)
    try await append.write(batch)
    return try await append.finish()
  }
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

/// A query that runs for ages, in the server's processor.
let endlessQuery = "WITH RECURSIVE n(i) AS (SELECT 1::int8 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

/// How many wait for a lock of the connection that asks: of this server's others, none counts.
let waitingForThis = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"

/// A random generator whose numbers are the same every time.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
