import Foundation
import Logging
import SQLiteBackend
import SessionPlan
import SessionRunner
import WarehouseDriver

/// A run in a process of its own, so that tests can kill it: `RunHelper DATABASE`. Says `begun` before the run.
@main struct RunHelper {
  static func main() async throws {
    let connection = try await SQLiteBackend().connect(
      to: Target(url: "sqlite:" + CommandLine.arguments[1]), options: ConnectionOptions())
    let context = JobContext(
      job: SessionJob(), connection: connection, logger: Logger(label: "helper"), toolVersion: "test")
    FileHandle.standardOutput.write(Data("begun\n".utf8))
    _ = try await context.run(RunRequest(wait: .seconds(60)))
    await connection.close()
  }
}
