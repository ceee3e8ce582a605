import Foundation
import SessionPlan
import SessionRunner
import Testing

/// The files of `queries/` in the server's own shell, without the tool, do what the tool does.
@Suite(.fewAtOnce) struct ScriptTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("queries")

  private func run(
    _ script: String, _ values: [String: String] = [:], in place: Place
  ) async throws -> String {
    let path = "\(place.engine.dialect.name)/\(script)_query.sql"
    var text = try String(contentsOf: Self.folder.appendingPathComponent(path), encoding: .utf8)
    for (name, value) in values { text = text.replacing("{{ \(name) }}", with: value) }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("script-\(UUID().uuidString).sql")
    try text.write(to: file, atomically: false, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    if let server = place.mariadb {
      return try await server.query(file: file.path, database: place.database).replacing("\t", with: "|")
    }
    return try await #require(place.server).psql(file: file.path, database: place.database)
  }

  @Test(arguments: Engine.postgres + Engine.mariadbs) func theScriptsDoWhatTheToolDoes(engine: Engine) async throws {
    let place = try await Place.database(on: engine)
    let tool = try await Place.make(on: engine)
    let (scripted, reference) = (try await place.context(), try await tool.context())
    _ = try await run("create", in: place)
    _ = try await run("create", in: place)
    try await reference.create()
    let windows = [
      ["start_time": "2025-01-01", "end_time": "2025-01-01 12:00:00"],
      ["start_time": "0001-01-02", "end_time": "9999-12-30"],
    ]
    for batch in 0..<2 {
      try await TwoBatches.insert(batch, of: 900, into: scripted.connection)
      try await TwoBatches.insert(batch, of: 900, into: reference.connection)
      _ = try await run("insert", windows[batch], in: place)
      let window = RunRequest.Mode.window(
        from: Timestamp(text: windows[batch]["start_time"] ?? ""), to: Timestamp(text: windows[batch]["end_time"] ?? "")
      )
      _ = try await reference.run(RunRequest(mode: window))
      #expect(try await scripted.exports() == reference.exports())
    }
    // Again, by two at once: nothing is added but the rows of the run ledger.
    async let first = run("insert", windows[1], in: place)
    async let second = run("insert", windows[1], in: place)
    _ = try await (first, second)
    #expect(try await scripted.exports() == reference.exports())
    let runs = try await scripted.connection.textRows("SELECT run_id, count(*) FROM session_runs GROUP BY 1 ORDER BY 1")
    #expect(runs == [["1", "2"], ["2", "2"], ["3", "2"], ["4", "2"]])
    // The tool goes on where the scripts stopped.
    #expect(try await scripted.run().pageviews == 0)
    #expect(try await scripted.verify(VerifyRequest(isComplete: true)).isClean)
    var totals: [String] = []
    try await reference.aggregate(.totals) { batch in totals += batch.textRows.map { $0[1] ?? "" } }
    let printed = try await run("agg", in: place)
    #expect(totals.count > 5 && printed.hasPrefix(totals.prefix(4).joined(separator: "|")), "\(printed.prefix(300))")
    for context in [scripted, reference] { await context.connection.close() }
  }
}
