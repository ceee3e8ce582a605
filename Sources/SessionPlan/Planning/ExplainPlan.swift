/// What `explain-session` reads.
extension Planner {
  /// The current session of an id: anchor, session_id, user_id, started_at, ended_at; at most one row.
  ///
  /// An id that is retired leads to the session that replaced it, and a pageview's id to its session.
  public func session(ofID id: Literal) -> Query {
    let t = countedRows(asOf: nil, as: "t").filter(
      Expression.column("t", .eventID).equals(.literal(id), ids))
    let anchor = anchored(t, "t", asOf: nil, columns: [], as: "a")
    return Query(
      newestVersions(of: anchor, "a", as: "v").project(
        ([.anchor, .sessionID, .userID, .startedAt, .endedAt] as [Column]).map { NamedExpression("v", $0) }, as: "o"))
  }

  /// The pageviews of a current session in their order: event_id, page_view_at, page, run_id.
  ///
  /// Sessions of one user never overlap, so that those between its first and its last time are its own.
  public func pageviews(ofUser user: Literal, from first: Literal, to last: Literal) -> Query {
    let rows = countedRows(asOf: nil, as: "t").filter(
      .and([
        Expression.column("t", .userID).equals(.literal(user), .bytes),
        Expression.column("t", .pageViewAt).isAtLeast(.literal(first)),
        Expression.column("t", .pageViewAt).isAtMost(.literal(last)),
      ]))
    let columns = columnsOfOrder.filter { $0 != .userID } + [.page, .runID]
    return Query(
      rows.project(columns.map { NamedExpression("t", $0) }, as: "o"),
      order: order("o", .pageViewAt, sequence: .sequence, .eventID))
  }

  /// The versions of all anchors that a session is made of, by run: anchor, run_id, session_id, started_at, and the run
  /// that merged the anchor into another, and into which: NULL where it is the session's own.
  public func versions(ofAnchor anchor: Literal) -> Query {
    let v = ledger(.sessionVersions, as: "v")
    let l = ledger(.sessionLineage, as: "l")
    let own = Relation.table(v).filter(v[.anchor].equals(.literal(anchor), ids)).project(
      columnsOfHistory("v") + [
        NamedExpression("merged_by", .null(.integer)), NamedExpression("merged_into", .null(idType)),
      ], as: "o")
    let k = ledger(.sessionLineage, as: "k")
    let behind = Relation.table(k).filter(k[.became].equals(.literal(anchor), ids))
    let e = ledger(.sessionLineage, as: "e")
    // An anchor has a row for each merge that moved it: the first says when it ceased to be one of its own.
    let first = Relation.notExists(
      .join(behind, .table(l), .lookup, on: l[.sessionID].equals(k[.sessionID], ids)), .table(e),
      on: .and([e[.sessionID].equals(l[.sessionID], ids), e[.runID].isLess(than: l[.runID])])
    ).project([.init("l", .sessionID), .init("l", .runID), .init("l", .became)], as: "f")
    let others = Relation.join(
      first, .table(v), .lookup, on: v[.anchor].equals(.column("f", .sessionID), ids)
    ).project(
      columnsOfHistory("v") + [
        NamedExpression("merged_by", .column("f", .runID)), NamedExpression("merged_into", .column("f", .became)),
      ], as: "o")
    return Query(
      Relation.unionAll([own, others], alias: "o")
        .unique(by: .runID, .sessionID, because: "A run writes one version of a session."),
      order: [OrderTerm(.column("o", .runID), .value), OrderTerm(.column("o", .sessionID), ids)])
  }

  private func columnsOfHistory(_ alias: String) -> [NamedExpression] {
    ([.anchor, .runID, .sessionID, .startedAt] as [Column]).map { NamedExpression(alias, $0) }
  }
}
