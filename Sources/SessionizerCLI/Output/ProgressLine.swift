internal import Synchronization

/// A line on standard error that shows how far a long command is, and how long it has taken so far.
///
/// A terminal sees one line that changes; with `--verbose`, and in a log, there is a line now and then.
public final class ProgressLine: Sendable {
  private struct State {
    var lastShown: ContinuousClock.Instant?
    var lastLogged: ContinuousClock.Instant
    var text: String?
    var isVisible = false
    var ticker: Task<Void, Never>?
  }

  /// Often enough to be seen moving, seldom enough to cost nothing.
  private static let interval = Duration.milliseconds(100)
  /// How often a log hears of it.
  private static let pause = Duration.seconds(10)

  private let console: Console
  private let start: ContinuousClock.Instant
  private let state: Mutex<State>

  public init(_ console: Console) {
    self.console = console
    start = .now
    state = Mutex(State(lastLogged: start))
    guard isShown || isLogged else { return }
    // A step may take long in which nobody calls.
    let ticker = Task { [weak self] in
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(1))
        guard let self else { return }
        self.tick()
      }
    }
    state.withLock { $0.ticker = ticker }
  }

  deinit { state.withLock { $0.ticker?.cancel() } }

  private var isShown: Bool {
    console.errorStyle.isTerminal && console.verbosity == .usual && console.messageFormat == nil
  }

  private var isLogged: Bool { console.verbosity == .verbose }

  /// Replaces the line. Calls that come too soon after the last are passed over, unless each must be seen because it may
  /// stand for long.
  public func show(_ text: @autoclosure () -> String, always: Bool = false) {
    guard isShown || isLogged else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      if !always, let last = state.lastShown, now - last < Self.interval { return }
      state.lastShown = now
      state.text = text()
      update(&state, at: now)
    }
  }

  private func tick() {
    state.withLock { state in
      guard state.text != nil else { return }
      update(&state, at: .now)
    }
  }

  private func update(_ state: inout State, at now: ContinuousClock.Instant) {
    guard let text = state.text else { return }
    let line = DisplayText.visible("\(text) \(Elapsed.text(now - start))")
    if isShown {
      state.isVisible = true
      try? console.errors.write("\r\u{1B}[K" + DisplayText.cut(line, to: 79))
    } else if now - state.lastLogged >= Self.pause {
      state.lastLogged = now
      console.detail(line)
    }
  }

  /// Takes the line away.
  public func clear() {
    state.withLock { state in
      if state.isVisible { try? console.errors.write("\r\u{1B}[K") }
      state.isVisible = false
      state.text = nil
    }
  }
}
