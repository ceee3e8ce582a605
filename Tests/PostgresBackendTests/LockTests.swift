import PostgresBackend
import PostgresServer
import SessionPlan
import TestNeeds
import Testing
import WarehouseDriver

@Suite(.needs(PostgresServer.absence)) struct LockTests {
  private let odd = ObjectName(parts: ["Odd \"schema\" 😀", "session runs"])

  private func database() async throws -> Database {
    let database = try await Database()
    let connection = try await database.connect()
    _ = try await connection.execute("CREATE SCHEMA \"Odd \"\"schema\"\" 😀\"")
    _ = try await connection.execute("CREATE TABLE \"Odd \"\"schema\"\" 😀\".\"session runs\"(a int)")
    _ = try await connection.execute("CREATE TABLE runs(a int)")
    await connection.close()
    return database
  }

  @Test func oneHoldsAJobAtATime() async throws {
    let database = try await database()
    let first = try await database.connect()
    let second = try await database.connect()
    try await first.lockJob(odd, wait: .zero)
    let error = await expect(.jobLocked) { try await second.lockJob(odd, wait: .zero) }
    #expect(error?.description.contains("sessionizer") == true)
    await expect(.jobLocked) { try await second.lockJob(odd, wait: .milliseconds(30)) }
    // Another job is another lock.
    try await second.lockJob(ObjectName("runs"), wait: .zero)
    try await second.unlockJob()
    try await first.unlockJob()
    try await first.unlockJob()
    try await second.lockJob(odd, wait: .zero)
    await second.close()
    try await first.lockJob(odd, wait: .seconds(20))
    await first.close()
  }

  @Test func waitingGetsTheLockThatIsReleased() async throws {
    let database = try await database()
    let first = try await database.connect()
    let second = try await database.connect(statementTimeout: .milliseconds(50))
    try await first.lockJob(odd, wait: .zero)
    let waiting = Task { try await second.lockJob(odd, wait: .seconds(60)) }
    while try await first.number(waitingForThis) == 0 {}
    // Longer than the statement timeout, which does not count here.
    _ = try await first.execute("SELECT pg_sleep(0.1)")
    try await first.unlockJob()
    try await waiting.value
    // The timeouts are what they were before.
    #expect(try await second.text("SELECT current_setting('lock_timeout')") == "200ms")
    #expect(try await second.text("SELECT current_setting('statement_timeout')") == "50ms")
    await first.close()
    await second.close()
  }

  @Test func waitingCanBeCancelled() async throws {
    let database = try await database()
    let first = try await database.connect()
    let second = try await database.connect()
    try await first.lockJob(odd, wait: .zero)
    let waiting = Task { try await second.lockJob(odd, wait: .seconds(60)) }
    while try await first.number(waitingForThis) == 0 {}
    waiting.cancel()
    await expect(.cancelled) { try await waiting.value }
    #expect(try await second.number("SELECT 1") == 1)
    try await first.unlockJob()
    try await first.lockJob(odd, wait: .zero)
    await first.close()
    await second.close()
  }

  @Test func aLedgerMustExistAndTheLockComesFirst() async throws {
    let connection = try await database().connect()
    await expect(.noSuchObject) { try await connection.lockJob(ObjectName("nowhere"), wait: .zero) }
    try await connection.begin(.read)
    await expect(.other) { try await connection.lockJob(odd, wait: .zero) }
    await connection.close()
    await expect(.connection) { try await connection.lockJob(odd, wait: .zero) }
  }
}
