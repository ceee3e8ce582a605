internal import SessionPlan
internal import WarehouseDriver

/// The rights that `create --grant` gives.
extension JobContext {
  /// Gives a right where it is not there and may be given: some servers only warn where it may not.
  ///
  /// - Returns: whether it was not there before; nil where the engine needs no such right
  func give(_ grant: Grant, path: String) async throws -> Bool? {
    guard try !connection.render(.grant(grant)).isEmpty else { return nil }
    switch try await state(of: grant) {
    case .granted?, .held?: return false
    case .missing?: throw Self.notOurs(grant)
    case .grantable?, nil: break
    }
    do {
      try await connection.execute(.grant(grant), path: path)
    } catch let error as DriverError where error.code == .permission {
      throw Self.notOurs(grant, error)
    }
    // It is not asked once more: the snapshot of this transaction may still have the entry as it was before another
    // connection changed it.
    return true
  }

  private func state(of grant: Grant) async throws -> RightsQuestion.State? {
    guard let sql = try connection.render(.state(of: grant)).first else { return nil }
    let cursor = try await connection.open(sql, types: [.text])
    let row = try await cursor.next().flatMap { $0.rowCount > 0 ? $0.row(0).first : nil }
    await cursor.close()
    guard case .text(let word)? = row ?? nil, let state = RightsQuestion.State(rawValue: word) else { return .missing }
    return state
  }

  private static func notOurs(_ grant: Grant, _ reason: DriverError? = nil) -> RunnerError {
    let (right, owner, role) =
      switch grant {
      case .table(let table, let privileges, let role):
        (privileges.map(\.rawValue).joined(separator: ", ") + " on \(table)", "the owner of \(table)", role)
      case .schema(let table, let role): ("USAGE on the schema of \(table)", "the owner of that schema", role)
      case .scratchTables(let role): ("the right to make temporary tables", "the owner of the database", role)
      }
    return RunnerError(
      "this user may not give \(role) \(right); it was not granted" + (reason.map { " (\($0.message))" } ?? ""),
      remedy: "have \(owner) give it, and then run this again; --dry-run prints the statements")
  }
}
