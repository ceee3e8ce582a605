internal import ArgumentParser
internal import WarehouseDriver
internal import YAMLReading

/// How long a statement may wait or take, for commands with one target or with several.
struct TimeoutOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How long a statement waits for another connection's lock; default 5s.", valueName: "duration"),
    transform: { try SettingText.timeout($0) })
  var lockTimeout: Duration?

  @Option(
    help: ArgumentHelp(
      "How long a statement may take on the server, such as 10m; by default what the server says.",
      valueName: "duration"),
    transform: { try SettingText.timeout($0) })
  var statementTimeout: Duration?

  var timeouts: Timeouts { Timeouts(lock: lockTimeout, statement: statementTimeout) }
}
