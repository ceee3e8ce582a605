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

  var format: OutputFormat { safeForSpreadsheets ? .spreadsheet : written }

  mutating func validate() throws {
    if safeForSpreadsheets && written != .csv {
      throw ValidationError("--safe-for-spreadsheets belongs to --format csv")
    }
  }
}

/// When to use colour.
enum ColorChoice: String, CaseIterable, ExpressibleByArgument {
  case auto, always, never
}

/// How much is said.
struct LogOptions: ParsableArguments {
  @Flag(help: "Say nothing but errors on standard error.")
  var quiet = false

  @Flag(help: "Show each statement with its time and row count.")
  var verbose = false

  @Option(
    help: ArgumentHelp("Use colour; auto: in a terminal, unless NO_COLOR is set.", valueName: "auto|always|never"))
  var color: ColorChoice = .auto

  mutating func validate() throws {
    if quiet && verbose { throw ValidationError("--quiet and --verbose do not go together") }
  }

  /// The console as these options want it: the flag decides, then NO_COLOR, then whether it is a terminal.
  func applied(to console: Console, environment: [String: String]) -> Console {
    var console = console
    console.verbosity = quiet ? .quiet : verbose ? .verbose : .usual
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
}

extension LogOptions {
  /// The console of the running command, as these options want it.
  var console: Console {
    let environment = CommandEnvironment.current
    return applied(to: environment.console, environment: environment.variables)
  }
}
