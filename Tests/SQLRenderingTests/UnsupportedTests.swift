import Logging
import SQLRendering
import SQLiteBackend
import SessionPlan
import SessionRunner
import StatementRecording
import Synchronization
import Testing
import WarehouseDriver

/// A job that needs what a dialect cannot do is a typed error that names the dialect, the node and the remedy, before
/// anything is sent.
@Suite struct UnsupportedTests {
  private final class Sent: Sendable {
    let texts = Mutex<[String]>([])
  }

  private func context(
    _ dialect: Dialect, _ sent: Sent, _ job: SessionJob = SessionJob()
  ) async throws -> JobContext {
    var options = ConnectionOptions(mayCreate: true)
    options.observer = { event in sent.texts.withLock { $0.append(event.sql) } }
    let connection = try await RecordingBackend(SQLiteBackend(dialect: dialect), engine: "sqlite").connect(
      to: Target(url: "sqlite::memory:"), options: options)
    return JobContext(job: job, connection: connection, logger: Logger(label: "test"), toolVersion: "1")
  }

  /// What a run of the default job needs; found by rendering it.
  private static func isNeeded(_ intent: Intent) throws -> Bool {
    var dialect = SQLiteDialect.dialect
    dialect.templates[intent] = nil
    let planner = try Planner(.assumed(SessionJob()), profile: dialect.profile)
    let identity = RunIdentity(job: "", engine: "", toolVersion: "")
    do {
      for plan in [try planner.runPlan(.whole, identity), try planner.firstRunPlan(.whole, identity)] {
        for step in plan.steps { _ = try Renderer(dialect).render(step.statement) }
      }
      return false
    } catch {
      return true
    }
  }

  @Test func someNodesAreNeededAndSomeAreNot() throws {
    let needed = try Intent.allCases.filter(Self.isNeeded)
    #expect(needed.count > 8 && needed.count < Intent.allCases.count)
  }

  // One of which that cannot be told is tried, and fails.
  @Test(arguments: Intent.allCases.filter { (try? isNeeded($0)) ?? true })
  func aRunSendsNothing(intent: Intent) async throws {
    let sent = Sent()
    let whole = try await context(SQLiteDialect.dialect, sent)
    try await whole.create()
    var dialect = SQLiteDialect.dialect
    dialect.templates[intent] = nil
    let lacking = JobContext(
      job: whole.job, connection: Lacking(whole.connection, dialect), logger: whole.logger, toolVersion: "1")
    sent.texts.withLock { $0 = [] }
    await #expect {
      try await lacking.run()
    } throws: {
      guard let error = $0 as? RenderingError else { return false }
      return error.dialect == "sqlite-embedded" && error.node == intent.rawValue && error.remedy != nil
        && "\(error)".contains("sqlite-embedded") && "\(error)".contains(intent.rawValue)
    }
    // Neither a lock nor a transaction, and no statement of the plan.
    #expect(sent.texts.withLock { $0 }.isEmpty)
    #expect(try await whole.run().runID == 1)
    await whole.connection.close()
  }

  @Test func createSendsNothing() async throws {
    let sent = Sent()
    var dialect = SQLiteDialect.dialect
    dialect.templates[.isSame] = nil
    dialect.templates[.timestampText] = nil
    dialect.templates[.durationMicroseconds] = nil
    let context = try await context(dialect, sent)
    await #expect {
      try await context.create()
    } throws: {
      guard let error = $0 as? RenderingError else { return false }
      return error.dialect == "sqlite-embedded" && error.remedy != nil
    }
    #expect(sent.texts.withLock { $0 }.allSatisfy { !$0.contains("CREATE") })
    for object in ObjectNames.Object.allCases {
      #expect(try await context.connection.describe(context.job.names[object]) == nil)
    }
    await context.connection.close()
  }

  @Test func aZoneThatTheDialectCannotConvertIsNamed() async throws {
    let sent = Sent()
    let job = SessionJob(source: PageviewSource(timeZone: "Europe/Madrid"))
    let context = try await context(SQLiteDialect.dialect, sent, job)
    await #expect {
      try await context.create()
    } throws: {
      guard let error = $0 as? PlanError else { return false }
      return error.code == .unsupported && "\(error)".contains("dialect sqlite-embedded")
        && "\(error)".contains("source.time_zone Europe/Madrid") && error.remedy != nil
    }
    #expect(sent.texts.withLock { $0 }.allSatisfy { !$0.contains("CREATE") })
    await context.connection.close()
  }
}

/// A connection whose dialect lacks something, to a database that was made by one that has it.
private actor Lacking: Connection {
  private let inner: any Connection
  private nonisolated let dialect: Dialect

  init(_ inner: any Connection, _ dialect: Dialect) {
    self.inner = inner
    self.dialect = dialect
  }

  nonisolated var profile: PlanProfile { dialect.profile }
  nonisolated func render(_ statement: Statement) throws -> [String] { try Renderer(dialect).render(statement) }
  nonisolated func identifier(_ name: ObjectName) throws -> String { try Renderer(dialect).identifier(name) }
  nonisolated func scratchTable(_ name: String) -> ObjectName { ObjectName(name) }
  func facts() async throws -> ServerFacts { try await inner.facts() }
  func execute(_ sql: String) async throws -> Int? { try await inner.execute(sql) }
  func open(_ sql: String, types: [BatchColumnType]?) async throws -> any BatchCursor {
    try await inner.open(sql, types: types)
  }
  func explain(_ sql: String) async throws -> [String] { try await inner.explain(sql) }
  func beginAppend(to table: ObjectName, columns: [BatchColumn]) async throws -> any BulkAppend {
    try await inner.beginAppend(to: table, columns: columns)
  }
  func begin(_ mode: TransactionMode) async throws { try await inner.begin(mode) }
  func commit() async throws { try await inner.commit() }
  func rollback() async throws { try await inner.rollback() }
  func lockJob(_ ledger: ObjectName, wait: Duration) async throws { try await inner.lockJob(ledger, wait: wait) }
  func unlockJob() async throws { try await inner.unlockJob() }
  func describe(_ table: ObjectName) async throws -> TableDescription? { try await inner.describe(table) }
  func close() async {}
}
