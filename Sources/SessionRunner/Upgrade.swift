internal import SessionPlan
internal import WarehouseDriver

/// What `upgrade` did.
public struct UpgradeReport: Hashable, Sendable {
  /// The layout that the ledgers had.
  public var from: Int
  public var to: Int
  /// Versions of sessions that were derived.
  public var versions: Int64
  /// Runs that they were derived for.
  public var runs: Int
  /// The view of sessions as the engine's SQL must have it, where names stand in quotes; nil where they need none.
  ///
  /// Tables that were made with quotes, in lower case, are missed by names without them where the engine folds those to
  /// upper case, so that the quotes stay there.
  public var quotedName: String?
}

extension JobContext {
  /// Brings ledgers of an older layout to the present one. It only adds: no row that is there is changed.
  ///
  /// Everything is one transaction where the engine's table definitions are part of it; elsewhere the rows are one, and
  /// an upgrade that was interrupted is simply done again. Before it ends, `verify`'s checks of the sessions are made.
  ///
  /// - Throws: `RunnerError`; nothing is written then
  public func upgrade(
    wait: Duration = .zero, progress: (@Sendable (_ run: Int, _ of: Int) -> Void)? = nil
  ) async throws -> UpgradeReport {
    try await WorkPhase.$current.withValue(.upgrade) {
      let layout = try await ledgerLayout()
      guard layout.exists else {
        throw RunnerError("there is no table \(job.names[.sessionTable])", remedy: createFirst)
      }
      guard layout.isOld else {
        _ = try await boundToLedger(layout)
        return UpgradeReport(from: Int(Planner.layout), to: Int(Planner.layout), versions: 0, runs: 0)
      }
      let bound = try await boundToLedger(layout)
      let ledger = job.names[.sessionRuns]
      try await connection.lockJob(ledger, wait: wait)
      do {
        let planner = try planner(bound)
        var report: UpgradeReport
        if profile.hasTransactionalDefinitions {
          report = try await connection.transaction(.write) {
            try await makeObjects(planner)
            return try await derive(bound, progress)
          }
        } else {
          try await makeObjects(planner)
          report = try await connection.transaction(.write) { try await derive(bound, progress) }
        }
        report.quotedName = try quotedName(.sessions)
        try await connection.unlockJob()
        return report
      } catch {
        try? await connection.unlockJob()
        throw error
      }
    }
  }

  private func quotedName(_ object: ObjectNames.Object) throws -> String? {
    let name = job.names[object]
    let shown = try connection.identifier(name)
    return shown.hasSuffix(name.last) ? nil : shown
  }

  /// Tables, columns and views.
  private func makeObjects(_ planner: Planner) async throws {
    var columns: [ObjectNames.Object: Set<String>] = [:]
    for object in [ObjectNames.Object.sessionRuns, .sessionQuarantine] {
      columns[object] = Set(try await connection.describe(job.names[object])?.columns.map(\.name) ?? [])
    }
    let hasVersions = try await connection.describe(job.names[.sessionVersions]) != nil
    var schema = try planner.upgradeSchemaPlan { object, column in !(columns[object] ?? []).contains(column.name) }
    if hasVersions { schema.steps.removeAll { $0.name == ObjectNames.Object.sessionVersions.rawValue } }
    let views = try planner.upgradeViewsPlan()
    try requireRendering([schema, views])
    try await carryOut(schema)
    try await carryOut(views)
  }

  /// The versions as of every run, and the rows that say that they are there.
  private func derive(
    _ bound: BoundJob, _ progress: (@Sendable (Int, Int) -> Void)?
  ) async throws -> UpgradeReport {
    let planner = try planner(bound)
    let runs = try await connection.rows(planner.finishedRuns(), path: "upgrade/runs").compactMap { row -> Int64? in
      if case .int64(let run)? = row.first ?? nil { run } else { nil }
    }
    for (index, run) in runs.enumerated() {
      progress?(index + 1, runs.count)
      try await connection.execute(planner.insertVersions(ofRun: .integer(run)), path: "upgrade/versions of run \(run)")
    }
    // The ledgers keep the fingerprint that they have.
    let facts = try await connection.facts()
    let identity = RunIdentity(
      job: try await ledgerSettings(bound)?.text ?? JobFingerprint(bound).text,
      engine: facts.engine + " " + facts.version, toolVersion: toolVersion)
    for step in planner.upgradedRows(identity) {
      try await connection.execute(step.statement, path: "upgrade/" + step.name)
    }
    try await requireRightSessions(planner)
    guard case .int64(let versions)? = try await connection.rows(planner.lastRun(), path: "upgrade/report").first?[3]
    else { throw RunnerError("the upgrade left no row in \(job.names[.sessionRuns])") }
    return UpgradeReport(from: 1, to: Int(Planner.layout), versions: versions, runs: runs.count)
  }

  /// - Throws: `RunnerError` where the ledgers are not what their pageviews give.
  private func requireRightSessions(_ planner: Planner) async throws {
    for check in try planner.verifyChecks() where check.kind == .fault {
      guard let found = try await connection.rows(check.query, path: "upgrade/verify/" + check.name).first else {
        continue
      }
      let texts = found.map { value in if case .text(let text)? = value { text } else { "" } }
      throw RunnerError(
        "the ledgers are not right: \(check.name), that is, \(check.meaning): \(texts[0]), expected \(texts[1]), "
          + "found \(texts[2]); nothing was changed",
        remedy: "verify them with the release that wrote them")
    }
  }
}
