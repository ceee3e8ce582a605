import BackendConformance
import SQLRendering
import SQLiteBackend
import SessionPlan
import WarehouseDriver

/// Histories on SQLite: a database in memory for each.
struct SQLiteEngine: PlayerEngine {
  var dialect: Dialect = SQLiteDialect.dialect
  /// Declared on the text columns of the source; must not decide which keys are equal.
  var collation = ""

  func start() async throws -> (connection: any Connection, names: ObjectNames) {
    let connection = try await Engine.sqlite.backend(dialect).connect(
      to: Target(url: "sqlite::memory:"), options: ConnectionOptions(mayCreate: true))
    return (connection, ObjectNames())
  }

  func makeSource(_ table: ObjectName, _ job: HistoryJob, on connection: any Connection) async throws {
    var columns: [String] = []
    if job.hasEventID { columns.append("event_id " + (job.idType == .integer ? "INTEGER" : "TEXT" + collation)) }
    columns.append("user_id " + (job.hasIntegerUsers ? "INTEGER" : "TEXT" + collation))
    columns += ["page_view_at " + (job.timeColumn == .epochMicroseconds ? "INTEGER" : "TEXT"), "page TEXT" + collation]
    if let arrival = job.arrival { columns.append("arrival " + (arrival.kind == .id ? "INTEGER" : "TIMESTAMP")) }
    if job.hasSequence { columns.append("sequence INTEGER") }
    _ = try await connection.execute("CREATE TABLE \(table.last) (\(columns.joined(separator: ", ")))")
  }

  func insert(
    _ rows: [SourceRow], into table: ObjectName, _ job: HistoryJob, on connection: any Connection
  ) async throws {
    for sql in Self.literals.inserts(rows, into: table.last, job) { _ = try await connection.execute(sql) }
  }

  func spelling(_ time: SourceTime, _ job: HistoryJob) -> ByteKey {
    if job.timeColumn == .epochMicroseconds, case .at(let moment) = time { return ByteKey(String(moment)) }
    return time.canonicalText
  }

  private static let literals = SourceLiterals(
    id: SQLiteEngine.id, time: SQLiteEngine.time,
    loadTime: { moment, _ in SourceLiterals.text(ByteKey(CalendarText.canonical(moment))) })

  @Sendable private static func id(_ id: SourceID, _ job: HistoryJob) -> String {
    switch id {
    case .null: "NULL"
    case .integer(let value): String(value)
    // As bytes, since a text that looks like a number would become one in an integer column.
    case .text(let text) where job.idType == .integer: "CAST(" + SourceLiterals.text(text) + " AS BLOB)"
    case .text(let text): SourceLiterals.text(text)
    }
  }

  /// One moment has many spellings; all mean the same.
  @Sendable private static func time(_ time: SourceTime, _ job: HistoryJob, spelling: Int) -> String {
    switch time {
    case .null: return spelling % 2 == 0 ? "NULL" : "''"
    case .bad, .infinite: return SourceLiterals.text(time.canonicalText)
    case .at(let moment):
      if job.timeColumn == .epochMicroseconds { return String(moment) }
      let canonical = String(decoding: CalendarText.canonical(moment), as: UTF8.self)
      let isInRange = moment >= Timestamp.earliest.microseconds && moment < Timestamp.end.microseconds
      guard isInRange else { return "'\(canonical)'" }
      switch spelling % 5 {
      case 0: return "'\(canonical.replacing(" ", with: "T"))Z'"
      case 1: return "'\(canonical)999+00:00'"
      case 2 where canonical.hasSuffix(".000000"): return "'\(canonical.dropLast(7))'"
      default: return "'\(canonical)'"
      }
    }
  }
}
