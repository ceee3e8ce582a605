import Foundation
import Testing

@testable import SessionizerCLI

@Suite struct DialectCommandTests {
  private static let mine = "format: 1\nname: mine\ntitle: Mine 1\nextends: ansi\n"

  // MARK: list, show

  @Test func listsWhatThereIs() async throws {
    let run = await ToolRun("dialect", "list", "--format", "csv")
    #expect(run.code == 0 && run.errors.isEmpty)
    let lines = run.output.split(separator: "\n")
    #expect(lines[0] == "dialect,engine,evidence,answers,from")
    #expect(lines.contains { $0.hasPrefix("sqlite,SQLite 3.40,tested live,") && $0.hasSuffix(",built in") })
    #expect(lines.contains { $0.hasPrefix("ansi,Standard SQL,\"assumed, smoke test\",") })
  }

  @Test func showsAnswersWithTheirEvidence() async {
    let run = await ToolRun("dialect", "show", "sqlite", "--format", "csv")
    #expect(run.code == 0)
    #expect(run.output.contains("capability,named_time_zones,unsupported,"))
    #expect(run.output.contains("node,zoned,unsupported,,"))
    #expect(run.output.contains("trap,T16,primary keys are enforced,tested live,"))
    let table = await ToolRun("dialect", "show", "sqlite")
    #expect(table.output.split(separator: "\n").allSatisfy { $0.count < 250 })
  }

  @Test func showsTheResolvedFile() async throws {
    let folder = try TemporaryFolder()
    let run = await ToolRun("dialect", "show", "postgres", "--yaml")
    #expect(run.code == 0)
    let file = try folder.file("copy.yaml", run.output.replacing("name: postgres\n", with: "name: copy\n"))
    let check = await ToolRun("dialect", "check", file)
    #expect(check.code == 0, "\(check.output)")
    let copy = await ToolRun("render", "run", "--dialect-file", file)
    let original = await ToolRun("render", "run", "--dialect", "postgres")
    #expect(copy.code == 0 && copy.output == original.output)
  }

  @Test func anUnknownNameIsWrongUsage() async {
    let run = await ToolRun("dialect", "show", "sqlit")
    #expect(run.code == 64)
    #expect(run.errors == "sessionizer: no dialect 'sqlit'; did you mean sqlite?\n")
    #expect(await ToolRun("dialect", "show").code == 64)
  }

  // MARK: check

