public import WarehouseDriver

/// Marks what a test sends by itself to do damage, or to set up what the tool never would: it is listed in the report, and
/// not judged.
public enum ByHand {
  /// Why; nil for what is judged.
  @TaskLocal static var reason: String?

  public static func because<Result>(
    _ reason: String, _ body: () async throws -> Result
  ) async rethrows -> Result {
    try await $reason.withValue(reason) { try await body() }
  }
}

extension Connection {
  /// Carries out a statement that is a test's own, and that the tool would never send.
  @discardableResult
  public nonisolated func executeByHand(_ sql: String, because reason: String) async throws -> Int? {
    try await ByHand.because(reason) { try await execute(sql) }
  }
}
