import ArgumentParser
import Testing

@testable import SessionizerCLI

@Suite struct HelpTests {
  /// Each command, with the commands below it.
  static var commands: [any ParsableCommand.Type] {
    func all(_ command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
      [command] + command.configuration.subcommands.flatMap(all)
    }
    return all(SessionizerCommand.self)
  }

  @Test func everyCommandHasHelp() {
    for command in Self.commands {
      #expect(!command.configuration.abstract.isEmpty)
      // The commands below dialect are shown by its own examples.
      let name = command._commandName
      #expect(
        name == "list" || command.configuration.discussion.contains("sessionizer dialect \(name)")
          || command.configuration.discussion.contains("sessionizer \(name)")
          || name == "sessionizer", "\(name)")
    }
  }

  /// The examples of the help texts are command lines that the tool takes.
  @Test func examplesAreTaken() throws {
    var count = 0
    for command in Self.commands {
      for line in command.configuration.discussion.split(separator: "\n") {
        // What stands in double quotes is one word.
        let parts = line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
        let words = parts.flatMap { $0 % 2 == 1 ? [String($1)] : $1.split(separator: " ").map(String.init) }
        guard words.first == "sessionizer" else { continue }
        let arguments = words.dropFirst().prefix { !["|", ">"].contains($0) }
        #expect(throws: Never.self, "\(line)") { try SessionizerCommand.parseAsRoot(Array(arguments)) }
        count += 1
      }
    }
    #expect(count > 30)
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) async {
    let run = await ToolRun("--generate-completion-script", shell)
    #expect(run.code == 0)
    #expect(run.output.contains("gap-boundary"))
    #expect(run.errors.isEmpty)
  }

  @Test func answersGoToStandardOutput() async {
    for arguments in [["--help"], ["help", "run"], ["run", "--help"], ["--version"], []] {
      let run = await ToolRun(arguments)
      #expect(run.code == 0)
      #expect(!run.output.isEmpty)
      #expect(run.errors.isEmpty)
    }
  }
}
