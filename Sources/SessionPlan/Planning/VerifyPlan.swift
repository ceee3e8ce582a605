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
  ///   - ignored: the time before which ledger and source need not agree; nil where they must everywhere
  public func verifyChecks(
    from: Literal? = nil, to: Literal? = nil, belowMark mark: Literal? = nil, ignoringBefore ignored: Literal? = nil
  ) throws -> [VerifyCheck] {
    let window = TimeWindow(from: from, to: to)
    let compared = TimeWindow(from: Self.later(from, ignored), to: to)
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
        name: "wrong session row", meaning: "a session that is not what its pageviews give", kind: .fault,
        query: wrongVersions(window)),
      VerifyCheck(
        name: "chained lineage", meaning: "an anchor that was merged into one that was itself merged", kind: .fault,
        query: chains()),
    ]
    if let mark, job.source.arrival != nil {
      checks.append(
        VerifyCheck(
          name: "missed arrival", meaning: "a row below the arrival mark less the overlap that no run took",
          kind: .fault,
          query: try pending(window, arrivalBelow: mark)))
    }
    if let floor {
      var open = self
      open.floor = nil
      checks.append(
        VerifyCheck(
          name: "before retention", meaning: "a source row before the date of retain, which no run takes any more",
          kind: .count,
          query: try open.pending(
            TimeWindow(from: compared.from, to: Self.earlier(compared.to, .timestamp(floor))), arrivalBelow: nil)))
    }
    checks += [
      VerifyCheck(
        name: "pending", meaning: "a source row that no run took yet", kind: .count,
        query: try pending(compared, arrivalBelow: nil)),
      VerifyCheck(
        name: "changed", meaning: "a source row that is not what the ledger took", kind: .count,
        query: try changed(compared)),
      VerifyCheck(
        name: "retired", meaning: "a ledger row that is gone from the source", kind: .count,
        query: try retired(compared)),
    ]
    return checks
  }

  /// The later of two times, where there are two.
  private static func later(_ a: Literal?, _ b: Literal?) -> Literal? {
    guard case .timestamp(let first)? = a, case .timestamp(let second)? = b else { return b ?? a }
    return .timestamp(max(first, second))
  }

  private static func earlier(_ a: Literal?, _ b: Literal) -> Literal {
    guard case .timestamp(let first)? = a, case .timestamp(let second) = b else { return b }
    return .timestamp(min(first, second))
  }

  // MARK: Sessions from scratch

  /// The pageviews of `session_events` with their instant, under the alias `e`.
  private var events: Relation {
    let columns = columnsOfOrder + [.sessionID]
    return sessionEvents(asOf: nil).project(
      columns.map { NamedExpression("e", $0) }
        + [NamedExpression(.instant, .instant(of: .column("e", .pageViewAt)))], as: "e")
  }

  /// Each ledger row with the session that one full run gives it (`island`) and its current one (`session_id`): the
  /// textbook windows, LAG, SUM and FIRST_VALUE, over everything of the users at hand.
  private func recomputed(_ window: TimeWindow) -> Relation {
    var events = events
    if !window.isOpen {
      let w = ledger(.sessionTable, as: "w")
      events = .exists(
        events, Relation.table(w).filter(window.contains(w[.pageViewAt])),
        on: w[.userID].equals(.column("e", .userID), .bytes))
    }
    let behind = Relation.window(
      events,
      [WindowColumn(.before, .previous(.column("e", .instant)), partition: user("e"), order: order("e"))],
      alias: "h")
    func h(_ column: Column) -> Expression { .column("h", column) }
    let starts = Expression.or([.isNull(h(.before)), gapExceeds(h(.before), h(.instant))])
    let flagged = behind.project(
      (columnsOfOrder + [.sessionID]).map { NamedExpression("h", $0) }
        + [NamedExpression(.starts, .choose([Branch(starts, then: .integer(1))], otherwise: .integer(0)))], as: "q")
    let numbered = Relation.window(
      flagged,
      [WindowColumn(.number, .runningSum(.column("q", .starts)), partition: user("q"), order: order("q"))], alias: "n")
    return Relation.window(
      numbered,
      [
        WindowColumn(
          .island, .first(.column("n", .eventID)),
          partition: user("n") + [OrderKey(.column("n", .number), .value)], order: order("n"))
      ], alias: "x")
  }

  private func wrongSessions(_ window: TimeWindow) -> Query {
    func x(_ column: Column) -> Expression { .column("x", column) }
    let wrong = recomputed(window).filter(x(.island).differs(from: x(.sessionID), ids))
    let found: Relation
    if window.isOpen {
      found = wrong
    } else {
      // Every session with a pageview in the window, whole: by what it is, or by what it should be.
      func touching(_ column: Column) -> Relation {
        let inWindow = recomputed(window).filter(window.contains(x(.pageViewAt))).project(
          [NamedExpression(.anchor, x(column))], as: "i")
        return Relation.exists(wrong, inWindow, on: Expression.column("i", .anchor).equals(x(column), ids)).project(
          [.init("x", .eventID), .init("x", .island), .init("x", .sessionID)], as: "x")
      }
      found = .distinct(.unionAll([touching(.island), touching(.sessionID)], alias: "x"), alias: "x")
    }
    return findings(
      found, subject: textOfID(x(.eventID)), expected: textOfID(x(.island)), found: textOfID(x(.sessionID)))
  }

  private func neighbours(_ window: TimeWindow, inOneSession: Bool) -> Query {
    // Within a session, or among all of a user: rows of one session that another's row parts are neighbours there.
    let partition = user("e") + (inOneSession ? [OrderKey(.column("e", .sessionID), ids)] : [])
    func before(_ name: Column, _ value: Column) -> WindowColumn {
      WindowColumn(name, .previous(.column("e", value)), partition: partition, order: order("e"))
    }
    let behind = Relation.window(
      events, [before(.before, .instant), before(.sessionBefore, .sessionID), before(.eventBefore, .eventID)],
      alias: "h")
    func h(_ column: Column) -> Expression { .column("h", column) }
    let isSame = h(.sessionBefore).equals(h(.sessionID), ids)
    let isApart = gapExceeds(h(.before), h(.instant))
    let rows = behind.filter(
      .and([
        h(.before).isPresent, inOneSession ? isApart : .and([.not(isSame), .not(isApart)]),
        window.contains(h(.pageViewAt)),
      ]))
    return findings(
      rows, subject: textOfID(h(.eventID)), expected: .text(inOneSession ? "another session" : "one session"),
      found: .concatenate([.text("after "), .present(textOfID(h(.eventBefore)))]))
  }

  // MARK: Invariants

  private func twice() -> Query {
    let t = ledger(.sessionTable, as: "t")
    let groups = Relation.aggregate(
      .table(t), by: [NamedExpression("t", .eventID)], [AggregateColumn("copies", .count)], alias: "g")
    return findings(
      groups.filter(Expression.column("g", "copies").isGreater(than: .integer(1))),
      subject: textOfID(.column("g", .eventID)), expected: .text("1"), found: .decimalText(.column("g", "copies")))
  }

  private func sums() -> Query {
    let inSessions = Relation.aggregate(
      kept(sessions(asOf: nil), "s"), by: [], [AggregateColumn(.pageviews, .sum(.column("s", .pageviews)))], alias: "a")
    let inLedger = Relation.aggregate(
      countedRows(asOf: nil, as: "t"), by: [], [AggregateColumn(.pageviews, .count)], alias: "b")
    let differ = Expression.column("a", .pageviews).differs(from: .column("b", .pageviews), .value)
    return findings(
      inSessions.join(inLedger, on: differ), subject: .text("pageviews"),
      expected: .decimalText(.column("b", .pageviews)), found: .decimalText(.column("a", .pageviews)))
  }

  /// Every column of a session's newest version beside what the pageviews give.
  private func wrongVersions(_ window: TimeWindow) -> Query {
    let given: [(column: Column, type: ValueType)] =
      [
        (.userID, .text), (.startedAt, .timestamp), (.endedAt, .timestamp), (.lastEventID, idType),
        (.pageviews, .integer), (.entryPage, .text), (.exitPage, .text),
      ] + (attributeColumns + lastAttributeColumns).map { ($0, .text) }
    func collation(_ type: ValueType) -> Collation { type == .text ? .bytes : .value }
    /// One side in both sides' columns, those of the other NULL.
    func side(_ rows: Relation, _ alias: String, isVersion: Bool) -> Relation {
      let null = given.map { Expression.null($0.type) }
      let own = given.map { Expression.column(alias, $0.column) }
      let columns =
        zip(given, isVersion ? null : own).map { NamedExpression($0.column, $1) }
        + zip(given, isVersion ? own : null).map { NamedExpression(.version($0.column), $1) }
      return rows.project([.init(alias, .sessionID)] + columns, as: "u")
    }
    // Put beside each other by grouping: neither side has a key by which an engine could look the other up.
    let both = Relation.aggregate(
      .unionAll(
        [
          side(sessionsFromPageviews, "p", isVersion: false),
          side(
            shown(kept(currentVersions(asOf: nil, as: "v"), "v"), "v", also: [.lastEventID], as: "s"), "s",
            isVersion: true),
        ], alias: "u"),
      by: [.init("u", .sessionID)],
      given.flatMap { column, type in
        [column, .version(column)].map { AggregateColumn($0, .maximum(.column("u", $0), collation(type))) }
      }, alias: "b")
    func b(_ column: Column) -> Expression { .column("b", column) }
    let isRight = Expression.and(
      [b(.userID).isPresent, b(.version(.userID)).isPresent]
        + given.map { .isSame(b($0.column), b(.version($0.column)), collation($0.type)) })
    let first = Expression.coalesce([b(.startedAt), b(.version(.startedAt))])
    let last = Expression.coalesce([b(.endedAt), b(.version(.endedAt))])
    let rows = both.filter(.and([.not(isRight), window.overlaps(first, last)]))
    func text(_ column: (Column) -> Column) -> Expression {
      let span = [Column.startedAt, .endedAt].map { Expression.timestampText(.present(b(column($0)))) }
      return .choose(
        [
          Branch(
            b(column(.startedAt)).isPresent,
            then: .concatenate([
              span[0], .text(" – "), span[1], .text(", pageviews: "),
              .decimalText(.present(b(column(.pageviews)))),
            ]))
        ], otherwise: .text("no session"))
    }
    return findings(rows, subject: textOfID(b(.sessionID)), expected: text { $0 }, found: text { .version($0) })
  }

  /// The sessions as their pageviews give them, under the alias `p`: their first and last row, and how many there are.
  private var sessionsFromPageviews: Relation {
    let rows = sessionEvents(asOf: nil)
    let session = [OrderKey(.column("e", .sessionID), ids)]
    let ranked = Relation.window(
      rows,
      [
        WindowColumn(.firstRank, .rowNumber, partition: session, order: orderInUser("e")),
        WindowColumn(
          .lastRank, .rowNumber, partition: session,
          order: reverseOrder("e", .pageViewAt, sequence: .sequence, .eventID)),
      ], alias: "r")
    func r(_ column: Column) -> Expression { .column("r", column) }
    func end(_ name: Column, _ value: Column, _ rank: Column, _ type: ValueType) -> AggregateColumn {
      AggregateColumn(
        name,
        .maximum(
          .choose([Branch(r(rank).equals(.integer(1), .value), then: r(value))], otherwise: .null(type)),
          type == .text ? .bytes : .value))
    }
    return .aggregate(
      ranked, by: [.init("r", .sessionID)],
      [
        AggregateColumn(.userID, .maximum(r(.userID), .bytes)),
        AggregateColumn(.startedAt, .minimum(r(.pageViewAt), .value)),
        AggregateColumn(.endedAt, .maximum(r(.pageViewAt), .value)),
        end(.lastEventID, .eventID, .lastRank, idType), AggregateColumn(.pageviews, .count),
        end(.entryPage, .page, .firstRank, .text), end(.exitPage, .page, .lastRank, .text),
      ]
        + zip(attributeColumns, lastAttributeColumns).flatMap { attribute, lastAttribute in
          [end(attribute, attribute, .firstRank, .text), end(lastAttribute, attribute, .lastRank, .text)]
        }, alias: "p")
  }

  private func chains() -> Query {
    let l = ledger(.sessionLineage, as: "l")
    let again = ledger(.sessionLineage, as: "again")
    let merged = Relation.distinct(
      Relation.table(l).project([.init("l", .sessionID)], as: "t"), alias: "t")
    let current = anchored(merged, "t", asOf: nil, columns: [.init("t", .sessionID)], as: "c")
    let chained = Relation.exists(
      current, .table(again), on: again[.sessionID].equals(.column("c", .anchor), ids))
    return findings(
      chained, subject: textOfID(.column("c", .sessionID)), expected: .text("an anchor that was not merged"),
      found: textOfID(.column("c", .anchor)))
  }

  // MARK: Against the source

  /// Good source rows that are not in the ledger.
  private func pending(_ window: TimeWindow, arrivalBelow mark: Literal?) throws -> Query {
    func s(_ column: Column) -> Expression { .column("s", column) }
    var conditions = [Expression.isNull(s(.reason))]
    if let mark { conditions.append(s(.arrival).isLess(than: .literal(mark))) }
    if let isRemoved = isIDOfRemovedSession(s(.eventID)) { conditions.append(.not(isRemoved)) }
    let rows = try selection(window.mode, as: "s", withArrival: mark != nil).filter(.and(conditions))
    let t = ledger(.sessionTable, as: "t")
    let (expected, found) = (Expression.text("in the ledger"), Expression.text("not there"))
    if looksUp {
      return findings(
        .notExists(rows, .table(t), on: t[.eventID].equals(s(.eventID), ids)), subject: textOfID(s(.eventID)),
        expected: expected, found: found)
    }
    // Both sides in one window: an engine that underestimates one of them would scan the other for each of its rows.
    func side(_ rows: Relation, _ id: Expression, isLedger: Int64) -> Relation {
      rows.project([NamedExpression(.eventID, id), NamedExpression(.rank, .integer(isLedger))], as: "u")
    }
    func u(_ column: Column) -> Expression { .column("u", column) }
    let both = Relation.window(
      .unionAll([side(rows, s(.eventID), isLedger: 0), side(.table(t), t[.eventID], isLedger: 1)], alias: "u"),
      [
        WindowColumn(
          .number, .first(u(.rank)), partition: [OrderKey(u(.eventID), ids)],
          order: [OrderTerm(u(.rank), .value, descending: true)], tiesAreEqual: true)
      ], alias: "b")
    return findings(
      both.filter(Expression.column("b", .number).equals(.integer(0), .value)),
      subject: textOfID(.column("b", .eventID)), expected: expected, found: found)
  }

  /// The source's rows beside the ledger's of the same id, under the aliases `s` and `t`.
  private func inBoth() throws -> Relation {
    let t = ledger(.sessionTable, as: "t")
    let id = Expression.column("s", .eventID)
    // An ordinary join: look-ups would be one scan a row where the key is missing.
    var open = self
    open.floor = nil
    return try open.selection(.whole, as: "s").filter(id.isPresent).join(.table(t), on: t[.eventID].equals(id, ids))
  }

  /// Ledger rows that the source still has, with how many of its copies are `equal`: under the alias `c`.
  private func inSource() throws -> Relation {
    let t = ledger(.sessionTable, as: "t")
    func s(_ column: Column) -> Expression { .column("s", column) }
    let isEqual = Expression.and([
      t[.userID].equals(s(.userID), .bytes), t[.pageViewAt].equals(s(.pageViewAt), .value),
      .isSame(t[.page], s(.page), .bytes),
    ])
    let matched = try inBoth().project(
      [
        NamedExpression("t", .eventID), NamedExpression("t", .pageViewAt),
        NamedExpression("is_equal", .choose([Branch(isEqual, then: .integer(1))], otherwise: .integer(0))),
      ], as: "q")
    return .aggregate(
      matched, by: [NamedExpression("q", .eventID), NamedExpression("q", .pageViewAt)],
      [AggregateColumn("equal", .sum(.column("q", "is_equal")))], alias: "c")
  }

  /// Ledger rows of which the source has a row of that id but none that is equal.
  private func changed(_ window: TimeWindow) throws -> Query {
    func c(_ name: String) -> Expression { .column("c", name) }
    let rows = try inSource().filter(
      .and([c("equal").equals(.integer(0), .value), window.contains(c("page_view_at"))]))
    return findings(
      rows, subject: textOfID(c("event_id")), expected: .text("as in the ledger"),
      found: .text("another user, time or page"))
  }

  /// Ledger rows whose id the source has no more.
  private func retired(_ window: TimeWindow) throws -> Query {
    let t = ledger(.sessionTable, as: "t")
    func side(_ rows: Relation, isFound: Int64) -> Relation {
      rows.project(
        [
          NamedExpression(.eventID, t[.eventID]), NamedExpression(.pageViewAt, t[.pageViewAt]),
          NamedExpression("found", .integer(isFound)),
        ], as: "u")
    }
    // By grouping, since the source's side has no key to look rows up by.
    let both = Relation.aggregate(
      .unionAll([side(.table(t), isFound: 0), side(try inBoth(), isFound: 1)], alias: "u"),
      by: [NamedExpression("u", .eventID), NamedExpression("u", .pageViewAt)],
      [AggregateColumn("found", .sum(.column("u", "found")))], alias: "b")
    func b(_ name: String) -> Expression { .column("b", name) }
    let rows = both.filter(.and([b("found").equals(.integer(0), .value), window.contains(b("page_view_at"))]))
    return findings(
      rows, subject: textOfID(b("event_id")), expected: .text("as in the ledger"), found: .text("gone"))
  }

  // MARK: The form of findings

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
