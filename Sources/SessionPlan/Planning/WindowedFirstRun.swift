/// A run into empty ledgers as one insert with window functions: no step in between is kept.
struct WindowedFirstRun {
  var steps: [Plan.Step] = []
  /// What was written, counted after it.
  var counts: RunCounts
  /// What would be written, counted before it.
  var expected: RunCounts

  init(planner: Planner, mode: RunMode, buildingKeys: Bool) throws {
    let good = try planner.goodRows(mode, as: "g")
    let inserted = planner.rowsOfThisRun(.sessionTable)
    var runSteps = RunSteps(planner.profile.steps)
    let rejected = try planner.firstRejected(mode)
    try runSteps.add(rejected)
    let quarantined = planner.count(.table(runSteps.reference("rejected", as: "x")))
    counts = RunCounts(pageviews: inserted, lineageRows: .integer(0), quarantined: quarantined)
    expected = RunCounts(pageviews: planner.count(good), lineageRows: .integer(0), quarantined: quarantined)

    steps.append(
      Plan.Step(
        "rows", "The pageviews, each with its session.",
        planner.insert(into: .sessionTable, Self.withSessions(good, planner), alias: "x", steps: runSteps)))
    if buildingKeys { steps += planner.lateKeySteps() }
    steps.append(
      try planner.firstRejectedStep(
        rejected, columns: runSteps.schemas[rejected.name] ?? [], mode: mode, good: inserted))
    steps.append(
      Plan.Step(
        "quarantine", "What cannot be sessionized, and why.",
        planner.insert(
          into: .sessionQuarantine, .table(runSteps.reference("rejected", as: "x")), alias: "x", steps: runSteps)))
  }

  /// The textbook's LAG, SUM and FIRST_VALUE: the rows with their `session_id`, under the alias `x`.
  private static func withSessions(_ good: Relation, _ planner: Planner) -> Relation {
    let content = Planner.columnsOfSelection + planner.attributes
    let behind = Relation.window(
      good,
      [
        WindowColumn(
          "before", .previous(.column("g", "instant")), partition: [OrderKey(.column("g", "user_id"), .bytes)],
          order: planner.order("g"))
      ], alias: "h")
    func h(_ name: String) -> Expression { .column("h", name) }
    let starts = Expression.or([.isNull(h("before")), planner.gapExceeds(h("before"), h("instant"))])
    let flagged = behind.project(
      content.map { NamedExpression("h", $0) }
        + [NamedExpression("starts", .choose([Branch(starts, then: .integer(1))], otherwise: .integer(0)))], as: "q")
    let numbered = Relation.window(
      flagged,
      [
        WindowColumn(
          "number_in_user", .runningSum(.column("q", "starts")), partition: [OrderKey(.column("q", "user_id"), .bytes)],
          order: planner.order("q"))
      ], alias: "n")
    return Relation.window(
      numbered,
      [
        WindowColumn(
          "session_id", .first(.column("n", "event_id")),
          partition: [OrderKey(.column("n", "user_id"), .bytes), OrderKey(.column("n", "number_in_user"), .value)],
          order: planner.order("n"))
      ], alias: "x")
  }
}
