extension Dialect {
  /// What is known of an answer, from the strongest to the weakest.
  public enum Evidence: String, Sendable, CaseIterable, Comparable {
    /// The project's tests run it on the engine.
    case testedLive = "tested live"
    /// The engine's documentation says so.
    case documented
    case assumed

    /// Weaker is less.
    public static func < (a: Evidence, b: Evidence) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .testedLive: 2
      case .documented: 1
      case .assumed: 0
      }
    }
  }
}
