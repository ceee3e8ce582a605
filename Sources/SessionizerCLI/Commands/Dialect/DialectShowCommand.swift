internal import ArgumentParser
internal import DialectFiles
internal import SQLRendering
internal import SessionPlan
internal import WarehouseDriver

/// What a dialect says.
struct DialectShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows what a dialect can do, how it answers each known trap, and what that rests on.",
    discussion: """
      Examples:
        sessionizer dialect show postgres
        sessionizer dialect show sqlite --yaml
      """)

  @Argument(help: ArgumentHelp("The dialect's name (default: that of --dialect-file).", valueName: "name"))
  var name: String?

  @Flag(help: "As a file that extends nothing: every answer, wherever it came from.")
  var yaml = false

  @OptionGroup var dialects: DialectOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    let (library, own) = try dialects.library()
    guard let name = name ?? own else { throw UsageError("name a dialect; see sessionizer dialect list") }
    let dialect = try library.chosen(name)
    if yaml {
      try log.console.print(String(DialectText.resolved(dialect).dropLast()))
      return
    }
    var batch = RecordBatch(
      schema: ["topic", "item", "answer", "evidence", "page"].map { BatchColumn($0, .text) })
    for (item, answer) in dialect.facts { batch.append(texts: ["engine", item, answer, "", ""]) }
    for capability in Capability.allCases {
      let support = dialect.support(for: capability)
      batch.append(texts: [
        "capability", capability.rawValue, support.state.rawValue, support.evidence.rawValue, support.page ?? "",
      ])
    }
    for intent in Intent.allCases {
      let template = dialect.templates[intent] ?? "unsupported"
      batch.append(texts: ["node", intent.rawValue, format.format == .table ? short(template) : template, "", ""])
    }
    for trap in Trap.allCases {
      let answer = dialect.traps[trap]
      batch.append(texts: [
        "trap", trap.rawValue, answer?.text ?? "", answer?.evidence.rawValue ?? "", answer?.page ?? "",
      ])
    }
    try await log.console.print(batch, format)
  }

  /// A template on one line that fits a table; --yaml shows all of it.
  private func short(_ template: String) -> String {
    let line = template.split { $0.isWhitespace }.joined(separator: " ")
    return line.count <= 60 ? line : line.prefix(59) + "…"
  }
}

extension Dialect {
  /// What it says about the engine as a whole, for people.
  fileprivate var facts: [(String, String)] {
    [
      ("engine", title), ("evidence", "\(evidence.rawValue): \(evidence.meaning)"), ("answers", evidenceSummary),
      ("smoke test", smokeTest ?? "none"), ("documentation", documentation ?? ""),
      ("steps of a run", profile.steps.text),
      ("sessions are found by", profile.islands == .positions ? "row numbers" : "window functions"),
      ("longest name, bytes", String(identifiers.longest)),
    ]
  }
}

extension PlanProfile.Steps {
  fileprivate var text: String {
    switch self {
    case .scratchTables: "scratch tables"
    case .fewScratchTables: "scratch tables where several statements read them"
    case .longScratchTables: "scratch tables, but short ones where they are read"
    case .inline: "named subqueries"
    }
  }
}
