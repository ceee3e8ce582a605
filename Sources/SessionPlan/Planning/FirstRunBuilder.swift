/// Builds the steps of a run into empty ledgers: there is no context, and nothing can be superseded.
struct FirstRunBuilder {
  let planner: Planner
  var steps: RunSteps
  private var rejectedStep: Plan.Step?

  init(planner: Planner, steps: RunSteps) {
    self.planner = planner
    self.steps = steps
  }

  private var content: [String] { Planner.columnsOfSelection + planner.attributes }

  mutating func addSteps(_ mode: RunMode) throws {
    try steps.add(
      ScratchDefinition(
        name: "fresh", query: Query(try planner.goodRows(mode, as: "o")),
        position: .init(column: "position", order: planner.order("o")), keyColumns: planner.keyColumns))

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
          column: "number", order: [OrderTerm(.column("islands", "first_position"), .value)]),
        keyColumns: planner.keyColumns))

    let rejected = try planner.firstRejected(mode)
    try steps.add(rejected)
    rejectedStep = try planner.firstRejectedStep(
      rejected, columns: steps.schemas[rejected.name] ?? [], mode: mode, good: rowCount)
  }

  private func scratchStep(_ definition: ScratchDefinition) -> Plan.Step {
    if let rejectedStep, rejectedStep.name == definition.name { return rejectedStep }
    return Plan.Step(definition.name, RunBuilder.purposes[definition.name] ?? "", .createScratch(definition))
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
