/// One thing that `verify` looks at: a query whose rows are what it found.
public struct VerifyCheck: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// A row is a fault: exit 1.
    case fault
    /// A row is counted, and a fault only with `--complete`.
    case count
  }

  public var name: String
  /// One sentence: what a row of it means.
  public var meaning: String
  public var kind: Kind
  /// Columns, all text: `subject`, `expected`, `found`.
  public var query: Query
}

/// `verify` recomputes the sessions inside the database, in another way than a run does (semantics.md, 7).
extension Planner {
  /// - Parameters:
  ///   - from: the start of the window, nil for open
  ///   - to: the end of the window, nil for open
  ///   - mark: the arrival mark less the overlap; nil where none is set
  public func verifyChecks(from: Literal? = nil, to: Literal? = nil, belowMark mark: Literal? = nil) throws
    -> [VerifyCheck]
  {
    let window = TimeWindow(from: from, to: to)
    var checks = [
      VerifyCheck(
        name: "wrong session", meaning: "a pageview whose session is not that of one full run", kind: .fault,
        query: wrongSessions(window)),
      VerifyCheck(
        name: "gap inside a session", meaning: "two neighbours of one session that are a gap apart", kind: .fault,
        query: neighbours(window, inOneSession: true)),
      VerifyCheck(
        name: "sessions too close", meaning: "two neighbours of different sessions that are not a gap apart",
        kind: .fault,
        query: neighbours(window, inOneSession: false)),
      VerifyCheck(
        name: "row twice", meaning: "an event that the ledger has more than once", kind: .fault, query: twice()),
      VerifyCheck(
        name: "pageviews do not add up", meaning: "the sessions' pageviews are not the ledger's rows", kind: .fault,
        query: sums()),
      VerifyCheck(
        name: "wrong start or end", meaning: "a session whose start or end is not its pageviews'", kind: .fault,
        query: wrongEnds(window)),
      VerifyCheck(
        name: "chained lineage", meaning: "a session that became one that was itself superseded", kind: .fault,
        query: chains()),
    ]
    if let mark, job.source.arrival != nil {
      checks.append(
        VerifyCheck(
          name: "missed arrival", meaning: "a row below the arrival mark less the overlap that no run took",
          kind: .fault,
          query: try pending(window, arrivalBelow: mark)))
    }
    checks += [
      VerifyCheck(
        name: "pending", meaning: "a source row that no run took yet", kind: .count,
        query: try pending(window, arrivalBelow: nil)),
      VerifyCheck(
        name: "changed", meaning: "a source row that is not what the ledger took", kind: .count,
        query: try changed(window)),
      VerifyCheck(
        name: "retired", meaning: "a ledger row that is gone from the source", kind: .count,
        query: try retired(window)),
    ]
    return checks
  }

  // MARK: Sessions from scratch

  /// Each ledger row with the session that one full run gives it (`expected`) and its current one (`session_id`): the
  /// textbook windows, LAG, SUM and FIRST_VALUE, over everything of the users at hand.
  private func recomputed(_ window: TimeWindow) -> Relation {
    var events = sessionEvents(asOf: nil).project(
      ["event_id", "session_id", "user_id", "page_view_at"].map { NamedExpression("e", $0) }
        + [NamedExpression("instant", .instant(of: .column("e", "page_view_at")))], as: "e")
    if !window.isOpen {
      let w = ledger(.sessionTable, as: "w")
      events = .exists(
        events, Relation.table(w).filter(window.contains(w["page_view_at"])),
        on: w["user_id"].equals(.column("e", "user_id"), .bytes))
    }
    let user = [OrderKey(.column("e", "user_id"), .bytes)]
    let behind = Relation.window(
      events, [WindowColumn("before", .previous(.column("e", "instant")), partition: user, order: order("e"))],
      alias: "h")
    func h(_ name: String) -> Expression { .column("h", name) }
    let starts = Expression.or([.isNull(h("before")), gapExceeds(h("before"), h("instant"))])
    let flagged = behind.project(
      ["event_id", "session_id", "user_id", "page_view_at"].map { NamedExpression("h", $0) }
        + [NamedExpression("starts", .choose([Branch(starts, then: .integer(1))], otherwise: .integer(0)))], as: "q")
    let numbered = Relation.window(
      flagged,
      [
        WindowColumn(
          "number_in_user", .runningSum(.column("q", "starts")), partition: [OrderKey(.column("q", "user_id"), .bytes)],
          order: order("q"))
      ], alias: "n")
    return Relation.window(
      numbered,
      [
        WindowColumn(
          "expected", .first(.column("n", "event_id")),
          partition: [OrderKey(.column("n", "user_id"), .bytes), OrderKey(.column("n", "number_in_user"), .value)],
          order: order("n"))
      ], alias: "x")
  }

