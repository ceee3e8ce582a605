internal import Dispatch
internal import Synchronization

/// Stops the statement that is being carried out, from another thread: when the task that waits for it is cancelled,
/// or when it has taken too long.
///
/// A request that comes before the server has begun is lost with every driver, so it is repeated until the call ends.
/// Whether a statement was cancelled is decided by what was asked, since drivers report it in many ways.
public final class StatementWatch: Sendable {
  public enum Reason: Sendable { case cancelled, timedOut }

  private struct State {
    /// The address of the statement in flight; 0 between calls.
    var handle = 0
    /// Counts calls, so that a late request does not hit the next one.
    var call = 0
    /// Whether the call goes on although the task is cancelled.
    var isShielded = false
    /// The connection's present work: what is done for one call of the protocol.
    var work = 0
    var isTaskCancelled = false
    var reason: Reason?
  }

  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "sessionizer.cancel", qos: .userInitiated)
  private let stopping: @Sendable (Int) -> Void
  private static let interval = DispatchTimeInterval.milliseconds(100)

  private let works = Atomic(0)

  /// - Parameter stopping: stops the call that is in flight on the handle at that address, from any thread: the one call
  ///   that a client allows while another is running
  public init(stopping: @escaping @Sendable (Int) -> Void) {
    self.stopping = stopping
  }

  /// A number for work that is about to begin.
  func announceWork() -> Int { works.wrappingAdd(1, ordering: .relaxed).newValue }

  /// Work begins, on the task that does it.
  func begin(_ work: Int, isTaskCancelled: Bool) {
    state.withLock { state in
      state.work = work
      state.isTaskCancelled = isTaskCancelled
    }
  }

  /// Called where the task of some work is cancelled, on any thread.
  func taskWasCancelled(_ work: Int) {
    let call: Int? = state.withLock { state in
      guard state.work == work else { return nil }
      state.isTaskCancelled = true
      guard state.handle != 0, !state.isShielded else { return nil }
      return state.call
    }
    if let call { queue.async { self.stop(call, .cancelled) } }
  }

  /// Whether a call is in flight.
  public var isBusy: Bool { state.withLock { $0.handle != 0 } }

  /// Carries out a call that blocks.
  ///
  /// - Parameters:
  ///   - address: of what is to be stopped; not 0
  ///   - limit: after which time the call is stopped; nil leaves it to the server
  /// - Returns: what the call returned, nil where it was cancelled before it began, and why it was asked to stop, if it was
  public func during<Result>(
    _ address: Int, isShielded: Bool, limit: Duration?, _ body: () -> Result
  ) -> (result: Result?, stopped: Reason?) {
    let call: Int? = state.withLock { state in
      if state.isTaskCancelled, !isShielded { return nil }
      state.handle = address
      state.call += 1
      state.isShielded = isShielded
      state.reason = nil
      return state.call
    }
    guard let call else { return (nil, .cancelled) }
    if let limit {
      queue.asyncAfter(deadline: .now() + .milliseconds(limit.milliseconds)) { self.stop(call, .timedOut) }
    }
    let result = body()
    // Waits for a request that is on its way, which must not hit what comes next.
    let reason: Reason? = state.withLock { state in
      state.handle = 0
      return state.reason
    }
    return (result, reason)
  }

  private func stop(_ call: Int, _ reason: Reason) {
    let isOver = state.withLock { state in
      guard state.call == call, state.handle != 0 else { return true }
      state.reason = state.reason ?? reason
      stopping(state.handle)
      return false
    }
    if !isOver { queue.asyncAfter(deadline: .now() + Self.interval) { self.stop(call, reason) } }
  }
}
