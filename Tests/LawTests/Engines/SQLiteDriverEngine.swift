import BackendConformance
import SQLRendering
import SQLiteBackend
import SessionPlan
import WarehouseDriver

/// Histories on SQLite by its ODBC or ADBC driver: a file for each.
actor SQLiteDriverEngine: PlayerEngine {
  private let engine: Engine
  private let dialect: Dialect
  /// What it writes is what SQLite's own engine writes.
  private nonisolated let inner: SQLiteEngine
  private var place: Place?

  init(_ engine: Engine, dialect: Dialect, collation: String) {
    self.engine = engine
    self.dialect = dialect
    inner = SQLiteEngine(collation: collation)
  }

  deinit { place?.remove() }

  func start() async throws -> (connection: any WarehouseDriver.Connection, names: ObjectNames) {
    place?.remove()
    let place = try await Place.make(on: engine)
    self.place = place
    return (try await place.connect(dialect: dialect), ObjectNames())
  }

  nonisolated func makeSource(
    _ table: ObjectName, _ job: HistoryJob, on connection: any WarehouseDriver.Connection
  ) async throws {
    try await inner.makeSource(table, job, on: connection)
  }

  nonisolated func insert(
    _ rows: [SourceRow], into table: ObjectName, _ job: HistoryJob, on connection: any WarehouseDriver.Connection
  ) async throws {
    try await inner.insert(rows, into: table, job, on: connection)
  }

  nonisolated func spelling(_ time: SourceTime, _ job: HistoryJob) -> ByteKey { inner.spelling(time, job) }
}
