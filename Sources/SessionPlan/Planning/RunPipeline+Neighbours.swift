/// The ledger rows that new rows may touch, and what is one session with which.
extension Planner {
  /// Where in time the new rows may touch the ledger: one range for each cluster of a user's new rows, a gap wider on
  /// either side. Rows at most two gaps apart are one cluster, so that ranges do not overlap.
  func addRanges(_ fresh: StepHandle, to steps: inout RunSteps) throws -> StepHandle {
    let f = fresh.table(as: "f")
    let behind = Relation.window(
      .table(f), [WindowColumn(.before, .previous(instant("f")), partition: user("f"), order: order("f"))],
      alias: "behind")
    func h(_ column: Column) -> Expression { .column("behind", column) }
    // Both sides are moved by one gap, since two gaps could leave the range of an engine's times (trap T25).
    let isFar = Expression.shift(instant("behind"), microseconds: -gap).isGreater(
      than: .shift(h(.before), microseconds: gap))
    let flagged = behind.project(
      columnsOfOrder.map { NamedExpression("behind", $0) }
        + carriedInstant.map { NamedExpression("behind", $0) } + [
          NamedExpression(
            .starts,
            .choose(
              [Branch(.isNull(h(.before)), then: .integer(1)), Branch(isFar, then: .integer(1))],
              otherwise: .integer(0)))
        ], as: "flagged")
    let numbered = Relation.window(
      flagged,
      [
        WindowColumn(
          .cluster, .runningSum(.column("flagged", .starts)), partition: user("flagged"), order: order("flagged"))
      ], alias: "in_clusters")
    let clusters = Relation.aggregate(
      numbered, by: [.init("in_clusters", .userID), .init("in_clusters", .cluster)],
      [
        AggregateColumn(.fromAt, .minimum(instant("in_clusters"), .value)),
        AggregateColumn(.toAt, .maximum(instant("in_clusters"), .value)),
      ], alias: "clusters")
    return try steps.add(
      .ranges,
      clusters.project(
        [
          .init("clusters", .userID),
          NamedExpression(.fromAt, .timestamp(of: .shift(.column("clusters", .fromAt), microseconds: -gap))),
          NamedExpression(.toAt, .timestamp(of: .shift(.column("clusters", .toAt), microseconds: gap))),
        ], as: "ranges"), keys: [.userID], isReadOnce: true)
  }

  /// The ledger's rows in the ranges, each with its current anchor.
  func addContext(_ ranges: StepHandle, to steps: inout RunSteps) throws -> StepHandle {
    let g = ranges.table(as: "g")
    let t = ledger(.sessionTable, as: "t")
    let isInRange = Expression.and([
      t[.userID].equals(g[.userID], .bytes), t[.pageViewAt].isAtLeast(g[.fromAt]), t[.pageViewAt].isAtMost(g[.toAt]),
    ])
    let columns =
      columnsOfOrder.map { NamedExpression("t", $0) }
      + carriedInstant.map { NamedExpression($0, .instant(of: t[.pageViewAt])) }
    return try steps.add(
      .context,
      anchored(.join(.table(g), .table(t), .lookup, on: isInRange), "t", asOf: nil, columns: columns, as: "context")
        .unique(
          by: .eventID,
          because: "The ranges of a user do not overlap; copies that two runs wrote are the same pageview."),
      keys: [.eventID, .userID, .anchor], isReadOnce: true, isShort: true)
  }

  /// New rows and context together; the anchor of a new row is NULL.
  func addNeighbours(_ fresh: StepHandle, _ context: StepHandle, to steps: inout RunSteps) throws -> StepHandle {
    let f = fresh.table(as: "f")
    let c = context.table(as: "c")
    func columns(_ r: TableReference, isNew: Bool) -> [NamedExpression] {
      content.map { column in
        let isKnown = isNew || columnsOfOrder.contains(column)
        return NamedExpression(column, isKnown ? r[column] : .null(.text))
      } + carriedInstant.map { NamedExpression(r.alias, $0) } + [
        NamedExpression(.isNew, .literal(.flag(isNew))),
        NamedExpression(.anchor, isNew ? .null(idType) : r[.anchor]),
      ]
    }
    return try steps.add(
      .neighbours,
      Relation.unionAll(
        [
          Relation.table(f).project(columns(f, isNew: true), as: "u"),
          Relation.table(c).project(columns(c, isNew: false), as: "u"),
        ], alias: "u"
      ).unique(by: .eventID, because: "The ledger has no event that is new."), keys: [.eventID, .userID, .anchor],
      isReadOnce: true)
  }

  /// Each row with the island that it lies on. A session that the ranges cut is one session: its rows belong together
  /// whatever lies between.
  func addIslands(_ neighbours: StepHandle, to steps: inout RunSteps) throws -> StepHandle {
    let r = neighbours.table(as: "r")
    let behind = Relation.window(
      .table(r),
      [
        WindowColumn(.before, .previous(instant("r")), partition: user("r"), order: order("r")),
        WindowColumn(.anchorBefore, .previous(r[.anchor]), partition: user("r"), order: order("r")),
      ], alias: "behind")
    func h(_ column: Column) -> Expression { .column("behind", column) }
    let starts = startsSession(
      previous: h(.before), current: instant("behind"), unless: h(.anchorBefore).equals(h(.anchor), ids))
    let kept = content + [.isNew, .anchor]
    func island(_ relation: String) -> [OrderKey] {
      user(relation) + [OrderKey(.column(relation, .number), .value)]
    }
    let flagged = behind.project(
      kept.map { NamedExpression("behind", $0) } + [NamedExpression(.starts, starts)], as: "flagged")
    let numbered = Relation.window(
      flagged,
      [
        WindowColumn(
          .number, .runningSum(.column("flagged", .starts)), partition: user("flagged"), order: order("flagged"))
      ], alias: "numbered")
    let named = Relation.window(
      numbered,
      [
        WindowColumn(
          .island, .first(.column("numbered", .eventID)), partition: island("numbered"), order: order("numbered")),
        WindowColumn(
          .gained, .first(.column("numbered", .isNew)), partition: island("numbered"),
          order: [OrderTerm(.column("numbered", .isNew), .value, descending: true)], tiesAreEqual: true),
      ], alias: "named")
    return try steps.add(
      .islands, named.project((kept + [.island, .gained]).map { NamedExpression("named", $0) }, as: "islands"),
      keys: [.eventID, .userID, .anchor, .island], lookup: [])
  }

  /// The instant as a column of its own, where it is computed once a row.
  var carriedInstant: [Column] { profile.timesAreInstants ? [] : [.instant] }

  /// The instant of the rows under an alias.
  func instant(_ alias: String) -> Expression {
    profile.timesAreInstants ? .instant(of: .column(alias, .pageViewAt)) : .column(alias, .instant)
  }

  /// The columns that the order of pageviews reads.
  var columnsOfOrder: [Column] { [.eventID, .userID, .pageViewAt] + (bound.hasSequence ? [.sequence] : []) }
}
