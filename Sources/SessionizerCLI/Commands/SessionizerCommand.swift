internal import ArgumentParser

/// The root of the command line.
struct SessionizerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sessionizer",
    abstract: "Builds session tables in databases, with INSERT-only SQL.",
    discussion: """
      Exit codes: 0 done, 1 the check found differences, 2 could not run, 64 wrong usage, 75 another run holds the job, \
      130 interrupted.

      Ten seconds with a new SQLite file:
        sessionizer create --target sqlite:web.db
        sessionizer generate --target sqlite:web.db
        sessionizer run --target sqlite:web.db
        sessionizer sessions --target sqlite:web.db
        sessionizer verify --target sqlite:web.db

      Completions for your shell: sessionizer --generate-completion-script bash|zsh|fish
      """,
    version: ToolVersion.text,
    subcommands: commands)

  private static let commands: [any ParsableCommand.Type] = [
    CreateCommand.self, GenerateCommand.self, LoadCommand.self, RunCommand.self, AggCommand.self, SessionsCommand.self,
    EventsCommand.self,
    VerifyCommand.self, CompareCommand.self, ExplainSessionCommand.self, StatusCommand.self, QuarantineCommand.self,
    EraseCommand.self, RetainCommand.self, UpgradeCommand.self,
    AdoptCommand.self, PlanCommand.self,
    RenderCommand.self, DialectCommand.self, ConformanceCommand.self, DoctorCommand.self,
    BackendsCommand.self, TrustCommand.self,
  ]

  static let commandNames = commands.compactMap { $0.configuration.commandName }
}

enum ToolVersion {
  static let text = "0.1.0"
}
