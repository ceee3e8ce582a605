internal import SessionPlan
internal import WarehouseDriver

extension JobContext {
  /// Refuses settings that somebody asked for by name and that the ledger was not built with: a command that only reads
  /// shows what is there, and cannot honour them.
  ///
  /// - Parameter asked: names of settings in the job file's notation, with the options that they came from
  /// - Throws: `RunnerError` that names the option and both values; wrong usage
  public func requireLedger(has asked: [(setting: String, option: String)]) async throws {
    guard !asked.isEmpty else { return }
    try await WorkPhase.$current.withValue(.read) {
      let mine = JobFingerprint(BoundJob.assumed(job)).settings
      guard let theirs = try await firstFingerprint(try await boundToLedger())?.settings else { return }
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
