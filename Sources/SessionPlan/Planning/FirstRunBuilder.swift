/// Builds the steps of a run into empty ledgers: there is no context, and nothing can be superseded.
struct FirstRunBuilder {
  let planner: Planner
  var steps: RunSteps

  private var content: [String] { Planner.columnsOfSelection + planner.attributes }

  mutating func addSteps(_ mode: RunMode) throws {
    let selected = try planner.selection(mode, as: "s")
    func s(_ name: String) -> Expression { .column("s", name) }
    let rows = selected.project(
      content.map { NamedExpression("s", $0) } + [
        NamedExpression("instant", .instant(of: s("page_view_at"))), NamedExpression("s", "reason"),
        NamedExpression("s", "raw_event_id"), NamedExpression("s", "raw_time"),
      ], as: "o")
    // Bad rows last, so that each good row is next to the one before it.
    let isBad = Expression.choose(
      [Branch(.isNull(.column("o", "reason")), then: .literal(.flag(false)))], otherwise: .literal(.flag(true)))
    try steps.add(
      ScratchDefinition(
        name: "fresh", query: Query(rows),
        position: .init(
          column: "position",
          order: [OrderTerm(isBad, .value)]
            + planner.order("o").map { OrderTerm($0.expression, $0.collation, nulls: .first) },
          tiesAreEqual: true)))

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
            .filter(.and([.isNull(r["reason"]), starts]))
            .project(
              [
                NamedExpression("first_position", r["position"]), NamedExpression("target", .present(r["event_id"])),
              ],
              as: "islands")), key: "first_position"))

    let k = steps.reference("fresh", as: "k")
    let bad = planner.rejected(k, as: "b")
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
    let rows = Relation.table(r).filter(.isNull(r["reason"])).project(
      content.map { name in
        // Rows without a reason have all their keys.
        NamedExpression(name, name == "page" || planner.attributes.contains(name) ? r[name] : .present(r[name]))
      } + [NamedExpression("session_id", target)], as: "x")
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

  func counts() -> RunCounts {
    let r = steps.reference("fresh", as: "r")
    return RunCounts(
      pageviews: planner.count(Relation.table(r).filter(.isNull(r["reason"]))), lineageRows: .integer(0),
      quarantined: planner.count(.table(steps.reference("rejected", as: "x"))))
  }
}
