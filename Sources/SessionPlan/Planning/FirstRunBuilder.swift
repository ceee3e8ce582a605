/// Builds the steps of a run into empty ledgers: there is no context, and nothing can be superseded.
struct FirstRunBuilder {
  let planner: Planner
  var steps: RunSteps

  private var content: [String] { Planner.columnsOfSelection + planner.attributes }

  mutating func addSteps(_ mode: RunMode) throws {
    let selected = try planner.selection(mode, as: "s")
    func s(_ name: String) -> Expression { .column("s", name) }
    // A bad row has no user in the order, only `raw_user_id`: so bad rows come first, and each good row is next to the
    // one before it.
    let isBad = s("reason").isPresent
    func user(whenBad: Bool) -> Expression {
      whenBad
        ? .choose([Branch(isBad, then: s("user_id"))], otherwise: .null(.text))
        : .choose([Branch(isBad, then: .null(.text))], otherwise: s("user_id"))
    }
    let rows = selected.project(
      content.map { NamedExpression($0, $0 == "user_id" ? user(whenBad: false) : s($0)) } + [
        NamedExpression("instant", .instant(of: s("page_view_at"))), NamedExpression("s", "reason"),
        NamedExpression("raw_user_id", user(whenBad: true)), NamedExpression("s", "raw_event_id"),
        NamedExpression("s", "raw_time"),
      ], as: "o")
    try steps.add(
      ScratchDefinition(
        name: "fresh", query: Query(rows),
        position: .init(
          column: "position",
          order: planner.order("o").map { OrderTerm($0.expression, $0.collation, nulls: .first) },
          tiesAreEqual: true)))

    let r = steps.reference("fresh", as: "r")
    let b = steps.reference("fresh", as: "b")
    let starts = Expression.or([
      .not(.isSame(b["user_id"], r["user_id"], .bytes)), planner.gapExceeds(b["instant"], r["instant"]),
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
    let bad = planner.rejected(k, user: k["raw_user_id"], as: "b")
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
