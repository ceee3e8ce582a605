import Foundation
import PostgresBackend
import SQLiteBackend
import SessionizerCLI
import WarehouseDriver

/// The executable: it names the backends, and leaves all else to the library.
@main
struct Sessionizer {
  static func main() async {
    let process = ProcessInfo.processInfo
    let environment = CommandEnvironment(
      backends: { _ in BackendRegistry([SQLiteBackend(), PostgresBackend()]) }, variables: process.environment,
      console: .standard())
    exit(await CommandLineTool.main(Array(process.arguments.dropFirst()), environment))
  }
}
