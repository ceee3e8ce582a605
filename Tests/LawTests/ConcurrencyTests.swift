import SessionPlan
import SessionRunner
import Testing
import WarehouseDriver

@Suite(.fewAtOnce) struct ConcurrencyTests {
  /// L5: eight runs of one job at once, and a writer to the source beside them.
  @Test(arguments: Engine.live) func manyRunsAreOne(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let first = try await place.context()
    try await first.create()
    try await TwoBatches.insert(0, of: 3000, into: first.connection)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let context = try await place.context()
          _ = try await context.run(RunRequest(wait: .seconds(600)))
          await context.connection.close()
        }
      }
      group.addTask {
        let writer = try await place.connect()
        try await TwoBatches.insert(1, of: 3000, into: writer)
        await writer.close()
      }
      try await group.waitForAll()
    }
    _ = try await first.run()
    let found = try await first.exports()
    #expect(try await first.verify().isClean)
    await first.connection.close()

    let single = try await Place.make(on: engine)
    defer { single.remove() }
    let alone = try await single.context()
    try await alone.create()
    try await TwoBatches.insert(0, of: 3000, into: alone.connection)
    try await TwoBatches.insert(1, of: 3000, into: alone.connection)
    _ = try await alone.run()
    #expect(try await alone.exports() == found)
    await alone.connection.close()
  }

  /// Without waiting, a run that finds the job taken says so.
  @Test(arguments: Engine.live) func theLoserSaysThatTheJobIsTaken(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await place.context()
    try await context.create()
    let holder = try await place.connect()
    try await holder.lockJob(ObjectName("session_runs"), wait: .zero)
    await #expect {
      _ = try await context.run()
    } throws: { error in
      (error as? DriverError)?.code == .jobLocked
    }
    try await holder.unlockJob()
    _ = try await context.run()
    await holder.close()
    await context.connection.close()
  }
}
