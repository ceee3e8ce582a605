internal import Dispatch

/// A serial executor over a dispatch queue: the thread on which a connection's blocking C calls are made.
///
/// (Foundation's `DispatchSerialQueue`, which is one by itself, does not exist on Linux.)
public final class SerialQueueExecutor: SerialExecutor {
  private let queue: DispatchQueue

  public init(label: String) {
    queue = DispatchQueue(label: label)
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
