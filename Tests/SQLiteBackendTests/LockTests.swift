import SessionPlan
import Synchronization
import Testing
import WarehouseDriver

@Suite struct LockTests {
  @Test func theJobLockIsHeldUntilTheTransactionEnds() async throws {
    let folder = try TemporaryFolder()
    let (first, second) = (try await connect(folder.file()), try await connect(folder.file()))
    _ = try await first.execute("CREATE TABLE ledger(a)")
    try await first.lockJob(ObjectName("job"), wait: .zero)
    let held = await expect(.jobLocked) { try await second.lockJob(ObjectName("job"), wait: .zero) }
    #expect(held?.message == "another run or another writer holds \(folder.file())")
    #expect(held?.remedy?.contains("--wait") == true)
    let locked = await expect(.locked) { try await second.begin(.write) }
    #expect(locked?.isRetrySafe == true && locked?.message.contains(folder.file()) == true)
    try await first.begin(.insertOnly(ledgers: [ObjectName("ledger")]))
    await expect(.refused) { _ = try await first.execute("DELETE FROM ledger") }
    _ = try await first.execute("INSERT INTO ledger VALUES (1)")
    await expect(.jobLocked) { try await second.lockJob(ObjectName("job"), wait: .milliseconds(20)) }
    try await first.commit()
    try await first.unlockJob()
    try await second.lockJob(ObjectName("job"), wait: .zero)
    try await second.begin(.insertOnly(ledgers: []))
    // The snapshot is younger than the lock.
    #expect(try await second.number("SELECT count(*) FROM ledger") == 1)
    try await second.unlockJob()
    try await first.begin(.write)
  }

  @Test func unlockingGivesTheLockBackUnused() async throws {
    let folder = try TemporaryFolder()
    let (first, second) = (try await connect(folder.file()), try await connect(folder.file()))
    try await first.unlockJob()
    try await first.lockJob(ObjectName("job"), wait: .zero)
    try await first.unlockJob()
    try await second.lockJob(ObjectName("job"), wait: .zero)
    await second.close()
    try await first.lockJob(ObjectName("job"), wait: .zero)
  }

  @Test func waitingForTheLockEndsWithIt() async throws {
    let folder = try TemporaryFolder()
    let (first, second) = (try await connect(folder.file()), try await connect(folder.file()))
    _ = try await first.execute("CREATE TABLE ledger(a)")
    try await first.lockJob(ObjectName("job"), wait: .zero)
    let isWaiting = Atomic(false)
    let hasLock = Atomic(false)
    let waiter = Task {
      isWaiting.store(true, ordering: .relaxed)
      try await second.lockJob(ObjectName("job"), wait: .seconds(60))
      hasLock.store(true, ordering: .relaxed)
      try await second.begin(.insertOnly(ledgers: []))
      return try await second.number("SELECT count(*) FROM ledger")
    }
    while !isWaiting.load(ordering: .relaxed) { await Task.yield() }
    try await Task.sleep(for: .milliseconds(200))
    try await first.begin(.insertOnly(ledgers: [ObjectName("ledger")]))
    _ = try await first.execute("INSERT INTO ledger VALUES (1)")
    let bothHaveIt = hasLock.load(ordering: .relaxed)
    #expect(!bothHaveIt)
    try await first.commit()
    #expect(try await waiter.value == 1)
  }

  @Test func nRunsAtOnceGoOneAfterTheOther() async throws {
    let folder = try TemporaryFolder()
    let setup = try await connect(folder.file())
    _ = try await setup.execute("CREATE TABLE ledger(n INTEGER PRIMARY KEY)")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 {
        group.addTask {
          let connection = try await connect(folder.file(), lockTimeout: .seconds(600))
          for _ in 0..<5 {
            try await connection.lockJob(ObjectName("job"), wait: .seconds(600))
            try await connection.transaction(.insertOnly(ledgers: [ObjectName("ledger")])) {
              _ = try await connection.execute("INSERT INTO ledger SELECT coalesce(max(n), 0) + 1 FROM ledger")
            }
          }
          await connection.close()
        }
      }
      try await group.waitForAll()
    }
    #expect(try await setup.number("SELECT max(n) FROM ledger") == 30)
  }
}
