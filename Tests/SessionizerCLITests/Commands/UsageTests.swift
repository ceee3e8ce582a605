import Testing

@testable import SessionizerCLI

/// Wrong usage is exit code 64 and one line; what cannot be done is 2 and one line. Nothing goes to standard output.
@Suite struct UsageTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var code: Int32
    var part: String
    var testDescription: String { arguments.joined(separator: " ") }
    init(_ arguments: String, _ code: Int32, _ part: String) {
      self.arguments = arguments.split(separator: " ").map(String.init)
      self.code = code
      self.part = part
    }
  }

  @Test(arguments: [
    Mistake("runn", 64, "no command 'runn'; did you mean run?"),
    Mistake("zzz", 64, "no command 'zzz'; see sessionizer --help"),
    Mistake("run --gap 30", 64, "'30' is no gap"),
    Mistake("run --nope", 64, "--nope"),
    Mistake("run --quite", 64, "Did you mean '--quiet'?"),
    Mistake("sessions --user 5 --target sqlite:x", 64, "Unknown option '--user' (see sessionizer sessions --help)"),
    Mistake("sessions --target sqlite:x --limit 0", 64, "--limit must be 1 or more"),
    Mistake("sessions --target sqlite:x --columns a,,b", 64, "--columns must name columns"),
    Mistake("sessions --target sqlite:x --expanded --format csv", 64, "--expanded belongs to --format table"),
    Mistake("run --target sqlite:x --new --from 2026-01-01", 64, "do not go together"),
    Mistake("run --target sqlite:x --from 2026-01-02 --to 2026-01-01", 64, "before its start"),
    Mistake("run --target sqlite:x --from tomorrow", 64, "'tomorrow' is no time"),
    Mistake("run", 64, "no target; give --target sqlite:PATH"),
    Mistake("run --quiet --verbose", 64, "do not go together"),
    Mistake("sessions --target sqlite:x --as-of 0", 64, "'0' is no run"),
    Mistake("sessions --target sqlite:x --as-of 1 --changed-since 1", 64, "do not go together"),
    Mistake("sessions --target sqlite:x --format xml", 64, "xml"),
    Mistake("agg decade --target sqlite:x", 64, "decade"),
    Mistake("load --target sqlite:x", 64, "files"),
    Mistake("load x --target sqlite:x --max-bad=-1", 64, "--max-bad"),
    Mistake("load x --target sqlite:x --map user=x", 64, "'user' is not one of event_id, user_id"),
    Mistake("generate --events=-1", 64, "events must be 0 or more"),
    Mistake("generate --late 2", 64, "late share"),
    Mistake("generate --target sqlite:x --output y", 64, "does not go together"),
    Mistake("dialect show sqlit", 64, "did you mean sqlite?"),
    Mistake("render run --dialect oracl", 64, "no dialect 'oracl'; did you mean oracle?"),
    Mistake("render run --new", 64, "needs an arrival column"),
    Mistake("render create --new", 64, "belong to the plan run"),
    Mistake("create --target sqlite:x --attribute page", 64, "page is a name of the tool's own"),
    Mistake("run --job /nowhere.yml", 2, "/nowhere.yml: cannot read the job file: No such file or directory"),
    Mistake(
      "run --target nosuch", 2,
      "no target has this name; sessionizer.yml names no targets; a URL looks like sqlite:PATH"),
    Mistake("run --target mysql://x", 2, "write 'odbc+mysql:Driver=…;Server=HOST"),
    Mistake("run --target mariadb://me@x/y", 2, "write 'odbc+mariadb:Driver=…"),
    Mistake("run --target jdbc:postgresql://x/y", 2, "write postgres://USER@HOST/DATABASE"),
    Mistake("run --target nonsense:x", 2, "no backend for a target that begins like this one; this build has sqlite:"),
    Mistake("run --target sqlite:/nowhere/x.db", 2, "/nowhere/x.db"),
    Mistake("generate --output /nowhere/x.csv", 2, "cannot write /nowhere/x.csv"),
  ])
  func mistake(_ mistake: Mistake) async {
    let run = await ToolRun(mistake.arguments)
    #expect(run.code == mistake.code)
    #expect(run.errors.hasPrefix("sessionizer: "))
    #expect(run.errors.contains(mistake.part), "\(run.errors)")
    #expect(run.errors.split(separator: "\n", omittingEmptySubsequences: false).count == 2, "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test func jobFileMistakesExitWithTwo() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("j.yml", "gap: 30m\nsorce: {}\n")
    let run = await ToolRun("run", "--job", file)
    #expect(run.code == 2)
    #expect(run.errors == "sessionizer: \(file):2:1: sorce: unknown key; did you mean source?\n")
  }

  @Test func variables() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("j.yml", "targets:\n  a: sqlite:${FOLDER}/a.db\n")
    let unset = await ToolRun("create", "--job", file)
    #expect(unset.code == 2)
    #expect(unset.errors.contains("\(file):2:6: targets.a: the variable FOLDER is not set"))
    let set = await ToolRun(["create", "--job", file], variables: ["FOLDER": folder.path])
    #expect(set.code == 0, "\(set.errors)")
  }
}
