import BackendConformance
import PrivateServer
import SQLRendering
import SessionPlan
import WarehouseDriver

/// Histories on DuckDB by its ADBC driver: a database in memory for each.
struct DuckDBEngine: PlayerEngine {
  let dialect: Dialect

  func start() async throws -> (connection: any WarehouseDriver.Connection, names: ObjectNames) {
    let url = "adbc+duckdb::memory:?driver=\(try ADBCLibrary.duckdb.found.get())"
    let connection = try await Engine.duckdb.backend(dialect).connect(
      to: Target(url: url), options: ConnectionOptions(mayCreate: true))
    return (connection, ObjectNames())
  }

  func makeSource(
    _ table: ObjectName, _ job: HistoryJob, on connection: any WarehouseDriver.Connection
  ) async throws {
    let types = SourceTypes(
      integer: "bigint", text: "text", uuid: "uuid", time: "timestamp", zonedTime: "timestamptz")
    _ = try await connection.execute("CREATE TABLE \(table.last) (\(types.columns(job)))")
  }

  func insert(
    _ rows: [SourceRow], into table: ObjectName, _ job: HistoryJob, on connection: any WarehouseDriver.Connection
  ) async throws {
    for sql in Self.literals.inserts(rows, into: table.last, job) { _ = try await connection.execute(sql) }
  }

  func spelling(_ time: SourceTime, _ job: HistoryJob) -> ByteKey {
    guard case .at(let moment) = time else { return time.canonicalText }
    if job.timeColumn == .epochMicroseconds { return ByteKey(String(moment)) }
    return ByteKey(Self.text(moment, zone: job.timeColumn == .zonedTimestamp ? "+00" : ""))
  }

  // MARK: Values

  /// As PostgreSQL writes it, but for ` (BC)` behind the date.
  private static func text(_ moment: Int64, zone: String) -> String {
    let text = PostgresTimeText.text(moment, zone: "")
    guard text.hasSuffix(" BC") else { return text + zone }
    return text.dropLast(3).replacing(" ", with: " (BC) ") + zone
  }

  private static let literals = SourceLiterals(
    id: DuckDBEngine.id, time: DuckDBEngine.time,
    loadTime: { moment, job in "'\(text(moment, zone: job.timeColumn == .zonedTimestamp ? "+00" : ""))'" })

  @Sendable private static func id(_ id: SourceID, _ job: HistoryJob) -> String {
    switch id {
    case .null: "NULL"
    case .integer(let value): String(value)
    case .text(let text): SourceLiterals.text(text)
    }
  }

  @Sendable private static func time(_ time: SourceTime, _ job: HistoryJob, spelling: Int) -> String {
    guard case .at(let moment) = time else {
      return time == .null ? "NULL" : SourceLiterals.text(time.canonicalText)
    }
    switch job.timeColumn {
    case .epochMicroseconds: return String(moment)
    case .timestamp: return "'\(text(moment, zone: ""))'"
    case .zonedTimestamp: return "'\(text(moment, zone: "+00"))'"
    }
  }
}
