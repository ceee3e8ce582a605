internal import CPostgres
internal import Foundation

/// A request to stop a connection's statement, sent by a thread of its own: libpq's call waits for the server, and one
/// that is silent would be waited for without end.
///
/// Unchecked: the pointer is set once and never changed; only the one thread that `send` starts uses libpq's request, and
/// it holds this object until the call has returned, so that the request is freed after it. The semaphore is made for
/// several threads.
final class CancelRequest: @unchecked Sendable {
  private let request: OpaquePointer
  private let ended = DispatchSemaphore(value: 0)

  /// nil where libpq has no memory for it.
  init?(_ connection: OpaquePointer) {
    guard let request = sessionizer_pg_cancel_make(connection) else { return nil }
    self.request = request
  }

  deinit { sessionizer_pg_cancel_free(request) }

  /// Sends the request, once.
  func send() {
    Thread.detachNewThread { [self] in
      // The server has signalled its process before it ends this call.
      _ = sessionizer_pg_cancel_send(request)
      ended.signal()
    }
  }

  /// Whether the request has been answered, or is within some time.
  func isAnswered(within seconds: Double) -> Bool {
    guard ended.wait(timeout: .now() + seconds) == .success else { return false }
    ended.signal()
    return true
  }
}
