internal import Foundation

/// Where a command's output goes: data to standard output, all else to standard error, and to a log file where one is
/// set.
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
  /// How messages are written on standard error; nil is for people: without time and level.
  public var messageFormat: MessageFormat?
  /// The log file, which gets every message, with `--quiet` too.
  public var journal: Journal?
  /// The time of a message, in microseconds since 1970.
  public var clock: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1_000_000) }

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
  public func note(_ line: String) { say(Message(level: .info, text: line), from: .usual) }

  /// What may be wrong, though the command goes on; silent with `--quiet`.
  public func warn(_ line: String) {
    say(Message(level: .warning, text: line), from: .usual, label: "warning: ")
  }

  /// Only with `--verbose`.
  public func detail(_ line: @autoclosure () -> String) {
    if verbosity >= .verbose { say(Message(level: .debug, text: line()), from: .verbose) }
  }

  /// One line that says what went wrong, even with `--quiet`.
  public func error(_ message: String) {
    let label = errorStyle.isColored ? "\u{1B}[1;31msessionizer:\u{1B}[0m " : "sessionizer: "
    say(Message(level: .error, text: Self.oneLine(message)), from: .quiet, label: label)
  }

  /// What came of a command, for logs that programs read; people have read it already.
  func record(_ text: String, _ facts: [Fact]) {
    let message = Message(level: .info, text: text, facts: facts)
    if messageFormat == nil { write(to: journal, message) } else { say(message, from: .usual) }
  }

  /// - Parameters:
  ///   - threshold: how talkative standard error must be to get it
  ///   - label: put before it where it is for people
  func say(_ message: Message, from threshold: Verbosity, label: String = "") {
    if verbosity >= threshold {
      let line =
        messageFormat.map { message.line($0, at: clock()) } ?? label + DisplayText.visibleLines(message.text)
      report(line)
    }
    write(to: journal, message)
  }

  private func write(to journal: Journal?, _ message: Message) {
    if let failure = journal?.write(message, at: clock()) { report("sessionizer: " + Self.oneLine(failure)) }
  }

  /// There is nowhere left to say that standard error cannot be written.
  private func report(_ line: String) { try? errors.write(line + "\n") }

  /// An engine's message may have several lines, and may quote data: neither may break the one line.
  static func oneLine(_ text: String) -> String {
    let lines = text.split(omittingEmptySubsequences: true) { $0.isNewline }
    let joined = lines.map { $0.trimmingPrefix { $0.isWhitespace } }.joined(separator: " ")
    return DisplayText.visible(joined)
  }
}
