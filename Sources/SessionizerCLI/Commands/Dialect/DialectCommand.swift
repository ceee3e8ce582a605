internal import ArgumentParser

/// The dialects: those that are built in, and a user's own.
struct DialectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dialect",
    abstract: "The SQL dialects, what they can do, and what that rests on.",
    discussion: """
      A dialect is a YAML file (docs/dialects.md). Besides the built-in ones there are those of --dialect-file, of the \
      folders in SESSIONIZER_DIALECTS (separated by colons), and of $XDG_CONFIG_HOME/sessionizer/dialects (by default \
      ~/.config/sessionizer/dialects), found in this order as NAME.yaml. A built-in name is always the built-in dialect.

      Examples:
        sessionizer dialect list
        sessionizer dialect show sqlite
        sessionizer dialect new my_warehouse --out my_warehouse.yaml
        sessionizer dialect check my_warehouse.yaml
      """,
    subcommands: [DialectListCommand.self, DialectShowCommand.self, DialectCheckCommand.self, DialectNewCommand.self])
}
