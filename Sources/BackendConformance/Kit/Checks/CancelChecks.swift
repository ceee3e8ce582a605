internal import SessionPlan
internal import Synchronization
internal import WarehouseDriver

/// A cancelled task ends its statement.
struct CancelChecks {
  let work: KitWork

  func carryOut() async throws {
    let connection = try await work.connect()
    let cancels = try await connection.facts().cancels
    let table = try await ValueTable.make(.many, work, connection)
    try await table.append(StreamingChecks.rows(2000), connection)
    try await work.check(
      "cancel/query", "A query whose task is cancelled ends, and the connection goes on.",
      proves: []
    ) {
      // It would go on beside all that follows.
      if !cancels { throw Skipped(reason: "the driver cannot stop a statement") }
      let took = try await cancelled { _ = try await connection.rows(Self.endless(table), path: "conformance/endless") }
      try await connection.rollback()
      let count = try await table.count(connection)
      try require(count == 2000, "after it, \(count) rows are counted")
      return "ended \(Int(took / .milliseconds(1))) ms after it was cancelled"
    }
    try await work.check(
      "cancel/insert", "An insert whose task is cancelled ends, and leaves nothing.", needs: [.transactions]
    ) {
      if !cancels { throw Skipped(reason: "the driver cannot stop a statement") }
      let took = try await cancelled {
        try await connection.transaction(.write) {
          let rows = Query(
            .project(
              Self.endless(table).relation, [NamedExpression("n", ValueTable.column("e", "all_of_them"))], alias: "v"))
          try await connection.execute(
            .insert(Insert(into: table.name, columns: [ValueTable.schema[0]], query: rows)),
            path: "conformance/endless insert")
        }
      }
      let count = try await table.count(connection)
      try require(count == 2000, "after it, \(count) rows are counted")
      return "ended \(Int(took / .milliseconds(1))) ms after it was cancelled"
    }
  }

  /// Counts 8,000,000,000 combinations in a way that cannot be shortened.
  private static func endless(_ table: ValueTable) -> Query {
    func sum(_ a: String, _ b: String) -> Expression { .add(ValueTable.column(a, "i"), ValueTable.column(b, "i")) }
    let two = Relation.join(
      table.reference("a"), table.reference("b"), .inner,
      on: .compare(.notEqual, sum("a", "b"), .literal(.integer(-1)), .value))
    let three = Relation.join(
      two, table.reference("c"), .inner, on: .compare(.notEqual, sum("a", "b"), ValueTable.column("c", "n"), .value))
    let values = Relation.project(three, [NamedExpression("n", ValueTable.column("a", "n"))], alias: "j")
    return Query(.aggregate(values, by: [], [AggregateColumn("all_of_them", .count)], alias: "e"))
  }

  /// Cancels a task that is at work for a while.
  ///
  /// - Returns: how long it went on after that
  private func cancelled(_ body: @escaping @Sendable () async throws -> Void) async throws -> Duration {
    let ending = Mutex<Result<Void, any Error>?>(nil)
    let ended = Ended(ending: ending)
    let task = Task {
      do {
        try await body()
        ended.note(.success(()))
      } catch {
        ended.note(.failure(error))
      }
    }
    try await Task.sleep(for: .milliseconds(300))
    let asked = ContinuousClock.now
    let wasThere = ended.result != nil
    task.cancel()
    // Not by waiting for the task, which a backend that cannot cancel would never end.
    while ended.result == nil {
      guard ContinuousClock.now - asked < work.options.cancelLimit else {
        throw Failed(detail: "it did not end within \(work.options.cancelLimit)")
      }
      try await Task.sleep(for: .milliseconds(2))
    }
    let took = ContinuousClock.now - asked
    switch ended.result {
    case .failure(let error)?:
      if wasThere { throw error }
      let isCancelled = error is CancellationError || (error as? DriverError)?.code == .cancelled
      try require(isCancelled, "it ended with another error than cancelled: \(error)")
    default: throw Skipped(reason: "the statement ended before it was cancelled")
    }
    return took
  }

  private final class Ended: Sendable {
    private let ending: Mutex<Result<Void, any Error>?>

    init(ending: consuming Mutex<Result<Void, any Error>?>) { self.ending = ending }

    var result: Result<Void, any Error>? { ending.withLock { $0 } }
    func note(_ result: Result<Void, any Error>) { ending.withLock { $0 = result } }
  }
}
