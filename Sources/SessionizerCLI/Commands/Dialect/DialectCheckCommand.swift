internal import ArgumentParser
internal import DialectFiles
internal import SQLRendering

/// Whether a dialect's file is right and complete.
struct DialectCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks a dialect's file: every answer, every trap, every plan rendered.",
    discussion: """
      A line for each problem. Exit code 1: the dialect is not conformant; 2: the file cannot be read. It proves nothing \
      of the engine: run a job there next (docs/porting.md).

      Examples:
        sessionizer dialect check my_warehouse.yaml
        sessionizer dialect check postgres
      """)

  @Argument(
    help: ArgumentHelp("The file, or the name of a dialect.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @OptionGroup var dialects: DialectOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    let console = log.console
    var library = try dialects.library().library
    let dialect: Dialect
    let unanswered: [String]
    do throws(DialectFileError) {
      let name = library.entry(named: file) == nil ? try library.add(file: file) : file
      dialect = try library.dialect(named: name)
      unanswered = try library.unanswered(named: name)
    } catch {
      for problem in error.problems { try console.print("\(problem)") }
      throw ExitCode(error.isUnreadable ? ExitStatus.failed : ExitStatus.different)
    }
    let check = DialectCheck(dialect)
    for problem in unanswered { try console.print(problem) }
    for problem in check.problems { try console.print("\(file): \(problem)") }
    if !check.isConformant || !unanswered.isEmpty { throw ExitCode(ExitStatus.different) }
    for limit in check.limits { console.note("not possible: \(limit)") }
    try console.print(
      "\(dialect.name) is conformant: \(Trap.allCases.count) traps answered, "
        + "\(Counted.text(Int64(check.statements), "statement")) of \(Counted.text(Int64(check.plans), "plan")) rendered; "
        + dialect.evidenceSummary)
  }
}
