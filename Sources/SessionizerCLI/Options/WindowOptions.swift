internal import ArgumentParser
internal import SessionPlan
internal import YAMLReading

/// `--ignore-before`
struct IgnoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Do not count pageviews before this time, UTC, which the source need not keep: YYYY-MM-DD[ HH:MM[:SS]].",
      valueName: "time"), transform: WindowOptions.time)
  var ignoreBefore: Timestamp?
}

/// `--from` and `--to`: a half-open window in UTC.
struct WindowOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("From this time on, UTC: YYYY-MM-DD[ HH:MM[:SS[.ffffff]]].", valueName: "time"),
    transform: WindowOptions.time)
  var from: Timestamp?

  @Option(
    help: ArgumentHelp("Up to, not including, this time.", valueName: "time"), transform: WindowOptions.time)
  var to: Timestamp?

  mutating func validate() throws {
    if let from, let to, to < from {
      throw ValidationError("the window ends at \(to), which is before its start, \(from)")
    }
  }

  var isGiven: Bool { from != nil || to != nil }

  static func time(_ text: String) throws -> Timestamp {
    if let time = Timestamp(text: text) { return time }
    throw SettingError(
      message: "\(SettingText.shown(text)) is no time: write YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS, in UTC")
  }
}
