internal import ArgumentParser
internal import YAMLReading

/// Consent to what a job file's targets can do.
struct TrustCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust",
    abstract: "Lets a job file that lies in the current folder load drivers and have variables.",
    discussion: """
      A job file that is found and not named with --job may come from somebody else. Where a target of it loads a driver by \
      its path, gives a driver unusual settings, or gives a variable to a database whose name does not begin with \
      SESSIONIZER_, that target needs your consent, once, until the file changes. Variables that any job file may have are \
      listed in ~/.config/sessionizer/variables, one a line.

      Examples:
        sessionizer trust
        sessionizer trust --remove
      """)

  @Argument(help: ArgumentHelp("The job file.", valueName: "file"), completion: .file(extensions: ["yml", "yaml"]))
  var file = JobFile.standardPath

  @Flag(help: "Take the consent back.")
  var remove = false

  @OptionGroup var log: LogOptions

  func run() async throws {
    let environment = CommandEnvironment.current.variables
    let store = TrustStore(environment: environment)
    if remove {
      try store.forget(file)
      log.console.note("\(file) is not trusted any more")
      return
    }
    // Read as every command reads it: what is trusted is right.
    let text = try YAMLText.read(file, what: "job file")
    let job = try JobFile(yaml: text, path: file)
    try store.trust(file, text)
    let risks = job.risks(environment, allowed: store.allowedVariables)
    for risk in risks { log.console.note(risk) }
    log.console.note("\(file) is trusted as it is now" + (risks.isEmpty ? "; nothing in it needs that" : ""))
  }
}
