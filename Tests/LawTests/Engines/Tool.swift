import Foundation

/// The tool as it was built with the tests.
enum Tool {
  /// It lies beside the tests, or above them.
  static var folder: URL {
    get throws {
      var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      for _ in 0..<4 {
        let candidate = folder.appending(path: "sessionizer")
        if FileManager.default.isExecutableFile(atPath: candidate.path), !candidate.hasDirectoryPath { return folder }
        folder.deleteLastPathComponent()
      }
      throw CocoaError(.fileNoSuchFile)
    }
  }
}
