import AggregateOracle
import BackendConformance
import SessionPlan
import SessionRunner
import Testing
import WarehouseDriver

/// Rows of an aggregate as text; nil is NULL.
func table(_ player: SQLPlayer, _ kind: AggregateKind, asOf run: Int64? = nil) async throws -> [[ByteKey?]] {
  var rows: [[ByteKey?]] = []
  try await player.context.aggregate(kind, asOf: run, top: 1000) { batch in
    for row in 0..<batch.rowCount {
      rows.append(
        batch.row(row).map { value in
          switch value {
          case nil: nil
          case .text(let text): ByteKey(text)
          case .int64(let number): ByteKey(String(number))
          case .double(let number): ByteKey(String(number))
          case .timestamp(let moment): ByteKey(CalendarText.canonical(moment))
          }
        })
    }
  }
  return rows
}

@Suite(.fewAtOnce) struct AggregateTests {
  /// Every aggregate of random histories, now and as of each run, is what integer arithmetic on the sessions gives.
  @Test(arguments: Engine.live) func aggregatesAreTheOracles(engine: Engine) async throws {
    let player = SQLPlayer(engine.player)
    // Each engine has seeds of its own: together they see more.
    let first = 5000 + 20 * UInt64(Engine.allCases.firstIndex(of: engine) ?? 0)
    for seed in first..<(first + (engine == .sqlite ? 20 : 8)) {
      let history = engine.histories.history(seed: seed)
      var model = LedgerModel(job: history.job)
      try await player.reset(history.job)
      var runs: [Int64] = []
      for step in history.steps {
        switch step {
        case .insert(let rows):
          model.insert(rows)
          try await player.insert(rows)
        case .run(let mode), .killed(let mode):
          let outcome = try await player.run(mode)
          model.run(mode, id: outcome.runID)
          runs.append(outcome.runID)
        }
      }
      for run in runs.map(Optional.some) + [nil] {
        try await compare(player, AggregateOracle(model.sessions(asOf: run)), run, "seed \(seed), run \(run ?? 0)")
      }
    }
    await player.close()
  }

  private func compare(
    _ player: SQLPlayer, _ oracle: AggregateOracle, _ run: Int64?, _ place: String
  ) async throws {
    func number(_ value: Int) -> ByteKey { ByteKey(String(value)) }
    func decimal(_ value: Int64?) -> ByteKey? { value.map { ByteKey(CanonicalExport.sixDecimals($0)) } }
    let totals: [[ByteKey?]] = [
      ["sessions", number(oracle.sessions)], ["users", number(oracle.users)],
      ["pageviews", number(oracle.pageviews)], ["bounces", number(oracle.bounces)],
      ["pageviews_per_session", decimal(oracle.meanPageviews)], ["bounce_rate", decimal(oracle.bounceRate)],
      ["duration_mean_seconds", decimal(oracle.meanDuration)],
      ["duration_median_seconds", decimal(oracle.medianDuration)],
      ["duration_p95_seconds", decimal(oracle.p95Duration)],
    ]
    #expect(try await table(player, .totals, asOf: run) == totals, "totals, \(place)")
    let days: [[ByteKey?]] = oracle.perDay.map {
      [$0.day, number($0.sessions), number($0.pageviews), number($0.users), number($0.bounces)]
    }
    #expect(try await table(player, .day, asOf: run) == days, "days, \(place)")
    let users: [[ByteKey?]] = oracle.perUser.map {
      [
        $0.user, number($0.sessions), number($0.pageviews), ByteKey(CalendarText.canonical($0.firstViewAt)),
        ByteKey(CalendarText.canonical($0.lastViewAt)), decimal($0.duration),
      ]
    }
    #expect(try await table(player, .user, asOf: run).map { Array($0.prefix(6)) } == users, "users, \(place)")
    func pages(_ list: [AggregateOracle.PageCount]) -> [[ByteKey?]] { list.map { [$0.page, number($0.count)] } }
    #expect(try await table(player, .entryPages, asOf: run) == pages(oracle.entryPages), "entry pages, \(place)")
    #expect(try await table(player, .exitPages, asOf: run) == pages(oracle.exitPages), "exit pages, \(place)")
    #expect(try await table(player, .session, asOf: run).count == oracle.sessions, "sessions, \(place)")
  }
}
