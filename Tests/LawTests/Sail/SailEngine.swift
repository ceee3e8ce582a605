import ADBCBackend
import BackendConformance
import DialectFiles
import Foundation
import SQLRendering
import SessionPlan
import StatementRecording
import WarehouseDriver

/// Histories on Sail by Spark's ADBC driver: a session, which has a catalog of its own, for each.
struct SailEngine: PlayerEngine {
  /// The example of a dialect that is a file.
  static let dialect: Dialect = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/examples/sail.yaml").path
    do {
      var library = DialectLibrary()
      _ = try library.add(file: path)
      return try library.dialect(named: "sail")
    } catch {
      fatalError("\(path): \(error)")
    }
  }()

  static var backend: any Backend { RecordingBackend(ADBCBackend(dialects: [dialect]), engine: "sail") }

  /// A player whose killed runs leave what they have written.
  static func player() -> SQLPlayer {
    var faults = InterposedConnection.Faults()
    faults.hasTransactions = false
    return SQLPlayer(SailEngine(), faults: faults)
  }

  func start() async throws -> (connection: any WarehouseDriver.Connection, names: ObjectNames) {
    let server = try await SailServer.shared()
    let connection = try await Self.backend.connect(
      to: Target(url: try server.url()), options: ConnectionOptions(mayCreate: true))
    return (connection, ObjectNames())
  }

  func makeSource(
    _ table: ObjectName, _ job: HistoryJob, on connection: any WarehouseDriver.Connection
  ) async throws {
    let types = SourceTypes(
      integer: "BIGINT", text: "STRING", time: "TIMESTAMP_NTZ", zonedTime: "TIMESTAMP")
    _ = try await connection.execute("CREATE TABLE \(table.last) (\(types.columns(job))) USING parquet")
  }

  func insert(
    _ rows: [SourceRow], into table: ObjectName, _ job: HistoryJob, on connection: any WarehouseDriver.Connection
  ) async throws {
    for sql in Self.literals.inserts(rows, into: table.last, job) { _ = try await connection.execute(sql) }
  }

  func spelling(_ time: SourceTime, _ job: HistoryJob) -> ByteKey {
    if job.timeColumn == .epochMicroseconds, case .at(let moment) = time { return ByteKey(String(moment)) }
    return time.canonicalText
  }

  // MARK: Values

  private static let literals = SourceLiterals(
    id: SailEngine.id, time: SailEngine.time,
    loadTime: { moment, job in SailEngine.moment(moment, isZoned: job.timeColumn == .zonedTimestamp) },
    text: SailEngine.text)

  @Sendable private static func text(_ key: ByteKey) -> String {
    "'" + key.text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }

  private static func moment(_ moment: Int64, isZoned: Bool) -> String {
    let text = String(decoding: CalendarText.canonical(moment), as: UTF8.self)
    return isZoned ? "TIMESTAMP '\(text)+00:00'" : "TIMESTAMP_NTZ '\(text)'"
  }

  @Sendable private static func id(_ id: SourceID, _ job: HistoryJob) -> String {
    switch id {
    case .null: "NULL"
    case .integer(let value): String(value)
    case .text(let text): Self.text(text)
    }
  }

  @Sendable private static func time(_ time: SourceTime, _ job: HistoryJob, spelling: Int) -> String {
    guard case .at(let moment) = time else { return "NULL" }
    if job.timeColumn == .epochMicroseconds { return String(moment) }
    return Self.moment(moment, isZoned: job.timeColumn == .zonedTimestamp)
  }
}
