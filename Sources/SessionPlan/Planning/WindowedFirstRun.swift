/// A run into empty ledgers as one insert with window functions: no step in between is kept.
struct WindowedFirstRun {
  var steps: [Plan.Step] = []
  /// What was written, counted after it.
  var counts: RunCounts
  /// What would be written, counted before it.
  var expected: RunCounts

  init(planner: Planner, mode: RunMode, buildingKeys: Bool) throws {
    let good = try Self.goodRows(planner, mode)
    let inserted = planner.rowsOfThisRun(.sessionTable)
    var runSteps = RunSteps(planner.profile.steps)
    let bad = planner.rejected(try planner.selection(mode, as: "s"), "s", as: "b")
    let rejected = ScratchDefinition(
      name: "rejected",
      query: Query(planner.notYetQuarantined(.distinct(bad, alias: "b"), as: "rejected")))
    try runSteps.add(rejected)
    let quarantined = planner.count(.table(runSteps.reference("rejected", as: "x")))
    counts = RunCounts(pageviews: inserted, lineageRows: .integer(0), quarantined: quarantined)
    expected = RunCounts(pageviews: planner.count(good), lineageRows: .integer(0), quarantined: quarantined)

    steps.append(
      Plan.Step(
        "rows", "The pageviews, each with its session.",
        planner.insert(into: .sessionTable, Self.withSessions(good, planner), alias: "x", steps: runSteps)))
    if buildingKeys { steps += planner.lateKeySteps() }
    var badRows = Plan.Step("rejected", RunBuilder.purposes["rejected"] ?? "", .createScratch(rejected))
    if case .whole = mode {
      // Bad rows are looked for only where a count says that there are some: nearly always that is all.
      let one = Relation.values(columns: [SchemaColumn("one", .integer)], rows: [[.integer(1)]], alias: "o")
      let all = planner.count(try planner.filteredSource())
      let columns = runSteps.schemas["rejected"] ?? []
      badRows.shortcut = .init(
        ifNothingIn: Query(
          one.filter(all.isGreater(than: inserted)).project([NamedExpression("found", .integer(1))], as: "p")),
        statement: .createScratch(ScratchDefinition(name: "rejected", query: Query(Planner.nothing(columns)))))
    }
    steps.append(badRows)
    steps.append(
      Plan.Step(
        "quarantine", "What cannot be sessionized, and why.",
        planner.insert(
          into: .sessionQuarantine, .table(runSteps.reference("rejected", as: "x")), alias: "x", steps: runSteps)))
  }

  /// Source rows without fault, under the alias `g`.
  private static func goodRows(_ planner: Planner, _ mode: RunMode) throws -> Relation {
    func s(_ name: String) -> Expression { .column("s", name) }
    return try planner.selection(mode, as: "s", judgedOnce: false).filter(.isNull(s("reason"))).project(
      (Planner.columnsOfSelection + planner.attributes).map { name in
        // Rows without a reason have all their keys.
        NamedExpression(name, name == "page" || planner.attributes.contains(name) ? s(name) : .present(s(name)))
      } + [NamedExpression("instant", .instant(of: .present(s("page_view_at"))))], as: "g")
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
