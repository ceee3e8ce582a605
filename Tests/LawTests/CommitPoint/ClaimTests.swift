import BackendConformance
import SessionPlan
import SessionRunner
import Synchronization
import Testing
import WarehouseDriver

/// L4 and L5 without locks: two and three runs whose statements take turns in any order, some of them killed.
@Suite(.fewAtOnce) struct ClaimTests {
  private static let shapes: [Shape] = [.usual, .inlineWindows]

  /// Every place at which one run can be interrupted by a whole other one, and at which it can die.
  @Test(arguments: shapes) func anotherRunComesBetweenAnyTwoStatements(shape: Shape) async throws {
    let alone = try await ManyRuns(shape, seed: 1)
    let counts = try await alone.play(1, claimTimeout: .seconds(60)) { waiting, _ in .goesOn(waiting[0]) }
    #expect(try await alone.end() == [])
    let statements = try #require(counts[0])
    #expect(statements > 8)
    // The other one finds the claim, or takes the first for dead, which is dead or goes on.
    let ways = [(Duration.seconds(60), false), (.zero, false), (.zero, true)]
    for (index, (timeout, dies)) in ways.enumerated() {
      // Each place once; with `make soak`, each in every way.
      let first = shape == .usual ? index : (index + 1) % 3
      for place in stride(from: first, through: statements, by: TestAmount.histories > 5000 ? 1 : 3) {
        let runs = try await ManyRuns(shape, seed: UInt64(place))
        try await runs.play(2, claimTimeout: timeout, arrivals: true) { waiting, counts in
          if waiting.contains(0), counts[0, default: 0] < place { return .goesOn(0) }
          if dies, waiting.contains(0) { return .dies(0) }
          return .goesOn(waiting.contains(1) ? 1 : waiting[0])
        }
        let faults = try await runs.end()
        #expect(faults == [], "after \(place) statements, \(timeout), dies: \(dies)")
      }
    }
  }

  /// Two and three at once in random turns, with rows that arrive and runs that die in between.
  @Test(arguments: shapes) func turnsInAnyOrder(shape: Shape) async throws {
    let share = UInt64(max(6, TestAmount.histories / 125))
    for seed in TestAmount.seed..<(TestAmount.seed + share) {
      let random = Mutex(SplitMix64(seed: seed))
      let runs = try await ManyRuns(shape, seed: seed)
      let isPatient = seed % 2 == 0
      try await runs.play(
        seed % 3 == 0 ? 3 : 2, claimTimeout: isPatient ? .seconds(60) : .zero, arrivals: true
      ) { waiting, _ in
        random.withLock { random in
          let run = waiting[random.upTo(waiting.count)]
          return random.upTo(40) == 0 ? .dies(run) : .goesOn(run)
        }
      }
      let faults = try await runs.end()
      #expect(faults == [], "seed \(seed)")
    }
  }

  /// A run that died is named, and its claim given up on request; its rows are never seen.
  @Test func aDeadRunIsNamed() async throws {
    let player = AutocommitEngine.player(.usual)
    try await player.reset(HistoryJob())
    try await player.insert([SourceRow(id: .text("a"), user: "u", time: .at(0), page: "/")])
    let context = try await player.context
    let connection = try #require(context.connection as? InterposedConnection)
    await connection.change { $0.killedAfter = 3 }
    await #expect(throws: InterposedConnection.Killed.self) { try await context.run() }
    await connection.change { $0.killedAfter = nil }
    await #expect {
      _ = try await context.run()
    } throws: { error in
      let text = "\(error)"
      return (error as? DriverError)?.code == .jobLocked && text.contains("run 1 holds the job")
        && text.contains("--take-over 1")
    }
    await #expect(throws: RunnerError.self) { try await context.run(RunRequest(takeOver: 7)) }
    let report = try await context.run(RunRequest(takeOver: 1))
    #expect(report.runID == 2 && report.pageviews == 1)
    var states: [String] = []
    try await context.status { batch in
      for row in 0..<batch.rowCount { if case .text(let state)? = batch.row(row)[1] { states.append(state) } }
    }
    #expect(states == ["abandoned", "finished"])
    await player.close()
  }
}
