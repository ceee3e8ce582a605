/// One row for each current session.
extension Planner {
  /// Columns: session_id, user_id, started_at, ended_at, duration (seconds), duration_microseconds, pageviews,
  /// entry_page, exit_page, is_bounce, and the attributes' values of the first pageview.
  public func sessions(asOf run: Literal?, as alias: String = "s") -> Relation {
    sessions(of: sessionEvents(asOf: run), asOf: run, as: alias)
  }

  /// The sessions of some rows of `sessionEvents` (under alias `e`), each session whole.
  func sessions(of events: Relation, asOf run: Literal?, as alias: String) -> Relation {
    let grouped = Relation.aggregate(
      events, by: [NamedExpression("e", "session_id")],
      [
        AggregateColumn("ended_at", .maximum(.column("e", "page_view_at"), .value)),
        AggregateColumn("pageviews", .count),
      ], alias: "g")
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
