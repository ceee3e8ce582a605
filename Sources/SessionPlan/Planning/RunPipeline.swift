/// The steps of a run, from the source rows to what is inserted (semantics.md, 3).
///
/// Reads from top to bottom: each step reads those before it.
///
/// ```
/// new rows       picked → repeated → duplicates → fresh
/// neighbours     ranges → context → neighbours
/// islands        islands
/// sessions       united → merged → superseded
/// bad rows       rejected
/// ```
struct RunPipeline {
  let planner: Planner
  let steps: RunSteps
  let fresh: StepHandle
  let merged: StepHandle
  let superseded: StepHandle
  let rejected: StepHandle

  private let mode: RunMode

  /// - Parameter afterRows: whether the new rows are those that the run has inserted already
  init(_ planner: Planner, _ mode: RunMode, afterRows: Bool = false) throws {
    var steps = RunSteps(planner.profile.steps)
    let picked = try planner.addPicked(mode, knowingOwnRows: afterRows, to: &steps)
    let repeated = try planner.addRepeated(picked, to: &steps)
    let duplicates = try planner.addDuplicates(picked, repeated, to: &steps)
    fresh =
      afterRows
      ? try planner.addWritten(to: &steps) : try planner.addFresh(picked, duplicates, to: &steps)

    let ranges = try planner.addRanges(fresh, to: &steps)
    let context = try planner.addContext(ranges, to: &steps)
    let neighbours = try planner.addNeighbours(fresh, context, to: &steps)
    let islands = try planner.addIslands(neighbours, to: &steps)

    let united = try planner.addUnited(islands, to: &steps)
    merged = try planner.addMerged(united, to: &steps)
    superseded = try planner.addSuperseded(merged, to: &steps)
    rejected = try planner.addRejected(picked, duplicates, to: &steps)
    self.steps = steps
    self.planner = planner
    self.mode = mode
  }

  // MARK: What is written

  /// The inserts, in the order of the contract: lineage, rows, versions.
  ///
  /// Where steps are not kept, each insert computes them anew from the ledgers. Then the versions come first, since
  /// after the rows nothing is new any more, while lineage and rows come out the same after the versions. Where nothing
  /// holds the source still between the statements, the rows come first, and the others are found from them.
  func inserts(buildingKeys: Bool) throws -> [Plan.Step] {
    let rows = Plan.Step(
      "rows", "The new pageviews, each with the anchor of its session.",
      try planner.insert(into: .sessionTable, newRows, alias: "x", steps: steps))
    if planner.profile.writesRowsFirst {
      return [rows] + (try RunPipeline(planner, mode, afterRows: true).insertsBesideRows())
    }
    let (lineage, versions, quarantine) = try otherInserts()
    let ordered = planner.profile.keepsSteps ? [lineage, rows, versions] : [versions, lineage, rows]
    return ordered + (buildingKeys ? planner.lateKeySteps() : []) + [quarantine]
  }

  private func insertsBesideRows() throws -> [Plan.Step] {
    let (lineage, versions, quarantine) = try otherInserts()
    return [lineage, versions, quarantine]
  }

  private func otherInserts() throws -> (lineage: Plan.Step, versions: Plan.Step, quarantine: Plan.Step) {
    let lineage = Plan.Step(
      "lineage", "Anchors that were merged, and which one survives.",
      try planner.insert(into: .sessionLineage, lineageRows, alias: "x", steps: steps))
    let versions = Plan.Step(
      "versions", "Each session that gained a pageview, as it stands now.",
      try planner.insert(into: .sessionVersions, versionRows, alias: "x", steps: steps))
    let quarantine = Plan.Step(
      "quarantine", "What cannot be sessionized, and why.",
      try planner.insert(into: .sessionQuarantine, .table(rejected.table(as: "x")), alias: "x", steps: steps))
    return (lineage, versions, quarantine)
  }

  private var lineageRows: Relation {
    let s = superseded.table(as: "s")
    let rows = Relation.table(s)
    if planner.legacyLineageColumns.isEmpty {
      return rows.project([.init("s", .sessionID), .init("s", .became)], as: "x")
    }
    // Nothing reads them any more.
    return rows.project(
      [
        .init("s", .sessionID), .init("s", .became), NamedExpression(.becameAt, .serverNow),
        NamedExpression(.reason, .text("merged")),
      ], as: "x")
  }

  /// A new row is a part of its session, beside the anchors: all of it is in `merged`, with the anchor that survives.
  private var newRows: Relation {
    let m = merged.table(as: "m")
    func value(_ column: Column) -> Expression {
      switch column {
      case .eventID: m[.sessionID]
      case .pageViewAt: m[.startedAt]
      case .sequence: m[.firstSequence]
      case .page: m[.entryPage]
      default: m[column]
      }
    }
    return Relation.table(m).filter(.isNull(m[.anchor])).project(
      planner.content.map { NamedExpression($0, value($0)) } + [NamedExpression(.sessionID, m[.survivor])], as: "x")
  }

  private var versionRows: Relation { planner.versions(of: .table(merged.table(as: "m"))) }

  /// What becomes of the sessions of earlier runs: late_sessions, merged_sessions.
  var changes: Query {
    let m = merged.table(as: "x")
    func parts(_ survive: Bool) -> Expression {
      let isSurvivor = Expression.present(m[.anchor]).equals(m[.survivor], planner.ids)
      return planner.count(
        Relation.table(m).filter(.and([m[.anchor].isPresent, survive ? isSurvivor : .not(isSurvivor)])))
    }
    let one = Relation.values(columns: [SchemaColumn("one", .integer)], rows: [[.integer(1)]], alias: "o")
    return Query(
      one.project(
        [NamedExpression("late_sessions", parts(true)), NamedExpression("merged_sessions", parts(false))], as: "c"))
  }

  /// What the run writes: pageviews, sessions, lineage rows, quarantined rows.
  var counts: RunCounts {
    if !planner.profile.keepsSteps { return planner.countsOfThisRun }
    let m = merged.table(as: "x")
    return RunCounts(
      pageviews: planner.sum(m[.pageviews], of: Relation.table(m).filter(.isNull(m[.anchor]))),
      sessions: planner.count(Relation.table(m).filter(m[.firstRank].equals(.integer(1), .value))),
      lineageRows: planner.count(.table(superseded.table(as: "x"))),
      quarantined: planner.count(.table(rejected.table(as: "x"))))
  }
}
