import Foundation
import SQLiteBackend
import StatementRecording
import WarehouseDriver

@testable import SessionizerCLI

/// One call of the command line, in this process, with SQLite as the only backend.
struct ToolRun {
  var code: Int32
  var output: String
  var errors: String

  init(_ arguments: [String], variables: [String: String] = [:]) async {
    let output = MemorySink()
    let errors = MemorySink()
    let environment = CommandEnvironment(
      backends: { _ in BackendRegistry([RecordingBackend(SQLiteBackend(), engine: "sqlite")]) },
      variables: variables, console: Console(output: output, errors: errors))
    code = await CommandLineTool.run(arguments, environment)
    self.output = output.text
    self.errors = errors.text
  }

  init(_ arguments: String...) async { await self.init(arguments) }
}

/// A folder that is gone after the test.
struct TemporaryFolder: ~Copyable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("sessionizer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  func file(_ name: String, _ text: String? = nil) throws -> String {
    let file = path + "/" + name
    if let text { try Data(text.utf8).write(to: URL(fileURLWithPath: file)) }
    return file
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
