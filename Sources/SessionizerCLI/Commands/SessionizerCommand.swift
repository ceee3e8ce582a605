internal import ArgumentParser

/// The root of the command line.
struct SessionizerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sessionizer",
    abstract: "Builds session tables in databases, with INSERT-only SQL.",
    version: ToolVersion.text,
    subcommands: commands)

  private static let commands: [any ParsableCommand.Type] = []

  static let commandNames = commands.compactMap { $0.configuration.commandName }
}

enum ToolVersion {
  static let text = "0.1.0"
}
