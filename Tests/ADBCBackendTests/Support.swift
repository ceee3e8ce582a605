import ConnectionCore
import DialectFiles
import Foundation
import PrivateServer
import SQLRendering
import SessionPlan
import Testing
import WarehouseDriver

@testable import ADBCBackend

/// A folder that goes when nobody has it any more.
final class Folder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "adbc-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path).appending(path: name))
  }
}

func connect(
  _ url: String, variables: [String: String] = [:], _ options: ConnectionOptions = ConnectionOptions(mayCreate: true)
) async throws -> ADBCConnection {
  let connection = try await ADBCBackend(variables: variables).connect(to: Target(url: url), options: options)
  return try #require(connection as? ADBCConnection)
}

/// A database of DuckDB in memory.
func duckdb(_ options: ConnectionOptions = ConnectionOptions(mayCreate: true)) async throws -> ADBCConnection {
  try await connect("adbc+duckdb::memory:?driver=\(try ADBCLibrary.duckdb.found.get())", options)
}

extension ADBCConnection {
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
}

/// Expects an error with a code, in one line.
@discardableResult
func expect(
  _ code: DriverError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async -> DriverError? {
  do {
    try await body()
    Issue.record("expected \(code), but nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as DriverError {
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    #expect(!error.description.contains("\n"), "\(error)", sourceLocation: sourceLocation)
    return error
  } catch {
    Issue.record("expected \(code), got \(error)", sourceLocation: sourceLocation)
  }
  return nil
}