  private func wrongSessions(_ window: TimeWindow) -> Query {
    func x(_ name: String) -> Expression { .column("x", name) }
    let wrong = recomputed(window).filter(x("expected").differs(from: x("session_id"), ids))
    let found: Relation
    if window.isOpen {
      found = wrong
    } else {
      // Every session with a pageview in the window, whole: by what it is, or by what it should be.
      func touching(_ column: String) -> Relation {
        let inWindow = recomputed(window).filter(window.contains(x("page_view_at"))).project(
          [NamedExpression("id", x(column))], as: "i")
        return Relation.exists(wrong, inWindow, on: Expression.column("i", "id").equals(x(column), ids)).project(
          ["event_id", "expected", "session_id"].map { NamedExpression("x", $0) }, as: "x")
      }
      found = .distinct(.unionAll([touching("expected"), touching("session_id")], alias: "x"), alias: "x")
    }
    return findings(
      found, subject: idText(x("event_id")), expected: idText(x("expected")), found: idText(x("session_id")))
  }

  private func neighbours(_ window: TimeWindow, inOneSession: Bool) -> Query {
    let events = sessionEvents(asOf: nil).project(
      ["event_id", "session_id", "user_id", "page_view_at"].map { NamedExpression("e", $0) }
        + [NamedExpression("instant", .instant(of: .column("e", "page_view_at")))], as: "e")
    let user = [OrderKey(.column("e", "user_id"), .bytes)]
    let behind = Relation.window(
      events,
      [
        WindowColumn("before", .previous(.column("e", "instant")), partition: user, order: order("e")),
        WindowColumn("before_session", .previous(.column("e", "session_id")), partition: user, order: order("e")),
        WindowColumn("before_event", .previous(.column("e", "event_id")), partition: user, order: order("e")),
      ], alias: "h")
    func h(_ name: String) -> Expression { .column("h", name) }
    let isSame = h("before_session").equals(h("session_id"), ids)
    let isApart = gapExceeds(h("before"), h("instant"))
    let rows = behind.filter(
      .and([
        h("before").isPresent, inOneSession ? isSame : .not(isSame), inOneSession ? isApart : .not(isApart),
        window.contains(h("page_view_at")),
      ]))
    return findings(
      rows, subject: idText(h("event_id")),
      expected: .text(inOneSession ? "another session" : "one session"),
      found: .concatenate([.text("after "), .present(idText(h("before_event")))]))
  }

  // MARK: Invariants

  private func twice() -> Query {
    let t = ledger(.sessionTable, as: "t")
    let groups = Relation.aggregate(
      .table(t), by: [NamedExpression("t", "event_id")], [AggregateColumn("copies", .count)], alias: "g")
    return findings(
      groups.filter(Expression.column("g", "copies").isGreater(than: .integer(1))),
      subject: idText(.column("g", "event_id")), expected: .text("1"), found: .decimalText(.column("g", "copies")))
  }

  private func sums() -> Query {
    let inSessions = Relation.aggregate(
      sessions(asOf: nil), by: [], [AggregateColumn("pageviews", .sum(.column("s", "pageviews")))], alias: "a")
    let t = ledger(.sessionTable, as: "t")
    let inLedger = Relation.aggregate(.table(t), by: [], [AggregateColumn("pageviews", .count)], alias: "b")
    let differ = Expression.column("a", "pageviews").differs(from: .column("b", "pageviews"), .value)
    return findings(
      inSessions.join(inLedger, on: differ), subject: .text("pageviews"),
      expected: .decimalText(.column("b", "pageviews")), found: .decimalText(.column("a", "pageviews")))
  }

