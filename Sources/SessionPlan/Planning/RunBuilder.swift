/// Builds the steps of a run that joins new rows to what the ledger holds (semantics.md, 3).
///
/// The step names, in order: `picked` (source rows that are not simply known), `repeated`, `fresh` (the new rows),
/// `ranges` (where they may touch the ledger), `context` (the ledger's rows there), the islands, `superseded` (lineage
/// rows), `rejected` (quarantine rows).
struct RunBuilder {
  let planner: Planner
  var steps: RunSteps

  /// Set by the island steps: the new rows with their `target`, and where context rows moved
  /// (`current_session`, `target`, `target_at`, `target_is_new`).
  var newRows: Relation?
  var moves: Relation?

  var ids: Collation { planner.ids }
  var content: [String] { Planner.columnsOfSelection + planner.attributes }

  mutating func add(
    _ name: String, _ relation: Relation, position: ScratchDefinition.Position? = nil, key: String? = nil,
    lookup: [String] = [], isReadOnce: Bool = false, isJudged: Bool = true
  ) throws {
    try steps.add(
      ScratchDefinition(
        name: name, query: Query(relation), position: position, key: key, lookup: lookup, isReadOnce: isReadOnce,
        keyColumns: isJudged ? planner.keyColumns : []))
  }

  // MARK: 1. New rows, fixed once

  mutating func addSelection(_ mode: RunMode) throws {
    let planner = planner
    let t = planner.ledger(.sessionTable, as: "t")
    func s(_ name: String) -> Expression { .column("s", name) }
    let isUnknown = Expression.isNull(t["run_id"])
    let differs = Expression.not(
      .and([
        t["user_id"].equals(s("user_id"), .bytes), t["page_view_at"].equals(s("page_view_at"), .value),
        .isSame(t["page"], s("page"), .bytes),
      ]))
    let reason = Expression.choose(
      [
        Branch(s("reason").isPresent, then: s("reason")),
        Branch(t["run_id"].isPresent, then: .text(QuarantineReason.duplicateEventID.rawValue)),
      ], otherwise: .null(.text))
    let selected = try planner.selection(mode, as: "s")
    // Rows that arrived are few; of a whole source or a window nobody knows, and the engine decides.
    var join = JoinKind.left
    if case .new = mode { join = .leftLookup }
    let isLedgerRow = Expression.and([.isNull(s("reason")), t["event_id"].equals(s("event_id"), ids)])
    try add(
      "picked",
      Relation.join(selected, .table(t), join, on: isLedgerRow)
        .filter(.or([isUnknown, differs]))
        .project(
          content.map { NamedExpression("s", $0) }
            + [
              NamedExpression("reason", reason), NamedExpression("s", "raw_event_id"), NamedExpression("s", "raw_time"),
            ],
          as: "picked"), isJudged: false)
    try addRanks()
    try addFresh()
  }

  /// Copies of one event id that are new in this run, ranked: the first counts.
  private mutating func addRanks() throws {
    let k = steps.reference("picked", as: "k")
    let groups = Relation.aggregate(
      Relation.table(k).filter(.isNull(k["reason"])), by: [NamedExpression("k", "event_id")],
      [AggregateColumn("copies", .count)], alias: "g")
    try add(
      "repeated",
      groups.filter(Expression.column("g", "copies").isGreater(than: .integer(1)))
        .project([NamedExpression("g", "event_id")], as: "repeated"), lookup: ["event_id"], isReadOnce: true)
    let d = steps.reference("repeated", as: "d")
    let copies = Relation.exists(
      Relation.table(k).filter(.isNull(k["reason"])), .table(d), on: d["event_id"].equals(k["event_id"], ids))
    let order =
      [
        OrderTerm(.present(k["page_view_at"]), .value), OrderTerm(.present(k["user_id"]), .bytes),
        OrderTerm(k["page"], .bytes, nulls: .first),
      ] + planner.attributes.map { OrderTerm(k[$0], .bytes, nulls: .first) }
    let partition = [OrderKey(k["event_id"], ids)]
    let columns = content + ["rank", "first_user_id", "first_page_view_at", "first_page"]
    try add(
      "copies",
      Relation.window(
        copies,
        [
          WindowColumn("rank", .rowNumber, partition: partition, order: order, tiesAreEqual: true),
          WindowColumn("first_user_id", .first(k["user_id"]), partition: partition, order: order, tiesAreEqual: true),
          WindowColumn(
            "first_page_view_at", .first(k["page_view_at"]), partition: partition, order: order, tiesAreEqual: true),
          WindowColumn("first_page", .first(k["page"]), partition: partition, order: order, tiesAreEqual: true),
        ], alias: "w"
      ).project(columns.map { NamedExpression("w", $0) }, as: "copies"), lookup: ["event_id"])
  }

