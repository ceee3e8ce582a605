/// Under which anchor a session is kept now, or was after a given run, and its newest version (semantics.md, 2 and 6).
extension Planner {
  /// Rows of a ledger, up to a run if one is given.
  func rows(of object: ObjectNames.Object, asOf run: Literal?, as alias: String) -> Relation {
    let rows = Relation.table(ledger(object, as: alias))
    return run.map { rows.filter(.column(alias, .runID).isAtMost(.literal($0))) } ?? rows
  }

  /// Rows of `session_table` (under `alias`) with their current anchor as the column `anchor`, and those in `columns`.
  ///
  /// The current anchor is what the newest lineage row of the assigned one says, or that one itself.
  func anchored(
    _ rows: Relation, _ alias: String, asOf run: Literal?, columns: [NamedExpression], as result: String
  ) -> Relation {
    let assigned = Expression.column(alias, .sessionID)
    let l = ledger(.sessionLineage, as: "l")
    if profile.hasCorrelatedLookup {
      var matching = [l[.sessionID].equals(assigned, ids)]
      if let run { matching.append(l[.runID].isAtMost(.literal(run))) }
      let current = Expression.coalesce([
        .lookup(
          Lookup(
            l[.became], from: .table(l), matching: .and(matching),
            order: [OrderTerm(l[.runID], .value, descending: true)])), assigned,
      ])
      return rows.project(columns + [NamedExpression(.anchor, current)], as: result)
    }
    let resolution = newest(
      self.rows(of: .sessionLineage, asOf: run, as: "l"), "l", per: .sessionID, columns: [.sessionID, .became],
      as: "resolution")
    return rows.leftJoin(resolution, on: Expression.column("resolution", .sessionID).equals(assigned, ids)).project(
      columns + [NamedExpression(.anchor, .coalesce([.column("resolution", .became), assigned]))], as: result)
  }

  /// Some anchors (the column `anchor` under `alias`), each beside its newest version, under the alias `version`.
  ///
  /// Anchors that have none, up to a run if one is given, are left out.
  func newestVersions(
    of anchors: Relation, _ alias: String, asOf run: Literal? = nil, as version: String
  ) -> Relation {
    let v = ledger(.sessionVersions, as: version)
    let w = ledger(.sessionVersions, as: "w")
    let anchor = Expression.column(alias, .anchor)
    if profile.hasCorrelatedLookup {
      var matching = [w[.anchor].equals(anchor, ids)]
      if let run { matching.append(w[.runID].isAtMost(.literal(run))) }
      let newest = Expression.lookup(
        Lookup(
          w[.runID], from: .table(w), matching: .and(matching),
          order: [OrderTerm(w[.runID], .value, descending: true)]))
      return .join(
        anchors, .table(v), .lookup, on: .and([v[.anchor].equals(anchor, ids), v[.runID].equals(newest, .value)]))
    }
    let newest = newest(
      rows(of: .sessionVersions, asOf: run, as: "w"), "w", per: .anchor, columns: v.columns.map(Column.init),
      as: version)
    return anchors.join(newest, on: v[.anchor].equals(anchor, ids))
  }

  /// Of some rows with a run id (under `alias`), for each key the row of the newest run.
  private func newest(
    _ rows: Relation, _ alias: String, per key: Column, columns: [Column], as result: String
  ) -> Relation {
    var order = [OrderTerm(.column(alias, .runID), .value, descending: true)]
    // Where nothing keeps two runs apart they may have one id: the one that knows more of a session counts, for every
    // reader the same.
    if !profile.hasUniqueEvents {
      order +=
        key == .anchor
        ? [
          OrderTerm(.column(alias, .pageviews), .value, descending: true),
          OrderTerm(.column(alias, .sessionID), ids),
        ] : [OrderTerm(.column(alias, .became), ids)]
    }
    let ranked = Relation.window(
      rows,
      [
        WindowColumn(
          .rank, .rowNumber, partition: [OrderKey(.column(alias, key), ids)], order: order, tiesAreEqual: true)
      ], alias: "ranked")
    return ranked.filter(Expression.column("ranked", .rank).equals(.integer(1), .value))
      .project(columns.map { NamedExpression("ranked", $0) }, as: result)
  }

