internal import Synchronization

/// A line on standard error that shows how far a long command is. Only a terminal gets to see it.
public final class ProgressLine: Sendable {
  private struct State {
    var lastShown: ContinuousClock.Instant?
    var isVisible = false
  }

  /// Often enough to be seen moving, seldom enough to cost nothing.
  private static let interval = Duration.milliseconds(100)

  private let console: Console
  private let state = Mutex(State())

  public init(_ console: Console) {
    self.console = console
  }

  private var isShown: Bool {
    console.errorStyle.isTerminal && console.verbosity == .usual && console.messageFormat == nil
  }

  /// Replaces the line. Calls that come too soon after the last are passed over, unless each must be seen because it may
  /// stand for long.
  public func show(_ text: @autoclosure () -> String, always: Bool = false) {
    guard isShown else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      if !always, let last = state.lastShown, now - last < Self.interval { return }
      state.lastShown = now
      state.isVisible = true
      try? console.errors.write("\r\u{1B}[K" + DisplayText.cut(DisplayText.visible(text()), to: 79))
    }
  }

  /// Takes the line away.
  public func clear() {
    state.withLock { state in
      if state.isVisible { try? console.errors.write("\r\u{1B}[K") }
      state.isVisible = false
    }
  }
}
