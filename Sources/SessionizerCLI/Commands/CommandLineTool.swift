internal import ArgumentParser
internal import DialectFiles
internal import Foundation
internal import YAMLReading

/// The whole command line, from the arguments to the exit code.
public enum CommandLineTool {
  /// What the executable does: carries out a command, and interrupts it at SIGINT or SIGTERM.
  ///
  /// - Parameter arguments: without the name of the program
  /// - Returns: the exit code
  public static func main(_ arguments: [String], _ environment: CommandEnvironment) async -> Int32 {
    // A reader that goes away is an error of the write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    let task = Task { await run(arguments, environment) }
    let interrupts = Interrupts(
      first: { task.cancel() },
      last: { _exit(ExitStatus.interrupted) })
    defer { interrupts.stop() }
    return await task.value
  }

  /// Carries out a command. What it has to say is said when it returns.
  ///
  /// Cancelling the task that waits for it interrupts the command: its transaction is rolled back.
  public static func run(_ arguments: [String], _ environment: CommandEnvironment) async -> Int32 {
    var environment = environment
    environment.active = ActiveConsole()
    return await CommandEnvironment.$current.withValue(environment) { [environment] in
      let report = ErrorReport(
        environment: environment, commandWord: arguments.first ?? "", arguments: arguments)
      var command: any ParsableCommand
      do {
        if let unknown = unknownCommand(arguments) { throw UsageError(unknown) }
        command = try SessionizerCommand.parseAsRoot(arguments)
      } catch {
        return report.exitCode(parsing: error)
      }
      do {
        try environment.active.requireLog()
        if var asynchronous = command as? any AsyncParsableCommand {
          try await asynchronous.run()
        } else {
          try command.run()
        }
        return ExitStatus.done
      } catch {
        return report.exitCode(running: error)
      }
    }
  }

  /// A message for a first word that is no command. (ArgumentParser would call it an unexpected argument.)
  private static func unknownCommand(_ arguments: [String]) -> String? {
    guard let word = arguments.first, !word.hasPrefix("-"), word != "help" else { return nil }
    let known = SessionizerCommand.commandNames
    guard !known.contains(word) else { return nil }
    let hint = NearestWord.hint(word, among: known)
    return "no command \(SettingText.shown(TargetText.redacted(word, arguments))); "
      + (hint.isEmpty ? "see sessionizer --help" : hint)
  }
}

/// Says in one line on standard error what went wrong, and finds the exit code.
struct ErrorReport {
  let environment: CommandEnvironment
  /// The first argument, which is a command's name if it is known.
  let commandWord: String
  /// All of the command line: what it has of targets is not repeated.
  var arguments: [String] = []

  private var console: Console { environment.active.console ?? environment.console }

  func exitCode(parsing error: any Error) -> Int32 {
    if let code = answer(error) { return code }
    if let error = error as? UsageError {
      console.error(error.description)
    } else {
      let command = SessionizerCommand.commandNames.contains(commandWord) ? " " + commandWord : ""
      let message = TargetText.redacted(Self.withoutFarHint(SessionizerCommand.message(for: error)), arguments)
      console.error(message + " (see sessionizer\(command) --help)")
    }
    return ExitStatus.usage
  }

  /// A message without a hint at an option that is not near: `--user` is not a mistyped `--quiet`.
  static func withoutFarHint(_ message: String) -> String {
    let form = /^(.*Unknown option '(--[^']+)')\. Did you mean '(--[^']+)'\?(.*)$/.dotMatchesNewlines()
    guard let found = message.wholeMatch(of: form) else { return message }
    let (unknown, hint) = (String(found.2.dropFirst(2)), String(found.3.dropFirst(2)))
    guard NearestWord.hint(unknown, among: [hint]).isEmpty else { return message }
    return String(found.1) + String(found.4)
  }

  func exitCode(running error: any Error) -> Int32 {
    if let exit = error as? ExitCode { return exit.rawValue }
    if let code = answer(error) { return code }
    let code = ExitStatus.code(of: error)
    if Task.isCancelled || code == ExitStatus.interrupted {
      console.error("interrupted")
      return ExitStatus.interrupted
    }
    if let files = error as? DialectFileError {
      for problem in files.problems { console.error("\(problem)") }
    } else if error as? OutputError != .brokenPipe {
      console.error("\(error)")
    }
    return code
  }

  /// Help, version and completion scripts arrive as errors too; they are answers, and go to standard output.
  private func answer(_ error: any Error) -> Int32? {
    guard SessionizerCommand.exitCode(for: error).isSuccess else { return nil }
    do {
      try console.print(SessionizerCommand.fullMessage(for: error))
      return ExitStatus.done
    } catch {
      if error as? OutputError != .brokenPipe { console.error("\(error)") }
      return ExitStatus.code(of: error)
    }
  }
}