  /// The versions that stand: of each anchor that was not merged away the newest, up to a run if one is given.
  func currentVersions(asOf run: Literal?, as alias: String) -> Relation {
    let v = ledger(.sessionVersions, as: alias)
    let columns = v.columns.map { NamedExpression(alias, Column($0)) }
    let l = ledger(.sessionLineage, as: "l")
    let isMerged = rows(of: .sessionLineage, asOf: run, as: "l")
    let onAnchor = l[.sessionID].equals(v[.anchor], ids)
    let versions = rows(of: .sessionVersions, asOf: run, as: alias)
    if profile.hasCorrelatedLookup {
      let w = ledger(.sessionVersions, as: "w")
      let isNewer = Expression.and([w[.anchor].equals(v[.anchor], ids), w[.runID].isGreater(than: v[.runID])])
      return .notExists(
        .notExists(versions, rows(of: .sessionVersions, asOf: run, as: "w"), on: isNewer), isMerged, on: onAnchor)
    }
    let newest = newest(versions, alias, per: .anchor, columns: v.columns.map(Column.init), as: alias)
    return Relation.notExists(newest, isMerged, on: onAnchor).project(columns, as: alias)
  }

  /// Each sessionized pageview with its current session: event_id, session_id, user_id, page_view_at, sequence, page,
  /// the attributes and run_id.
  public func sessionEvents(asOf run: Literal?, as alias: String = "e") -> Relation {
    if run == nil, let view = views[.sessionEvents] { return .table(view.with(alias: alias)) }
    return currentEvents(asOf: run, as: alias)
  }

  private func currentEvents(asOf run: Literal?, as alias: String) -> Relation {
    let kept = content + [.runID]
    let resolved = anchored(
      countedRows(asOf: run, as: "t"), "t", asOf: run, columns: kept.map { NamedExpression("t", $0) }, as: "anchored")
    // Every anchor has a version. Where somebody took it away, `verify` has to see it.
    func shown(_ session: Expression) -> Expression { .coalesce([session, .column("anchored", .anchor)]) }
    let order = [Column.eventID, .sessionID] + content.dropFirst() + [.runID]
    if profile.hasCorrelatedLookup {
      let v = ledger(.sessionVersions, as: "v")
      var matching = [v[.anchor].equals(.column("anchored", .anchor), ids)]
      if let run { matching.append(v[.runID].isAtMost(.literal(run))) }
      let session = Expression.lookup(
        Lookup(
          v[.sessionID], from: .table(v), matching: .and(matching),
          order: [OrderTerm(v[.runID], .value, descending: true)]))
      return resolved.project(
        order.map { $0 == .sessionID ? NamedExpression($0, shown(session)) : NamedExpression("anchored", $0) },
        as: alias)
    }
    let current = newest(
      rows(of: .sessionVersions, asOf: run, as: "v"), "v", per: .anchor, columns: [.anchor, .sessionID], as: "s")
    return resolved.leftJoin(current, on: Expression.column("s", .anchor).equals(.column("anchored", .anchor), ids))
      .project(
        order.map {
          $0 == .sessionID ? NamedExpression($0, shown(.column("s", .sessionID))) : NamedExpression("anchored", $0)
        }, as: alias)
  }

  /// Where no key is enforced, an event may have been written by two runs at once: the one of the lowest run counts.
  func countedRows(asOf run: Literal?, as alias: String) -> Relation {
    let rows = rows(of: .sessionTable, asOf: run, as: alias)
    if profile.hasUniqueEvents { return rows }
    let ranked = Relation.window(
      rows,
      [
        WindowColumn(
          .rank, .rowNumber, partition: [OrderKey(.column(alias, .eventID), ids)],
          order: [OrderTerm(.column(alias, .runID), .value)], tiesAreEqual: true)
      ], alias: "ranked")
    return ranked.filter(Expression.column("ranked", .rank).equals(.integer(1), .value))
      .project(sessionTable().columns.map { NamedExpression("ranked", Column($0.column)) }, as: alias)
  }

  /// The view `session_events`.
  func sessionEventsQuery() throws -> Query { Query(currentEvents(asOf: nil, as: "e")) }
}