  private mutating func addFresh() throws {
    let k = steps.reference("picked", as: "k")
    let d = steps.reference("copies", as: "d")
    let c = steps.reference("copies", as: "c")
    func columns(_ r: TableReference) -> [NamedExpression] {
      // Rows without a reason have all their keys.
      content.map { name in
        NamedExpression(name, name == "page" || planner.attributes.contains(name) ? r[name] : .present(r[name]))
      } + [NamedExpression("instant", .instant(of: .present(r["page_view_at"])))]
    }
    let single = Relation.notExists(
      Relation.table(k).filter(.isNull(k["reason"])), .table(d), on: d["event_id"].equals(k["event_id"], ids))
    let first = Relation.table(c).filter(c["rank"].equals(.integer(1), .value))
    let fresh = Relation.unionAll(
      [single.project(columns(k), as: "f"), first.project(columns(c), as: "f")], alias: "f")
    let position =
      planner.profile.islands == .positions
      ? ScratchDefinition.Position(column: "position", order: planner.order("f")) : nil
    try add("fresh", fresh, position: position, isReadOnce: position == nil)
  }

  // MARK: 2. The ledger rows that new rows may touch

  mutating func addContext() throws {
    switch planner.profile.islands {
    case .positions: try addRangesByPosition()
    case .windows: try addRangesByWindows()
    }
    let g = steps.reference("ranges", as: "g")
    let t = planner.ledger(.sessionTable, as: "t")
    let isInRange = Expression.and([
      t["user_id"].equals(g["user_id"], .bytes), t["page_view_at"].isAtLeast(g["from_at"]),
      t["page_view_at"].isAtMost(g["to_at"]),
    ])
    let rows = Relation.join(.table(g), .table(t), .lookup, on: isInRange)
    let columns =
      ["event_id", "user_id", "page_view_at"].map { NamedExpression("t", $0) }
      + [NamedExpression("instant", .instant(of: t["page_view_at"]))]
    try add("context", planner.resolved(rows, "t", asOf: nil, columns: columns, as: "context"), isReadOnce: true)
  }

  // MARK: 5.–6. What is written

  mutating func addResults() throws {
    guard let moves else { throw PlanError(.malformed, "a run without islands") }
    let planner = planner
    let reason = Expression.choose(
      [Branch(Expression.column("m", "target_is_new").equals(.literal(.flag(true)), .value), then: .text("extended"))],
      otherwise: .text("merged"))
    try add(
      "moved",
      Relation.distinct(
        moves.filter(Expression.column("m", "current_session").differs(from: .column("m", "target"), ids)).project(
          [
            NamedExpression("m", "current_session"), NamedExpression("m", "target"), NamedExpression("m", "target_at"),
            NamedExpression("reason", reason),
          ], as: "moved"), alias: "moved"), isReadOnce: true)
    let m = steps.reference("moved", as: "m")
    let l = planner.ledger(.sessionLineage, as: "l")
    func row(_ session: Expression) -> [NamedExpression] {
      [
        NamedExpression("session_id", session), NamedExpression("became", m["target"]),
        NamedExpression("became_at", m["target_at"]), NamedExpression("m", "reason"),
      ]
    }
    // Those that resolve to a superseded session move with it, so that resolution is one look-up and never a chain.
    let followers = Relation.join(
      .table(m), .table(l), .lookup, on: l["became"].equals(m["current_session"], ids))
    try add(
      "superseded",
      .distinct(
        .unionAll(
          [
            Relation.table(m).project(row(m["current_session"]), as: "u"),
            followers.project(row(l["session_id"]), as: "u"),
          ], alias: "u"), alias: "superseded"))
    try addRejected()
  }

