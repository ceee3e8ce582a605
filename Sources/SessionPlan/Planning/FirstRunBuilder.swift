/// Builds the steps of a run into empty ledgers: there is no context, and nothing can be superseded.
struct FirstRunBuilder {
  let planner: Planner
  var steps: RunSteps
  /// Finds a row where the source has rows that are not among the good ones.
  private var badRowProbe: Query?

  init(planner: Planner, steps: RunSteps) {
    self.planner = planner
    self.steps = steps
  }

  private var content: [String] { Planner.columnsOfSelection + planner.attributes }

  mutating func addSteps(_ mode: RunMode) throws {
    func s(_ name: String) -> Expression { .column("s", name) }
    let good = try planner.selection(mode, as: "s", judgedOnce: false).filter(.isNull(s("reason")))
    let rows = good.project(
      content.map { name in
        // Rows without a reason have all their keys.
        NamedExpression(name, name == "page" || planner.attributes.contains(name) ? s(name) : .present(s(name)))
      } + [NamedExpression("instant", .instant(of: .present(s("page_view_at"))))], as: "o")
    try steps.add(
      ScratchDefinition(
        name: "fresh", query: Query(rows), position: .init(column: "position", order: planner.order("o"))))

    let r = steps.reference("fresh", as: "r")
    let b = steps.reference("fresh", as: "b")
    let starts = Expression.or([
      .isNull(b["position"]), b["user_id"].differs(from: r["user_id"], .bytes),
      planner.gapExceeds(b["instant"], r["instant"]),
    ])
    try steps.add(
      ScratchDefinition(
        name: "islands",
        query: Query(
          Relation.table(r).leftJoin(.table(b), on: b["position"].equals(r["position"].plus(-1), .value))
            .filter(starts)
            .project(
              [NamedExpression("first_position", r["position"]), NamedExpression("target", r["event_id"])],
              as: "islands")),
        position: .init(
          column: "number", order: [OrderTerm(.column("islands", "first_position"), .value)])))

    let bad = planner.rejected(try planner.selection(mode, as: "s"), "s", as: "b")
    try steps.add(
      ScratchDefinition(
        name: "rejected", query: Query(planner.notYetQuarantined(.distinct(bad, alias: "b"), as: "rejected"))))
    if case .whole = mode {
      let all = planner.count(try planner.filteredSource())
      let one = Relation.values(columns: [SchemaColumn("one", .integer)], rows: [[.integer(1)]], alias: "o")
      badRowProbe = Query(
        one.filter(all.isGreater(than: rowCount)).project([NamedExpression("found", .integer(1))], as: "p"))
    }
  }

  /// Bad rows are looked for only where a count says that there are some: nearly always that is all.
  private func scratchStep(_ definition: ScratchDefinition) -> Plan.Step {
    var step = Plan.Step(definition.name, RunBuilder.purposes[definition.name] ?? "", .createScratch(definition))
    if definition.name == "rejected", let badRowProbe {
      let columns = steps.schemas[definition.name] ?? []
      let none = ScratchDefinition(name: definition.name, query: Query(Planner.nothing(columns)))
      step.shortcut = .init(ifNothingIn: badRowProbe, statement: .createScratch(none))
    }
    return step
  }

  func statements() -> [Plan.Step] {
    let r = steps.reference("fresh", as: "r")
    // A session's rows stand between its first and the next session's first: one range for each session, where a
    // look-up of the session's start would cost one for each row.
    let i = steps.reference("islands", as: "i")
    let n = steps.reference("islands", as: "n")
    let isInIsland = Expression.and([
      r["position"].isAtLeast(i["first_position"]),
      r["position"].isLess(than: .coalesce([n["first_position"], .integer(Int64.max)])),
    ])
    let rows = Relation.join(
      Relation.table(i).leftJoin(.table(n), on: n["number"].equals(i["number"].plus(1), .value)), .table(r), .lookup,
      on: isInIsland
    ).project(
      content.map { NamedExpression("r", $0) } + [NamedExpression("session_id", i["target"])], as: "x")
    return steps.scratchTables.map(scratchStep) + [
      Plan.Step(
        "rows", "The pageviews, each with its session.",
        planner.insert(into: .sessionTable, rows, alias: "x", steps: steps)),
      Plan.Step(
        "quarantine", "What cannot be sessionized, and why.",
        planner.insert(
          into: .sessionQuarantine, .table(steps.reference("rejected", as: "x")), alias: "x", steps: steps)),
    ]
  }

  /// How many good rows there are: the last position.
  private var rowCount: Expression {
    let r = steps.reference("fresh", as: "last")
    return .coalesce([
      .scalar(
        .aggregate(.table(r), by: [], [AggregateColumn("position", .maximum(r["position"], .value))], alias: "m")),
      .integer(0),
    ])
  }

  func counts() -> RunCounts {
    RunCounts(
      pageviews: rowCount, lineageRows: .integer(0),
      quarantined: planner.count(.table(steps.reference("rejected", as: "x"))))
  }
}
