/// What `compare` and `explain-session` read. The first column is the row's id.
extension Planner {
  /// Current sessions: session_id, user_id, started_at, ended_at, duration (µs), pageviews, entry_page, exit_page,
  /// is_bounce, then the attributes.
  ///
  /// - Parameter isOrdered: by id, in the order of event ids; else as the engine finds them, which is cheaper
  public func comparedSessions(isOrdered: Bool) -> Query {
    let columns = ["session_id"] + Self.sessionColumns + attributes
    return byID(sessions(asOf: nil).project(columns.map { NamedExpression("s", $0) }, as: "o"), columns[0], isOrdered)
  }

  /// Sessionized pageviews with their current session: event_id, session_id, user_id, page_view_at, page, then the
  /// attributes.
  public func comparedEvents(isOrdered: Bool) -> Query {
    let columns = ["event_id", "session_id", "user_id", "page_view_at", "page"] + attributes
    return byID(
      sessionEvents(asOf: nil).project(columns.map { NamedExpression("e", $0) }, as: "o"), columns[0], isOrdered)
  }

  /// Source rows that are part of the job, in the ledger's types: event_id, user_id, page_view_at, page, the
  /// attributes, and, where id or time cannot be read, their texts.
  public func comparedSource(isOrdered: Bool) throws -> Query {
    let columns = Self.columnsOfSelection + attributes
    // Of a value that was read, engines write the text each in its own way.
    func unread(_ raw: String, _ column: String) -> NamedExpression {
      NamedExpression(
        raw, .choose([Branch(.isNull(.column("n", column)), then: .column("n", raw))], otherwise: .null(.text)))
    }
    let rows = try selection(.whole, as: "n").project(
      columns.map { NamedExpression("n", $0) } + [
        unread("raw_event_id", "event_id"), unread("raw_time", "page_view_at"),
      ], as: "o")
    return byID(rows, columns[0], isOrdered, nulls: .first)
  }

  /// The rows of the tool's own source table, in the columns that `load` appends.
  public func sourceCopy() -> Query {
    let p = TableReference(.stored(names[.pageviews]), alias: "p", columns: pageviewsTable().columns.map(\.column))
    return Query(Relation.table(p).project(loadedColumns.map { NamedExpression("p", $0.name) }, as: "o"))
  }

  private func byID(
    _ rows: Relation, _ id: String, _ isOrdered: Bool, nulls: OrderTerm.Nulls = .none
  ) -> Query {
    guard isOrdered else { return Query(rows) }
    // Copies of an id tie; the reader takes them together.
    return Query(rows, order: [OrderTerm(.column("o", id), ids, nulls: nulls)], orderIsTotal: true)
  }

  // MARK: One session

  /// Every move of the ids that lead to a session, or from it: session_id, became, became_at, reason, run_id.
  public func lineage(of session: Literal) -> Query {
    let l = ledger(.sessionLineage, as: "l")
    let k = ledger(.sessionLineage, as: "k")
    let columns = ["session_id", "became", "became_at", "reason", "run_id"].map { NamedExpression("l", $0) }
    func isSession(_ column: Expression) -> Expression { column.equals(.literal(session), ids) }
    let direct = Relation.table(l).filter(.or([isSession(l["session_id"]), isSession(l["became"])]))
    // An id that came here by another one has a row for each move.
    let earlier = Relation.exists(
      Relation.table(l).filter(.not(.or([isSession(l["session_id"]), isSession(l["became"])]))),
      Relation.table(k).filter(isSession(k["became"])), on: k["session_id"].equals(l["session_id"], ids))
    return Query(
      .unionAll([direct.project(columns, as: "o"), earlier.project(columns, as: "o")], alias: "o"),
      order: [
        OrderTerm(.column("o", "run_id"), .value), OrderTerm(.column("o", "became_at"), .value),
        OrderTerm(.column("o", "became"), ids), OrderTerm(.column("o", "session_id"), ids),
      ], orderIsTotal: true)
  }

  /// The pageviews of a current session: event_id, session_id as first assigned, user_id, page_view_at, page, run_id.
  ///
  /// Found by the ids that lead to it, not by resolving every row of the ledger.
  public func pageviews(of session: Literal) -> Query {
    let l = ledger(.sessionLineage, as: "l")
    let t = countedRows(asOf: nil, as: "t")
    let first = Expression.column("t", "session_id")
    let columns = ["event_id", "session_id", "user_id", "page_view_at", "page", "run_id"]
    func kept(_ rows: Relation, _ alias: String) -> Relation {
      rows.project(columns.map { NamedExpression(alias, $0) }, as: "t")
    }
    let own = t.filter(first.equals(.literal(session), ids))
    let led = Relation.exists(
      t, Relation.table(l).filter(l["became"].equals(.literal(session), ids)), on: l["session_id"].equals(first, ids))
    let candidates = Relation.unionAll([kept(own, "t"), kept(led, "t")], alias: "t")
    let current = resolved(
      candidates, "t", asOf: nil, columns: columns.map { NamedExpression("t", $0) }, as: "r"
    ).filter(Expression.column("r", "current_session").equals(.literal(session), ids))
    return Query(
      current.project(columns.map { NamedExpression("r", $0) }, as: "o"),
      order: [OrderTerm(.column("o", "page_view_at"), .value), OrderTerm(.column("o", "event_id"), ids)],
      orderIsTotal: true)
  }

  /// The session id that a pageview was first assigned, at most one row.
  public func firstSession(of event: Literal) -> Query {
    let rows = countedRows(asOf: nil, as: "t")
    return Query(
      rows.filter(Expression.column("t", "event_id").equals(.literal(event), ids))
        .project([NamedExpression("t", "session_id")], as: "o"))
  }
}
