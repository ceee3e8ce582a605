import Foundation
import PrivateServer
import SessionRunner
import Testing
import WarehouseDriver

/// A run in a process of its own, which can be killed at an instant that does not depend on how fast anything is.
struct RunProcess {
  /// An instant of a run, by the number of the text that it is about to send, from 1.
  struct Instant {
    var number: Int
    /// Whether it stands still there until `letGo`; else it goes on, and is met while the statement works, or later.
    var isHeld: Bool
  }

  private let process = Process()
  private let input = Process.exclusively { Pipe() }
  private let output = Process.exclusively { Pipe() }

  /// Starts a run.
  /// - Parameter instant: returns when the run has come there, or has ended before.
  init(_ place: Place, upTo instant: Instant? = nil) throws {
    process.executableURL = try Self.helper()
    process.arguments = [place.url, place.engine.rawValue]
    if let instant { process.arguments? += [instant.isHeld ? "hold" : "pass", "\(instant.number)"] }
    process.standardInput = input
    process.standardOutput = output
    // What it says of a server that was killed under it is no news.
    process.standardError = FileHandle.nullDevice
    try process.start()
    if instant != nil { _ = output.fileHandleForReading.availableData }
  }

  /// Starts a run by a way to the server that is cut after so many bytes of what the server says.
  init(_ place: Place, cutAfter bytes: Int, _ how: CuttingProxy.Cut) throws {
    process.executableURL = try Self.helper()
    let (url, port) = try place.urlOfAnyPort()
    process.arguments = [url, place.engine.rawValue, "through", "\(port)", how.rawValue, "\(bytes)"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.start()
  }

  /// How many texts a whole run sends.
  static func texts(of place: Place) throws -> Int {
    let run = try RunProcess(place)
    let said = run.output.fileHandleForReading.readDataToEndOfFile()
    #expect(run.wait() == 0)
    return try #require(Int(String(decoding: said, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  /// Instants of a run that sends so many texts: the first, the last, and one at random in each of the equal parts
  /// between. Every other one is held, the first of all, at which nothing has happened yet.
  static func instants(_ count: Int, ofTexts texts: Int) -> [Instant] {
    (0..<count).map { index in
      let first = 1 + index * texts / count
      let part = first...max(first, (index + 1) * texts / count)
      let number = index == 0 ? 1 : index == count - 1 ? texts : Int.random(in: part)
      return Instant(number: number, isHeld: index % 2 == 0)
    }
  }

  /// Lets it go on from where it is held.
  func letGo() { try? input.fileHandleForWriting.close() }

  /// Kills it, and tells whether it was there to be killed.
  func kill() -> Bool {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  /// Waits for its end for some time, and kills it if it has not come by then.
  func end(within time: Duration) async throws {
    let end = ContinuousClock.now + time
    while process.isRunning, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
    _ = kill()
  }

  /// Waits for its end, and returns its exit code.
  func wait() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// The helper lies beside the tests.
  static func helper() throws -> URL {
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

extension Place {
  /// After a run was killed, what is seen is what was before it or what is after it, and the next run makes the second of
  /// the first.
  ///
  /// - Returns: whether nothing of the killed run was there
  @discardableResult
  func expectRecovery(
    from instant: RunProcess.Instant, before: [[BatchValue?]], after: [[BatchValue?]],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Bool {
    let context = try await context()
    let seen = try await context.exports()
    #expect(
      seen == before || seen == after, "half of a run is visible, killed at \(instant)", sourceLocation: sourceLocation)
    // The server may not know yet that the killed process is gone.
    _ = try await context.run(RunRequest(wait: .seconds(60)))
    let repaired = try await context.exports()
    #expect(repaired == after, "after a run killed at \(instant)", sourceLocation: sourceLocation)
    let report = try await context.verify(VerifyRequest(isComplete: true))
    #expect(report.isClean, "after a run killed at \(instant)", sourceLocation: sourceLocation)
    await context.connection.close()
    return seen == before
  }
}
