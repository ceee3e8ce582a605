import MariaDBServer
import PostgresServer
import SessionRunner
import TestNeeds
import Testing
import WarehouseDriver

/// L4 on PostgreSQL: the tool and the server are killed at any instant of a run.
@Suite(.fewAtOnce, .needs(Engine.postgresC.absence)) struct PostgresCrashTests {
  /// What is killed.
  enum Victim: String, CaseIterable { case tool, server }

  /// A database in which a run has work to do, and the exports before and after that run.
  private struct Scene {
    var place: Place
    var before: [[BatchValue?]]
    var after: [[BatchValue?]]
    /// How many texts the run sends.
    var texts: Int
  }

  private func scene(isFirst: Bool, on server: PostgresServer) async throws -> Scene {
    let place = try await Place.database(on: .postgresC, server: server)
    let context = try await place.context()
    try await context.create()
    try await TwoBatches.insert(0, of: 15_000, into: context.connection)
    if !isFirst {
      _ = try await context.run()
      try await TwoBatches.insert(1, of: 15_000, into: context.connection)
    }
    let before = try await context.exports()
    await context.connection.close()
    let clean = try await place.copy()
    let texts = try RunProcess.texts(of: clean)
    let reference = try await clean.context()
    let after = try await reference.exports()
    await reference.connection.close()
    return Scene(place: place, before: before, after: after, texts: texts)
  }

  /// 56 kills in all, at random instants of first and of later runs.
  @Test(arguments: Victim.allCases, [false, true])
  func whatIsKilledLeavesNothing(victim: Victim, isFirst: Bool) async throws {
    // A server that is to survive writes its log through.
    let server = try await PostgresServer.start(
      PostgresServer.Options(settings: ["fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"]))
    let scene = try await scene(isFirst: isFirst, on: server)
    var (killed, undone) = (0, 0)
    for instant in RunProcess.instants(14, ofTexts: scene.texts) {
      let copy = try await scene.place.copy()
      let run = try RunProcess(copy, upTo: instant)
      switch victim {
      case .tool: if run.kill() { killed += 1 }
      case .server:
        server.kill()
        run.letGo()
        if run.wait() != 0 { killed += 1 }
        try await server.restart()
      }
      if try await copy.expectRecovery(from: instant, before: scene.before, after: scene.after) { undone += 1 }
    }
    #expect(killed > 0 && undone > 0, "runs were met while they worked")
    await server.stop()
  }
}

/// L4 on MariaDB, whose run goes by its ODBC driver, with temporary tables that no rollback takes back.
@Suite(.fewAtOnce, .needs(Engine.mariadb.absence)) struct MariaDBCrashTests {
  /// What is killed.
  enum Victim: String, CaseIterable { case tool, server }

  private static let rows = 3000

  /// A database in which a later run has work to do.
  private func scene(on server: MariaDBServer) async throws -> Place {
    let place = try await Place.database(on: server)
    let context = try await place.context()
    try await context.create()
    try await TwoBatches.insert(0, of: Self.rows, into: context.connection)
    _ = try await context.run()
    try await TwoBatches.insert(1, of: Self.rows, into: context.connection)
    await context.connection.close()
    return place
  }

  /// Kills at random instants of a run: what is seen then is what was before, or what is after, and the next run makes
  /// the second of the first.
  @Test(arguments: Victim.allCases) func whatIsKilledLeavesNothing(victim: Victim) async throws {
    let server = try await MariaDBServer.start()
    let place = try await scene(on: server)
    let clean = try await place.copy()
    let reference = try await clean.context()
    let before = try await reference.exports()
    let texts = try RunProcess.texts(of: clean)
    let after = try await reference.exports()
    await reference.connection.close()
    var (killed, undone) = (0, 0)
    for instant in RunProcess.instants(8, ofTexts: texts) {
      let copy = try await place.copy()
      let run = try RunProcess(copy, upTo: instant)
      switch victim {
      case .tool: if run.kill() { killed += 1 }
      case .server:
        server.kill()
        run.letGo()
        if run.wait() != 0 { killed += 1 }
        try await server.restart()
      }
      if try await copy.expectRecovery(from: instant, before: before, after: after) { undone += 1 }
    }
    #expect(killed > 0 && undone > 0, "runs were met while they worked")
    await server.stop()
  }
}
