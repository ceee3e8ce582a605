import BackendConformance
import Foundation
import PostgresServer
import SessionPlan
import SessionRunner
import TestNeeds
import Testing
import WarehouseDriver

/// What goes wrong in the middle is one clear line, and leaves nothing behind.
@Suite(.fewAtOnce, .needs(Engine.postgresC.absence)) struct PostgresFaultTests {
  /// The error of a body that must throw one, as one line.
  private func error(_ body: () async throws -> Void) async throws -> DriverError {
    do {
      try await body()
    } catch let error as DriverError {
      #expect(!error.description.contains("\n"), "\(error)")
      return error
    }
    struct NothingThrown: Error {}
    throw NothingThrown()
  }

  /// A job with two batches, of which the first is done, and the exports after the second.
  private func started(_ place: Place) async throws -> (context: JobContext, before: [[BatchValue?]]) {
    let context = try await place.context()
    try await context.create()
    try await TwoBatches.insert(0, of: 6000, into: context.connection)
    _ = try await context.run()
    try await TwoBatches.insert(1, of: 6000, into: context.connection)
    return (context, try await context.exports())
  }

  private func finish(_ context: JobContext, _ before: [[BatchValue?]]) async throws {
    #expect(try await context.exports() == before, "nothing of the failed run is there")
    #expect(try await context.run(RunRequest(wait: .seconds(60))).pageviews == 2000)
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    await context.connection.close()
  }

  @Test func aConnectionThatIsCutInTheMiddle() async throws {
    let place = try await Place.make(on: .postgresC)
    let (context, before) = try await started(place)
    let inner = try await place.connect()
    let process = try await inner.textRows("SELECT pg_backend_pid()")[0][0] ?? ""
    var faults = InterposedConnection.Faults()
    faults.meanwhile = (
      ObjectName("session_table"),
      { _ = try await context.connection.textRows("SELECT pg_terminate_backend(\(process))") }
    )
    let cut = JobContext(InterposedConnection(inner, faults: faults))
    let error = try await error { _ = try await cut.run() }
    #expect(error.code == .connectionLost, "\(error)")
    await inner.close()
    try await finish(context, before)
  }

  @Test func aStatementThatTakesTooLong() async throws {
    let place = try await Place.make(on: .postgresC)
    let (context, before) = try await started(place)
    let hurried = try await place.connect()
    var faults = InterposedConnection.Faults()
    faults.meanwhile = (
      ObjectName("session_lineage"),
      { _ = try await hurried.textRows("SELECT set_config('statement_timeout', '1', true)") }
    )
    let connection = InterposedConnection(hurried, faults: faults)
    // Thousands of rows with two indexes take longer than a millisecond.
    let error = try await error { _ = try await JobContext(connection).run() }
    #expect(error.code == .timeout, "\(error)")
    await connection.close()
    try await finish(context, before)
  }

  /// A column that holds no times is told before anything is sent that depends on it.
  @Test(arguments: [
    (TimeFormat.timestamp, "boolean"), (.timestamp, "text"), (.timestamp, "numeric"), (.timestamp, "bytea"),
    (.epochSeconds, "text"), (.epochMilliseconds, "timestamptz"), (.epochMicroseconds, "double precision"),
  ])
  func aTimeColumnOfTheWrongType(format: TimeFormat, type: String) async throws {
    let place = try await Place.make(on: .postgresC)
    let connection = try await place.connect()
    _ = try await connection.execute("CREATE TABLE visits (event_id text, user_id text, seen \(type), page text)")
    let source = PageviewSource(table: ObjectName("visits"), pageViewAt: "seen", timeFormat: format)
    do {
      let context = JobContext(connection, job: SessionJob(source: source))
      try await context.create()
      _ = try await context.run()
      Issue.record("a column of type \(type) is taken for \(format)")
    } catch {
      let text = "\(error)"
      #expect(text.contains("seen") && !text.contains("\n") && !text.contains("does not exist"), "told: \(text)")
    }
    await connection.close()
  }
}
