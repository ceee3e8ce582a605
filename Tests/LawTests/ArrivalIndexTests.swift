import SessionPlan
import SessionRunner
import Testing
import WarehouseDriver

/// Every run notes how far the source has arrived: by one look at it, and by the arrival column's index where there is one.
@Suite(.fewAtOnce) struct ArrivalIndexTests {
  /// The lines of the engine's plan that look at the source.
  private static func looks(_ explanation: [String], _ engine: Engine) -> [String] {
    explanation.filter { line in
      switch engine.family {
      case .sqlite: line.contains("SCAN hits") || line.contains("SEARCH hits")
      case .postgres: line.contains(" on hits ") || line.contains(" on hits_by_loaded ")
      // A box for each step; names stand in them.
      case .duckdb: line.contains(" hits ")
      case .mariadb:
        line.contains("hits") && (line.contains("ALL") || line.contains("index")) || line.contains("optimized away")
      }
    }
  }

  // DuckDB keeps the greatest value of each part of a table, and uses no index for it.
  @Test(arguments: Engine.live.filter { $0.family != .duckdb }, [Arrival.Kind.id, .time])
  func theSourceIsLookedAtOnce(engine: Engine, kind: Arrival.Kind) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let connection = try await place.connect()
    let type = kind == .id ? engine.integerType : engine.timeType
    _ = try await connection.execute(
      "CREATE TABLE hits (event_id TEXT, user_id TEXT, page_view_at \(engine.timeType), page TEXT, loaded \(type))")
    let values = (0..<200).map { number in
      let minute = (number < 100 ? "08:" : "09:") + String("0\(number % 60)".suffix(2)) + ":00"
      let loaded = kind == .id ? "\(number)" : "'2025-06-02 \(minute)'"
      return "('e\(number)','u','2025-06-01 \(minute)','/',\(loaded))"
    }
    _ = try await connection.execute("INSERT INTO hits VALUES " + values.joined(separator: ", "))
    let source = PageviewSource(table: ObjectName("hits"), arrival: Arrival(column: "loaded", kind: kind))
    let context = JobContext(connection, job: SessionJob(source: source))
    try await context.create()
    func look() async throws -> [String] {
      let started = try #require(try await context.dryRun().steps.first)
      #expect(started.name == "started")
      return started.explanation
    }
    let without = try await look()
    #expect(Self.looks(without, engine).count == 1, "\(without)")

    // What doctor says to do is what helps.
    let advice = try #require(await context.examine().first { $0.name == "arrival" })
    #expect(advice.outcome == .advised, "\(advice)")
    // Texts of times are in no order that an index could have.
    if engine.family == .sqlite, kind == .time { return await connection.close() }
    let index = "CREATE INDEX"
    let sql = advice.detail.range(of: index).map { String(advice.detail[$0.lowerBound...]) }
    _ = try await connection.execute(sql ?? "CREATE INDEX hits_by_loaded ON hits (loaded)")
    if sql != nil { #expect(await context.examine().first { $0.name == "arrival" }?.outcome == .good) }
    if engine.family == .postgres { _ = try await connection.execute("SET enable_seqscan = off") }
    let with = try await look()
    let looks = Self.looks(with, engine)
    #expect(looks.count == 1, "\(with)")
    switch engine.family {
    case .sqlite: #expect(looks.first?.contains("SEARCH hits USING COVERING INDEX") ?? false, "\(with)")
    case .postgres: #expect(looks.first?.contains("Index Only Scan Backward using hits_by_loaded") ?? false, "\(with)")
    case .mariadb: #expect(looks.first?.contains("optimized away") ?? false, "\(with)")
    case .duckdb: break
    }
    // The mark is the greatest, whichever way it is found.
    _ = try await context.run()
    let mark = kind == .id ? "arrival_mark" : "arrival_mark_at"
    let marks = try await connection.textRows("SELECT \(mark) FROM session_runs WHERE run_id = 1 ORDER BY state")
    let greatest = kind == .id ? "199" : "2025-06-02 09:59:00"
    #expect(marks.allSatisfy { $0[0]?.hasPrefix(greatest) ?? false } && marks.count == 2, "\(marks)")
    await connection.close()
  }
}
