import ADBCBackend
import Foundation
import Logging
import ODBCBackend
import PostgresBackend
import PrivateServer
import SQLiteBackend
import SessionPlan
import SessionRunner
import StatementRecording
import Synchronization
import WarehouseDriver

/// A run in a process of its own, so that tests can kill it: `RunHelper URL ENGINE [hold|pass N]`. Says `at` before it
/// sends the run's Nth text to the database, the first being 1; with `hold` it then waits until its standard input ends.
/// At its own end it says how many texts there were.
///
/// With `RunHelper URL ENGINE through PORT HOW BYTES` the run goes by a way to the server's port that is cut after so many
/// bytes of what the server says; in the URL, PORT stands for that way's.
///
/// With `RunHelper URL ENGINE cut PORT HOW FIRST END STEP` it connects again and again, by a way to the server's port that
/// is cut after more and more bytes; in the URL, PORT stands for that way's. Before each it says how many, and after it
/// `ok` or the error.
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
    var proxy: CuttingProxy?
    if words.count == 7, words[3] == "through", let port = Int(words[4]), let how = CuttingProxy.Cut(rawValue: words[5])
    {
      proxy = try CuttingProxy(to: port)
      proxy?.cut(after: Int(words[6]), how)
    }
    defer { withExtendedLifetime(proxy) {} }
    let target = try Target(url: words[1].replacing("PORT", with: String(proxy?.port ?? 0)))
    let backends: [any Backend] = [
      SQLiteBackend(), PostgresBackend(), ODBCBackend(), ADBCBackend(),
    ]
    let found = try BackendRegistry(backends).backend(for: target)
    let backend = RecordingBackend(found, engine: words[2])
    let stop = words.count == 5 ? Int(words[4]) : nil
    let holds = stop != nil && words[3] == "hold"
    let sent = Atomic(0)
    if words.count > 3, words[3] == "cut" { return try await cut(words) }
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

  private static func cut(_ words: [String]) async throws {
    guard words.count == 9, let port = Int(words[4]), let how = CuttingProxy.Cut(rawValue: words[5]),
      let first = Int(words[6]), let end = Int(words[7]), let step = Int(words[8])
    else { return say("wrong arguments") }
    let proxy = try CuttingProxy(to: port)
    let target = try Target(url: words[1].replacing("PORT", with: String(proxy.port)))
    let backend = try BackendRegistry([PostgresBackend(), ODBCBackend()]).backend(for: target)
    for offset in stride(from: first, to: end, by: step) {
      say("\(offset)")
      proxy.cut(after: offset, how)
      do {
        let connection = try await backend.connect(to: target, options: ConnectionOptions())
        do {
          for table in ["pageviews", "session_table", "sessions", "nosuch"] {
            _ = try await connection.describe(ObjectName(table))
          }
          try await connection.begin(.rehearsal)
          let cursor = try await connection.open("SELECT event_id, page FROM pageviews ORDER BY 1", types: nil)
          while try await cursor.next() != nil {}
          try await connection.rollback()
          await connection.close()
          say("ok")
        } catch {
          try? await connection.rollback()
          await connection.close()
          throw error
        }
      } catch {
        say(error is DriverError ? "\(error)" : "no driver's error: \(error)")
      }
    }
    say("end")
  }

  private static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
