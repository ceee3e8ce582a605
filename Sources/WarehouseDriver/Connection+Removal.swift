public import SessionPlan

extension Connection {
  /// Drops a table or view that its caller has made itself: the conformance kit, and a comparison that does not end.
  ///
  /// The one exception to a tool that only inserts. It is no part of the plan language, which has no such node, and runs
  /// refuse it. Where there is nothing of that name, nothing happens.
  public nonisolated func remove(_ name: ObjectName, isView: Bool) async throws {
    do {
      _ = try await execute("DROP \(isView ? "VIEW" : "TABLE") \(try identifier(name))")
    } catch let error as DriverError {
      guard try await describe(name) == nil else { throw error }
    }
  }
}
