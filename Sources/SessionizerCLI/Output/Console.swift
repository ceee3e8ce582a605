/// Where a command's output goes: data to standard output, all else to standard error.
public struct Console: Sendable {
  public enum Verbosity: Int, Comparable, Sendable {
    /// Errors only.
    case quiet
    case usual
    /// Each statement with its time and row count.
    case verbose

    public static func < (a: Verbosity, b: Verbosity) -> Bool { a.rawValue < b.rawValue }
  }

  public var output: any ByteSink
  public var errors: any ByteSink
  public var outputStyle: TextStyle
  public var errorStyle: TextStyle
  public var verbosity: Verbosity

  public init(
    output: any ByteSink, errors: any ByteSink, outputStyle: TextStyle = TextStyle(),
    errorStyle: TextStyle = TextStyle(), verbosity: Verbosity = .usual
  ) {
    self.output = output
    self.errors = errors
    self.outputStyle = outputStyle
    self.errorStyle = errorStyle
    self.verbosity = verbosity
  }

  /// The process's own standard output and error.
  public static func standard() -> Console {
    let output = FileDescriptorSink.standardOutput
    let errors = FileDescriptorSink.standardError
    return Console(
      output: output, errors: errors, outputStyle: TextStyle(isTerminal: output.isTerminal),
      errorStyle: TextStyle(isTerminal: errors.isTerminal))
  }

  /// Data: a line, or several, on standard output. A terminal is shown nothing that it would obey.
  public func print(_ line: String) throws {
    try output.write((outputStyle.isTerminal ? DisplayText.visibleLines(line) : line) + "\n")
  }

  /// What a person wants to know and no script needs; silent with `--quiet`.
  public func note(_ line: String) {
    if verbosity >= .usual { report(DisplayText.visibleLines(line)) }
  }

  /// Only with `--verbose`.
  public func detail(_ line: @autoclosure () -> String) {
    if verbosity >= .verbose { report(DisplayText.visibleLines(line())) }
  }

  /// One line that says what went wrong, even with `--quiet`.
  public func error(_ message: String) {
    let label = errorStyle.isColored ? "\u{1B}[1;31msessionizer:\u{1B}[0m " : "sessionizer: "
    report(label + Self.oneLine(message))
  }

  /// There is nowhere left to say that standard error cannot be written.
  func report(_ line: String) { try? errors.write(line + "\n") }

  /// An engine's message may have several lines, and may quote data: neither may break the one line.
  static func oneLine(_ text: String) -> String {
    let lines = text.split(omittingEmptySubsequences: true) { $0.isNewline }
    let joined = lines.map { $0.trimmingPrefix { $0.isWhitespace } }.joined(separator: " ")
    return DisplayText.visible(joined)
  }
}
