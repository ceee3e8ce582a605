import DialectFiles
import Foundation
import SQLRendering
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

  static let library = DialectLibrary()

  /// Every built-in dialect but those whose scripts are another's.
  static let scripted = library.names.filter { (try? library.dialect(named: $0))?.scripts.instead == nil }

  /// Those whose runtime SQL is kept: what the tool itself sends to the engines that the tests run.
  static let run = folders(in: "Tests/SQLRenderingTests/Golden")

  private static func folders(in path: String) -> [String] {
    let folder = root.appending(path: path)
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: folder.appending(path: name).path, isDirectory: &isFolder)
        && isFolder.boolValue
    }.sorted()
  }

  /// Every dialect has its scripts, and every script its dialect.
  @Test func queriesAreOfTheBuiltInDialects() {
    #expect(Self.folders(in: "queries") == Self.scripted.sorted())
    #expect(Set(Self.run).isSubset(of: Self.library.names) && Self.run.count >= 2)
  }

  @Test(arguments: scripted, QueryScripts.Script.published)
  func queryScripts(name: String, script: QueryScripts.Script) throws {
    let dialect = try Self.library.dialect(named: name).asScript
    let scripts = QueryScripts(dialect: dialect, planner: try Planner(.assumed(SessionJob()), profile: dialect.profile))
    try compare(try scripts.text(script), "queries/\(dialect.name)/" + script.fileName)
  }

  /// What the tool itself runs, with scratch tables.
  @Test(
    arguments: run,
    ["create", "run", "first_run", "new_run", "derived_ids", "verify", "sessions", "changed_sessions", "load"])
  func runtime(dialectName: String, name: String) throws {
    var job = SessionJob()
    job.source.arrival = Arrival(column: "arrival_id")
    if name == "derived_ids" { job.source.eventID = nil }
    let dialect = try Self.library.dialect(named: dialectName)
    let planner = try Planner(.assumed(job), profile: dialect.profile)
    let identity = RunIdentity(job: "{…}", engine: dialect.title, toolVersion: "1")
    let plan: Plan =
      switch name {
      case "create":
        Plan(
          name: name,
          steps: try planner.createPlan(withSource: true, leavingKeys: dialect.profile.buildsKeysLate).steps
            + planner.guardSteps() + (dialect.rights.grantOnTable == nil ? [] : planner.grantSteps(to: "analyst")))
      case "load":
        Plan(
          name: name,
          steps: [
            .init("loaded", "Room for the rows of a file.", planner.loadedScratch()),
            .init("rows", "Those that are not there yet.", planner.insertLoaded()),
            .init("faults", "Room for the lines that are no pageviews.", planner.faultsScratch()),
            .init("quarantine", "Those that are not there yet.", planner.insertFaults()),
          ])
      case "run", "derived_ids": try planner.runPlan(.whole, identity)
      case "first_run":
        try planner.firstRunPlan(.whole, identity, buildingKeys: dialect.profile.buildsKeysLate)
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
          steps: [
            .init(
              name, "since a run",
              .query(
                planner.changedSessions(
                  since: .placeholder("run", .integer), until: .placeholder("until", .integer))))
          ])
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
    try compare(parts.joined(separator: "\n\n") + "\n", "Tests/SQLRenderingTests/Golden/\(dialect.name)/\(name).sql")
  }
}
