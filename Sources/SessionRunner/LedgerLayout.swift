internal import SessionPlan
internal import WarehouseDriver

/// What the catalog, and the run ledger, say of the ledgers that are there.
struct LedgerLayout {
  /// Whether there is a `session_table` at all.
  var exists = false
  /// Whether they have the order of ties (`PageviewSource.sequence`).
  var hasSequence = false
  /// Whether they were made in layout 1, by a release before `session_versions`.
  var isUpgraded = false
  /// Whether they are still of layout 1. An upgrade that was interrupted where table definitions are no part of a
  /// transaction leaves them so: only its last rows count.
  var isOld = false
  /// The newest layout that a run wrote in; nil where none says so. Looked at only where they were made in layout 1.
  var newest: Int64?
}

extension JobContext {
  /// Looks at the ledgers, whatever their layout.
  func ledgerLayout() async throws -> LedgerLayout {
    var layout = LedgerLayout()
    guard let table = try await connection.describe(job.names[.sessionTable]) else { return layout }
    layout.exists = true
    layout.hasSequence = table.columns.contains { $0.name == PageviewSource.ownSequence }
    let lineage = try await connection.describe(job.names[.sessionLineage])
    layout.isUpgraded = lineage?.columns.contains { $0.name == "became_at" } ?? false
    guard layout.isUpgraded else { return layout }
    let runs = try await connection.describe(job.names[.sessionRuns])
    if runs?.columns.contains(where: { $0.name == "layout" }) ?? false {
      let query = try planner(BoundJob.assumed(job)).layoutQuery()
      if case .int64(let newest)? = try await connection.rows(query, path: "layout").first?.first {
        layout.newest = newest
      }
    }
    layout.isOld = layout.newest == nil
    return layout
  }

  /// The same, where it can be worked with.
  ///
  /// - Throws: `RunnerError` that says what to do with ledgers of another layout
  func currentLayout() async throws -> LedgerLayout {
    let layout = try await ledgerLayout()
    guard layout.isOld else { return layout }
    throw RunnerError(
      "the ledgers of \(job.names[.sessionTable]) have layout 1, and this release works with layout \(Planner.layout)",
      remedy: "run `sessionizer upgrade` once; it only adds to them")
  }

  /// - Throws: `RunnerError` where a newer release has written the ledgers
  func requireKnownLayout(_ planner: Planner) async throws {
    guard case .int64(let newest)? = try await connection.rows(planner.layoutQuery(), path: "layout").first?.first,
      newest > Planner.layout
    else { return }
    throw RunnerError(
      "the ledgers of \(job.names[.sessionTable]) have layout \(newest), and this release knows up to \(Planner.layout)",
      remedy: "use the release that wrote them, or a newer one")
  }
}
