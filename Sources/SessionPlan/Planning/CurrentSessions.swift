/// What a ledger row's session is now, or was after a given run (semantics.md, 2 and 6).
extension Planner {
  /// The ledger's rows, up to a run if one is given.
  func ledgerRows(asOf run: Literal?, as alias: String) -> Relation {
    let rows = Relation.table(ledger(.sessionTable, as: alias))
    return run.map { rows.filter(.column(alias, "run_id").isAtMost(.literal($0))) } ?? rows
  }

  /// The current session of a row: the earliest that is recorded for its first one, or that one itself.
  ///
  /// Only for a profile with correlated look-ups; see `resolved` for the others.
  func currentSession(of first: Expression, asOf run: Literal?) -> Expression {
    let l = ledger(.sessionLineage, as: "l")
    var matching = [l["session_id"].equals(first, ids)]
    if let run { matching.append(l["run_id"].isAtMost(.literal(run))) }
    return .coalesce([
      .lookup(Lookup(l["became"], from: .table(l), matching: .and(matching), order: lineageOrder("l"))), first,
    ])
  }

  private func lineageOrder(_ alias: String) -> [OrderTerm] {
    [OrderTerm(.column(alias, "became_at"), .value), OrderTerm(.column(alias, "became"), ids)]
  }

  /// Rows of the ledger (under `alias`, with `first` their session as first assigned), with the column
  /// `current_session` and those in `columns`.
  func resolved(
    _ rows: Relation, _ alias: String, asOf run: Literal?, columns: [NamedExpression], as result: String
  ) -> Relation {
    let first = Expression.column(alias, "session_id")
    if profile.hasCorrelatedLookup {
      return rows.project(
        columns + [NamedExpression("current_session", currentSession(of: first, asOf: run))], as: result)
    }
    let l = ledger(.sessionLineage, as: "l")
    let recorded = run.map { Relation.table(l).filter(l["run_id"].isAtMost(.literal($0))) } ?? .table(l)
    // The earliest by (became_at, became); two rows that tie in both are equal in what is read of them.
    let ranked = Relation.window(
      recorded,
      [
        WindowColumn(
          "rank", .rowNumber, partition: [OrderKey(l["session_id"], ids)], order: lineageOrder("l"), tiesAreEqual: true)
      ], alias: "k")
    let resolution = ranked.filter(Expression.column("k", "rank").equals(.integer(1), .value)).project(
      [NamedExpression("k", "session_id"), NamedExpression("k", "became")], as: "v")
    return rows.leftJoin(resolution, on: Expression.column("v", "session_id").equals(first, ids)).project(
      columns + [NamedExpression("current_session", .coalesce([.column("v", "became"), first]))], as: result)
  }

  /// Each sessionized pageview with its current session: event_id, session_id, user_id, page_view_at, page, the
  /// attributes, `first_session_id` (as first assigned) and run_id.
  public func sessionEvents(asOf run: Literal?, as alias: String = "e") -> Relation {
    let rows = countedRows(asOf: run, as: "t")
    let columns =
      ["event_id", "user_id", "page_view_at", "page"].map { NamedExpression("t", $0) }
      + attributes.map { NamedExpression("t", $0) }
      + [NamedExpression("first_session_id", .column("t", "session_id")), NamedExpression("t", "run_id")]
    let resolved = resolved(rows, "t", asOf: run, columns: columns, as: "r")
    let order =
      ["event_id", "session_id", "user_id", "page_view_at", "page"] + attributes + ["first_session_id", "run_id"]
    return resolved.project(
      order.map {
        $0 == "session_id" ? NamedExpression($0, .column("r", "current_session")) : NamedExpression("r", $0)
      },
      as: alias)
  }

  /// Where no key is enforced, an event may have been written by two runs at once: the one of the lowest run counts.
  func countedRows(asOf run: Literal?, as alias: String) -> Relation {
    let rows = ledgerRows(asOf: run, as: alias)
    if profile.enforcesKeys { return rows }
    let ranked = Relation.window(
      rows,
      [
        WindowColumn(
          "copy", .rowNumber, partition: [OrderKey(.column(alias, "event_id"), ids)],
          order: [OrderTerm(.column(alias, "run_id"), .value)], tiesAreEqual: true)
      ], alias: "d")
    let columns = sessionTable().columns.map(\.column.name)
    return ranked.filter(Expression.column("d", "copy").equals(.integer(1), .value))
      .project(columns.map { NamedExpression("d", $0) }, as: alias)
  }

  /// The view `session_events`.
  func sessionEventsQuery() throws -> Query { Query(sessionEvents(asOf: nil)) }
}