  private func wrongEnds(_ window: TimeWindow) -> Query {
    let groups = Relation.aggregate(
      sessionEvents(asOf: nil), by: [NamedExpression("e", "session_id")],
      [
        AggregateColumn("first", .minimum(.column("e", "page_view_at"), .value)),
        AggregateColumn("last", .maximum(.column("e", "page_view_at"), .value)),
      ], alias: "m")
    let spans = ["first", "last", "started_at", "ended_at"]
    // Put beside each other by grouping: neither side has a key by which an engine could look the other up.
    func side(_ rows: Relation, _ alias: String, _ known: [String]) -> Relation {
      rows.project(
        [NamedExpression("session_id", .column(alias, "session_id"))]
          + spans.map { NamedExpression($0, known.contains($0) ? .column(alias, $0) : .null(.timestamp)) }, as: "u")
    }
    let both = Relation.aggregate(
      .unionAll(
        [side(groups, "m", ["first", "last"]), side(sessions(asOf: nil), "s", ["started_at", "ended_at"])], alias: "u"),
      by: [NamedExpression("u", "session_id")],
      spans.map { AggregateColumn($0, .maximum(.column("u", $0), .value)) }, alias: "b")
    func b(_ name: String) -> Expression { .column("b", name) }
    let first = Expression.present(b("first"))
    let last = Expression.present(b("last"))
    let isRight = Expression.and([
      b("started_at").isPresent, b("started_at").equals(first, .value), b("ended_at").equals(last, .value),
    ])
    // Missed where a session's id is no event of its own: then it has no row in the view.
    let rows = both.filter(
      .and([.or([.isNull(b("started_at")), .not(isRight)]), window.overlaps(first, last)]))
    func span(_ from: Expression, _ to: Expression) -> Expression {
      .choose(
        [Branch(from.isPresent, then: .concatenate([.timestampText(from), .text(" – "), .timestampText(to)]))],
        otherwise: .text("no session"))
    }
    return findings(
      rows, subject: idText(b("session_id")), expected: span(first, last),
      found: span(b("started_at"), b("ended_at")))
  }

  private func chains() -> Query {
    let l = ledger(.sessionLineage, as: "l")
    let current = resolved(
      Relation.distinct(Relation.table(l).project([NamedExpression("l", "session_id")], as: "t"), alias: "t"), "t",
      asOf: nil, columns: [NamedExpression("t", "session_id")], as: "c")
    let again = resolved(
      current.project(
        [
          NamedExpression("first_id", .column("c", "session_id")),
          NamedExpression("session_id", .column("c", "current_session")),
        ], as: "t"), "t", asOf: nil,
      columns: [NamedExpression("t", "first_id"), NamedExpression("t", "session_id")], as: "a")
    func a(_ name: String) -> Expression { .column("a", name) }
    return findings(
      again.filter(a("session_id").differs(from: a("current_session"), ids)), subject: idText(a("first_id")),
      expected: idText(a("current_session")), found: idText(a("session_id")))
  }

  // MARK: Against the source

  /// Good source rows that are not in the ledger.
  private func pending(_ window: TimeWindow, arrivalBelow mark: Literal?) throws -> Query {
    func s(_ name: String) -> Expression { .column("s", name) }
    var conditions = [Expression.isNull(s("reason"))]
    if let mark { conditions.append(s("arrival").isLess(than: .literal(mark))) }
    let rows = try selection(window.mode, as: "s", withArrival: mark != nil).filter(.and(conditions))
    let t = ledger(.sessionTable, as: "t")
    return findings(
      .notExists(rows, .table(t), on: t["event_id"].equals(s("event_id"), ids)), subject: idText(s("event_id")),
      expected: .text("in the ledger"), found: .text("not there"))
  }

