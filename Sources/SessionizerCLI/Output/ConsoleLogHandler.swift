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
      case .quiet: .error
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
    console.report("\(event.level): " + Console.oneLine("\(event.message)\(values)"))
  }
}
