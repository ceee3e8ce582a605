/// Islands by numbered rows: a row is joined to the one before it by number, and a session's start is looked up.
///
/// On SQLite half the cost of window functions: one sort, and joins by row number.
extension RunBuilder {
  mutating func addRangesByPosition() throws {
    let f = steps.reference("fresh", as: "f")
    let b = steps.reference("fresh", as: "b")
    let gap = planner.gap
    // Both sides are moved by one gap, since two gaps could leave the range of an engine's times (trap T25).
    let isFar = Expression.shift(f["instant"], microseconds: -gap)
      .isGreater(than: .shift(b["instant"], microseconds: gap))
    let ledgerHasRows = Expression.exists(.table(planner.ledger(.sessionTable, as: "any_row")))
    try add(
      "clusters",
      Relation.table(f).leftJoin(.table(b), on: b["position"].equals(f["position"].plus(-1), .value))
        .filter(
          .and([
            ledgerHasRows,
            .or([.isNull(b["position"]), b["user_id"].differs(from: f["user_id"], .bytes), isFar]),
          ])
        ).project(
          [NamedExpression("first_position", f["position"])], as: "clusters"),
      position: .init(column: "number", order: [OrderTerm(.column("clusters", "first_position"), .value)]))
    let c = steps.reference("clusters", as: "c")
    let d = steps.reference("clusters", as: "d")
    let l = steps.reference("fresh", as: "l")
    let lastPosition = Expression.coalesce([
      d["first_position"].plus(-1),
      .scalar(
        .aggregate(
          .table(steps.reference("fresh", as: "z")), by: [],
          [AggregateColumn("position", .maximum(.column("z", "position"), .value))], alias: "m")),
    ])
    try add(
      "ranges",
      Relation.table(c)
        .leftJoin(.table(d), on: d["number"].equals(c["number"].plus(1), .value))
        .join(.table(f), on: f["position"].equals(c["first_position"], .value))
        .join(.table(l), on: l["position"].equals(lastPosition, .value))
        .project(
          [
            NamedExpression("f", "user_id"),
            NamedExpression("from_at", .timestamp(of: .shift(f["instant"], microseconds: -gap))),
            NamedExpression("to_at", .timestamp(of: .shift(l["instant"], microseconds: gap))),
          ], as: "ranges"))
  }

  mutating func addIslandsByPosition() throws {
    let planner = planner
    let f = steps.reference("fresh", as: "f")
    let c = steps.reference("context", as: "c")
    func columns(_ r: TableReference, isNew: Bool) -> [NamedExpression] {
      content.map { name in
        let isAbsent = !isNew && (name == "page" || planner.attributes.contains(name))
        return NamedExpression(name, isAbsent ? .null(.text) : r[name])
      } + [
        NamedExpression("instant", r["instant"]), NamedExpression("is_new", .literal(.flag(isNew))),
        NamedExpression("current_session", isNew ? .null(planner.idType) : r["current_session"]),
      ]
    }
    try add(
      "neighbours",
      .unionAll(
        [
          Relation.table(f).project(columns(f, isNew: true), as: "u"),
          Relation.table(c).project(columns(c, isNew: false), as: "u"),
        ], alias: "u"),
      position: .init(column: "position", order: planner.order("u")))

    let r = steps.reference("neighbours", as: "r")
    let b = steps.reference("neighbours", as: "b")
    // A session that the ranges cut is one session: its rows belong together whatever lies between.
    let isSameSession = Expression.and([
      b["is_new"].equals(.literal(.flag(false)), .value), r["is_new"].equals(.literal(.flag(false)), .value),
      .isSame(b["current_session"], r["current_session"], ids),
    ])
    let starts = Expression.or([
      .isNull(b["position"]), b["user_id"].differs(from: r["user_id"], .bytes),
      .and([planner.gapExceeds(b["instant"], r["instant"]), .not(isSameSession)]),
    ])
    let o = planner.ledger(.sessionTable, as: "o")
    let isNew = r["is_new"].equals(.literal(.flag(true)), .value)
    try add(
      "islands",
      Relation.table(r)
        .leftJoin(.table(b), on: b["position"].equals(r["position"].plus(-1), .value))
        .leftJoin(.table(o), on: o["event_id"].equals(r["current_session"], ids))
        .filter(starts)
        .project(
          [
            NamedExpression("first_position", r["position"]),
            NamedExpression("target", .coalesce([r["current_session"], r["event_id"]])),
            NamedExpression(
              "target_at", .choose([Branch(isNew, then: r["page_view_at"])], otherwise: .present(o["page_view_at"]))),
            NamedExpression("target_is_new", r["is_new"]),
          ], as: "islands"), key: "first_position")

    let i = steps.reference("islands", as: "i")
    func island(_ column: String) -> Expression {
      .lookup(
        Lookup(
          i[column], from: .table(i), matching: i["first_position"].isAtMost(r["position"]),
          order: [OrderTerm(i["first_position"], .value, descending: true)], mayMiss: false))
    }
    newRows = Relation.table(r).filter(isNew).project(
      content.map { NamedExpression("r", $0) } + [NamedExpression("session_id", island("target"))], as: "x")
    let placed = Relation.table(r).filter(.not(isNew)).project(
      [NamedExpression("r", "current_session"), NamedExpression("island", island("first_position"))], as: "a")
    moves = Relation.join(
      placed, .table(i), .lookup, on: i["first_position"].equals(.column("a", "island"), .value)
    ).project(
      [
        NamedExpression("a", "current_session"), NamedExpression("i", "target"), NamedExpression("i", "target_at"),
        NamedExpression("i", "target_is_new"),
      ], as: "m")
  }
}