  /// The source's rows beside the ledger's of the same id, under the aliases `s` and `t`.
  private func inBoth() throws -> Relation {
    let t = ledger(.sessionTable, as: "t")
    let id = Expression.column("s", "event_id")
    return Relation.join(
      try selection(.whole, as: "s").filter(id.isPresent), .table(t), .lookup, on: t["event_id"].equals(id, ids))
  }

  /// Ledger rows that the source still has, with how many of its copies are `equal`: under the alias `c`.
  private func inSource() throws -> Relation {
    let t = ledger(.sessionTable, as: "t")
    func s(_ name: String) -> Expression { .column("s", name) }
    let isEqual = Expression.and([
      t["user_id"].equals(s("user_id"), .bytes), t["page_view_at"].equals(s("page_view_at"), .value),
      .isSame(t["page"], s("page"), .bytes),
    ])
    let matched = try inBoth().project(
      [
        NamedExpression("t", "event_id"), NamedExpression("t", "page_view_at"),
        NamedExpression("is_equal", .choose([Branch(isEqual, then: .integer(1))], otherwise: .integer(0))),
      ], as: "q")
    return .aggregate(
      matched, by: [NamedExpression("q", "event_id"), NamedExpression("q", "page_view_at")],
      [AggregateColumn("equal", .sum(.column("q", "is_equal")))], alias: "c")
  }

  /// Ledger rows of which the source has a row of that id but none that is equal.
  private func changed(_ window: TimeWindow) throws -> Query {
    func c(_ name: String) -> Expression { .column("c", name) }
    let rows = try inSource().filter(
      .and([c("equal").equals(.integer(0), .value), window.contains(c("page_view_at"))]))
    return findings(
      rows, subject: idText(c("event_id")), expected: .text("as in the ledger"),
      found: .text("another user, time or page"))
  }

  /// Ledger rows whose id the source has no more.
  private func retired(_ window: TimeWindow) throws -> Query {
    let t = ledger(.sessionTable, as: "t")
    func side(_ rows: Relation, isFound: Int64) -> Relation {
      rows.project(
        [
          NamedExpression("event_id", t["event_id"]), NamedExpression("page_view_at", t["page_view_at"]),
          NamedExpression("found", .integer(isFound)),
        ], as: "u")
    }
    // By grouping, since the source's side has no key to look rows up by.
    let both = Relation.aggregate(
      .unionAll([side(.table(t), isFound: 0), side(try inBoth(), isFound: 1)], alias: "u"),
      by: [NamedExpression("u", "event_id"), NamedExpression("u", "page_view_at")],
      [AggregateColumn("found", .sum(.column("u", "found")))], alias: "b")
    func b(_ name: String) -> Expression { .column("b", name) }
    let rows = both.filter(.and([b("found").equals(.integer(0), .value), window.contains(b("page_view_at"))]))
    return findings(
      rows, subject: idText(b("event_id")), expected: .text("as in the ledger"), found: .text("gone"))
  }

  // MARK: The form of findings

  private func idText(_ id: Expression) -> Expression { idType == .integer ? .decimalText(id) : id }

  private func findings(_ rows: Relation, subject: Expression, expected: Expression, found: Expression) -> Query {
    Query(
      rows.project(
        [NamedExpression("subject", subject), NamedExpression("expected", expected), NamedExpression("found", found)],
        as: "o"))
  }
}

/// A half-open window of time; either end may be open.
struct TimeWindow {
  var from: Literal?
  var to: Literal?

  var isOpen: Bool { from == nil && to == nil }

  var mode: RunMode { isOpen ? .whole : .window(from: from, to: to) }

  func contains(_ time: Expression) -> Expression {
    .and((from.map { [time.isAtLeast(.literal($0))] } ?? []) + (to.map { [time.isLess(than: .literal($0))] } ?? []))
  }

  /// Whether a span from `first` to `last`, both included, has a moment in the window.
  func overlaps(_ first: Expression, _ last: Expression) -> Expression {
    .and((from.map { [last.isAtLeast(.literal($0))] } ?? []) + (to.map { [first.isLess(than: .literal($0))] } ?? []))
  }
}
