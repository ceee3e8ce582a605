internal import Foundation
internal import Synchronization

/// The file of `--log-file`: every message, one a line, appended.
public final class Journal: Sendable {
  private let sink: FileDescriptorSink
  private let format: MessageFormat
  private let hasFailed = Mutex(false)

  /// Opens the file, or makes one that only its owner may read.
  init(path: String, format: MessageFormat) throws(OutputError) {
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .failed("cannot write the log \(DisplayText.visible(path)): \(String(cString: strerror(errno)))")
    }
    sink = FileDescriptorSink(descriptor: descriptor, name: DisplayText.visible(path))
    self.format = format
  }

  /// - Returns: what to tell the user, once, where the line could not be written
  func write(_ message: Message, at time: Int64) -> String? {
    do throws(OutputError) {
      // In one call, so that lines of several processes do not mix.
      try sink.write(message.line(format, at: time) + "\n")
      return nil
    } catch {
      return hasFailed.withLock { failed in
        defer { failed = true }
        return failed ? nil : "\(error)"
      }
    }
  }

  deinit { close(sink.descriptor) }
}

/// The console of the command at hand, once its options are read.
public final class ActiveConsole: Sendable {
  private struct State {
    var console: Console?
    var journal: Journal?
    var path: String?
    var failure: OutputError?
  }

  private let state = Mutex(State())

  public init() {}

  var console: Console? { state.withLock { $0.console } }

  /// Opens the log file. A failure is kept for `requireLog`: reading options goes on.
  func openLog(_ path: String, _ format: MessageFormat) {
    state.withLock { state in
      guard state.path != path else { return }
      state.path = path
      do throws(OutputError) {
        state.journal = try Journal(path: path, format: format)
      } catch {
        state.failure = error
      }
    }
  }

  /// Takes a console over, with the log.
  func use(_ console: Console) -> Console {
    state.withLock { state in
      var console = console
      console.journal = state.journal
      state.console = console
      return console
    }
  }

  /// - Throws: `OutputError` where the log file could not be opened
  func requireLog() throws(OutputError) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }
}
