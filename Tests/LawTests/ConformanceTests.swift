import BackendConformance
import SQLRendering
import SessionPlan
import Testing
import WarehouseDriver

/// Every live engine passes the kit that a stranger's backend is judged by.
@Suite(.fewAtOnce) struct ConformanceTests {
  @Test(arguments: Engine.live) func theKitPasses(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let before = try await Leftovers.tables(place)
    var kit = try ConformanceKit(
      backend: engine.backend(), dialect: engine.dialect, target: Target(url: place.url))
    // `HistoryTests` plays thousands.
    kit.options.histories = 2
    let report = try await kit.run()
    #expect(report.isPassed, "\(report)")
    let isSkipped = report.results.filter { if case .skipped = $0.outcome { true } else { false } }
    print("\(engine): \(report.summary); skipped: \(isSkipped.map(\.id))")
    #expect(report.results.count { $0.outcome == .passed } >= 50)
    #expect(try await Leftovers.tables(place) == before)
    // What a dialect says was tested live, a check has found here.
    let claimed =
      Trap.allCases.filter { engine.dialect.traps[$0]?.evidence == .testedLive && report.finding($0) != .proven }
      .map(\.rawValue)
      + Capability.allCases.filter {
        let support = engine.dialect.support(for: $0)
        return support.isUsable && support.evidence == .testedLive && report.finding($0) != .proven
      }.map(\.rawValue)
    #expect(claimed == [], "claimed to be tested live")
  }

  @Test(arguments: [Engine.sqlite, .postgresC, .mariadb].filter(Engine.live.contains))
  func aKitThatIsCancelledLeavesNothing(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let kit = try ConformanceKit(
      backend: engine.backend(), dialect: engine.dialect, target: Target(url: place.url))
    let (ids, made) = AsyncStream.makeStream(of: String.self)
    let task = Task { try await kit.run { made.yield($0.id) } }
    // In the middle of the audit's job.
    for await id in ids where id == "audit/load" { break }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try await Leftovers.tables(place) == [])
  }

  /// A kit whose process was killed has left tables; another one with its prefix removes them, and nothing else.
  @Test func whatAKilledKitLeftIsRemovedByItsPrefix() async throws {
    let place = try await Place.make(on: .sqlite)
    defer { place.remove() }
    let connection = try await place.connect()
    _ = try await connection.execute("CREATE TABLE szkit_00000000_1_other (a)")
    _ = try await connection.execute("CREATE TABLE mine (a)")
    let job = JobNames.job(prefix: "szkit_0a1b2c3d_3_")
    try await place.context(job).create()
    await connection.close()
    let kit = try ConformanceKit(
      backend: Engine.sqlite.backend(), dialect: Engine.sqlite.dialect, target: Target(url: place.url))
    let removed = try await kit.cleanUp(after: "szkit_0a1b2c3d")
    #expect(removed.count == 8)
    #expect(try await Leftovers.tables(place) == ["mine", "szkit_00000000_1_other"])
    for wrong in ["", "szkit_", "mine", "szkit_0A1B2C3D", "szkit_0a1b2c3d_3_"] {
      await #expect(throws: KitError.self) { try await kit.cleanUp(after: wrong) }
    }
  }

  /// A known failure must fail: one that passes is reported.
  @Test func aSurprisePassIsAFault() async throws {
    var kit = try ConformanceKit(
      backend: Engine.sqlite.backend(), dialect: Engine.sqlite.dialect, target: Target(url: "sqlite::memory:"))
    kit.options.sections = [.append]
    kit.options.expectedFailures = ["append/round-trip": "said so"]
    let report = try await kit.run()
    #expect(!report.isPassed)
    #expect(report.faults.map(\.id) == ["append/round-trip"])
    #expect(report.faults.first?.outcome == .passedUnexpectedly("said so"))
  }
}

enum JobNames {
  static func job(prefix: String) -> SessionJob { SessionJob(names: ObjectNames(prefix: prefix)) }
}

/// What is in a place, asked without the tool.
enum Leftovers {
  static func tables(_ place: Place) async throws -> [String] {
    let sql =
      switch place.engine.family {
      case .sqlite: "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
      case .postgres: "SELECT relname FROM pg_class WHERE relnamespace = '\(place.schema ?? "public")'::regnamespace"
      case .duckdb: "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'"
      case .mariadb: "SELECT table_name FROM information_schema.tables WHERE table_schema = '\(place.database)'"
      }
    let connection = try await place.connect()
    let names = try await connection.textRows(sql).compactMap { $0[0] }
    await connection.close()
    return names.sorted()
  }
}
