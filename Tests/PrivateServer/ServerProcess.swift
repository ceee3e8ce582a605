public import Foundation
import Synchronization

/// A server's first process: how it is started, waited for and ended.
public final class ServerProcess: Sendable {
  /// What the server keeps; its log is `server.log` in it.
  private let folder: String
  /// The file in the folder whose first line is the server's process id.
  private let pidFile: String
  private let process = Mutex<Process?>(nil)

  public init(folder: String, pidFile: String) {
    self.folder = folder
    self.pidFile = folder + "/" + pidFile
  }

  /// Starts the server and waits until it takes connections.
  /// - Parameter isReady: whether it does, by what it has logged since it was started.
  /// - Throws: `PortTaken` where the log says one of the given texts.
  public func launch(
    _ words: [String], environment: [String: String] = Command.environment, portIsTaken: String,
    isReady: (_ logged: String) -> Bool
  ) throws {
    let file = folder + "/server.log"
    if !FileManager.default.fileExists(atPath: file) { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    // A killed server leaves its file behind.
    let former = id
    let server = Process()
    server.executableURL = URL(fileURLWithPath: words[0])
    server.arguments = Array(words.dropFirst())
    server.environment = environment
    server.currentDirectoryURL = URL(fileURLWithPath: "/")
    server.standardInput = FileHandle.nullDevice
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
    let start = Int(try output.seekToEnd())
    server.standardOutput = output
    server.standardError = output
    try server.start()
    try output.close()
    var logged: String { String(decoding: log.utf8.dropFirst(start), as: UTF8.self) }
    for _ in 0..<3000 {
      if id != nil, id != former, isReady(logged) {
        process.withLock { $0 = server }
        return
      }
      if !server.isRunning {
        if logged.contains(portIsTaken) { throw PortTaken.taken }
        throw PrivateServerError("the server did not start: \(logged)")
      }
      Thread.sleep(forTimeInterval: 0.02)
    }
    server.terminate()
    throw PrivateServerError("the server is not ready after a minute: \(logged)")
  }

  /// The server's process id, while there is one.
  public var id: pid_t? {
    let text = try? String(contentsOfFile: pidFile, encoding: .utf8)
    return text?.split(separator: "\n").first.flatMap { pid_t($0) }
  }

  /// What the server has said.
  public var log: String { (try? String(contentsOfFile: folder + "/server.log", encoding: .utf8)) ?? "" }

  /// Ends the server at once, as a crash does: its first process and every child of it.
  public func kill() {
    guard isStarted, let first = id else { return }
    // A stopped one makes no more children.
    _ = Foundation.kill(first, SIGSTOP)
    for child in Self.children(of: first) { _ = Foundation.kill(child, SIGKILL) }
    _ = Foundation.kill(first, SIGKILL)
    waitForEnd()
  }

  /// Asks the server to end by a signal, and waits until it has.
  public func stop(by signal: Int32) {
    guard isStarted, let first = id else { return }
    _ = Foundation.kill(first, signal)
    waitForEnd()
  }

  /// The file of a killed server names a process that may be anybody's now.
  private var isStarted: Bool { process.withLock { $0 != nil } }

  private func waitForEnd() {
    process.withLock { process in
      process?.waitUntilExit()
      process = nil
    }
  }

  private static func children(of parent: pid_t) -> [pid_t] {
    #if os(Linux)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      return names.compactMap { pid_t($0) }.filter { candidate in
        guard let text = try? String(contentsOfFile: "/proc/\(candidate)/stat", encoding: .utf8) else { return false }
        // After the name in parentheses: the state, then the parent.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 1 && pid_t(fields[1]) == parent
      }
    #else
      let output = try? Command.run(["/usr/bin/pgrep", "-P", String(parent)])
      return output?.split(separator: "\n").compactMap { pid_t($0) } ?? []
    #endif
  }
}
