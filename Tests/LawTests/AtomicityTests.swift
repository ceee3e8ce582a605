import BackendConformance
import Foundation
import SQLiteBackend
import SessionPlan
import SessionRunner
import Testing
import WarehouseDriver

/// A database in a file that goes with the test.
struct TemporaryDatabase {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("law-\(UUID().uuidString).db").path

  func connect(lockTimeout: Duration = .seconds(30)) async throws -> any WarehouseDriver.Connection {
    try await SQLiteBackend().connect(
      to: Target(url: "sqlite:" + path), options: ConnectionOptions(mayCreate: true, lockTimeout: lockTimeout))
  }

  func remove() {
    for end in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: path + end) }
  }
}

extension JobContext {
  init(_ connection: any WarehouseDriver.Connection, job: SessionJob = SessionJob()) {
    self.init(job: job, connection: connection, logger: quiet, toolVersion: "test")
  }

  /// The canonical exports, one after the other, as rows.
  func exports() async throws -> [[BatchValue?]] {
    var rows: [[BatchValue?]] = []
    try await sessions { batch in for row in 0..<batch.rowCount { rows.append(batch.row(row)) } }
    try await events { batch in for row in 0..<batch.rowCount { rows.append(batch.row(row)) } }
    return rows
  }
}

/// Ten users with pageviews that a second batch bridges, extends and precedes.
enum TwoBatches {
  static func insert(_ batch: Int, of count: Int, into connection: any WarehouseDriver.Connection) async throws {
    _ = try await connection.execute(
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
      SELECT 'e' || i, 'u' || (i % 10),
      strftime('%Y-%m-%d %H:%M:%S', 1735689600 + (i * 7919 % \(count)) * 130, 'unixepoch'), '/' || (i % 7)
      FROM n WHERE i % 3 \(batch == 0 ? "<>" : "=") 0
      """)
  }
}

@Suite struct AtomicityTests {
  /// Stops a run after each of its statements, the last one's commit included: nothing of it is left to see.
  @Test(arguments: [false, true]) func aRunStoppedAfterAnyStatementLeavesNothing(isFirst: Bool) async throws {
    let player = SQLPlayer(SQLiteEngine())
    let rows = (0..<30).map { index in
      SourceRow(
        id: .text(ByteKey("e\(index)")), user: "u", time: .at(Int64(index * 1_400_000_000)), page: "/")
    }
    let late = (0..<10).map { index in
      SourceRow(id: .text(ByteKey("l\(index)")), user: "u", time: .at(Int64(index * 4_000_000_000 + 1)), page: "/")
    }
    try await player.reset(HistoryJob(gap: try #require(Gap(microseconds: 1_000_000_000))))
    try await player.insert(rows)
    if !isFirst {
      _ = try await player.run(.whole)
      try await player.insert(late)
    }
    let connection = try #require(await player.context.connection as? InterposedConnection)
    let before = try await player.ledgerDump()
    let exported = try await player.exportSessions(asOf: nil)
    var count = 0
    while true {
      let stop = count
      await connection.change { $0.killedAfter = stop }
      do {
        _ = try await player.run(.whole)
        break
      } catch is InterposedConnection.Killed {
        #expect(try await player.ledgerDump() == before)
        #expect(try await player.exportSessions(asOf: nil) == exported)
        count += 1
      }
    }
    #expect(count > (isFirst ? 5 : 12), "the plan's statements and the commit")
    let scratch = FromScratch(
      (rows + (isFirst ? [] : late)).map { row in
        guard case .text(let id) = row.id, case .at(let time) = row.time else { preconditionFailure() }
        return Pageview(id: .text(id), user: "u", time: time, page: row.page)
      }, gap: try #require(Gap(microseconds: 1_000_000_000)), boundary: .new)
    #expect(try await player.exportSessions(asOf: nil) == scratch.sessionsCSV)
    await player.close()
  }

  /// `kill -9` at any instant, and the next run gives what one clean run gives.
  @Test func aKilledProcessLeavesNothing() async throws {
    let rows = 10_000
    let clean = TemporaryDatabase()
    defer { clean.remove() }
    let reference = JobContext(try await clean.connect())
    try await reference.create()
    try await TwoBatches.insert(0, of: rows, into: reference.connection)
    _ = try await reference.run()
    try await TwoBatches.insert(1, of: rows, into: reference.connection)
    let before = try await reference.exports()
    _ = try await reference.run()
    let after = try await reference.exports()
    await reference.connection.close()

    let database = TemporaryDatabase()
    defer { database.remove() }
    let context = JobContext(try await database.connect())
    try await context.create()
    try await TwoBatches.insert(0, of: rows, into: context.connection)
    _ = try await context.run()
    try await TwoBatches.insert(1, of: rows, into: context.connection)
    await context.connection.close()
    var random = SystemRandomNumberGenerator()
    var killed = 0
    for _ in 0..<10 {
      // A copy each time, so that each kill meets a run with work to do.
      let copy = TemporaryDatabase()
      defer { copy.remove() }
      try FileManager.default.copyItem(atPath: database.path, toPath: copy.path)
      let process = Process()
      process.executableURL = try helper()
      process.arguments = [copy.path]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      _ = output.fileHandleForReading.availableData
      try await Task.sleep(for: .microseconds(Int.random(in: 0...150_000, using: &random)))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason == .uncaughtSignal { killed += 1 }
      let reader = JobContext(try await copy.connect())
      let seen = try await reader.exports()
      #expect(seen == before || seen == after, "half of a run is visible")
      _ = try await reader.run()
      #expect(try await reader.exports() == after)
      #expect(try await reader.verify().isClean)
      await reader.connection.close()
    }
    #expect(killed > 0)
  }

  /// The helper lies beside the tests.
  private func helper() throws -> URL {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    for _ in 0..<4 {
      let candidate = folder.appendingPathComponent("RunHelper")
      if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
      folder.deleteLastPathComponent()
    }
    struct Missing: Error {}
    throw Missing()
  }
}

@Suite struct ConcurrencyTests {
  /// L5: eight runs of one job at once, and a writer to the source beside them.
  @Test func manyRunsAreOne() async throws {
    let database = TemporaryDatabase()
    defer { database.remove() }
    let first = JobContext(try await database.connect())
    try await first.create()
    try await TwoBatches.insert(0, of: 3000, into: first.connection)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let context = JobContext(try await database.connect())
          _ = try await context.run(RunRequest(wait: .seconds(60)))
          await context.connection.close()
        }
      }
      group.addTask {
        let writer = try await database.connect()
        try await TwoBatches.insert(1, of: 3000, into: writer)
        await writer.close()
      }
      try await group.waitForAll()
    }
    _ = try await first.run()
    let found = try await first.exports()
    #expect(try await first.verify().isClean)
    await first.connection.close()

    let single = TemporaryDatabase()
    defer { single.remove() }
    let alone = JobContext(try await single.connect())
    try await alone.create()
    try await TwoBatches.insert(0, of: 3000, into: alone.connection)
    try await TwoBatches.insert(1, of: 3000, into: alone.connection)
    _ = try await alone.run()
    #expect(try await alone.exports() == found)
    await alone.connection.close()
  }

  /// Without waiting, a run that finds the job taken says so.
  @Test func theLoserSaysThatTheJobIsTaken() async throws {
    let database = TemporaryDatabase()
    defer { database.remove() }
    let context = JobContext(try await database.connect())
    try await context.create()
    let holder = try await database.connect()
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
