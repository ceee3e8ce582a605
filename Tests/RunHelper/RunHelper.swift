import Foundation
import Logging
import ODBCBackend
import PostgresBackend
import SQLiteBackend
import SessionPlan
import SessionRunner
import StatementRecording
import Synchronization
import WarehouseDriver

/// A run in a process of its own, so that tests can kill it: `RunHelper URL ENGINE [hold|pass N]`. Says `at` before it
/// sends the run's Nth text to the database, the first being 1; with `hold` it then waits until its standard input ends.
/// At its own end it says how many texts there were.
@main struct RunHelper {
  static func main() async {
    do {
      try await run()
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(2)
    }
  }

  private static func run() async throws {
    let words = CommandLine.arguments
    let target = try Target(url: words[1])
    let backends: [any Backend] = [SQLiteBackend(), PostgresBackend(), ODBCBackend()]
    let found = try BackendRegistry(backends).backend(for: target)
    let backend = RecordingBackend(found, engine: words[2])
    let stop = words.count > 4 ? Int(words[4]) : nil
    let holds = stop != nil && words[3] == "hold"
    let sent = Atomic(0)
    let connection = try await backend.connect(
      to: target,
      options: ConnectionOptions(onSend: { _ in
        guard sent.add(1, ordering: .relaxed).newValue == stop else { return }
        say("at")
        if holds { _ = FileHandle.standardInput.availableData }
      }))
    let context = JobContext(
      job: SessionJob(), connection: connection, logger: Logger(label: "helper"), toolVersion: "test")
    sent.store(0, ordering: .relaxed)
    _ = try await context.run(RunRequest(wait: .seconds(60)))
    say("\(sent.load(ordering: .relaxed))")
    await connection.close()
  }

  private static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
