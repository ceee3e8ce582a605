import Foundation

/// Programs that are run to their end.
public enum Command {
  /// The environment without the settings of clients and of a server that somebody has made.
  public static var environment: [String: String] {
    ProcessInfo.processInfo.environment.filter { name, _ in
      !["PG", "MYSQL", "MARIADB", "ODBC", "LC_"].contains { name.hasPrefix($0) }
    }
  }

  /// Runs a program and returns what it wrote to its standard output.
  /// - Throws: what it wrote to its standard error, where it ends with another code than 0.
  public static func run(_ words: [String], environment: [String: String] = environment) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    process.environment = environment
    // An unprivileged user need not be able to enter the current folder.
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    process.standardInput = FileHandle.nullDevice
    let output = Process.exclusively { Pipe() }
    let errors = FileManager.default.temporaryDirectory.appendingPathComponent("command-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
    let said = try FileHandle(forUpdating: errors)
    // Its name goes at once, so that nothing stays behind when this process is killed.
    try? FileManager.default.removeItem(at: errors)
    process.standardOutput = output
    process.standardError = said
    try process.start()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      try said.seek(toOffset: 0)
      let message = String(decoding: try said.readToEnd() ?? Data(), as: UTF8.self)
      throw PrivateServerError("\(words.joined(separator: " ")): \(message)")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Runs blocking work on a thread of its own.
  public static func off<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      Thread { continuation.resume(with: Result(catching: body)) }.start()
    }
  }
}
