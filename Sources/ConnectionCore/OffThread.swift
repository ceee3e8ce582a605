internal import Foundation
internal import Synchronization
internal import WarehouseDriver

/// Connects on a thread of its own. No driver can be stopped while it connects; a cancelled task leaves it behind.
public func offThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  let answer = Answer<Value>()
  return try await withTaskCancellationHandler {
    try await withCheckedThrowingContinuation { continuation in
      answer.isAwaited(by: continuation)
      Thread.detachNewThread { answer.give(Result { try body() }) }
    }
  } onCancel: {
    answer.give(.failure(DriverError(.cancelled, phase: .connect, "connecting was cancelled")))
  }
}

/// The first answer to a question counts; a connection that comes later ends with its last reference.
private final class Answer<Value: Sendable>: Sendable {
  private enum State {
    case open
    case awaited(CheckedContinuation<Value, any Error>)
    case given(Result<Value, any Error>)
    case over
  }

  private let state = Mutex(State.open)

  func isAwaited(by continuation: CheckedContinuation<Value, any Error>) {
    let early: Result<Value, any Error>? = state.withLock { state in
      if case .given(let result) = state {
        state = .over
        return result
      }
      state = .awaited(continuation)
      return nil
    }
    if let early { continuation.resume(with: early) }
  }

  func give(_ result: Result<Value, any Error>) {
    let continuation: CheckedContinuation<Value, any Error>? = state.withLock { state in
      switch state {
      case .open:
        state = .given(result)
        return nil
      case .awaited(let continuation):
        state = .over
        return continuation
      case .given, .over: return nil
      }
    }
    continuation?.resume(with: result)
  }
}
