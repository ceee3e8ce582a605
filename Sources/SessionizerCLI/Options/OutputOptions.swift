public import ArgumentParser
internal import WarehouseDriver

extension OutputFormat: ExpressibleByArgument {
  public init?(argument: String) {
    guard let format = Self.allCases.first(where: { $0.rawValue == argument }) else { return nil }
    self = format
  }
}

/// How rows are printed.
struct FormatOptions: ParsableArguments {
  @Option(
    name: .customLong("format"),
    help: ArgumentHelp("How rows are printed.", valueName: "table|csv|json|jsonl|markdown"))
  var written: OutputFormat = .table

  @Flag(
    help: """
      --format csv: put a ' before each text that a spreadsheet would take for a formula. The values are then no longer \
      those of the database.
      """)
  var safeForSpreadsheets = false

  @OptionGroup var shaping: ShapeOptions

  var format: OutputFormat { safeForSpreadsheets ? .spreadsheet : written }
  var shape: RowShape { shaping.shape }

  mutating func validate() throws {
    if shaping.expanded && written != .table { throw ValidationError("--expanded belongs to --format table") }
    if safeForSpreadsheets && written != .csv {
      throw ValidationError("--safe-for-spreadsheets belongs to --format csv")
    }
  }
}

/// When to use colour.
enum ColorChoice: String, CaseIterable, ExpressibleByArgument {
  case auto, always, never
}

extension MessageFormat: ExpressibleByArgument {}

/// How much is said, and how.
struct LogOptions: ParsableArguments {
  @Flag(help: "Say nothing but errors on standard error.")
  var quiet = false

  @Flag(help: "Show each statement with its time and row count.")
  var verbose = false

  @Option(
    help: ArgumentHelp("Use colour; auto: in a terminal, unless NO_COLOR is set.", valueName: "auto|always|never"))
  var color: ColorChoice = .auto

  @Option(
    name: [.customLong("log-format"), .customLong("message-format")],
    help: ArgumentHelp(
      "Write each message as a line with its time and level, or as a JSON object.", valueName: "text|json"))
  var logFormat: MessageFormat?

  @Option(
    help: ArgumentHelp(
      "Also append all messages to this file, with their times; --quiet leaves none out.", valueName: "file"),
    completion: .file())
  var logFile: String?

  mutating func validate() throws {
    if quiet && verbose { throw ValidationError("--quiet and --verbose do not go together") }
    activate()
  }

  /// The console as these options want it: the flag decides, then NO_COLOR, then whether it is a terminal.
  func applied(to console: Console, environment: [String: String]) -> Console {
    var console = console
    console.verbosity = quiet ? .quiet : verbose ? .verbose : .usual
    console.messageFormat = logFormat
    console.outputStyle.isColored = usesColor(console.outputStyle, environment)
    console.errorStyle.isColored = usesColor(console.errorStyle, environment)
    return console
  }

  private func usesColor(_ style: TextStyle, _ environment: [String: String]) -> Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto:
      environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb" && style.isTerminal
    }
  }

  /// From here on the command's messages go where these options say, errors too.
  @discardableResult
  private func activate() -> Console {
    let environment = CommandEnvironment.current
    if let logFile { environment.active.openLog(logFile, logFormat ?? .text) }
    return environment.active.use(applied(to: environment.console, environment: environment.variables))
  }

  /// The console of the running command, as these options want it.
  var console: Console { CommandEnvironment.current.active.console ?? activate() }
}

/// The same for `load`, where `--log-format` says how an access log is written.
struct LoadLogOptions: ParsableArguments {
  @Flag(help: "Say nothing but errors on standard error.")
  var quiet = false

  @Flag(help: "Show each statement with its time and row count.")
  var verbose = false

  @Option(
    help: ArgumentHelp("Use colour; auto: in a terminal, unless NO_COLOR is set.", valueName: "auto|always|never"))
  var color: ColorChoice = .auto

  @Option(
    help: ArgumentHelp(
      "Write each message as a line with its time and level, or as a JSON object (--log-format of other commands).",
      valueName: "text|json"))
  var messageFormat: MessageFormat?

  @Option(
    help: ArgumentHelp(
      "Also append all messages to this file, with their times; --quiet leaves none out.", valueName: "file"),
    completion: .file())
  var logFile: String?

  mutating func validate() throws {
    var options = options
    try options.validate()
  }

  var options: LogOptions {
    var options = LogOptions()
    options.quiet = quiet
    options.verbose = verbose
    options.color = color
    options.logFormat = messageFormat
    options.logFile = logFile
    return options
  }
}
