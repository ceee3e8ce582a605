internal import SessionPlan
internal import WarehouseDriver

/// What the catalog says of the ledgers that are there.
struct LedgerLayout {
  /// Whether there is a `session_table` at all.
  var exists = false
  /// Whether they have the order of ties (`Column.sequence`).
  var hasSequence = false
  /// Whether they were made in layout 1, by a release before `session_versions`.
  var isUpgraded = false
  /// Whether `session_versions` is missing: layout 1, not brought to layout 2 yet.
  var isOld = false
}

extension JobContext {
  /// Looks at the ledgers, whatever their layout.
  func ledgerLayout() async throws -> LedgerLayout {
    var layout = LedgerLayout()
    guard let table = try await connection.describe(job.names[.sessionTable]) else { return layout }
    layout.exists = true
    layout.hasSequence = table.columns.contains { $0.name == PageviewSource.ownSequence }
    layout.isOld = try await connection.describe(job.names[.sessionVersions]) == nil
    let lineage = try await connection.describe(job.names[.sessionLineage])
    layout.isUpgraded = lineage?.columns.contains { $0.name == "became_at" } ?? false
    return layout
  }

  /// The same, where it can be worked with.
  ///
  /// - Throws: `RunnerError` that names `sessionizer upgrade` for ledgers of an older layout
  func currentLayout() async throws -> LedgerLayout {
    let layout = try await ledgerLayout()
    guard layout.exists, layout.isOld else { return layout }
    throw RunnerError(
      "the ledgers of \(job.names[.sessionTable]) have layout 1, and this release works with layout \(Planner.layout)",
      remedy: "run `sessionizer upgrade` once; it only adds to them")
  }

  /// - Throws: `RunnerError` where a newer release has written the ledgers.
  func requireKnownLayout(_ planner: Planner) async throws {
    guard case .int64(let newest)? = try await connection.rows(planner.layoutQuery(), path: "layout").first?.first,
      newest > Planner.layout
    else { return }
    throw RunnerError(
      "the ledgers of \(job.names[.sessionTable]) have layout \(newest), and this release knows up to \(Planner.layout)",
      remedy: "use the release that wrote them, or a newer one")
  }
}
