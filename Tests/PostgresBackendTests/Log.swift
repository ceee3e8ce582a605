import Foundation
import WarehouseDriver

/// What an observer was told.
final class Log: @unchecked Sendable {
  private let lock = NSLock()
  private var events: [StatementEvent] = []

  func append(_ event: StatementEvent) { lock.withLock { events.append(event) } }
  var all: [StatementEvent] { lock.withLock { events } }
}
