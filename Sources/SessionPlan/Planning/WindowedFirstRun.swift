/// A run into empty ledgers with window functions: the rows in one insert, then the sessions from the rows that it
/// wrote, which stand in their order. No step in between is kept.
struct WindowedFirstRun {
  let planner: Planner
  private let good: Relation
  private let steps: RunSteps
  private let rejected: StepHandle
  private let mode: RunMode

  init(_ planner: Planner, _ mode: RunMode) throws {
    var steps = RunSteps(planner.profile.steps)
    good = try planner.goodRows(mode, as: "good")
    rejected = try planner.addFirstRejected(mode, to: &steps)
    self.steps = steps
    self.planner = planner
    self.mode = mode
  }

  /// What was written, counted after it.
  var counts: RunCounts {
    RunCounts(
      pageviews: written(.sessionTable), sessions: written(.sessionVersions), lineageRows: .integer(0),
      quarantined: quarantined)
  }

  /// What would be written, counted before it.
  var expected: RunCounts {
    RunCounts(
      pageviews: planner.count(good), sessions: planner.count(startsOfSessions), lineageRows: .integer(0),
      quarantined: quarantined)
  }

  private var quarantined: Expression { planner.count(.table(rejected.table(as: "x"))) }

  /// The ledgers were empty.
  private func written(_ object: ObjectNames.Object) -> Expression {
    planner.count(.table(planner.ledger(object, as: "w")))
  }

  func statements(buildingKeys: Bool) throws -> [Plan.Step] {
    [
      Plan.Step(
        "rows", "The pageviews, each with the anchor of its session.",
        try planner.insert(into: .sessionTable, rows, alias: "x", steps: steps)),
      Plan.Step(
        "versions", "Each session, as it stands now.",
        try planner.insert(into: .sessionVersions, versions, alias: "x", steps: steps)),
    ] + (buildingKeys ? planner.lateKeySteps() : [])
      + (try steps.scratchSteps.map {
        try planner.shortened($0, rejected, mode: mode, good: written(.sessionTable))
      }) + [
        Plan.Step(
          "quarantine", "What cannot be sessionized, and why.",
          try planner.insert(into: .sessionQuarantine, .table(rejected.table(as: "x")), alias: "x", steps: steps))
      ]
  }

  // MARK: Rows

  /// Each row with `starts`: 1 where a session starts, else 0.
  private var flagged: Relation {
    let behind = Relation.window(
      good,
      [
        WindowColumn(
          .before, .previous(.column("good", .instant)), partition: planner.user("good"), order: planner.order("good"))
      ], alias: "behind")
    return behind.project(
      planner.content.map { NamedExpression("behind", $0) } + [
        NamedExpression(
          .starts, planner.startsSession(previous: .column("behind", .before), current: .column("behind", .instant)))
      ], as: "flagged")
  }

  private var startsOfSessions: Relation {
    flagged.filter(Expression.column("flagged", .starts).equals(.integer(1), .value))
  }

  /// The textbook's LAG, SUM and FIRST_VALUE.
  private var rows: Relation {
    let numbered = Relation.window(
      flagged,
      [
        WindowColumn(
          .number, .runningSum(.column("flagged", .starts)), partition: planner.user("flagged"),
          order: planner.order("flagged"))
      ], alias: "numbered")
    return Relation.window(
      numbered,
      [
        WindowColumn(
          .sessionID, .first(.column("numbered", .eventID)),
          partition: planner.user("numbered") + [OrderKey(.column("numbered", .number), .value)],
          order: planner.order("numbered"))
      ], alias: "x")
  }

  // MARK: Sessions

  /// A session's first and last row are enough of it: their numbers say how many lie between.
  private var versions: Relation {
    let t = planner.ledger(.sessionTable, as: "t")
    func window(_ column: Column, _ function: WindowColumn.Function) -> WindowColumn {
      WindowColumn(column, function, partition: planner.user("t"), order: planner.order("t"))
    }
    let beside = Relation.window(
      .table(t),
      [
        window(.number, .rowNumber), window(.sessionBefore, .previous(t[.sessionID])),
        window(.nextSession, .next(t[.sessionID])),
      ], alias: "beside")
    func b(_ column: Column) -> Expression { .column("beside", column) }
    func flag(_ neighbour: Column) -> Expression {
      .choose([Branch(b(neighbour).equals(b(.sessionID), planner.ids), then: .integer(0))], otherwise: .integer(1))
    }
    let content = planner.content + [.sessionID, .number]
    let ends = beside.project(
      content.map { NamedExpression("beside", $0) } + [
        NamedExpression(.firstRank, flag(.sessionBefore)), NamedExpression(.lastRank, flag(.nextSession)),
      ], as: "e")
    func e(_ column: Column) -> Expression { .column("e", column) }
    func isOne(_ column: Column) -> Expression { e(column).equals(.integer(1), .value) }
    let pageviews = Expression.subtract(
      .choose([Branch(isOne(.lastRank), then: e(.number))], otherwise: .integer(0)),
      .choose([Branch(isOne(.firstRank), then: .subtract(e(.number), .integer(1)))], otherwise: .integer(0)))
    var columns = [
      NamedExpression(.island, e(.sessionID)), NamedExpression(.survivor, e(.sessionID)), .init("e", .userID),
      .init("e", .firstRank), .init("e", .lastRank), NamedExpression(.sessionID, e(.eventID)),
      NamedExpression(.startedAt, e(.pageViewAt)), NamedExpression(.endedAt, e(.pageViewAt)),
      NamedExpression(.lastEventID, e(.eventID)), NamedExpression(.pageviews, pageviews),
      NamedExpression(.anchors, .integer(0)), NamedExpression(.entryPage, e(.page)),
      NamedExpression(.exitPage, e(.page)),
    ]
    if planner.bound.hasSequence {
      columns += [NamedExpression(.firstSequence, e(.sequence)), NamedExpression(.lastSequence, e(.sequence))]
    }
    for (attribute, lastAttribute) in zip(planner.attributeColumns, planner.lastAttributeColumns) {
      columns += [.init("e", attribute), NamedExpression(lastAttribute, e(attribute))]
    }
    return planner.versions(
      of: ends.filter(.or([isOne(.firstRank), isOne(.lastRank)])).project(columns, as: "m"))
  }
}
