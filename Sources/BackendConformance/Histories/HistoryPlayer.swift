/// Something that can live through a history: a backend, or the model of one.
///
/// Every function may throw; a thrown error is a failure of the history.
public protocol HistoryPlayer: Sendable {
  /// Whether a run that was killed leaves nothing behind.
  var isTransactional: Bool { get }
  /// Whether what a killed run has left is never seen, and never counted.
  func hidesUnfinishedRuns() async throws -> Bool
  /// The text by which quarantine knows a time out of range.
  func spelling(_ time: SourceTime, _ job: HistoryJob) -> ByteKey
  /// Starts anew: an empty source, empty ledgers, this job.
  func reset(_ job: HistoryJob) async throws
  /// Rows appear in the source.
  func insert(_ rows: [SourceRow]) async throws
  func run(_ mode: RunMode) async throws -> RunOutcome
  /// A run that is killed after its lineage rows and before its new rows; false where the player cannot do that.
  func killedRun(_ mode: RunMode) async throws -> Bool
  /// The canonical export of `sessions`, now or as of a run.
  func exportSessions(asOf runID: Int64?) async throws -> [UInt8]
  /// The canonical export of `events`, now or as of a run.
  func exportEvents(asOf runID: Int64?) async throws -> [UInt8]
  /// All rows of the quarantine ledger, duplicates included, in any order.
  func quarantine() async throws -> [QuarantineRow]
  /// Whether `verify` ends with exit code 0.
  func verify() async throws -> Bool
  /// Every row of every ledger as text, by table. Rows that a killed run left are among them.
  func ledgerDump() async throws -> [String: Set<ByteKey>]
  /// What changed in `sessions` from one finished run's end to another's; nil where the player does not offer it.
  func changedSessions(since runID: Int64, until end: Int64) async throws -> ChangedSessions?
}

extension HistoryPlayer {
  public func spelling(_ time: SourceTime, _ job: HistoryJob) -> ByteKey { time.canonicalText }
  public func hidesUnfinishedRuns() async throws -> Bool { false }
  public func killedRun(_ mode: RunMode) async throws -> Bool { false }
  public func changedSessions(since runID: Int64, until end: Int64) async throws -> ChangedSessions? { nil }
}

/// What a run says of itself.
public struct RunOutcome: Hashable, Sendable {
  public var runID: Int64
  /// Pageviews taken into the ledger; nil where the player does not count.
  public var pageviews: Int?
  /// Rows newly quarantined; nil where the player does not count.
  public var quarantined: Int?

  public init(runID: Int64, pageviews: Int? = nil, quarantined: Int? = nil) {
    self.runID = runID
    self.pageviews = pageviews
    self.quarantined = quarantined
  }
}

/// The names by which `ledgerDump` knows the tables.
public enum LedgerTable {
  public static let sessions = "session_table"
  public static let lineage = "session_lineage"
  public static let versions = "session_versions"
  public static let runs = "session_runs"
  public static let quarantine = "session_quarantine"
}
