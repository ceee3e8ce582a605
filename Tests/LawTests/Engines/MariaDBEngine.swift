import BackendConformance
import Foundation
import SQLRendering
import SessionPlan
import StatementRecording
import WarehouseDriver

/// Histories on MariaDB: one database after the other on the server that the tests share. Texts of the source have the
/// server's default collation, to which Bob, bob, `bob ` and bób are one.
actor MariaDBEngine: PlayerEngine {
  private let dialect: Dialect
  private var place: Place?

  init(dialect: Dialect) { self.dialect = dialect }

  func start() async throws -> (connection: any WarehouseDriver.Connection, names: ObjectNames) {
    let used = place
    let place = if let used { used } else { try await Place.make(on: .mariadb) }
    self.place = place
    let connection = try await place.connect(dialect: dialect)
    if used != nil {
      for sql in ["DROP DATABASE \(place.database)", "CREATE DATABASE \(place.database)", "USE \(place.database)"] {
        try await connection.executeByHand(sql, because: "an empty place for the next history")
      }
    }
    return (connection, ObjectNames())
  }

  nonisolated func makeSource(
    _ table: ObjectName, _ job: HistoryJob, on connection: any WarehouseDriver.Connection
  ) async throws {
    var columns: [String] = []
    // Longer than a key, for what is to be quarantined.
    let text = "varchar(1100)"
    // MariaDB's type uuid refuses some of the random ones (by version and variant); they are texts here.
    if job.hasEventID { columns.append("event_id " + (job.idType == .integer ? "bigint" : text)) }
    columns.append("user_id " + (job.hasIntegerUsers ? "int" : text))
    let times: [HistoryJob.TimeColumn: String] = [
      .timestamp: "datetime(6)", .zonedTimestamp: "timestamp(6) NULL", .epochMicroseconds: "bigint",
    ]
    columns += ["page_view_at " + (times[job.timeColumn] ?? "datetime(6)"), "page text"]
    if let arrival = job.arrival {
      let time = job.timeColumn == .zonedTimestamp ? "timestamp(6) NULL" : "datetime(6)"
      columns.append("arrival " + (arrival.kind == .id ? "bigint" : time))
    }
    if job.hasSequence { columns.append("sequence bigint") }
    _ = try await connection.execute("CREATE TABLE \(table.last) (\(columns.joined(separator: ", ")))")
  }

  nonisolated func insert(
    _ rows: [SourceRow], into table: ObjectName, _ job: HistoryJob, on connection: any WarehouseDriver.Connection
  ) async throws {
    for sql in Self.literals.inserts(rows, into: table.last, job) { _ = try await connection.execute(sql) }
  }

  nonisolated func spelling(_ time: SourceTime, _ job: HistoryJob) -> ByteKey {
    if job.timeColumn == .epochMicroseconds, case .at(let moment) = time { return ByteKey(String(moment)) }
    return time.canonicalText
  }

  // MARK: Values

  private static let literals = SourceLiterals(
    id: MariaDBEngine.id, time: MariaDBEngine.time,
    loadTime: { moment, _ in "'\(String(decoding: CalendarText.canonical(moment), as: UTF8.self))'" },
    // Nothing but quotes is escaped elsewhere; here a backslash is, too.
    text: { "'" + $0.text.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'" })

  @Sendable private static func id(_ id: SourceID, _ job: HistoryJob) -> String {
    switch id {
    case .null: "NULL"
    case .integer(let value): String(value)
    case .text(let text): literals.text(text)
    }
  }

  @Sendable private static func time(_ time: SourceTime, _ job: HistoryJob, spelling: Int) -> String {
    guard case .at(let moment) = time else { return "NULL" }
    if job.timeColumn == .epochMicroseconds { return String(moment) }
    return "'\(String(decoding: CalendarText.canonical(moment), as: UTF8.self))'"
  }
}
