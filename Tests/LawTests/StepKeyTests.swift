import BackendConformance
import SQLRendering
import SQLiteBackend
import SessionPlan
import StatementRecording
import Synchronization
import Testing
import WarehouseDriver

/// Every key that the checker knows of a step, declared or derived, holds in what the step really gives.
@Suite(.fewAtOnce) struct StepKeyTests {
  static let shapes: [Shape] = [.usual, .scratchWindows, .generalFirstRun]

  private func failure(_ shape: Shape, _ seeds: Range<UInt64>, alsoDeclaring wrong: Set<String>? = nil) async -> String?
  {
    var dialect = shape.dialect(on: .sqlite)
    // All steps, so that each can be looked at.
    dialect.profile.steps = .scratchTables
    let player = SQLPlayer(KeyedEngine(SQLiteEngine(dialect: dialect), wrong))
    for seed in seeds {
      let history = Engine.sqlite.histories.history(seed: seed)
      if let failure = await checkHistory(history, player: player) { return "seed \(seed): \(failure)" }
    }
    await player.close()
    return nil
  }

  @Test(arguments: shapes) func everyKeyOfAStepHolds(shape: Shape) async {
    #expect(await failure(shape, 0..<40) == nil)
  }

  /// A key that does not hold is found.
  @Test func aWrongKeyIsFound() async {
    #expect(await failure(.scratchWindows, 0..<40, alsoDeclaring: ["user_id"]) != nil)
  }
}

/// SQLite with a unique index for each key of each step.
private struct KeyedEngine: PlayerEngine {
  let inner: SQLiteEngine
  let wrong: Set<String>?

  init(_ inner: SQLiteEngine, _ wrong: Set<String>?) {
    self.inner = inner
    self.wrong = wrong
  }

  func start() async throws -> (connection: any Connection, names: ObjectNames) {
    let (connection, names) = try await inner.start()
    return (KeyedConnection(connection, wrong), names)
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

private actor KeyedConnection: Connection {
  private nonisolated let inner: any Connection
  private nonisolated let checker = Mutex(PlanChecker())
  private nonisolated let wrong: Set<String>?

  init(_ inner: any Connection, _ wrong: Set<String>?) {
    self.inner = inner
    self.wrong = wrong
  }

  nonisolated func render(_ statement: Statement) throws -> [String] {
    let texts = try inner.render(statement)
    guard case .createScratch(let scratch) = statement, !scratch.isFilledLater else { return texts }
    let step = try checker.withLock { checker in
      try checker.check(statement)
      return checker.step(scratch.name)
    }
    var keys = step?.keys ?? []
    if let wrong, scratch.name == "fresh" { keys.insert(wrong) }
    let table = scratch.name
    return texts
      + keys.sorted { $0.sorted().lexicographicallyPrecedes($1.sorted()) }.enumerated().map { number, key in
        // A step of at most one row has the empty key: one value in all its rows.
        let columns = key.isEmpty ? "(1)" : key.sorted().joined(separator: ", ")
        return Self.index + "\(number)_of_\(table) ON \(table) (\(columns))"
      }
  }

  private static let index = "CREATE UNIQUE INDEX temp.key_"

  // MARK: Handed on

  nonisolated var profile: PlanProfile { inner.profile }
  nonisolated func identifier(_ name: ObjectName) throws -> String { try inner.identifier(name) }
  nonisolated func scratchTable(_ name: String) -> ObjectName { inner.scratchTable(name) }
  func facts() async throws -> ServerFacts { try await inner.facts() }
  func explain(_ sql: String) async throws -> [String] { try await inner.explain(sql) }
  func execute(_ sql: String) async throws -> Int? {
    guard sql.hasPrefix(Self.index) else { return try await inner.execute(sql) }
    try await inner.executeByHand(sql, because: "a key of a step is looked at")
    return nil
  }
  func open(_ sql: String, types: [BatchColumnType]?) async throws -> any BatchCursor {
    try await inner.open(sql, types: types)
  }
  func begin(_ mode: TransactionMode) async throws { try await inner.begin(mode) }
  func commit() async throws { try await inner.commit() }
  func rollback() async throws { try await inner.rollback() }
  func lockJob(_ ledger: ObjectName, wait: Duration) async throws { try await inner.lockJob(ledger, wait: wait) }
  func unlockJob() async throws { try await inner.unlockJob() }
  func beginAppend(to table: ObjectName, columns: [BatchColumn]) async throws -> any BulkAppend {
    try await inner.beginAppend(to: table, columns: columns)
  }
  func describe(_ table: ObjectName) async throws -> TableDescription? { try await inner.describe(table) }
  func close() async { await inner.close() }
}
