import BackendConformance
import SessionPlan
import SessionRunner
import Testing
import WarehouseDriver

/// Writers to the source that commit beside a run, or late, change nothing of the result.
@Suite(.fewAtOnce) struct WriterTests {
  private static func insert(_ values: String, _ connection: any WarehouseDriver.Connection) async throws {
    _ = try await connection.execute(
      "INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES " + values)
  }

  /// The exports of one run over all that a place's source has.
  private func exportsOfOneRun(over place: Place, _ context: JobContext) async throws -> [[BatchValue?]] {
    let single = try await Place.make(on: place.engine)
    let alone = try await single.context()
    try await alone.create()
    let schema = try #require(place.schema)
    _ = try await alone.connection.execute(
      "INSERT INTO pageviews (event_id, user_id, page_view_at, page) SELECT event_id, user_id, page_view_at, page "
        + "FROM \(schema).pageviews")
    _ = try await alone.run()
    let exports = try await alone.exports()
    await alone.connection.close()
    return exports
  }

  /// Trap T24: between the lineage and the rows of a run, somebody commits a pageview that bridges two sessions.
  @Test(arguments: Engine.servers, ["session_lineage", "session_table"])
  func aBridgeBetweenTheInsertsOfARunIsForTheNext(engine: Engine, table: String) async throws {
    let place = try await Place.make(on: engine)
    let writer = try await place.connect()
    var faults = InterposedConnection.Faults()
    faults.meanwhile = (
      ObjectName(table),
      {
        try await Self.insert(
          "('bridge','u','2025-06-01 08:25:00','/'),('first','u','2025-06-01 07:45:00','/')", writer)
      }
    )
    let connection = InterposedConnection(try await place.connect(), faults: faults)
    let context = JobContext(connection)
    try await context.create()
    try await Self.insert("('a','u','2025-06-01 08:00:00','/')", writer)
    await connection.change { $0.meanwhile = nil }
    _ = try await context.run()
    // The run merges nothing by itself, but extends a session.
    try await Self.insert("('c','u','2025-06-01 08:50:00','/'),('b','u','2025-06-01 07:59:00','/')", writer)
    await connection.change { [faults] in $0.meanwhile = faults.meanwhile }
    let during = try await context.run()
    #expect(during.pageviews == 2 && during.sessions == 2 && during.lineageRows == 0)
    #expect(
      try await context.connection.textRows("SELECT count(*) FROM pageviews") == [["5"]], "the writer has written")
    let between = try await context.connection.textRows(
      "SELECT session_id, pageviews FROM sessions ORDER BY started_at")
    #expect(between == [["b", "2"], ["c", "1"]])
    await connection.change { $0.meanwhile = nil }
    #expect(try await context.run().pageviews == 2)
    #expect(try await context.exports() == exportsOfOneRun(over: place, context))
    let after = try await context.connection.textRows("SELECT session_id, pageviews FROM sessions")
    #expect(after == [["first", "5"]])
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    await context.connection.close()
    await writer.close()
  }

  /// A transaction that took its arrival ids early and commits late: within the overlap `--new` finds its rows, below it
  /// `verify` names them and a whole run takes them up.
  @Test(arguments: Engine.servers, [Int64(10_000), 0])
  func transactionsMayCommitOutOfTheOrderOfArrival(engine: Engine, overlap: Int64) async throws {
    let place = try await Place.make(on: engine)
    let source = PageviewSource(arrival: Arrival(column: "arrival_id", overlap: overlap))
    let context = try await place.context(SessionJob(source: source))
    try await context.create()
    let (slow, quick) = (try await place.connect(), try await place.connect())
    try await Self.insert("('a','u','2025-06-01 08:00:00','/')", quick)
    _ = try await context.run()
    try await slow.begin(.write)
    try await Self.insert("('late','u','2025-06-01 08:25:00','/')", slow)
    for number in 0..<3 {
      try await Self.insert("('q\(number)','u','2025-06-01 08:5\(number):00','/')", quick)
      let report = try await context.run(RunRequest(mode: .new))
      #expect(report.mode == "new" && report.pageviews == 1)
    }
    try await slow.commit()
    let isFound = overlap > 0
    #expect(try await context.run(RunRequest(mode: .new)).pageviews == (isFound ? 1 : 0))
    #expect(try await context.verify().isClean == isFound)
    if !isFound { #expect(try await context.run().pageviews == 1) }
    #expect(try await context.exports() == exportsOfOneRun(over: place, context))
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    for connection in [slow, quick, context.connection] { await connection.close() }
  }

  /// L5: eight runs at once. Each has the job for itself or says that another has it.
  @Test(arguments: Engine.servers, [Duration.zero, .seconds(120)])
  func eightRunsAtOnceAreOne(engine: Engine, wait: Duration) async throws {
    let place = try await Place.make(on: engine)
    let context = try await place.context()
    try await context.create()
    try await TwoBatches.insert(0, of: 3000, into: context.connection)
    let done = try await withThrowingTaskGroup(of: Int64?.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let context = try await place.context()
          defer { Task { await context.connection.close() } }
          do {
            return try await context.run(RunRequest(wait: wait)).pageviews
          } catch let error as DriverError where error.code == .jobLocked {
            #expect(wait == .zero)
            #expect(error.description.contains("another run holds the job"), "\(error)")
            return nil
          }
        }
      }
      return try await group.reduce(into: [Int64?]()) { $0.append($1) }
    }
    #expect(done.compactMap(\.self).reduce(0, +) == 2000)
    #expect(wait == .zero || !done.contains(nil))
    #expect(try await context.exports() == exportsOfOneRun(over: place, context))
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    await context.connection.close()
  }
}