  private mutating func addRejected() throws {
    let k = steps.reference("picked", as: "k")
    let c = steps.reference("copies", as: "c")
    let isOtherCopy = Expression.not(
      .and([
        c["user_id"].equals(c["first_user_id"], .bytes),
        c["page_view_at"].equals(c["first_page_view_at"], .value), .isSame(c["page"], c["first_page"], .bytes),
      ]))
    let copies = Relation.table(c).filter(isOtherCopy).project(
      [
        NamedExpression("reason", .text(QuarantineReason.duplicateEventID.rawValue)),
        NamedExpression("event_id", planner.textOfID(c["event_id"])), NamedExpression("c", "user_id"),
        NamedExpression("page_view_at", .timestampText(c["page_view_at"])), NamedExpression("c", "page"),
      ], as: "b")
    let bad = planner.rejected(.table(k), "k", as: "b")
    try add(
      "rejected",
      planner.notYetQuarantined(.distinct(.unionAll([bad, copies], alias: "b"), alias: "b"), as: "rejected"),
      isJudged: false)
  }

  // MARK: The plan

  func statements(buildingKeys: Bool) -> [Plan.Step] {
    var result = steps.scratchTables.map { Plan.Step($0.name, Self.purposes[$0.name] ?? "", .createScratch($0)) }
    result.append(
      Plan.Step(
        "lineage", "Session ids that were superseded, and by which.",
        insert(.sessionLineage, .table(steps.reference("superseded", as: "x")))))
    if let newRows {
      result.append(Plan.Step("rows", "The new pageviews, each with its session.", insert(.sessionTable, newRows)))
    }
    if buildingKeys { result += planner.lateKeySteps() }
    result.append(
      Plan.Step(
        "quarantine", "What cannot be sessionized, and why.",
        insert(.sessionQuarantine, .table(steps.reference("rejected", as: "x")))))
    return result
  }

  private func insert(_ object: ObjectNames.Object, _ rows: Relation) -> Statement {
    planner.insert(into: object, rows, alias: "x", steps: steps)
  }

  func counts() -> RunCounts {
    if !planner.profile.keepsSteps {
      return RunCounts(
        pageviews: planner.rowsOfThisRun(.sessionTable), lineageRows: planner.rowsOfThisRun(.sessionLineage),
        quarantined: planner.rowsOfThisRun(.sessionQuarantine))
    }
    return RunCounts(
      pageviews: planner.count(freshRows),
      lineageRows: planner.count(.table(steps.reference("superseded", as: "x"))),
      quarantined: planner.count(.table(steps.reference("rejected", as: "x"))))
  }

  /// The new rows, to be counted: in the first scratch table that has them.
  private var freshRows: Relation {
    if planner.profile.islands == .positions { return .table(steps.reference("fresh", as: "x")) }
    let i = steps.reference("islands", as: "x")
    return Relation.table(i).filter(i["is_new"].equals(.literal(.flag(true)), .value))
  }

  static let purposes = [
    "picked": "Source rows that the ledger does not simply know.",
    "repeated": "Event ids that came more than once.",
    "copies": "Their rows; the first counts.",
    "fresh": "The new rows, fixed once for the whole run.",
    "clusters": "Where new rows of a user are more than two gaps apart.",
    "ranges": "Where in time the new rows may touch the ledger.",
    "context": "The ledger's rows there, each with its current session.",
    "neighbours": "New rows and context in order.",
    "islands": "Where sessions start, and the session id of each.",
    "moved": "Sessions that became part of another.",
    "superseded": "The same, and all that resolved to them.",
    "rejected": "What goes to quarantine and is not there yet.",
  ]
}

