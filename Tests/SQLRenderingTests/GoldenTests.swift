import Foundation
import SQLRendering
import SQLiteBackend
import SessionPlan
import Testing

/// SQL that people read, kept as files. `SESSIONIZER_UPDATE_GOLDEN=1` writes them anew; the difference is read in review.
@Suite struct GoldenTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func compare(_ text: String, _ path: String) throws {
    let file = Self.root.appending(path: path)
    if ProcessInfo.processInfo.environment["SESSIONIZER_UPDATE_GOLDEN"] == "1" {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let kept = try Data(contentsOf: file)
    #expect(kept == Data(text.utf8), "\(path) is not what is rendered; SESSIONIZER_UPDATE_GOLDEN=1 writes it anew")
    for line in text.split(separator: "\n") {
      #expect(line.utf8.count <= 400 || line.contains("'{"), "a line of \(line.utf8.count) bytes in \(path)")
    }
  }

  static let scripts: QueryScripts = {
    let dialect = SQLiteDialect.inlineDialect
    return QueryScripts(dialect: dialect, planner: try! Planner(.assumed(SessionJob()), profile: dialect.profile))
  }()

  @Test(arguments: QueryScripts.Script.allCases) func queryScripts(script: QueryScripts.Script) throws {
    try compare(try Self.scripts.text(script), "queries/sqlite/" + script.fileName)
  }

  /// What the tool itself runs, with scratch tables.
  @Test(arguments: ["run", "first_run", "new_run", "derived_ids", "verify", "sessions", "changed_sessions"])
  func runtime(name: String) throws {
    var job = SessionJob()
    job.source.arrival = Arrival(column: "arrival_id")
    if name == "derived_ids" { job.source.eventID = nil }
    let dialect = SQLiteDialect.dialect
    let planner = try Planner(.assumed(job), profile: dialect.profile)
    let identity = RunIdentity(job: "{…}", engine: "SQLite", toolVersion: "1")
    let plan: Plan =
      switch name {
      case "run", "derived_ids": try planner.runPlan(.whole, identity)
      case "first_run": try planner.firstRunPlan(.whole, identity)
      case "new_run": try planner.runPlan(.new(since: .placeholder("mark", .integer)), identity)
      case "verify":
        Plan(
          name: "verify",
          steps: try planner.verifyChecks(belowMark: .placeholder("mark", .integer)).map {
            Plan.Step($0.name, $0.meaning, .query($0.query))
          })
      case "changed_sessions":
        Plan(
          name: name,
          steps: [.init(name, "since a run", .query(planner.changedSessions(since: .placeholder("run", .integer))))])
      default:
        Plan(
          name: name,
          steps: [
            .init("sessions", "as they are", .query(planner.sessionsExport(asOf: nil))),
            .init("sessions", "as of a run", .query(planner.sessionsExport(asOf: .placeholder("run", .integer)))),
          ])
      }
    let renderer = Renderer(dialect)
    let parts = try plan.steps.map { step in
      "-- \(step.name): \(step.purpose)\n"
        + (try renderer.render(step.statement).map { $0 + ";" }.joined(separator: "\n"))
    }
    try compare(parts.joined(separator: "\n\n") + "\n", "Tests/SQLRenderingTests/Golden/sqlite/\(name).sql")
  }
}
