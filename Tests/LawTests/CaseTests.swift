import BackendConformance
import SessionPlan
import TestFixtures
import TestNeeds
import Testing

@Suite(.fewAtOnce) struct CaseTests {
  @Test(.needs(SharedFolder.fixturesAbsence)) func publishedCases() async throws {
    let cases = try PublishedCase.all()
    #expect(cases.count >= 6)
    for published in cases {
      for variant in Variant.usual {
        let player = SQLPlayer(variant.engine)
        #expect(await counterexample(published.history, player: player) == nil, "\(published.name), \(variant)")
        await player.close()
      }
    }
  }

  /// 63,524 pageviews at once, under both rules, and in 50 batches in any order by `--new`, whole and windowed runs.
  @Test(.needs(SharedFolder.pageviewsAbsence), arguments: GapBoundary.allCases, Engine.live)
  func realPageviews(boundary: GapBoundary, engine: Engine) async throws {
    let rows = try RealPageviews.all()
    var job = HistoryJob(boundary: boundary, idType: .integer)
    var model = LedgerModel(job: job)
    model.insert(rows)
    model.run(.whole, id: 1)
    let expected = model.sessions()
    #expect(expected.sessions.count == (boundary == .new ? 22_226 : 22_224))
    let player = SQLPlayer(engine.player)
    try await player.reset(job)
    try await player.insert(rows)
    let outcome = try await player.run(.whole)
    #expect(outcome.pageviews == 63_524 && outcome.quarantined == 0)
    #expect(try await player.exportSessions(asOf: nil) == expected.sessionsCSV)
    #expect(try await player.exportEvents(asOf: nil) == expected.eventsCSV)
    #expect(try await player.verify())
    if boundary == .new {
      let totals = try await table(player, .totals)
      let rate = try #require(totals.first { $0[0] == "bounce_rate" }?[1])
      let bounces = try #require(totals.first { $0[0] == "bounces" }?[1].flatMap { Int($0.text) })
      // 20.68 % of pageviews are in one-page sessions: hundredths of a percent, half up.
      #expect((20_000 * bounces + 63_524) / (2 * 63_524) == 2068)
      #expect(ByteKey(CanonicalExport.sixDecimals((2_000_000 * Int64(bounces) + 22_226) / (2 * 22_226))) == rate)
    }

    job.arrival = HistoryJob.Arrival(kind: .id, overlap: 10_000)
    try await player.reset(job)
    var random = SystemRandomNumberGenerator()
    var shuffled = rows.shuffled(using: &random)
    for index in shuffled.indices { shuffled[index].arrival = Int64(index) }
    let moments = rows.compactMap { row in if case .at(let time) = row.time { time } else { nil } }.sorted()
    for batch in 0..<50 {
      let bounds = (batch * shuffled.count / 50, (batch + 1) * shuffled.count / 50)
      try await player.insert(Array(shuffled[bounds.0..<bounds.1]))
      switch batch % 5 {
      case 0: _ = try await player.run(.whole)
      case 1:
        let middle = moments[Int.random(in: 0..<moments.count, using: &random)]
        _ = try await player.run(.window(from: middle, to: nil))
        _ = try await player.run(.window(from: nil, to: middle))
      default: _ = try await player.run(.new)
      }
    }
    _ = try await player.run(.new)
    #expect(try await player.exportSessions(asOf: nil) == expected.sessionsCSV)
    #expect(try await player.exportEvents(asOf: nil) == expected.eventsCSV)
    #expect(try await player.verify())
    await player.close()
  }
}
