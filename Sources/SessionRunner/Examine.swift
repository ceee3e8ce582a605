internal import SessionPlan
internal import WarehouseDriver

/// One thing that `doctor` looked at.
public struct Examination: Sendable {
  public enum Outcome: Hashable, Sendable {
    case good
    case bad
    /// Works, and could do better: the detail says what to do.
    case advised
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
    let isThere = results.suffix(2).allSatisfy { $0.outcome == .good }
    if isThere {
      await look("ledgers") {
        let bound = try await boundToSource()
        try await requireSameJob(bound)
        let hasRun = try await !connection.rows(try planner(bound).lastRun(), path: "doctor/runs").isEmpty
        return hasRun ? "the runs are of this job" : "nothing has run yet"
      }
    } else {
      results.append(Examination("ledgers", .skipped, "needs the source and the objects"))
    }
    if profile.buildsKeysLate {
      results.append(isThere ? await examineKeys() : .init("keys", .skipped, "needs the objects"))
    }
    return results
  }

  /// The keys that `create` leaves to the first run.
  private func examineKeys() async -> Examination {
    do {
      let planner = try planner(try await boundToSource())
      let hasRows = try await !connection.rows(planner.ledgerProbe(), path: "doctor/keys").isEmpty
      let table = job.names[.sessionTable]
      return switch (try await lateKeys(planner), hasRows) {
      case (.built, _): Examination("keys", .good, "\(table) has its key")
      case (.missing, false): Examination("keys", .good, "the first run builds that of \(table)")
      case (.missing, true):
        Examination("keys", .advised, "\(table) has no key, so that runs are slow; run `sessionizer create --finish`")
      case (.missingAndNotOurs, _):
        Examination(
          "keys", .advised,
          "\(table) has no key, and this role may not build it, so that runs are slow; "
            + "have the table's owner run `sessionizer create --finish`")
      }
    } catch {
      return Examination("keys", .bad, "\(error)")
    }
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
