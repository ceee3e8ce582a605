internal import ArgumentParser

/// The database.
struct TargetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The database: a URL such as sqlite:web.db, or the name of a target in the job file.", valueName: "url-or-name"))
  var target: String?
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
