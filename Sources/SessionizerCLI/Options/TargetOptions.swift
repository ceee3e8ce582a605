internal import ArgumentParser
internal import WarehouseDriver
internal import YAMLReading

/// The database.
struct TargetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The database: a URL such as sqlite:web.db, or the name of a target in the job file.", valueName: "url-or-name"))
  var target: String?

  @OptionGroup var waiting: TimeoutOptions

  @OptionGroup var dialects: DialectOptions

  var timeouts: Timeouts { waiting.timeouts }
}

extension ConnectionOptions {
  /// Sets what was said, and leaves the rest.
  mutating func apply(_ timeouts: Timeouts) {
    if let lock = timeouts.lock { lockTimeout = lock }
    statementTimeout = timeouts.statement ?? statementTimeout
  }
}

/// How long to wait for another run of the same job.
struct WaitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("How long to wait for another run of this job, in seconds.", valueName: "seconds"),
    transform: WaitOptions.seconds)
  var wait: Duration = .zero

  static func seconds(_ text: String) throws -> Duration {
    guard let seconds = Double(text), seconds >= 0, seconds <= 1_000_000 else {
      throw SettingError(message: "\(SettingText.shown(text)) is no number of seconds")
    }
    return .seconds(seconds)
  }
}
