extension Dialect {
  /// How many of the answers that carry evidence (traps, and capabilities that are not unknown) rest on what.
  public func answers(with evidence: Evidence) -> Int {
    traps.values.count { $0.evidence == evidence }
      + capabilities.values.count { $0.state != .unknown && $0.evidence == evidence }
  }

  /// Such as `30 answers tested live, 6 documented, 2 assumed`.
  public var evidenceSummary: String {
    let parts = Evidence.allCases.map { (answers(with: $0), $0.rawValue) }.filter { $0.0 > 0 }
    guard let first = parts.first else { return "no answers" }
    return (["\(first.0) answer\(first.0 == 1 ? "" : "s") \(first.1)"] + parts.dropFirst().map { "\($0.0) \($0.1)" })
      .joined(separator: ", ")
  }
}
