import BackendConformance
import SessionPlan
import SessionRunner
import Testing

@Suite(.fewAtOnce) struct AtomicityTests {
  /// Stops a run after each of its statements, the last one's commit included: nothing of it is left to see.
  @Test(arguments: [false, true], Engine.live)
  func aRunStoppedAfterAnyStatementLeavesNothing(isFirst: Bool, engine: Engine) async throws {
    let player = SQLPlayer(engine.player)
    let rows = (0..<30).map { index in
      SourceRow(
        id: .text(ByteKey("e\(index)")), user: "u", time: .at(Int64(index * 1_400_000_000)), page: "/")
    }
    let late = (0..<10).map { index in
      SourceRow(id: .text(ByteKey("l\(index)")), user: "u", time: .at(Int64(index * 4_000_000_000 + 1)), page: "/")
    }
    try await player.reset(HistoryJob(gap: try #require(Gap(microseconds: 1_000_000_000))))
    try await player.insert(rows)
    if !isFirst {
      _ = try await player.run(.whole)
      try await player.insert(late)
    }
    let connection = try #require(await player.context.connection as? InterposedConnection)
    let before = try await player.ledgerDump()
    let exported = try await player.exportSessions(asOf: nil)
    var count = 0
    while true {
      let stop = count
      await connection.change { $0.killedAfter = stop }
      do {
        _ = try await player.run(.whole)
        break
      } catch is InterposedConnection.Killed {
        #expect(try await player.ledgerDump() == before)
        #expect(try await player.exportSessions(asOf: nil) == exported)
        count += 1
      }
    }
    #expect(count > (isFirst ? 5 : 12), "the plan's statements and the commit")
    let scratch = FromScratch(
      (rows + (isFirst ? [] : late)).map { row in
        guard case .text(let id) = row.id, case .at(let time) = row.time else { preconditionFailure() }
        return Pageview(id: .text(id), user: "u", time: time, page: row.page)
      }, gap: try #require(Gap(microseconds: 1_000_000_000)), boundary: .new)
    #expect(try await player.exportSessions(asOf: nil) == scratch.sessionsCSV)
    await player.close()
  }

  /// `kill -9` at any instant, and the next run gives what one clean run gives.
  @Test(arguments: Engine.live) func aKilledProcessLeavesNothing(engine: Engine) async throws {
    let rows = 10_000
    let place = try await Place.database(on: engine)
    defer { place.remove() }
    let context = try await place.context()
    try await context.create()
    try await TwoBatches.insert(0, of: rows, into: context.connection)
    _ = try await context.run()
    try await TwoBatches.insert(1, of: rows, into: context.connection)
    let before = try await context.exports()
    await context.connection.close()
    let clean = try await place.copy()
    defer { clean.remove() }
    let texts = try RunProcess.texts(of: clean)
    let reference = try await clean.context()
    let after = try await reference.exports()
    await reference.connection.close()

    var killed = 0
    for instant in RunProcess.instants(10, ofTexts: texts) {
      // A copy each time, so that each kill meets a run with work to do.
      let copy = try await place.copy()
      defer { copy.remove() }
      let run = try RunProcess(copy, upTo: instant)
      if run.kill() { killed += 1 }
      try await copy.expectRecovery(from: instant, before: before, after: after)
    }
    #expect(killed > 0)
  }
}
