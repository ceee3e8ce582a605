internal import Logging

extension Console {
  /// A logger that writes to standard error: warnings always, information with `--verbose`.
  var logger: Logger {
    Logger(label: "sessionizer") { _ in ConsoleLogHandler(console: self) }
  }
}

private struct ConsoleLogHandler: LogHandler {
  let console: Console
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level

  init(console: Console) {
    self.console = console
    logLevel =
      switch console.verbosity {
      case .quiet: console.journal == nil ? .error : .warning
      case .usual: .warning
      case .verbose: .debug
      }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let values = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
      .map { " \($0.key)=\($0.value)" }.joined()
    let level: MessageLevel =
      switch event.level {
      case .trace, .debug: .debug
      case .info, .notice: .info
      case .warning: .warning
      case .error, .critical: .error
      }
    let threshold: Console.Verbosity =
      switch level {
      case .debug, .info: .verbose
      case .warning: .usual
      case .error: .quiet
      }
    console.say(
      Message(level: level, text: Console.oneLine("\(event.message)\(values)")), from: threshold,
      label: "\(event.level): ")
  }
}