  @Test func aConformantFileIsSaidToBe() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("x.yaml", Self.mine)
    let run = await ToolRun("dialect", "check", file)
    #expect(run.code == 0)
    #expect(run.output.hasPrefix("mine is conformant: 39 traps answered, "))
    #expect(run.output.hasSuffix("answers assumed\n"))
  }

  @Test func eachProblemIsALine() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("x.yaml", Self.mine + "types: {txt: x}\ntraps: {T77: x}\n")
    let run = await ToolRun("dialect", "check", file)
    #expect(run.code == 1)
    #expect(
      run.output
        == "\(file):5:9: types.txt: unknown key; did you mean text?\n\(file):6:9: traps.T77: no such trap; they are T01 to T39\n"
    )
  }

  /// Right by itself, and yet of no use: a node that every job needs, and answers that contradict each other.
  @Test func aFileThatIsNotEnough() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.file(
      "x.yaml",
      Self.mine + "profile: {steps: scratch_tables}\ncapabilities: {late_keys: full}\n"
        + "templates: {gap_exceeds: ~}\nqueries: {limit: 'LIMIT {n}'}\n")
    let run = await ToolRun("dialect", "check", file)
    #expect(run.code == 1)
    let lines = run.output.split(separator: "\n")
    #expect(lines.contains { $0.contains("profile.steps: scratch tables, but capabilities.scratch_tables is unknown") })
    #expect(lines.contains { $0.contains("capabilities.late_keys: needs tables.create_key") })
    #expect(
      lines.contains { $0.contains("dialect mine, gap_exceeds: this dialect has no way to write it; add a template") })
    #expect(lines.allSatisfy { $0.hasPrefix(file + ": ") })
  }

  /// A file that extends nothing is read without a template or a later trap, and is not conformant; `~` is an answer.
  @Test func anAnswerThatIsMissingIsAProblem() async throws {
    let folder = try TemporaryFolder()
    let whole = await ToolRun("dialect", "show", "postgres", "--yaml").output.replacing(
      "name: postgres\n", with: "name: copy\n")
    let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
    func without(_ keys: String...) throws -> String {
      var isLeftOut = false
      let kept = lines.filter { line in
        if !line.hasPrefix("    ") { isLeftOut = keys.contains { line.hasPrefix("  \($0):") } }
        return !isLeftOut
      }
      return try folder.file("copy.yaml", kept.joined(separator: "\n"))
    }
    #expect(lines.contains { $0.hasPrefix("  source_epoch_us:") } && lines.contains { $0.hasPrefix("  T31:") })
    let run = await ToolRun("dialect", "check", try without("source_epoch_us", "T31"))
    #expect(run.code == 1)
    #expect(run.output.split(separator: "\n").count == 2, "\(run.output)")
    #expect(run.output.contains("templates.source_epoch_us: missing answer: "))
    #expect(run.output.contains("; or ~ where the engine cannot\n"))
    #expect(run.output.contains("traps.T31: unanswered trap: Which subqueries may look at the row at hand."))
    // It can be used all the same.
    #expect(await ToolRun("render", "run", "--dialect-file", folder.path + "/copy.yaml").code == 0)
    #expect(await ToolRun("dialect", "check", try without("nothing")).code == 0)
  }

  @Test func noTemplateBringsInAChange() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.file(
      "x.yaml",
      Self.mine + "profile: {steps: scratch_tables}\ncapabilities: {scratch_tables: full}\n"
        + "tables: {analyze_scratch: 'DELETE FROM {name}'}\n")
    let run = await ToolRun("dialect", "check", file)
    #expect(run.code == 1)
    #expect(run.output.contains("DELETE changes or removes something, or may"))
  }

  @Test func aFileThatCannotBeReadIsAnother() async throws {
    let folder = try TemporaryFolder()
    for text in ["name: [", "format: 7\nname: x\n"] {
      let run = await ToolRun("dialect", "check", try folder.file("x.yaml", text))
      #expect(run.code == 2 && run.output.split(separator: "\n").count == 1)
    }
    let run = await ToolRun("dialect", "check", folder.path + "/none.yaml")
    #expect(run.code == 2)
    #expect(run.output == "\(folder.path)/none.yaml: cannot read the dialect file: No such file or directory\n")
  }

  // MARK: new

  @Test func aNewFileIsNeverOverwritten() async throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/mine.yaml"
    #expect(await ToolRun("dialect", "new", "mine", "--out", file).code == 0)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(await ToolRun("dialect", "new", "mine").output == text)
    #expect(await ToolRun("dialect", "check", file).code == 0)
    let again = await ToolRun("dialect", "new", "other", "--out", file)
    #expect(again.code == 2)
    #expect(again.errors == "sessionizer: \(file) is there already; --force overwrites it\n")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    let forced = await ToolRun("dialect", "new", "other", "--extends", "postgres", "--out", file, "--force")
    #expect(forced.code == 0)
    #expect(try String(contentsOfFile: file, encoding: .utf8).contains("extends: postgres\n"))
    for name in ["My DB", "postgres", ""] { #expect(await ToolRun("dialect", "new", name).code == 64) }
    #expect(await ToolRun("dialect", "new", "mine", "--extends", "nothing").code == 64)
  }

  // MARK: Where dialects come from

  @Test func dialectsOfTheUserAreFound() async throws {
    let folder = try TemporaryFolder()
    for name in ["first", "second", "config/sessionizer/dialects", "home/.config/sessionizer/dialects"] {
      try FileManager.default.createDirectory(atPath: folder.path + "/" + name, withIntermediateDirectories: true)
    }
    func put(_ place: String, _ name: String, _ title: String) throws {
      _ = try folder.file("\(place)/\(name).yaml", "format: 1\nname: \(name)\ntitle: \(title)\nextends: ansi\n")
    }
    try put("first", "a", "first")
    try put("second", "a", "second")
    try put("second", "b", "second")
    try put("config/sessionizer/dialects", "b", "config")
    try put("config/sessionizer/dialects", "c", "config")
    try put("home/.config/sessionizer/dialects", "d", "home")
    func titles(_ variables: [String: String], _ more: [String] = []) async -> [String] {
      let run = await ToolRun(["dialect", "list", "--format", "csv"] + more, variables: variables)
      #expect(run.code == 0, "\(run.errors)")
      return run.output.split(separator: "\n").compactMap { line in
        let cells = line.split(separator: ",")
        return cells[0].count == 1 ? "\(cells[0]) \(cells[1])" : nil
      }
    }
    let path = ["SESSIONIZER_DIALECTS": "\(folder.path)/first:\(folder.path)/second"]
    let config = ["XDG_CONFIG_HOME": folder.path + "/config", "HOME": folder.path + "/home"]
    #expect(await titles([:]) == [])
    #expect(await titles(path) == ["a first", "b second"])
    #expect(await titles(path.merging(config) { $1 }) == ["a first", "b second", "c config"])
    #expect(await titles(["HOME": folder.path + "/home"]) == ["d home"])
    #expect(await titles(["HOME": folder.path + "/home", "XDG_CONFIG_HOME": ""]) == ["d home"])
    let own = try folder.file("own.yaml", "format: 1\nname: a\ntitle: own\nextends: ansi\n")
    #expect(await titles(path, ["--dialect-file", own]) == ["a own", "b second"])
  }

  @Test func aFileOnThePathThatIsWrongDoesNotHideTheOthers() async throws {
    let folder = try TemporaryFolder()
    let wrong = try folder.file("wrong.yaml", "format: 1\nname: wrong\nextends: ansi\n")
    _ = try folder.file("sqlite.yaml", Self.mine)
    let variables = ["SESSIONIZER_DIALECTS": folder.path]
    let list = await ToolRun(["dialect", "list"], variables: variables)
    #expect(list.code == 2)
    #expect(list.output.contains("postgres"))
    #expect(list.errors.contains("sessionizer: \(wrong):1:1: title: missing answer"))
    #expect(list.errors.contains("\(folder.path)/sqlite.yaml is not used"))
    // Only the file that is asked for is read.
    #expect(await ToolRun(["render", "create", "--dialect", "postgres"], variables: variables).code == 0)
    let chosen = await ToolRun(["render", "create", "--dialect", "wrong"], variables: variables)
    #expect(chosen.code == 2 && chosen.output.isEmpty)
  }

  @Test func aWrongDialectFileStopsACommandOnATarget() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("x.yaml", "format: 1\n")
    let run = await ToolRun(
      "create", "--target", "sqlite:\(folder.path)/a.db", "--dialect-file", file)
    #expect(run.code == 2)
    #expect(run.errors.contains("x.yaml:1:1: name: missing answer"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/a.db"))
  }

  // MARK: render

  @Test func rendersTheWholeJobToAFolder() async throws {
    let folder = try TemporaryFolder()
    let out = folder.path + "/new/queries"
    let run = await ToolRun("render", "--dialect", "postgres", "--placeholders", "--out", out, "--prefix", "w_")
    #expect(run.code == 0, "\(run.errors)")
    let files = try FileManager.default.contentsOfDirectory(atPath: out).sorted()
    #expect(
      files == [
        "agg_query.sql", "create_query.sql", "events_query.sql", "insert_query.sql", "sessions_query.sql",
        "verify_query.sql",
      ])
    func text(_ name: String) throws -> String { try String(contentsOfFile: out + "/" + name, encoding: .utf8) }
    #expect(try text("create_query.sql").contains("CREATE TABLE IF NOT EXISTS w_session_table"))
    #expect(try text("insert_query.sql").contains("TIMESTAMP '{{ start_time }}'"))
    #expect(try text("insert_query.sql").contains("{{ end_time }}"))
    for file in files {
      #expect(
        try text(file).hasPrefix(
          "-- \(file) for PostgreSQL 15 (dialect postgres); rendered by sessionizer, not edited by hand.\n"
            + "-- Evidence: tested live"))
    }
    let all = await ToolRun("render", "--dialect", "postgres", "--placeholders", "--prefix", "w_")
    #expect(try all.output.contains(text("verify_query.sql")))
    let window = await ToolRun("render", "--dialect", "postgres", "--from", "2026-01-01", "--to", "2026-02-01")
    #expect(window.output.contains("TIMESTAMP '2026-01-01 00:00:00.000000'") && !window.output.contains("{{"))
    let whole = await ToolRun("render", "--dialect", "postgres")
    #expect(whole.output.contains("'whole', ") && !whole.output.contains("{{"))
    let run2 = await ToolRun("render", "run", "--placeholders")
    #expect(run2.output.contains("'{{ start_time }}'"))
  }

  /// A dialect of the tool's own functions shows scripts that need none.
  @Test func scriptsNeedNoFunctionsOfTheTool() async {
    let embedded = await ToolRun("render", "--dialect", "sqlite-embedded")
    #expect(embedded.code == 0 && !embedded.output.contains("sessionizer_"))
    let run = await ToolRun("render", "run", "--dialect", "sqlite-embedded", "--as-run")
    #expect(run.output.contains("sessionizer_"))
  }

  @Test(arguments: [
    ["create", "--placeholders"], ["create", "--out", "x"], ["--as-run"], ["--new"],
    ["run", "--placeholders", "--from", "2026-01-01"], ["run", "--placeholders", "--new"], ["--dialect", "none"],
  ])
  func wrongUsage(arguments: [String]) async {
    let run = await ToolRun(["render"] + arguments)
    #expect(run.code == 64 && run.output.isEmpty && run.errors.split(separator: "\n").count == 1)
  }
}
