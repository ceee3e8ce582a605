public import SQLRendering

/// What a backend is proven to do.
public struct ConformanceReport: Sendable {
  /// As the server says.
  public let engine: String
  public let version: String
  public let dialect: Dialect
  /// Before every name that the kit made.
  public let prefix: String
  public let seed: UInt64
  public let results: [CheckResult]

  /// Whether no check failed, and none passed that is said to fail.
  public var isPassed: Bool { !results.contains(where: \.isFault) }

  public var faults: [CheckResult] { results.filter(\.isFault) }

  /// Such as `68 passed, 1 failed, 3 skipped`.
  public var summary: String {
    var counts: [(word: String, count: Int)] = []
    for result in results {
      if let index = counts.firstIndex(where: { $0.word == result.word }) {
        counts[index].count += 1
      } else {
        counts.append((result.word, 1))
      }
    }
    return counts.map { "\($0.count) \($0.word)" }.joined(separator: ", ")
  }

  /// What the checks say of an answer of the dialect.
  public enum Finding: String, Sendable {
    /// Every check that speaks for it passed.
    case proven
    /// One of them failed.
    case refuted
    /// None of them was carried out, or none speaks for it.
    case notTested = "not tested"
  }

  /// What the checks say of a capability that the dialect claims.
  public func finding(_ capability: Capability) -> Finding { finding(for: capability.rawValue) }

  /// What the checks say of the answer to a trap.
  public func finding(_ trap: Trap) -> Finding { finding(for: trap.rawValue) }

  private func finding(for name: String) -> Finding {
    let about = results.filter { $0.proves.contains(name) }
    if about.contains(where: { $0.word.hasPrefix("failed") }) { return .refuted }
    return about.contains { $0.outcome == .passed } ? .proven : .notTested
  }

  /// The checks that speak for a capability or trap.
  public func checks(for name: String) -> [CheckResult] { results.filter { $0.proves.contains(name) } }
}

extension ConformanceReport: CustomStringConvertible {
  /// The summary, and each check that stands against the backend.
  public var description: String {
    (["\(engine) \(version), dialect \(dialect.name): \(summary)"] + faults.map(\.description)).joined(separator: "\n")
  }
}
