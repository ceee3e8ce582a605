extension Dialect {
  /// What is known of an answer, from the strongest to the weakest.
  public enum Evidence: String, Sendable, CaseIterable, Comparable {
    /// The project's tests run it on the engine.
    case testedLive = "tested live"
    /// The engine's documentation says so.
    case documented
    case assumed

    /// What it means for somebody who is about to run the SQL.
    public var meaning: String {
      switch self {
      case .testedLive: "the project's tests run it on the engine"
      case .documented: "written after the engine's documentation, and not yet run on the engine"
      case .assumed: "not yet run on the engine, nor held against its documentation"
      }
    }

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
