/// What both forms of a first run read: `PositionedFirstRun` and `WindowedFirstRun`.
extension Planner {
  /// Source rows without fault, with their `instant`, under an alias.
  func goodRows(_ mode: RunMode, as alias: String) throws -> Relation {
    func s(_ column: Column) -> Expression { .column("judged", column) }
    return try selection(mode, as: "judged", judgedOnce: false).filter(.isNull(s(.reason))).project(
      // Rows without a reason have all their keys.
      content.map { NamedExpression($0, isOptional($0) ? s($0) : .present(s($0))) }
        + [NamedExpression(.instant, .instant(of: .present(s(.pageViewAt))))], as: alias
    ).unique(by: .eventID, because: "A first run fails on the ledger's key where an event comes twice.")
  }

  /// What goes to quarantine.
  func addFirstRejected(_ mode: RunMode, to steps: inout RunSteps) throws -> StepHandle {
    let bad = rejected(
      try selection(mode, as: "judged"), "judged", unread: unread(in: "judged", mode), as: "bad")
    return try steps.add(.rejected, notYetQuarantined(.distinct(bad, alias: "bad"), as: "rejected"))
  }

  /// Of a whole source, bad rows are looked for only where a count says that there are some: nearly always that is all.
  ///
  /// - Parameters:
  ///   - step: makes the scratch table of bad rows
  ///   - rejected: its columns
  ///   - good: how many rows without fault there are
  func shortened(_ step: Plan.Step, _ rejected: StepHandle, mode: RunMode, good: Expression) throws -> Plan.Step {
    guard case .whole = mode else { return step }
    var step = step
    let one = Relation.values(columns: [SchemaColumn("one", .integer)], rows: [[.integer(1)]], alias: "o")
    let all = count(try filteredSource())
    step.shortcut = .init(
      ifNothingIn: Query(
        one.filter(all.isGreater(than: good)).project([NamedExpression("found", .integer(1))], as: "p")),
      statement: .createScratch(
        ScratchDefinition(name: step.name, query: Query(Self.nothing(rejected.table(as: "r").columns)))))
    return step
  }
}
