import Foundation
import SQLiteBackend
import SessionPlan
import Testing
import WarehouseDriver

/// A folder that is gone when the test is over.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "sessionizer-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String = "a.db") -> String { path + "/" + name }
}

func connect(
  _ path: String, readOnly: Bool = false, mayCreate: Bool = true, lockTimeout: Duration = .milliseconds(100),
  observer: (@Sendable (StatementEvent) -> Void)? = nil
) async throws -> SQLiteConnection {
  let connection = try await SQLiteBackend().connect(
    to: Target(url: "sqlite:" + path),
    options: ConnectionOptions(mayCreate: mayCreate, readOnly: readOnly, lockTimeout: lockTimeout, observer: observer))
  return try #require(connection as? SQLiteConnection)
}

/// A connection to a database in memory.
func inMemory() async throws -> SQLiteConnection { try await connect(":memory:") }

extension SQLiteConnection {
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

  func insert(_ batch: RecordBatch, into table: String) async throws -> Int? {
    let append = try await beginAppend(to: ObjectName(table), columns: batch.schema)
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

/// A query that runs for ages.
let endlessQuery = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
