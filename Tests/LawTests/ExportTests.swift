import BackendConformance
import SessionPlan
import TestFixtures
import TestNeeds
import Testing

/// L7: the same job on the same events gives the same bytes as on SQLite.
@Suite(.fewAtOnce) struct ExportTests {
  /// All but SQLite itself, with which they are compared.
  private static let others = Engine.live.filter { $0 != .sqlite }

  private struct Exports: Equatable {
    var sessions: [UInt8]
    var events: [UInt8]
  }

  /// The exports after a history, and as of each of its runs.
  private func exports(_ history: History, _ player: SQLPlayer) async throws -> [Exports] {
    try await player.reset(history.job)
    var runs: [Int64?] = [nil]
    for step in history.steps {
      switch step {
      case .insert(let rows): try await player.insert(rows)
      case .run(let mode), .killed(let mode): runs.append(try await player.run(mode).runID)
      }
    }
    var all: [Exports] = []
    for run in runs {
      all.append(
        Exports(sessions: try await player.exportSessions(asOf: run), events: try await player.exportEvents(asOf: run)))
    }
    return all
  }

  /// Random histories, in columns of the engine's types: 200 on PostgreSQL, fewer by ODBC.
  @Test(arguments: others, 0..<4) func ofRandomHistories(engine: Engine, part: UInt64) async throws {
    let players = (SQLPlayer(SQLiteEngine()), SQLPlayer(engine.player(nil, isFolding: part % 2 == 1)))
    let first = 70_000 + 1000 * UInt64(Self.others.firstIndex(of: engine) ?? 0) + 100 * part
    var lines = 0
    for seed in first..<(first + (engine.isODBC || engine.isADBC ? 8 : 25)) {
      let history = engine.histories.history(seed: seed)
      let (sqlite, other) = (try await exports(history, players.0), try await exports(history, players.1))
      #expect(sqlite == other, "\(engine), seed \(seed)\n\(history)")
      lines += sqlite[0].events.filter { $0 == UInt8(ascii: "\n") }.count
    }
    #expect(lines > (engine.isODBC || engine.isADBC ? 30 : 100), "the histories have events")
    await players.0.close()
    await players.1.close()
  }

  /// The real pageviews in five arrivals of which each has late ones.
  @Test(.needs(SharedFolder.pageviewsAbsence), arguments: others) func ofRealPageviews(engine: Engine) async throws {
    let rows = try RealPageviews.all()
    let job = HistoryJob(idType: .integer, arrival: .init(kind: .id, overlap: 100))
    let batches = (0..<5).map { batch in
      rows.indices.filter { ($0 % 20 == 0 ? $0 / 20 : $0 * 5 / rows.count) % 5 == batch }.map { index in
        var row = rows[index]
        row.arrival = Int64(batch)
        return row
      }
    }
    let history = History(job: job, steps: batches.flatMap { [.insert($0), .run(.new)] })
    let players = (SQLPlayer(SQLiteEngine()), SQLPlayer(engine.player))
    let (sqlite, other) = (try await exports(history, players.0), try await exports(history, players.1))
    #expect(sqlite == other)
    var model = LedgerModel(job: job)
    model.insert(rows)
    model.run(.whole, id: 1)
    #expect(sqlite[0] == Exports(sessions: model.sessions().sessionsCSV, events: model.sessions().eventsCSV))
    await players.0.close()
    await players.1.close()
  }
}
