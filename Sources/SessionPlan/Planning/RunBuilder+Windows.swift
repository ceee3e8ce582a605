/// Islands by window functions: the form that every engine has.
extension RunBuilder {
  mutating func addRangesByWindows() throws {
    let f = steps.reference("fresh", as: "f")
    let gap = planner.gap
    let user = [OrderKey(f["user_id"], .bytes)]
    let behind = Relation.window(
      .table(f), [WindowColumn("before", .previous(f["instant"]), partition: user, order: planner.order("f"))],
      alias: "h")
    func h(_ name: String) -> Expression { .column("h", name) }
    // Both sides are moved by one gap, since two gaps could leave the range of an engine's times (trap T25).
    let isFar = Expression.shift(h("instant"), microseconds: -gap).isGreater(
      than: .shift(h("before"), microseconds: gap))
    let flagged = behind.project(
      [
        NamedExpression("h", "event_id"), NamedExpression("h", "user_id"), NamedExpression("h", "page_view_at"),
        NamedExpression("h", "instant"),
        NamedExpression(
          "starts", .choose([Branch(.or([.isNull(h("before")), isFar]), then: .integer(1))], otherwise: .integer(0))),
      ], as: "q")
    let numbered = Relation.window(
      flagged,
      [
        WindowColumn(
          "cluster", .runningSum(.column("q", "starts")), partition: [OrderKey(.column("q", "user_id"), .bytes)],
          order: planner.order("q"))
      ], alias: "n")
    let clusters = Relation.aggregate(
      numbered, by: [NamedExpression("n", "user_id"), NamedExpression("n", "cluster")],
      [
        AggregateColumn("first", .minimum(.column("n", "instant"), .value)),
        AggregateColumn("last", .maximum(.column("n", "instant"), .value)),
      ], alias: "k")
    try add(
      "ranges",
      clusters.project(
        [
          NamedExpression("k", "user_id"),
          NamedExpression("from_at", .timestamp(of: .shift(.column("k", "first"), microseconds: -gap))),
          NamedExpression("to_at", .timestamp(of: .shift(.column("k", "last"), microseconds: gap))),
        ], as: "ranges"), isReadOnce: true)
  }

  mutating func addIslandsByWindows() throws {
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
        ], alias: "u"), isReadOnce: true)

    let r = steps.reference("neighbours", as: "r")
    let user = [OrderKey(r["user_id"], .bytes)]
    let order = planner.order("r")
    let behind = Relation.window(
      .table(r),
      [
        WindowColumn("before", .previous(r["instant"]), partition: user, order: order),
        WindowColumn("before_is_new", .previous(r["is_new"]), partition: user, order: order),
        WindowColumn("before_session", .previous(r["current_session"]), partition: user, order: order),
      ], alias: "h")
    func h(_ name: String) -> Expression { .column("h", name) }
    // A session that the ranges cut is one session: its rows belong together whatever lies between.
    let isSameSession = Expression.and([
      h("before_is_new").equals(.literal(.flag(false)), .value), h("is_new").equals(.literal(.flag(false)), .value),
      .isSame(h("before_session"), h("current_session"), ids),
    ])
    let starts = Expression.or([
      .isNull(h("before")), .and([planner.gapExceeds(h("before"), h("instant")), .not(isSameSession)]),
    ])
    let names = content + ["instant", "is_new", "current_session"]
    let flagged = behind.project(
      names.map { NamedExpression("h", $0) }
        + [NamedExpression("starts", .choose([Branch(starts, then: .integer(1))], otherwise: .integer(0)))], as: "q")
    let numbered = Relation.window(
      flagged,
      [
        WindowColumn(
          "island", .runningSum(.column("q", "starts")), partition: [OrderKey(.column("q", "user_id"), .bytes)],
          order: planner.order("q"))
      ], alias: "n")
    let island = [OrderKey(.column("n", "user_id"), .bytes), OrderKey(.column("n", "island"), .value)]
    func first(_ name: String, _ value: Expression) -> WindowColumn {
      WindowColumn(name, .first(value), partition: island, order: planner.order("n"))
    }
    try add(
      "islands",
      Relation.window(
        numbered,
        [
          first("target", .coalesce([.column("n", "current_session"), .column("n", "event_id")])),
          first("first_at", .column("n", "page_view_at")), first("target_is_new", .column("n", "is_new")),
        ], alias: "i"
      ).project(
        (content + ["is_new", "current_session", "target", "first_at", "target_is_new"]).map {
          NamedExpression("i", $0)
        },
        as: "islands"))

    let i = steps.reference("islands", as: "i")
    newRows = Relation.table(i).filter(i["is_new"].equals(.literal(.flag(true)), .value)).project(
      content.map { NamedExpression("i", $0) } + [NamedExpression("session_id", i["target"])], as: "x")
    let o = planner.ledger(.sessionTable, as: "o")
    let isNewTarget = i["target_is_new"].equals(.literal(.flag(true)), .value)
    moves = Relation.table(i).filter(i["is_new"].equals(.literal(.flag(false)), .value))
      .leftLookup(.table(o), on: o["event_id"].equals(i["target"], ids))
      .project(
        [
          NamedExpression("i", "current_session"), NamedExpression("i", "target"),
          NamedExpression(
            "target_at", .choose([Branch(isNewTarget, then: i["first_at"])], otherwise: .present(o["page_view_at"]))),
          NamedExpression("i", "target_is_new"),
        ], as: "m")
  }
}
