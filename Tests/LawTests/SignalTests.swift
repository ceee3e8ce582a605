import Foundation
import PrivateServer
import SessionPlan
import SessionRunner
import Testing
import WarehouseDriver

/// The tool as a process that is told to end: it takes its statement and its lock with it.
@Suite(.fewAtOnce) struct SignalTests {
  private static func tool(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = try Tool.folder.appending(path: "sessionizer")
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.start()
    return process
  }

  /// Waits for the end, at most for some seconds.
  private static func hasEnded(_ process: Process, within seconds: Double) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while process.isRunning {
      guard ContinuousClock.now < end else {
        kill(process.processIdentifier, SIGKILL)
        return false
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    return true
  }

  /// As `timeout` does it: one signal to the process, one to its group, within a moment. Ten times, each at another
  /// distance, while the statement waits on the server.
  @Test(arguments: Engine.servers) func twoSignalsAtOnceLeaveNothingOnTheServer(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    let context = try await place.context()
    try await context.create()
    try await TwoBatches.insert(0, of: 30, into: context.connection)
    // Stops every run in the middle, at its first write.
    let blocker = try await place.connect()
    _ = try await blocker.beginRemoval(of: [ObjectName("session_table")])
    let running =
      engine.family == .mariadb
      ? "SELECT count(*) FROM information_schema.processlist WHERE db = '\(place.database)' AND state LIKE 'Waiting for table%'"
      : "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE NOT l.granted"
        + " AND c.relname = 'session_table' AND c.relnamespace = '\(place.schema ?? "")'::regnamespace"
    for number in 0..<10 {
      let process = try Self.tool(["run", "--quiet", "--target", place.url, "--lock-timeout", "1m"])
      for _ in 0..<1000 where try await context.connection.textRows(running)[0][0] == "0" {
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(try await context.connection.textRows(running)[0][0] == "1")
      kill(process.processIdentifier, SIGTERM)
      usleep(UInt32(number * 300))
      kill(process.processIdentifier, SIGTERM)
      #expect(try await Self.hasEnded(process, within: 20))
      #expect(process.terminationStatus == 130 && process.terminationReason == .exit)
      // Nobody has the job, and nobody waits any more.
      #expect(try await context.connection.textRows(running)[0][0] == "0")
      let next = try await place.connect()
      try await next.lockJob(ObjectName("session_runs"), wait: .zero)
      await next.close()
    }
    try await blocker.rollback()
    #expect(try await context.run().runID == 1)
    for connection in [blocker, context.connection] { await connection.close() }
  }

  /// A named pipe in the place of a database is refused, and nothing is waited for.
  @Test(arguments: ["create", "status", "run"]) func aPipeIsNoDatabase(command: String) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("pipe-\(UUID().uuidString)").path
    #expect(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    let process = try Self.tool([command, "--target", "sqlite:" + path])
    #expect(try await Self.hasEnded(process, within: 20))
    #expect(process.terminationStatus == 2 && process.terminationReason == .exit)
  }

  /// What waits for a pipe all the same, ends at a second signal.
  @Test func aSecondSignalEndsWhatDoesNotEnd() async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("pipe-\(UUID().uuidString)").path
    #expect(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    // A job file that nobody writes.
    let process = try Self.tool(["status", "--target", "sqlite:/nowhere.db", "--job", path])
    try await Task.sleep(for: .milliseconds(500))
    kill(process.processIdentifier, SIGTERM)
    try await Task.sleep(for: .milliseconds(1300))
    #expect(process.isRunning)
    kill(process.processIdentifier, SIGTERM)
    #expect(try await Self.hasEnded(process, within: 10))
    #expect(process.terminationStatus == 130)
  }
}
