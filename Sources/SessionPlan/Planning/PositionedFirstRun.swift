/// A run into empty ledgers over numbered rows: a row is joined to the one before it by number.
///
/// On SQLite half the cost of window functions: one sort, and joins by row number.
struct PositionedFirstRun {
  let planner: Planner
  private let steps: RunSteps
  private let fresh: StepHandle
  private let islands: StepHandle
  private let rejected: StepHandle
  private let mode: RunMode

  init(_ planner: Planner, _ mode: RunMode) throws {
    var steps = RunSteps(planner.profile.steps)
    fresh = try steps.add(
      .fresh, try planner.goodRows(mode, as: "o"),
      position: .init(column: Column.position.name, order: planner.order("o")), keys: [.eventID, .userID])

    let r = fresh.table(as: "r")
    let b = fresh.table(as: "b")
    let starts = Expression.or([
      .isNull(b[.position]), b[.userID].differs(from: r[.userID], .bytes),
      planner.gapExceeds(b[.instant], r[.instant]),
    ])
    islands = try steps.add(
      .islands,
      Relation.table(r).leftJoin(.table(b), on: b[.position].equals(r[.position].plus(-1), .value))
        .filter(starts)
        .project(
          [NamedExpression(.firstPosition, r[.position]), NamedExpression(.island, r[.eventID])], as: "islands"),
      position: .init(column: Column.number.name, order: [OrderTerm(.column("islands", .firstPosition), .value)]),
      keys: [.island])

    rejected = try planner.addFirstRejected(mode, to: &steps)
    self.steps = steps
    self.planner = planner
    self.mode = mode
  }

  func statements() throws -> [Plan.Step] {
    let scratch = try steps.scratchSteps.map { step in
      step.name == RunStep.rejected.rawValue
        ? try planner.shortened(step, rejected, mode: mode, good: rowCount) : step
    }
    return scratch + [
      Plan.Step(
        "rows", "The pageviews, each with the anchor of its session.",
        try planner.insert(into: .sessionTable, rows, alias: "x", steps: steps)),
      Plan.Step(
        "versions", "Each session, as it stands now.",
        try planner.insert(into: .sessionVersions, versions, alias: "x", steps: steps)),
      Plan.Step(
        "quarantine", "What cannot be sessionized, and why.",
        try planner.insert(into: .sessionQuarantine, .table(rejected.table(as: "x")), alias: "x", steps: steps)),
    ]
  }

  /// Each island beside the next one, whose first row follows its last: one range for each session, where a look-up of
  /// the session's start would cost one for each row.
  private var spans: Relation {
    let i = islands.table(as: "i")
    let n = islands.table(as: "n")
    return Relation.table(i).leftJoin(.table(n), on: n[.number].equals(i[.number].plus(1), .value))
  }

  private var rows: Relation {
    let r = fresh.table(as: "r")
    let isInIsland = Expression.and([
      r[.position].isAtLeast(.column("i", .firstPosition)),
      r[.position].isLess(than: .coalesce([.column("n", .firstPosition), .integer(Int64.max)])),
    ])
    return Relation.join(spans, .table(r), .lookup, on: isInIsland).project(
      planner.content.map { NamedExpression("r", $0) } + [NamedExpression(.sessionID, .column("i", .island))], as: "x")
  }

  private var versions: Relation {
    let f = fresh.table(as: "f")
    let l = fresh.table(as: "l")
    let last = Expression.coalesce([.subtract(.column("n", .firstPosition), .integer(1)), rowCount])
    let first = Expression.column("i", .firstPosition)
    let both = Relation.join(
      .join(spans, .table(f), .lookup, on: f[.position].equals(first, .value)), .table(l), .lookup,
      on: l[.position].equals(last, .value))
    var columns = [
      NamedExpression(.anchor, f[.eventID]), NamedExpression(.sessionID, f[.eventID]),
      NamedExpression(.userID, f[.userID]), NamedExpression(.startedAt, f[.pageViewAt]),
      NamedExpression(.endedAt, l[.pageViewAt]), NamedExpression(.lastEventID, l[.eventID]),
      NamedExpression(.pageviews, .add(.subtract(l[.position], f[.position]), .integer(1))),
      NamedExpression(.anchors, .integer(1)), NamedExpression(.entryPage, f[.page]),
      NamedExpression(.exitPage, l[.page]),
    ]
    if planner.bound.hasSequence {
      columns += [NamedExpression(.firstSequence, f[.sequence]), NamedExpression(.lastSequence, l[.sequence])]
    }
    for (attribute, lastAttribute) in zip(planner.attributeColumns, planner.lastAttributeColumns) {
      columns += [NamedExpression(attribute, f[attribute]), NamedExpression(lastAttribute, l[attribute])]
    }
    return both.project(columns, as: "x")
  }

  /// How many good rows there are: the last position.
  private var rowCount: Expression {
    let r = fresh.table(as: "last")
    return .coalesce([
      .scalar(
        .aggregate(.table(r), by: [], [AggregateColumn(.position, .maximum(r[.position], .value))], alias: "m")),
      .integer(0),
    ])
  }

  var counts: RunCounts {
    RunCounts(
      pageviews: rowCount, sessions: planner.count(.table(islands.table(as: "x"))), lineageRows: .integer(0),
      quarantined: planner.count(.table(rejected.table(as: "x"))))
  }
}
