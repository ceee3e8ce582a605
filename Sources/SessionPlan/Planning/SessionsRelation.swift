/// One row for each current session.
extension Planner {
  /// Columns: session_id, user_id, started_at, ended_at, duration (seconds), duration_microseconds, pageviews,
  /// entry_page, exit_page, is_bounce, and the attributes' values of the first pageview.
  public func sessions(asOf run: Literal?, as alias: String = "s") -> Relation {
    sessions(of: sessionEvents(asOf: run), asOf: run, as: alias)
  }

  /// The sessions of rows of `sessionEvents` (under alias `e`), each session whole.
  func sessions(of events: Relation, asOf run: Literal?, as alias: String) -> Relation {
    let grouped = Relation.aggregate(
      events, by: [NamedExpression("e", "session_id")],
      [
        AggregateColumn("ended_at", .maximum(.column("e", "page_view_at"), .value)),
        AggregateColumn("pageviews", .count),
      ], alias: "g")
    return sessions(grouped: grouped, asOf: run, as: alias)
  }

  /// The current sessions whose ids are among the rows of `wanted` (`session_id`, under alias `c`).
  ///
  /// They are found by grouping, not by a join: neither side has a key by which an engine could look the other up.
  func sessions(among wanted: Relation, as alias: String) -> Relation {
    func side(_ rows: Relation, _ alias: String, isEvent: Bool) -> Relation {
      rows.project(
        [
          NamedExpression("session_id", .column(alias, "session_id")),
          NamedExpression("page_view_at", isEvent ? .column(alias, "page_view_at") : .null(.timestamp)),
          NamedExpression("pageviews", .integer(isEvent ? 1 : 0)),
          NamedExpression("wanted", .integer(isEvent ? 0 : 1)),
        ], as: "u")
    }
    func u(_ name: String) -> Expression { .column("u", name) }
    let both = Relation.aggregate(
      .unionAll(
        [side(sessionEvents(asOf: nil), "e", isEvent: true), side(wanted, "c", isEvent: false)], alias: "u"),
      by: [NamedExpression("u", "session_id")],
      [
        AggregateColumn("ended_at", .maximum(u("page_view_at"), .value)),
        AggregateColumn("pageviews", .sum(u("pageviews"))), AggregateColumn("wanted", .sum(u("wanted"))),
      ], alias: "b")
    func b(_ name: String) -> Expression { .column("b", name) }
    let grouped = both.filter(
      .and([b("wanted").isGreater(than: .integer(0)), b("pageviews").isGreater(than: .integer(0))])
    ).project(
      [
        NamedExpression("session_id", b("session_id")), NamedExpression("ended_at", .present(b("ended_at"))),
        NamedExpression("pageviews", b("pageviews")),
      ], as: "g")
    return sessions(grouped: grouped, asOf: nil, as: alias)
  }

  /// - Parameter grouped: `session_id`, `ended_at` and `pageviews` of each session, under alias `g`
  private func sessions(grouped: Relation, asOf run: Literal?, as alias: String) -> Relation {
    // A session's id is the event id of its first pageview: the way in is found by key.
    let withFirst = Relation.join(
      grouped, countedRows(asOf: run, as: "f"), .lookup,
      on: Expression.column("f", "event_id").equals(.column("g", "session_id"), ids))
    let ended = Expression.column("g", "ended_at")
    let started = Expression.column("f", "page_view_at")
    let pageviews = Expression.column("g", "pageviews")
    let (rows, exitPage) = withExitPage(withFirst, asOf: run)
    let duration = Expression.durationMicroseconds(from: started, to: ended)
    return rows.project(
      [
        NamedExpression("g", "session_id"),
        NamedExpression("f", "user_id"),
        NamedExpression("started_at", started),
        NamedExpression("ended_at", ended),
        NamedExpression("duration", .seconds(microseconds: duration)),
        NamedExpression("duration_microseconds", duration),
        NamedExpression("pageviews", pageviews),
        NamedExpression("entry_page", .column("f", "page")),
        NamedExpression("exit_page", exitPage),
        NamedExpression(
          "is_bounce",
          .choose(
            [Branch(pageviews.equals(.integer(1), .value), then: .literal(.flag(true)))],
            otherwise: .literal(.flag(false)))),
      ] + attributes.map { NamedExpression("f", $0) }, as: alias)
  }

  /// The page of the session's last pageview: of the user's rows at the session's end, which are all of that session,
  /// the one with the greatest event id.
  private func withExitPage(_ rows: Relation, asOf run: Literal?) -> (Relation, Expression) {
    let x = ledger(.sessionTable, as: "x")
    let atEnd = Expression.and([
      x["user_id"].equals(.column("f", "user_id"), .bytes),
      x["page_view_at"].equals(.column("g", "ended_at"), .value),
    ])
    let last = [OrderTerm(x["event_id"], ids, descending: true)]
    if profile.hasCorrelatedLookup {
      let matching = run.map { Expression.and([atEnd, x["run_id"].isAtMost(.literal($0))]) } ?? atEnd
      return (rows, .lookup(Lookup(x["page"], from: .table(x), matching: matching, order: last)))
    }
    let ranked = Relation.window(
      ledgerRows(asOf: run, as: "x"),
      [
        WindowColumn(
          "rank", .rowNumber, partition: [OrderKey(x["user_id"], .bytes), OrderKey(x["page_view_at"], .value)],
          order: last, tiesAreEqual: true)
      ], alias: "y")
    let lasts = ranked.filter(Expression.column("y", "rank").equals(.integer(1), .value)).project(
      ["user_id", "page_view_at", "page"].map { NamedExpression("y", $0) }, as: "x")
    return (rows.join(lasts, on: atEnd), .column("x", "page"))
  }

  /// The view `sessions`.
  func sessionsQuery() throws -> Query { Query(sessions(asOf: nil)) }
}