extension Planner {
  /// The columns of steps that hold keys, where they have been judged.
  var keyColumns: Set<String> {
    Set(["event_id", "user_id", "session_id", "became", "current_session", "target"]).subtracting(attributes)
  }

  func count(_ rows: Relation) -> Expression {
    .scalar(.aggregate(rows, by: [], [AggregateColumn("n", .count)], alias: "n"))
  }

  func rowsOfThisRun(_ object: ObjectNames.Object) -> Expression {
    let t = ledger(object, as: "w")
    return count(Relation.table(t).filter(t["run_id"].equals(thisRun, .value)))
  }

  func textOfID(_ id: Expression) -> Expression { idType == .integer ? .decimalText(id) : id }

  /// The rows of a selection (under `alias`) that have a reason, as quarantine knows them: empty keys are NULL there
  /// too, and what is no id or time stays as it stood. Derived ids are not told.
  func rejected(_ rows: Relation, _ alias: String, as result: String) -> Relation {
    func r(_ name: String) -> Expression { .column(alias, name) }
    func nonEmpty(_ text: Expression) -> Expression {
      let isThere = Expression.and([text.isPresent, text.differs(from: .text(""), .bytes)])
      return .choose([Branch(isThere, then: text)], otherwise: .null(.text))
    }
    let event: Expression =
      if job.source.eventID == nil {
        .null(.text)
      } else if idType == .text {
        nonEmpty(r("event_id"))
      } else {
        .choose(
          [
            Branch(r("raw_event_id").isPresent, then: nonEmpty(r("raw_event_id"))),
            Branch(r("event_id").isPresent, then: .decimalText(r("event_id"))),
          ], otherwise: .null(.text))
      }
    let time = Expression.choose(
      [Branch(r("page_view_at").isPresent, then: .timestampText(r("page_view_at")))], otherwise: nonEmpty(r("raw_time"))
    )
    return rows.filter(r("reason").isPresent).project(
      [
        NamedExpression("reason", .present(r("reason"))), NamedExpression("event_id", event),
        NamedExpression("user_id", nonEmpty(r("user_id"))), NamedExpression("page_view_at", time),
        NamedExpression("page", r("page")),
      ], as: result)
  }

  /// Those of some quarantine rows (under alias `b`) that are not in quarantine yet, NULL equal to NULL.
  func notYetQuarantined(_ rows: Relation, as alias: String) -> Relation {
    let q = ledger(.sessionQuarantine, as: "q")
    let columns = ["reason", "event_id", "user_id", "page_view_at", "page"]
    let isThere = Expression.and(
      columns.map { name in
        name == "reason" ? q[name].equals(.column("b", name), .bytes) : .isSame(q[name], .column("b", name), .bytes)
      })
    return Relation.notExists(rows, .table(q), on: isThere)
      .project(columns.map { NamedExpression("b", $0) }, as: alias)
  }

  /// Inserts rows (under `alias`) into a ledger, with this run's id; columns that they do not have are NULL.
  func insert(into object: ObjectNames.Object, _ rows: Relation, alias: String, steps: RunSteps) -> Statement {
    let table = ledger(object, as: "into")
    let given = Set(((try? PlanChecker(steps: steps.schemas).columns(of: Query(rows))) ?? []).map(\.name))
    let values = table.columns.map { column in
      NamedExpression(
        column.name,
        column.name == "run_id"
          ? .present(thisRun) : given.contains(column.name) ? .column(alias, column.name) : .null(column.type))
    }
    return .insert(
      Insert(
        into: names[object], columns: table.columns,
        query: steps.query(rows.project(values, as: "v"))))
  }
}
