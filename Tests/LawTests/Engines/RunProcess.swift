import Foundation
import PrivateServer

/// A run in a process of its own.
struct RunProcess {
  private let process = Process()

  /// Returns when the process has begun its run.
  init(_ place: Place) throws {
    process.executableURL = try Self.helper()
    process.arguments = [place.url, place.engine.rawValue]
    let output = Process.exclusively { Pipe() }
    process.standardOutput = output
    // What it says of a server that was killed under it is no news.
    process.standardError = FileHandle.nullDevice
    try process.start()
    _ = output.fileHandleForReading.availableData
  }

  /// Kills it, and tells whether it was there to be killed.
  func kill() -> Bool {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  /// Waits for its end, and returns its exit code.
  func wait() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// The helper lies beside the tests.
  private static func helper() throws -> URL {
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
