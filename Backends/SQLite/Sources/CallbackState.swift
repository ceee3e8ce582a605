internal import CSQLite

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// What SQLite's callbacks need to know. They are called only from within calls of the connection's actor, on its
/// executor, so nothing here is shared between threads.
final class CallbackState {
  /// How long to wait for another connection's lock.
  var lockTimeout: Duration
  /// What may be done in the open transaction; nil is everything.
  var guardRules: GuardRules?
  /// The first thing that the rules refused since it was last cleared.
  var refusal: GuardRefusal?
  /// True while the connection carries out statements of its own, such as ROLLBACK: they go on though the task is
  /// cancelled, and the rules do not apply to them.
  var isShielded = false
  /// Set while a refused statement is compiled once more to find out what it does; see `Database.nameSchemaChange`.
  var namedChange: [GuardRefusal]?
  fileprivate var waitsUntil: ContinuousClock.Instant?

  init(lockTimeout: Duration) {
    self.lockTimeout = lockTimeout
  }

  /// Whether the task on whose behalf SQLite works right now was cancelled.
  ///
  /// This is asked from the callbacks, which run on that task, so no flag has to be passed between threads, none can
  /// stay behind for the next call, and a cancellation before the first step counts too. (`sqlite3_interrupt`, made
  /// for other threads, fails in the last two.)
  var isCancelled: Bool { !isShielded && Task.isCancelled }

  /// Installs the busy handler, the progress handler and the authorizer. The state must live as long as the handle.
  func install(on handle: OpaquePointer) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_busy_handler(handle, waitForLock, context)
    // A thousand steps take 10 to 100 µs; the check costs nothing beside them.
    sqlite3_progress_handler(handle, 1000, stopIfCancelled, context)
    sqlite3_set_authorizer(handle, authorize, context)
  }

  static func from(_ context: UnsafeMutableRawPointer?) -> CallbackState? {
    context.map { Unmanaged<CallbackState>.fromOpaque($0).takeUnretainedValue() }
  }
}

private func stopIfCancelled(_ context: UnsafeMutableRawPointer?) -> Int32 {
  CallbackState.from(context)?.isCancelled == true ? 1 : 0
}

/// Called while another connection holds a lock: waits a moment and returns 1 to try again, 0 to give up.
private func waitForLock(_ context: UnsafeMutableRawPointer?, _ attempt: Int32) -> Int32 {
  guard let state = CallbackState.from(context), state.lockTimeout > .zero, !state.isCancelled else { return 0 }
  let now = ContinuousClock.now
  if attempt == 0 { state.waitsUntil = now + state.lockTimeout }
  guard let end = state.waitsUntil, now < end else { return 0 }
  // Short at first, since most locks are; never longer than a cancellation may take to be seen.
  let milliseconds = [1, 2, 5, 10, 15][Int(min(attempt, 4))]
  var pause = timespec(tv_sec: 0, tv_nsec: milliseconds * 1_000_000)
  nanosleep(&pause, nil)
  return 1
}
