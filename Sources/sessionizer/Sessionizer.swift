import ADBCBackend
import Foundation
import ODBCBackend
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
      backends: {
        BackendRegistry([
          SQLiteBackend(), PostgresBackend(), ODBCBackend(dialects: $0),
          ADBCBackend(dialects: $0, variables: process.environment),
        ])
      },
      variables: process.environment, console: .standard())
    exit(await CommandLineTool.main(Array(process.arguments.dropFirst()), environment))
  }
}
