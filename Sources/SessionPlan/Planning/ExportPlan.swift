/// The exports, in canonical order, so that equal results are equal bytes (architecture.md, the command line).
extension Planner {
  /// Current sessions, or those after a run: session_id, user_id, started_at, ended_at, duration (µs), pageviews,
  /// entry_page, exit_page, is_bounce, then the attributes.
  public func sessionsExport(asOf run: Literal?) -> Query {
    exportOfSessions(sessions(asOf: run))
  }

  func exportOfSessions(_ sessions: Relation) -> Query {
    let columns = [.sessionID] + Self.sessionColumns.map(\.column) + attributeColumns
    return Query(
      sessions.project(columns.map { NamedExpression("s", $0) }, as: "o"),
      order: [
        OrderTerm(.column("o", "user_id"), .bytes), OrderTerm(.column("o", "started_at"), .value),
        OrderTerm(.column("o", "session_id"), ids),
      ])
  }

  /// Sessionized pageviews with their current session, or the one after a run: event_id, session_id, user_id,
  /// page_view_at, page, then the attributes.
  public func eventsExport(asOf run: Literal?) -> Query {
    let columns: [Column] = [.eventID, .sessionID, .userID, .pageViewAt, .page] + attributeColumns
    return Query(
      sessionEvents(asOf: run).project(columns.map { NamedExpression("e", $0) }, as: "o"),
      order: [
        OrderTerm(.column("o", "user_id"), .bytes), OrderTerm(.column("o", "page_view_at"), .value),
        OrderTerm(.column("o", "event_id"), ids),
      ])
  }

  /// What downstream models need after a run (semantics.md, 6): sessions with a version since (`changed`), and the ids
  /// that are gone (`retired`), each with its user, what replaced it and why: `extended` where the same session begins
  /// with another pageview now, `merged` where it became part of another.
  ///
  /// - Parameters:
  ///   - run: the run after which changes count
  ///   - last: the run at which the feed ends, so that the next one begins there
  public func changedSessions(since run: Literal, until last: Literal) -> Query {
    let current = currentVersions(asOf: last, as: "v").filter(
      Expression.column("v", .runID).isGreater(than: .literal(run)))
    let changed = shown(current, "v", also: [], as: "s").project(
      [
        NamedExpression("change", .text("changed")), .init("s", .sessionID),
        NamedExpression("replaced_by", .null(idType)),
        NamedExpression(.reason, .null(.text)),
      ] + Self.sessionColumns.map { NamedExpression("s", $0.column) }
        + attributeColumns.map { NamedExpression("s", $0) },
      as: "o")
    return Query(
      .unionAll([changed, extended(since: run, until: last), merged(since: run, until: last)], alias: "o"),
      order: [
        OrderTerm(.column("o", "change"), .bytes), OrderTerm(.column("o", .userID), .bytes, nulls: .first),
        OrderTerm(.column("o", .startedAt), .value, nulls: .first), OrderTerm(.column("o", .sessionID), ids),
      ])
  }

  /// Sessions that are kept under the anchor that they had, and begin with another pageview now.
  private func extended(since run: Literal, until last: Literal) -> Relation {
    let now = currentVersions(asOf: last, as: "n").filter(
      Expression.column("n", .runID).isGreater(than: .literal(run))
    ).project([.init("n", .anchor), .init("n", .sessionID)], as: "n")
    let both = newestVersions(of: now, "n", asOf: run, as: "p")
    return retired(
      both, "p", by: .column("n", .sessionID), reason: "extended")
  }

  /// Sessions whose anchor was merged away since.
  private func merged(since run: Literal, until last: Literal) -> Relation {
    let l = ledger(.sessionLineage, as: "l")
    let e = ledger(.sessionLineage, as: "e")
    let lost = Relation.distinct(
      Relation.notExists(
        Relation.table(l).filter(
          .and([l[.runID].isGreater(than: .literal(run)), l[.runID].isAtMost(.literal(last))])),
        Relation.table(e).filter(e[.runID].isAtMost(.literal(run))), on: e[.sessionID].equals(l[.sessionID], ids)
      ).project([.init("l", .sessionID)], as: "d"), alias: "d")
    let resolved = anchored(
      lost, "d", asOf: last, columns: [NamedExpression(.anchorBefore, .column("d", .sessionID))], as: "a")
    let now = newestVersions(of: resolved, "a", asOf: last, as: "n").project(
      [NamedExpression(.anchor, .column("a", .anchorBefore)), .init("n", .sessionID)], as: "n")
    return retired(
      newestVersions(of: now, "n", asOf: run, as: "p"), "p", by: .column("n", .sessionID), reason: "merged")
  }

  /// Versions (under `alias`) whose session has another id now.
  private func retired(_ rows: Relation, _ alias: String, by session: Expression, reason: String) -> Relation {
    rows.filter(Expression.column(alias, .sessionID).differs(from: session, ids)).project(
      [
        NamedExpression("change", .text("retired")), .init(alias, .sessionID), NamedExpression("replaced_by", session),
        NamedExpression(.reason, .text(reason)),
      ]
        + Self.sessionColumns.map { column, type in
          column == .userID ? .init(alias, column) : NamedExpression(column, .null(type))
        } + attributeColumns.map { NamedExpression($0, .null(.text)) }, as: "o")
  }

  /// The run ledger, newest last: one row a run.
  public func statusQuery() -> Query {
    let r = ledger(.sessionRuns, as: "r")
    let started = Relation.table(r).filter(r["state"].equals(.text("started"), .bytes))
    let f = ledger(.sessionRuns, as: "f")
    let matches = Expression.and([
      f["run_id"].equals(r["run_id"], .value), f["state"].equals(.text("finished"), .bytes),
    ])
    return Query(
      started.leftJoin(.table(f), on: matches).project(
        [
          NamedExpression("r", "run_id"),
          NamedExpression(
            "state", .choose([Branch(.isNull(f["state"]), then: .text("unfinished"))], otherwise: .text("finished"))),
          NamedExpression("r", "mode"), NamedExpression("r", "window_from"), NamedExpression("r", "window_to"),
          NamedExpression("f", "pageviews"), NamedExpression("f", "sessions"), NamedExpression("f", "lineage_rows"),
          NamedExpression("f", "quarantined"),
          NamedExpression("f", "arrival_mark"), NamedExpression("f", "arrival_mark_at"),
          NamedExpression("started_at", r["recorded_at"]), NamedExpression("finished_at", f["recorded_at"]),
          NamedExpression("r", "engine"), NamedExpression("r", "tool_version"),
        ], as: "o"),
      order: [OrderTerm(.column("o", "run_id"), .value)], orderIsTotal: true)
  }
}
