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
        OrderTerm(.column("o", .userID), .bytes), OrderTerm(.column("o", .startedAt), .value),
        OrderTerm(.column("o", .sessionID), ids),
      ])
  }

  /// Sessionized pageviews with their current session, or the one after a run: event_id, session_id, user_id,
  /// page_view_at, page, then the attributes.
  public func eventsExport(asOf run: Literal?) -> Query {
    let columns: [Column] = [.eventID, .sessionID, .userID, .pageViewAt, .page] + attributeColumns
    return Query(
      sessionEvents(asOf: run).project(columns.map { NamedExpression("e", $0) }, as: "o"),
      order: [
        OrderTerm(.column("o", .userID), .bytes), OrderTerm(.column("o", .pageViewAt), .value),
        OrderTerm(.column("o", .eventID), ids),
      ])
  }

  /// The run ledger, newest last: one row a run.
  public func statusQuery() -> Query {
    let r = ledger(.sessionRuns, as: "r")
    let started = Relation.table(r).filter(r[.state].equals(.text("started"), .bytes))
    let f = ledger(.sessionRuns, as: "f")
    let matches = Expression.and([
      f[.runID].equals(r[.runID], .value), f[.state].equals(.text("finished"), .bytes),
    ])
    let a = ledger(.sessionRuns, as: "a")
    let wasAbandoned = Expression.and([
      a[.runID].equals(r[.runID], .value), a[.state].equals(.text(Self.abandonedState), .bytes),
      a[.toolVersion].equals(r[.toolVersion], .bytes),
    ])
    var runs = started.leftJoin(.table(f), on: matches)
    var unfinished = Expression.text("unfinished")
    // Only where runs are claimed is one given up by a row of its own.
    if profile.commitPoint == .finishedRow {
      runs = runs.leftJoin(.table(a), on: wasAbandoned)
      unfinished = .choose([Branch(.isNull(a[.state]), then: unfinished)], otherwise: .text(Self.abandonedState))
    }
    return Query(
      runs.project(
        [
          NamedExpression("r", .runID),
          NamedExpression(
            "state", .choose([Branch(.isNull(f[.state]), then: unfinished)], otherwise: .text("finished"))),
          NamedExpression("r", .mode), NamedExpression("r", .windowFrom), NamedExpression("r", .windowTo),
          NamedExpression("f", .pageviews), NamedExpression("f", .sessions), NamedExpression("f", .lineageRows),
          NamedExpression("f", .quarantined),
          NamedExpression("f", .arrivalMark), NamedExpression("f", .arrivalMarkAt),
          NamedExpression(.startedAt, r[.recordedAt]), NamedExpression("finished_at", f[.recordedAt]),
          NamedExpression("r", .engine), NamedExpression("r", .toolVersion),
        ], as: "o"),
      order: [OrderTerm(.column("o", .runID), .value)], tiesAreEqual: true)
  }

  /// One row: when the newest run finished that looked at the source, NULL where none did, and what time it is by the
  /// server's clock. Columns: finished_at, now.
  public func freshnessQuery() -> Query {
    let r = ledger(.sessionRuns, as: "r")
    let isRun = Expression.and([
      r[.state].equals(.text("finished"), .bytes),
      .or([RunMode.whole.name, RunMode.windowName, RunMode.newName].map { r[.mode].equals(.text($0), .bytes) }),
    ])
    let newest = Relation.aggregate(
      Relation.table(r).filter(isRun), by: [],
      [AggregateColumn("finished_at", .maximum(r[.recordedAt], .value))], alias: "m")
    let one = Relation.values(columns: [SchemaColumn("one", .integer)], rows: [[.integer(1)]], alias: "o")
    return Query(
      one.project([NamedExpression("finished_at", .scalar(newest)), NamedExpression("now", .serverNow)], as: "f"))
  }
}
