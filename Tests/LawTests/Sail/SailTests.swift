import BackendConformance
import SessionPlan
import SessionRunner
import TestFixtures
import TestNeeds
import Testing
import WarehouseDriver

/// The laws and the published results on Spark's SQL, by a server of Spark Connect: no transactions, no keys, no locks.
@Suite(.fewAtOnce, .needs(SailServer.absence)) struct SailTests {
  /// Histories with runs that are killed between any two statements.
  @Test(arguments: 0..<2) func historiesKeepAllLaws(part: UInt64) async {
    let player = SailEngine.player()
    // Its planner takes seconds for what others take milliseconds for.
    let share = UInt64(max(2, TestAmount.histories / 1000))
    let fixed = 80_000_000 + part * 1_000_000
    let first = part == 0 ? fixed : TestAmount.seed &* 1_000_000_000 &+ fixed
    let failure = await firstFailure(first..<(first + share / 2), .narrowlyTyped, player: player)
    #expect(failure == nil, "\(failure ?? "")")
  }

  @Test(.needs(SharedFolder.fixturesAbsence)) func publishedCases() async throws {
    // The shortest; the others are SQLite's and the like.
    for published in try PublishedCase.all().sorted(by: { $0.history.steps.count < $1.history.steps.count }).prefix(3) {
      let player = SailEngine.player()
      #expect(await counterexample(published.history, player: player) == nil, "\(published.name)")
      await player.close()
    }
  }

  /// 63,524 pageviews in three arrivals: the same bytes as the model's, which are SQLite's.
  @Test(.needs(SharedFolder.pageviewsAbsence)) func realPageviews() async throws {
    let rows = try RealPageviews.all()
    let job = HistoryJob(idType: .integer)
    var model = LedgerModel(job: job)
    let player = SailEngine.player()
    try await player.reset(job)
    for part in 0..<3 {
      // Each arrival has late ones.
      let batch = rows.indices.filter { $0 % 50 == 0 ? $0 / 50 % 3 == part : $0 * 3 / rows.count == part }
      model.insert(batch.map { rows[$0] })
      let start = ContinuousClock.now
      try await player.insert(batch.map { rows[$0] })
      let loaded = ContinuousClock.now
      let expected = model.run(.whole, id: Int64(part + 1))
      let modelled = ContinuousClock.now
      let outcome = try await player.run(.whole)
      print(
        "sail: \(batch.count) pageviews inserted in \(loaded - start), sessionized in \(ContinuousClock.now - modelled)"
      )
      #expect(outcome.pageviews == expected.pageviews && outcome.quarantined == 0)
    }
    let expected = model.sessions()
    #expect(expected.sessions.count == 22_226)
    #expect(try await player.exportSessions(asOf: nil) == expected.sessionsCSV)
    #expect(try await player.exportEvents(asOf: nil) == expected.eventsCSV)
    #expect(try await player.verify())
    await player.close()
  }

  /// A server that is gone in the middle is one clear line.
  @Test func aServerThatIsGoneIsSaid() async throws {
    let server = try await SailServer.start()
    let connection = try await SailEngine.backend.connect(
      to: Target(url: try server.url()), options: ConnectionOptions(mayCreate: true))
    let context = JobContext(connection)
    try await context.create()
    server.kill()
    await #expect {
      _ = try await context.run()
    } throws: { error in
      guard let error = error as? DriverError else { return false }
      return error.code == .connectionLost && !error.description.contains("\n")
    }
    await connection.close()
  }
}
