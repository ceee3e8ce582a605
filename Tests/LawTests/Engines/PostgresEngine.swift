import BackendConformance
import Foundation
import PostgresBackend
import SQLRendering
import SessionPlan
import StatementRecording
import WarehouseDriver

/// Histories on PostgreSQL: one schema after the other in a database that the tests share.
actor PostgresEngine: PlayerEngine {
  private let engine: Engine
  private let dialect: Dialect
  /// Declared on the text columns of the source; must not decide which keys are equal.
  private nonisolated let collation: String
  private var place: Place?

  init(engine: Engine, dialect: Dialect = PostgresDialect.dialect, isFolding: Bool = false) {
    self.engine = engine
    self.dialect = dialect
    collation = isFolding ? " " + engine.folding : ""
  }

  func start() async throws -> (connection: any WarehouseDriver.Connection, names: ObjectNames) {
    let used = place
    let place = if let used { used } else { try await Place.make(on: engine) }
    self.place = place
    let connection = try await place.connect(dialect: dialect)
    if let schema = place.schema, used != nil {
      // What the drop says of each object is no news.
      _ = try await connection.execute("SET client_min_messages = warning")
      try await connection.executeByHand(
        "DROP SCHEMA \(schema) CASCADE", because: "an empty place for the next history")
      _ = try await connection.execute("CREATE SCHEMA \(schema)")
    }
    return (connection, ObjectNames())
  }

  nonisolated func makeSource(
    _ table: ObjectName, _ job: HistoryJob, on connection: any WarehouseDriver.Connection
  ) async throws {
    let types = SourceTypes(
      integer: "bigint", text: "text" + collation, uuid: "uuid", time: "timestamp", zonedTime: "timestamptz")
    _ = try await connection.execute("CREATE TABLE \(table.last) (\(types.columns(job)))")
  }

  nonisolated func insert(
    _ rows: [SourceRow], into table: ObjectName, _ job: HistoryJob, on connection: any WarehouseDriver.Connection
  ) async throws {
    for sql in Self.literals.inserts(rows, into: table.last, job) { _ = try await connection.execute(sql) }
  }

  nonisolated func spelling(_ time: SourceTime, _ job: HistoryJob) -> ByteKey {
    guard case .at(let moment) = time else { return time.canonicalText }
    return ByteKey(
      job.timeColumn == .epochMicroseconds
        ? String(moment) : PostgresTimeText.text(moment, zone: job.timeColumn == .zonedTimestamp ? "+00" : ""))
  }

  // MARK: Values

  private static let literals = SourceLiterals(
    id: PostgresEngine.id, time: PostgresEngine.time, loadTime: PostgresEngine.loadTime)

  @Sendable private static func id(_ id: SourceID, _ job: HistoryJob) -> String {
    switch id {
    case .null: "NULL"
    case .integer(let value): String(value)
    case .text(let text): SourceLiterals.text(text)
    }
  }

  @Sendable private static func loadTime(_ moment: Int64, _ job: HistoryJob) -> String {
    "'\(PostgresTimeText.text(moment, zone: job.timeColumn == .zonedTimestamp ? "+00" : ""))'"
  }

  /// One moment has many spellings where it has a zone; all mean the same.
  @Sendable private static func time(_ time: SourceTime, _ job: HistoryJob, spelling: Int) -> String {
    guard case .at(let moment) = time else {
      return time == .null ? "NULL" : SourceLiterals.text(time.canonicalText)
    }
    switch job.timeColumn {
    case .epochMicroseconds: return String(moment)
    case .timestamp: return "'\(PostgresTimeText.text(moment, zone: ""))'"
    case .zonedTimestamp:
      let zones: [(name: String, seconds: Int64)] = [("+00", 0), ("+05:45", 20_700), ("-03:30", -12_600)]
      let zone = zones[spelling % zones.count]
      return "'\(PostgresTimeText.text(moment + zone.seconds * 1_000_000, zone: zone.name))'"
    }
  }
}

/// Moments as PostgreSQL writes them.
enum PostgresTimeText {
  /// `YYYY-MM-DD HH:MM:SS[.ffffff]` without zeros at the end, the zone, and ` BC` before the year 1.
  static func text(_ moment: Int64, zone: String) -> String {
    let cycle: Int64 = 146_097 * 86_400_000_000
    let firstYear: Int64 = -62_135_596_800_000_000
    // Whole cycles of 400 years later, the calendar is the same.
    let cycles = moment >= firstYear ? 0 : (firstYear - moment) / cycle + 1
    var text = String(decoding: CalendarText.canonical(moment + cycles * cycle), as: UTF8.self)
    var front = String(text.prefix { $0 != "-" })
    text.removeFirst(front.count)
    while text.hasSuffix("0") && text.contains(".") || text.hasSuffix(".") { text.removeLast() }
    let year = (Int64(front) ?? 0) - 400 * cycles
    if year < 1 { front = String(repeating: "0", count: max(0, 4 - String(1 - year).count)) + String(1 - year) }
    return front + text + zone + (year < 1 ? " BC" : "")
  }
}
