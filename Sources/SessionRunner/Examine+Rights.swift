internal import SessionPlan
internal import WarehouseDriver

/// A command whose needs `doctor` looks at apart.
public enum ExaminedCommand: String, Sendable, CaseIterable {
  case run, load, create
}

extension JobContext {
  /// Whether this role may do what a run or a load does: each right is tried with a statement of theirs that finds no rows.
  func examineRights(_ command: ExaminedCommand, isWanted: Bool) async -> Examination {
    let name = command.rawValue
    if profile.commitPoint == .finishedRow {
      return Examination(name, .skipped, "this engine has no transaction in which it could be tried")
    }
    do {
      let planner = try planner(try await boundToSource())
      let identity = RunIdentity(
        job: JobFingerprint(planner.bound).text, engine: try await engine(), toolVersion: toolVersion)
      let statements = command == .load ? planner.loadStatements() : try planner.runStatements(identity)
      let mode = command == .load ? TransactionMode.write : .insertOnly(ledgers: ledgers)
      // What is sent is judged as what that command sends.
      let missing = try await WorkPhase.$current.withValue(command == .load ? .load : .run) {
        try await refused(planner.rightsTrials(of: statements), mode)
      }
      if missing.isEmpty { return Examination(name, .good, "this role may do all that a \(name) does") }
      return Examination(
        name, isWanted ? .bad : .lacking,
        "this role may not \(name), for it lacks \(missing.joined(separator: ", ")); "
          + (command == .load
            ? "have the owner grant it" : "have the owner grant it, or run `sessionizer create --grant ROLE`"))
    } catch {
      return Examination(name, isWanted ? .bad : .lacking, "\(error)")
    }
  }

  /// The rights that the engine says are missing.
  private func refused(_ trials: [RightsTrial], _ mode: TransactionMode) async throws -> [String] {
    do {
      try await attempt(trials, mode)
      return []
    } catch let error as DriverError where error.code == .permission {
      var missing: [String] = []
      // A statement that failed ends a transaction for all that would follow.
      for trial in trials {
        do { try await attempt([trial], mode) } catch let error as DriverError where error.code == .permission {
          missing.append(trial.right)
        }
      }
      return missing.isEmpty ? ["\(error)"] : missing
    }
  }

  private func attempt(_ trials: [RightsTrial], _ mode: TransactionMode) async throws {
    try await rolledBack(mode) {
      for trial in trials {
        let path = "doctor/" + trial.right
        if case .query(let query) = trial.statement {
          _ = try await connection.rows(query, path: path)
        } else {
          try await connection.execute(trial.statement, path: path)
        }
      }
    }
  }

  private func rolledBack(_ mode: TransactionMode, _ body: () async throws -> Void) async throws {
    try await connection.begin(mode)
    do {
      try await body()
      try await connection.rollback()
    } catch {
      try? await connection.rollback()
      throw error
    }
  }

  /// Whether this role may make what `create` has not made yet.
  func examineCreating(isWanted: Bool) async -> Examination {
    let name = ExaminedCommand.create.rawValue
    do {
      return try await WorkPhase.$current.withValue(.create) { try await attemptCreating(name) }
    } catch {
      return Examination(name, isWanted ? .bad : .lacking, "\(error)")
    }
  }

  private func attemptCreating(_ name: String) async throws -> Examination {
    let missing = try await missingDefinitions()
    if missing.isEmpty {
      let owns = try await connection.describe(job.names[.sessionTable])?.mayMakeKeys ?? true
      return Examination(
        name, .good, owns ? "nothing is left to make" : "nothing is left to make; the tables are another role's")
    }
    let names = missing.map(Self.shownName).joined(separator: ", ")
    if profile.commitPoint == .transaction, profile.hasTransactionalDefinitions {
      try await rolledBack(.write) {
        for step in missing { try await connection.execute(step.statement, path: "doctor/" + step.name) }
      }
    } else {
      let attempts = try missing.flatMap { try connection.render(.attempt(try Planner.standingAlone($0.statement))) }
      guard !attempts.isEmpty else {
        return Examination(
          name, .skipped, "still to make: \(names); this engine does not tell whether this role may without making it")
      }
      for sql in attempts { _ = try await connection.execute(sql) }
    }
    return Examination(name, .good, "this role may make what is not there: \(names)")
  }
}
