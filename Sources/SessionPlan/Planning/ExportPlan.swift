/// The exports, in canonical order, so that equal results are equal bytes (architecture.md, the command line).
extension Planner {
  /// Current sessions, or those after a run: session_id, user_id, started_at, ended_at, duration (µs), pageviews,
  /// entry_page, exit_page, is_bounce, then the attributes.
  public func sessionsExport(asOf run: Literal?) -> Query {
    exportOfSessions(sessions(asOf: run))
  }

  func exportOfSessions(_ sessions: Relation) -> Query {
    let columns =
      [
        "session_id", "user_id", "started_at", "ended_at", "duration_microseconds", "pageviews", "entry_page",
        "exit_page", "is_bounce",
      ]
      + attributes
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
    let columns = ["event_id", "session_id", "user_id", "page_view_at", "page"] + attributes
    return Query(
      sessionEvents(asOf: run).project(columns.map { NamedExpression("e", $0) }, as: "o"),
      order: [
        OrderTerm(.column("o", "user_id"), .bytes), OrderTerm(.column("o", "page_view_at"), .value),
        OrderTerm(.column("o", "event_id"), ids),
      ])
  }

  /// What downstream models need after a run: sessions that gained a row or a lineage row since (`changed`), and the
  /// ids that were retired, each with what replaced it.
  public func changedSessions(since run: Literal) -> Query {
    let t = Expression.column("e", "run_id").isGreater(than: .literal(run))
    let gained = sessionEvents(asOf: nil).filter(t).project([NamedExpression("e", "session_id")], as: "c")
    let l = ledger(.sessionLineage, as: "l")
    let moved = Relation.table(l).filter(l["run_id"].isGreater(than: .literal(run)))
    let became = resolved(
      moved.project([NamedExpression("session_id", l["became"])], as: "t"), "t", asOf: nil, columns: [], as: "b"
    ).project([NamedExpression("session_id", .column("b", "current_session"))], as: "c")
    let touched = Relation.distinct(.unionAll([gained, became], alias: "u"), alias: "c")
    let changed = sessions(among: touched, as: "s").project(
      [
        NamedExpression("change", .text("changed")), NamedExpression("s", "session_id"),
        NamedExpression("replaced_by", .null(idType)),
      ]
        + Self.sessionColumns.map { NamedExpression("s", $0) }, as: "o")
    let retired = Relation.distinct(
      resolved(
        moved.project([NamedExpression("l", "session_id")], as: "t"), "t", asOf: nil,
        columns: [NamedExpression("session_id", .column("t", "session_id"))], as: "b"), alias: "b"
    ).project(
      [
        NamedExpression("change", .text("retired")), NamedExpression("b", "session_id"),
        NamedExpression("replaced_by", .column("b", "current_session")),
      ]
        + Self.sessionColumns.map { name in
          NamedExpression(name, .null(sessionType(of: name)))
        }, as: "o")
    return Query(
      .unionAll([changed, retired], alias: "o"),
      order: [
        OrderTerm(.column("o", "change"), .bytes), OrderTerm(.column("o", "user_id"), .bytes, nulls: .first),
        OrderTerm(.column("o", "started_at"), .value, nulls: .first), OrderTerm(.column("o", "session_id"), ids),
      ])
  }

  static let sessionColumns = [
    "user_id", "started_at", "ended_at", "duration_microseconds", "pageviews", "entry_page", "exit_page", "is_bounce",
  ]

  private func sessionType(of column: String) -> ValueType {
    switch column {
    case "started_at", "ended_at": .timestamp
    case "duration_microseconds", "pageviews": .integer
    case "is_bounce": .flag
    default: .text
    }
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
          NamedExpression("f", "pageviews"), NamedExpression("f", "lineage_rows"), NamedExpression("f", "quarantined"),
          NamedExpression("f", "arrival_mark"), NamedExpression("f", "arrival_mark_at"),
          NamedExpression("started_at", r["recorded_at"]), NamedExpression("finished_at", f["recorded_at"]),
          NamedExpression("r", "engine"), NamedExpression("r", "tool_version"),
        ], as: "o"),
      order: [OrderTerm(.column("o", "run_id"), .value)], orderIsTotal: true)
  }
}
