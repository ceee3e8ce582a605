internal import SessionPlan
internal import WarehouseDriver

/// One thing that `doctor` looked at.
public struct Examination: Sendable {
  public enum Outcome: Hashable, Sendable {
    case good
    case bad
    /// Works, and could do better: the detail says what to do.
    case advised
    /// Cannot be done as it is, and nobody asked for it: the detail says what to do.
    case lacking
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
  /// Looks at everything that commands need, and leaves nothing written.
  ///
  /// - Parameter wanted: commands that must be able to do their work; what the others lack is only reported
  public func examine(for wanted: Set<ExaminedCommand> = [.run]) async -> [Examination] {
    await WorkPhase.$current.withValue(.read) { await lookAtAll(wanted) }
  }

  private func lookAtAll(_ wanted: Set<ExaminedCommand>) async -> [Examination] {
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
    if let views = await examineViews(isThere) { results.append(views) }
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
    if let arrival = await examineArrival(isThere) { results.append(arrival) }
    if isThere {
      results.append(await examineRights(.run, isWanted: wanted.contains(.run)))
      if job.source.table == nil {
        results.append(await examineRights(.load, isWanted: wanted.contains(.load)))
      } else if wanted.contains(.load) {
        results.append(
          Examination(
            "load", .bad, "load fills the tool's own table, and this job reads \(job.source.table?.description ?? "")"))
      }
    } else {
      for command in [ExaminedCommand.run, .load] where command != .load || job.source.table == nil {
        results.append(Examination(command.rawValue, .skipped, "needs the source and the objects"))
      }
    }
    results.append(await examineCreating(isWanted: wanted.contains(.create)))
    return results
  }

  /// Whether the newest arrival, which every run asks for, is a look-up; nil where the job has no arrival column.
  private func examineArrival(_ isThere: Bool) async -> Examination? {
    let name = "arrival"
    do {
      guard isThere else {
        return job.source.arrival == nil ? nil : Examination(name, .skipped, "needs the source and the objects")
      }
      let bound = try await boundToSource()
      guard let arrival = bound.job.source.arrival else { return nil }
      let table = bound.sourceName
      let what = "the arrival column \(arrival.column) of \(table)"
      if arrival.kind == .time, !profile.hasStrictTypes {
        return Examination(
          name, .advised,
          "\(what) holds times as text, which no index orders, so that every run reads all of it; "
            + "a growing number (source.arrival.kind: id) is a look-up")
      }
      guard let found = try await connection.describe(table), found.kind == .table else {
        return Examination(name, .skipped, "\(table) is a view, so that the indexes below it cannot be told")
      }
      guard let indexed = try await connection.indexedColumns(of: table) else {
        return Examination(name, .skipped, "this driver does not tell whether \(what) has an index")
      }
      if (indexed + found.primaryKey.prefix(1)).contains(where: { $0.utf8.elementsEqual(arrival.column.utf8) }) {
        return Examination(name, .good, "\(what) has an index")
      }
      let index = IndexDefinition(
        name: table.last + "_by_" + arrival.column, table: table, columns: [arrival.column])
      let sql = try connection.render(.createIndex(index))
      guard !sql.isEmpty else { return nil }
      return Examination(
        name, .advised, "\(what) has no index, so that every run reads all of it; run " + sql.joined(separator: "; "))
    } catch {
      return Examination(name, .bad, "\(error)")
    }
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

  /// What runs write into, by the code with which they look for it.
  private func examineObjects() async throws -> String {
    let bound = BoundJob.assumed(job)
    var missing: [String] = []
    for table in ledgers where try await connection.describe(table) == nil { missing.append(table.description) }
    guard missing.isEmpty else {
      throw RunnerError("missing: " + missing.joined(separator: ", "), remedy: createFirst)
    }
    try await requireLedgers((try? await boundToSource()) ?? bound)
    return ledgers.map(\.description).joined(separator: ", ")
  }

  /// The views are for people: no command reads them, so that a role that may not see them lacks nothing.
  private func examineViews(_ isThere: Bool) async -> Examination? {
    guard isThere else { return nil }
    do {
      var unseen: [String] = []
      for view in [ObjectNames.Object.sessions, .sessionEvents].map({ job.names[$0] })
      where try await connection.describe(view) == nil {
        unseen.append(view.description)
      }
      if unseen.isEmpty { return Examination("views", .good, "\(job.names[.sessions]), \(job.names[.sessionEvents])") }
      return Examination(
        "views", .advised,
        "\(unseen.joined(separator: ", ")): not there, or this role may not see them; no command needs them, people who "
          + "read them need SELECT on them")
    } catch {
      return Examination("views", .bad, "\(error)")
    }
  }
}
