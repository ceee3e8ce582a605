import Synchronization
import WarehouseDriver

/// What an observer was told.
final class Log: Sendable {
  private let events = Mutex<[StatementEvent]>([])

  func append(_ event: StatementEvent) { events.withLock { $0.append(event) } }
  var all: [StatementEvent] { events.withLock { $0 } }
}
