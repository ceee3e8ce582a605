internal import SessionPlan
internal import WarehouseDriver

/// One thing that `doctor` looked at.
public struct Examination: Sendable {
  public enum Outcome: Hashable, Sendable {
    case good
    case bad
    /// Could not be looked at, because of something before it.
    case skipped
  }

  public var name: String
  public var outcome: Outcome
  /// What was found; where it is bad, with what to do.
  public var detail: String

  public init(_ name: String, _ outcome: Outcome, _ detail: String) {
    self.name = name
    self.outcome = outcome
    self.detail = detail
  }
}

extension JobContext {
  /// Looks at everything that a run needs, and writes nothing.
  public func examine() async -> [Examination] {
    await WorkPhase.$current.withValue(.read) { await lookAtAll() }
  }

  private func lookAtAll() async -> [Examination] {
    var results: [Examination] = []
    func look(_ name: String, _ body: () async throws -> String) async {
      do {
        results.append(Examination(name, .good, try await body()))
      } catch {
        results.append(Examination(name, .bad, "\(error)"))
      }
    }
    await look("engine") {
      let facts = try await connection.facts()
      let details = facts.details.map { "\($0.name) \($0.value)" }
      return ([facts.engine + " " + facts.version, "dialect " + facts.dialect] + details).joined(separator: ", ")
    }
    await look("rights") {
      try await connection.begin(.write)
      try await connection.rollback()
      return "a transaction that writes can be begun"
    }
    await look("source") {
      let bound = try await boundToSource()
      _ = try planner(bound)
      return "\(bound.sourceName) has the columns; event ids are \(bound.eventIDType.rawValue)"
    }
    await look("objects") { try await examineObjects() }
    if results.suffix(2).allSatisfy({ $0.outcome == .good }) {
      await look("ledgers") {
        let bound = try await boundToSource()
        try await requireSameJob(bound)
        return try await firstFingerprint(bound) == nil ? "nothing has run yet" : "the runs are of this job"
      }
    } else {
      results.append(Examination("ledgers", .skipped, "needs the source and the objects"))
    }
    return results
  }

  private func examineObjects() async throws -> String {
    var missing: [String] = []
    let wanted = ObjectNames.Object.allCases.filter { $0 != .pageviews }
    for object in wanted {
      if try await connection.describe(job.names[object]) == nil { missing.append(job.names[object].description) }
    }
    guard missing.isEmpty else {
      throw RunnerError(
        "missing: " + missing.joined(separator: ", "),
        remedy: "run `sessionizer create`, or check --prefix and --schema")
    }
    return wanted.map { job.names[$0].description }.joined(separator: ", ")
  }
}
