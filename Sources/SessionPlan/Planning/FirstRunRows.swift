/// What both forms of a first run read: `FirstRunBuilder` and `WindowedFirstRun`.
extension Planner {
  /// Source rows without fault, with their `instant`, under an alias.
  func goodRows(_ mode: RunMode, as alias: String) throws -> Relation {
    func s(_ name: String) -> Expression { .column("s", name) }
    return try selection(mode, as: "s", judgedOnce: false).filter(.isNull(s("reason"))).project(
      (Self.columnsOfSelection + attributes).map { name in
        // Rows without a reason have all their keys.
        NamedExpression(name, name == "page" || attributes.contains(name) ? s(name) : .present(s(name)))
      } + [NamedExpression("instant", .instant(of: .present(s("page_view_at"))))], as: alias)
  }

  /// What goes to quarantine, as the step `rejected`.
  func firstRejected(_ mode: RunMode) throws -> ScratchDefinition {
    let bad = rejected(try selection(mode, as: "s"), "s", as: "b")
    return ScratchDefinition(
      name: "rejected", query: Query(notYetQuarantined(.distinct(bad, alias: "b"), as: "rejected")))
  }

  /// That step. Of a whole source, bad rows are looked for only where a count says that there are some: nearly always
  /// that is all.
  ///
  /// - Parameters:
  ///   - columns: the step's
  ///   - good: how many rows without fault there are
  func firstRejectedStep(
    _ rejected: ScratchDefinition, columns: [SchemaColumn], mode: RunMode, good: Expression
  ) throws -> Plan.Step {
    var step = Plan.Step(rejected.name, RunBuilder.purposes[rejected.name] ?? "", .createScratch(rejected))
    guard case .whole = mode else { return step }
    let one = Relation.values(columns: [SchemaColumn("one", .integer)], rows: [[.integer(1)]], alias: "o")
    let all = count(try filteredSource())
    step.shortcut = .init(
      ifNothingIn: Query(
        one.filter(all.isGreater(than: good)).project([NamedExpression("found", .integer(1))], as: "p")),
      statement: .createScratch(ScratchDefinition(name: rejected.name, query: Query(Self.nothing(columns)))))
    return step
  }
}
