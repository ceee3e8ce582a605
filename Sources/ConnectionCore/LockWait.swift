internal import Foundation
public import WarehouseDriver

/// Makes a call again and again where it finds a lock for which neither the engine nor its driver waits. Each try must have
/// undone all that it did.
///
/// - Parameters:
///   - wait: for how long; nil is one try
///   - isShielded: whether it goes on although the task is cancelled
public func waitingForLocks<Result>(
  _ wait: Duration?, isShielded: Bool, _ phase: DriverError.Phase, _ sql: String?,
  _ body: () throws(DriverError) -> Result
) throws(DriverError) -> Result {
  let end = ContinuousClock.now + (wait ?? .zero)
  while true {
    do {
      return try body()
    } catch {
      guard wait != nil, error.code == .locked, ContinuousClock.now < end else { throw error }
      if Task.isCancelled, !isShielded {
        throw DriverError(.cancelled, phase: phase, "the statement was cancelled", statement: sql)
      }
      Thread.sleep(forTimeInterval: 0.01)
    }
  }
}
