/// Builds the steps of a run into empty ledgers: there is no context, and nothing can be superseded.
struct FirstRunBuilder {
  let planner: Planner
  var steps: RunSteps

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
              as: "islands")), key: "first_position"))

    var judged = try planner.selection(mode, as: "s")
    if case .whole = mode {
      // Looked for only where some source row is not among the good ones: one count, and nearly always nothing more.
      let all = planner.count(try planner.filteredSource())
      judged = judged.filter(all.isGreater(than: rowCount))
    }
    let bad = planner.rejected(judged, "s", as: "b")
    try steps.add(
      ScratchDefinition(
        name: "rejected", query: Query(planner.notYetQuarantined(.distinct(bad, alias: "b"), as: "rejected"))))
  }

  func statements() -> [Plan.Step] {
    let r = steps.reference("fresh", as: "r")
    let i = steps.reference("islands", as: "i")
    let target = Expression.lookup(
      Lookup(
        i["target"], from: .table(i), matching: i["first_position"].isAtMost(r["position"]),
        order: [OrderTerm(i["first_position"], .value, descending: true)], mayMiss: false))
    let rows = Relation.table(r).project(
      content.map { NamedExpression("r", $0) } + [NamedExpression("session_id", target)], as: "x")
    return steps.definitions.map { Plan.Step($0.name, RunBuilder.purposes[$0.name] ?? "", .createScratch($0)) } + [
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
