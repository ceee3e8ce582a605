import BackendConformance
import Foundation
import SQLRendering
import SQLiteBackend
import SessionPlan
import WarehouseDriver

/// SQLite whose dialect says that each statement is by itself, and that nothing keeps two runs apart.
struct AutocommitEngine: PlayerEngine {
  private let inner: SQLiteEngine

  init(_ shape: Shape) { inner = SQLiteEngine(dialect: Self.dialect(shape)) }

  static func dialect(_ shape: Shape) -> Dialect {
    var dialect = shape.dialect(on: .sqlite)
    dialect.capabilities[.transactions] = .init(.perStatement)
    dialect.capabilities[.jobLock] = .init(.unsupported)
    return dialect
  }

  /// How steps are kept: in scratch tables, or not at all.
  static let shapes: [Shape] = [.usual, .scratchWindows, .inlineWindows]

  /// A player whose killed runs leave what they have written.
  static func player(
    _ shape: Shape, rewrite: (@Sendable (Statement, String) -> String)? = nil
  ) -> SQLPlayer {
    var faults = InterposedConnection.Faults()
    faults.hasTransactions = false
    faults.rewrite = rewrite
    return SQLPlayer(AutocommitEngine(shape), faults: faults)
  }

  func start() async throws -> (connection: any Connection, names: ObjectNames) {
    let (connection, names) = try await inner.start()
    return (AutocommitConnection(connection), names)
  }

  func makeSource(_ table: ObjectName, _ job: HistoryJob, on connection: any Connection) async throws {
    try await inner.makeSource(table, job, on: connection)
  }

  func insert(
    _ rows: [SourceRow], into table: ObjectName, _ job: HistoryJob, on connection: any Connection
  ) async throws {
    try await inner.insert(rows, into: table, job, on: connection)
  }

  func spelling(_ time: SourceTime, _ job: HistoryJob) -> ByteKey { inner.spelling(time, job) }
}
