internal import SessionPlan
internal import WarehouseDriver

/// The settings that the ledgers were made with, which they remember from `create` on.
extension JobContext {
  /// The fingerprint that holds: that of the newest finished row of the run ledger, or of `create`'s; nil where there is
  /// neither, as after a script, and nothing has begun.
  func ledgerSettings(_ bound: BoundJob) async throws -> JobFingerprint? {
    let planner = try planner(bound)
    for query in [planner.settingsQuery(), planner.fingerprintQuery()] {
      let rows = try await connection.rows(query, path: "fingerprint")
      if case .text(let text)? = rows.first?.last ?? nil { return JobFingerprint(text: text) }
    }
    return nil
  }

  /// The settings of ledgers that may not be there, or not be ours: then nil.
  private func settingsIfThere() async throws -> JobFingerprint? {
    let bound = BoundJob.assumed(job)
    guard let runs = try await connection.describe(job.names[.sessionRuns]),
      ["run_id", "state", "job"].allSatisfy({ name in runs.columns.contains { $0.name == name } })
    else { return nil }
    return try await ledgerSettings(bound)
  }

  /// The same job, with what nobody said taken from the ledgers: `create` is told once.
  ///
  /// - Parameters:
  ///   - said: the settings that somebody said, in the job file's notation; `attributes` stands for all of them
  ///   - refusing: whether a setting that was said must be the ledgers'
  /// - Returns: the job's context, and which field of a file each attribute is, where the ledgers know
  /// - Throws: `RunnerError` naming the setting and both values
  public func remembering(
    said: Set<String>, refusing: Bool = true
  ) async throws -> (context: JobContext, fields: [String: String]) {
    try await WorkPhase.$current.withValue(.read) {
      guard let theirs = try await settingsIfThere() else { return (self, [:]) }
      let job = theirs.completing(job, said: said)
      if refusing {
        let mine = JobFingerprint(BoundJob.assumed(job))
        let change = mine.changes(from: theirs).first { change in
          // The type of the ids of somebody's table is their column's.
          if change.setting == "event_id_type", job.source.table != nil { return false }
          return said.contains(change.setting) || said.contains("attributes") && change.setting.hasPrefix("attributes.")
        }
        if let change { throw Self.anotherJob(change.setting, mine, theirs) }
      }
      let context = JobContext(job: job, connection: connection, logger: logger, toolVersion: toolVersion)
      return (context, theirs.fields)
    }
  }

  /// That a setting is not the ledgers', and what to do.
  static func anotherJob(_ setting: String, _ mine: JobFingerprint, _ theirs: JobFingerprint) -> RunnerError {
    let change = JobFingerprint.Change(
      setting: setting, before: theirs.settings[setting], after: mine.settings[setting])
    return RunnerError(
      "these ledgers belong to another job: \(setting) is \(change.after ?? "unset"), theirs is \(change.before ?? "unset")",
      remedy: change.isAdoptable
        ? "set it back, or have it taken over by `sessionizer adopt`"
        : "set it back, or choose another prefix and make a full run")
  }

  /// Refuses settings that somebody asked for by name and that the ledger was not built with: a command that only reads
  /// shows what is there, and cannot honour them.
  ///
  /// - Parameter asked: names of settings in the job file's notation, with the options that they came from
  /// - Throws: `RunnerError` that names the option and both values; wrong usage
  public func requireLedger(has asked: [(setting: String, option: String)]) async throws {
    guard !asked.isEmpty else { return }
    try await WorkPhase.$current.withValue(.read) {
      let mine = JobFingerprint(BoundJob.assumed(job)).settings
      guard let theirs = try await ledgerSettings(try await boundToLedger())?.settings else { return }
      for (setting, option) in asked {
        guard let wanted = mine[setting], let found = theirs[setting], Array(wanted.utf8) != Array(found.utf8) else {
          continue
        }
        throw RunnerError(
          "the ledgers were built with \(setting) \(found), and reading them cannot make that \(wanted)",
          remedy: "omit \(option), or run with another --prefix to have both", exitCode: 64)
      }
    }
  }
}
