internal import ArgumentParser
internal import DialectFiles
internal import SQLRendering
internal import SessionPlan
internal import WarehouseDriver

/// The dialects that this build can write.
struct DialectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dialect",
    abstract: "The SQL dialects, what they can do, and what that rests on.",
    discussion: """
      Examples:
        sessionizer dialect list
        sessionizer dialect show sqlite
      """,
    subcommands: [List.self, Show.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the dialects.")

    @OptionGroup var format: FormatOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
      let library = CommandEnvironment.current.dialects
      var batch = RecordBatch(
        schema: [BatchColumn("dialect", .text), BatchColumn("engine", .text), BatchColumn("evidence", .text)])
      for source in library.sources {
        let dialect = try library.dialect(at: source)
        batch.append(texts: [dialect.name, dialect.title, dialect.evidence.rawValue])
      }
      try await log.console.print(batch, format.format)
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows what a dialect can do, and how it answers each known trap.")

    @Argument(help: "The dialect's name.") var name: String
    @OptionGroup var format: FormatOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
      let dialect = try CommandEnvironment.current.dialect(named: name)
      var batch = RecordBatch(
        schema: [BatchColumn("topic", .text), BatchColumn("item", .text), BatchColumn("answer", .text)])
      for (item, answer) in dialect.abilities { batch.append(texts: ["ability", item, answer]) }
      for intent in Intent.allCases {
        batch.append(texts: ["node", intent.rawValue, dialect.templates[intent] ?? "unsupported"])
      }
      for trap in Trap.allCases { batch.append(texts: ["trap", trap.rawValue, dialect.traps[trap]?.text ?? ""]) }
      try await log.console.print(batch, format.format)
    }
  }
}

extension Dialect {
  /// What it says about the engine, for people.
  fileprivate var abilities: [(String, String)] {
    func yes(_ value: Bool) -> String { value ? "yes" : "no" }
    return [
      ("engine", title), ("evidence", evidence.rawValue),
      ("steps of a run", profile.steps.text),
      ("sessions are found by", profile.islands == .positions ? "row numbers" : "window functions"),
      ("keys are enforced", yes(profile.enforcesKeys)), ("SHA-256", yes(profile.hasSHA256)),
      ("arrival column of its own", yes(profile.hasArrivalColumn)),
      ("named time zones", yes(profile.hasNamedTimeZones)), ("strict types", yes(profile.hasStrictTypes)),
      ("longest name, bytes", String(identifiers.longest)),
    ]
  }
}

extension PlanProfile.Steps {
  fileprivate var text: String {
    switch self {
    case .scratchTables: "scratch tables"
    case .fewScratchTables: "scratch tables where several statements read them"
    case .inline: "named subqueries"
    }
  }
}
