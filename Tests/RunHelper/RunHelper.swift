import Foundation
import Logging
import ODBCBackend
import PostgresBackend
import SQLiteBackend
import SessionPlan
import SessionRunner
import StatementRecording
import WarehouseDriver

/// A run in a process of its own, so that tests can kill it: `RunHelper URL ENGINE`. Says `begun` before the run.
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
    let target = try Target(url: CommandLine.arguments[1])
    let backends: [any Backend] = [SQLiteBackend(), PostgresBackend(), ODBCBackend()]
    let found = try BackendRegistry(backends).backend(for: target)
    let backend = RecordingBackend(found, engine: CommandLine.arguments[2])
    let connection = try await backend.connect(to: target, options: ConnectionOptions())
    let context = JobContext(
      job: SessionJob(), connection: connection, logger: Logger(label: "helper"), toolVersion: "test")
    FileHandle.standardOutput.write(Data("begun\n".utf8))
    _ = try await context.run(RunRequest(wait: .seconds(60)))
    await connection.close()
  }
}
