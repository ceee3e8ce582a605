public import SessionPlan
public import WarehouseDriver

/// What the kit must know of an engine to play histories on it: all the rest is done by the product itself.
public protocol PlayerEngine: Sendable {
  /// A connection to an empty place, and what our objects are called there. What the last call made may go.
  func start() async throws -> (connection: any Connection, names: ObjectNames)
  /// Makes a source with the columns event_id, user_id, page_view_at, page and `arrival`, each where the job has it and
  /// of the type that the job says, as far as the engine has it.
  func makeSource(_ table: ObjectName, _ job: HistoryJob, on connection: any Connection) async throws
  func insert(
    _ rows: [SourceRow], into table: ObjectName, _ job: HistoryJob, on connection: any Connection
  ) async throws
  /// The text by which quarantine knows a time out of range. By default, the canonical one.
  func spelling(_ time: SourceTime, _ job: HistoryJob) -> ByteKey
  /// The time of a quarantined row as it is compared. By default, as the ledger has it.
  func canonical(_ time: ByteKey, _ job: HistoryJob) -> ByteKey
}

extension PlayerEngine {
  public func spelling(_ time: SourceTime, _ job: HistoryJob) -> ByteKey { time.canonicalText }
  public func canonical(_ time: ByteKey, _ job: HistoryJob) -> ByteKey { time }
}
