import SessionRunner
import Synchronization
import Testing
import WarehouseDriver

@testable import StatementRecording

/// The record of what the tests send misses nothing, and knows what it was sent for.
@Suite(.fewAtOnce) struct RecordingTests {
  private final class Sent: Sendable {
    private let state = Mutex<[(phase: WorkPhase?, byHand: String?, sql: String)]>([])

    func add(_ sql: String) { state.withLock { $0.append((WorkPhase.current, ByHand.reason, sql)) } }

    func connect(to place: Place) async throws -> any Connection {
      try await place.engine.backend().connect(
        to: Target(url: place.url), options: ConnectionOptions(mayCreate: true, onSend: { self.add($0) }))
    }

    /// What was sent since the last call, without the comments that say which run it is part of.
    func take() -> [(phase: WorkPhase?, byHand: String?, sql: String)] {
      state.withLock { state in
        defer { state = [] }
        return state.map { text in
          (text.phase, text.byHand, text.sql.replacing(#/ ?\/\* sessionizer: .*?\*\/ ?/#, with: ""))
        }
      }
    }
  }

  /// Through the queues of the connections' actors, also for what they send by themselves.
  @Test(arguments: Engine.live) func everyTextHasItsPhase(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let sent = Sent()
    let connection = try await sent.connect(to: place)
    #expect(sent.take().allSatisfy { $0.phase == nil && $0.byHand == nil })
    let context = JobContext(connection)

    func expect(_ phase: WorkPhase, _ starts: [String]) {
      let texts = sent.take()
      #expect(
        texts.allSatisfy { $0.phase == phase && $0.byHand == nil }, "\(texts.first { $0.phase != phase }?.sql ?? "")")
      for start in starts { #expect(texts.contains { $0.sql.hasPrefix(start) }, "\(engine), \(phase): \(start)") }
    }
    let begin = engine.family == .mariadb ? "START TRANSACTION" : "BEGIN"
    try await context.create()
    expect(.create, [begin, "CREATE TABLE", "COMMIT"])
    try await TwoBatches.insert(0, of: 30, into: connection)
    #expect(sent.take().allSatisfy { $0.phase == nil })
    _ = try await context.run()
    // The scratch tables' end as well, where the connection sees to it.
    expect(.run, [begin, "INSERT", "COMMIT", "CREATE TEMP"] + (engine == .mariadb ? ["DROP TEMPORARY TABLE"] : []))
    #expect(try await context.verify().isClean)
    expect(.read, [begin, "ROLLBACK"])
    try await connection.executeByHand("DELETE FROM session_lineage", because: "a reason")
    let byHand = sent.take()
    #expect(byHand.contains { $0.byHand == "a reason" && $0.sql == "DELETE FROM session_lineage" })
    #expect(byHand.allSatisfy { $0.phase == nil && $0.byHand != nil })
    await connection.close()
  }

  /// What a run refuses is not sent.
  @Test(arguments: Engine.live) func whatIsRefusedIsNotSent(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let sent = Sent()
    let connection = try await sent.connect(to: place)
    let context = JobContext(connection)
    try await context.create()
    let ledger = context.job.names[.sessionTable]
    try await connection.begin(.insertOnly(ledgers: [ledger]))
    await #expect(throws: DriverError.self) { _ = try await connection.execute("DELETE FROM session_table") }
    try await connection.rollback()
    #expect(!sent.take().contains { $0.sql.contains("DELETE FROM") })
    await connection.close()
  }

  private func kind(_ sql: String, usesBackslashes: Bool = false) -> String {
    String(decoding: StatementShape(sql, usesBackslashes: usesBackslashes).kind, as: UTF8.self)
  }

  @Test func valuesMakeNoOtherKind() {
    #expect(kind("SELECT 'a''b', 12 FROM t3") == kind("SELECT '', 7 FROM t14"))
    #expect(kind("INSERT INTO t VALUES (1, NULL), (2, 'x')") == kind("INSERT INTO t VALUES (7, 'y')"))
    #expect(kind("DROP TABLE szkit_0a1b2c3d_1_x") == kind("DROP TABLE szkit_ffffffff_2_x"))
    #expect(kind("SELECT /* sessionizer: run 7 */ 1") == kind("SELECT /* sessionizer: run 12 */ 1"))
    #expect(kind(#"DROP TABLE "it's 1""#) == kind(#"DROP TABLE "it's 2""#))
    #expect(kind(#"SELECT 'it\'s', 1"#, usesBackslashes: true) == kind("SELECT '', 2", usesBackslashes: true))
  }

  @Test func wordsMakeAnotherKind() {
    let kinds = [
      "UPDATE t SET a = 1", "UPDATE t SET b = 1", "DELETE FROM t", "SELECT 'a'", "SELECT 'a'; DELETE FROM t",
      "SELECT 'it\\'; DELETE FROM t; --'", "INSERT INTO t VALUES (1), (f(1))", "INSERT INTO t VALUES (1)",
      "DROP TABLE deadbeef", "DROP TABLE beef", "SELECT /*! 1 */ 2", "SELECT /*! DELETE */ 2",
      #"SELECT "it's", a FROM t"#, #"SELECT "it's", b FROM t"#, "SELECT $$ ' $$, a",
      "SELECT $$ ' $$, b",
    ].map { kind($0) }
    #expect(Set(kinds).count == kinds.count)
  }

  /// Of the rows of one statement, one of each kind is kept.
  @Test func theSampleIsAStatement() {
    let sample = StatementShape(
      "INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y'),\n(3, f('z')), (4, NULL)", usesBackslashes: false
    )
    .sample
    #expect(sample == "INSERT INTO t (a, b) VALUES (1, 'x'),\n(3, f('z'))")
    // Columns that look alike are no rows.
    let columns = "INSERT INTO t (a, b) SELECT\n  (SELECT 1) AS a,\n  (SELECT 2) AS b"
    #expect(StatementShape(columns, usesBackslashes: false).sample == columns)
  }
}
