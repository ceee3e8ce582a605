import BackendConformance
import Foundation
import Logging
import SessionPlan
import SessionRunner
import Synchronization
import Testing
import WarehouseDriver

/// What is committed is a success, whatever goes wrong after it.
@Suite(.fewAtOnce) struct CommittedTests {
  /// The connection is cut between the COMMIT and the release of the job lock.
  @Test(arguments: Engine.servers) func anErrorAfterTheCommitIsANotice(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    let context = try await place.context()
    try await context.create()
    try await TwoBatches.insert(0, of: 30, into: context.connection)
    let inner = try await place.connect()
    let isMariaDB = engine.family == .mariadb
    let process =
      try await inner.textRows(isMariaDB ? "SELECT connection_id()" : "SELECT pg_backend_pid()")[0][0] ?? ""
    var faults = InterposedConnection.Faults()
    faults.afterCommit = {
      if isMariaDB {
        _ = try await place.mariadb?.query("KILL CONNECTION \(process)")
      } else {
        _ = try await place.server?.psql("SELECT pg_terminate_backend(\(process))")
      }
      try await Task.sleep(for: .milliseconds(200))
    }
    let notes = Notes()
    let cut = JobContext(
      job: SessionJob(), connection: InterposedConnection(inner, faults: faults),
      logger: Logger(label: "test") { _ in notes }, toolVersion: "test")
    let report = try await cut.run()
    #expect(report.runID == 1 && report.pageviews > 0)
    await inner.close()
    // Nobody holds the lock, and everything is there.
    #expect(try await context.run().pageviews == 0)
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    let said = notes.lines.withLock(\.self)
    #expect(said.allSatisfy { $0.hasPrefix("the run is committed") }, "\(said)")
    await context.connection.close()
    place.remove()
  }
}

/// Keeps warnings.
private final class Notes: LogHandler, Sendable {
  let lines = Mutex<[String]>([])
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  var logLevel: Logger.Level {
    get { .warning }
    set {}
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) { lines.withLock { $0.append("\(event.message)") } }
}
