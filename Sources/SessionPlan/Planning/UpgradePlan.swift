/// Brings ledgers of layout 1 to layout 2, by adding only (semantics.md, 10).
///
/// In layout 1 a session was kept under the id of its first pageview, and each pageview that came before it superseded
/// that id. Its `session_table` and `session_lineage` mean the same in layout 2: what was assigned is an anchor, the
/// newest row of its lineage says what it became, and every id that a session ever had leads to it in one step. What
/// layout 1 does not have is the versions; they follow from the pageviews that each run wrote.
extension Planner {
  /// What is added to the tables, and the views in the place of the old ones.
  ///
  /// - Parameter missing: the columns that a table does not have yet
  public func upgradeSchemaPlan(missing: (ObjectNames.Object, SchemaColumn) -> Bool) throws -> Plan {
    var steps: [Plan.Step] = []
    for object in [ObjectNames.Object.sessionRuns, .sessionQuarantine] {
      for column in definition(of: object).columns where missing(object, column.column) {
        steps.append(
          .init(
            "column \(column.column.name) of \(object.rawValue)", "Added; NULL in the rows that are there.",
            .addColumn(column.column, to: names[object], isKey: column.isKey)))
      }
    }
    steps.append(
      .init(
        "session_versions", "One row for each session that a run made or changed.", .createTable(versionsTable())))
    let indexes = lateIndexes.filter { $0.table == names[.sessionVersions] } + otherIndexes
    steps += indexes.map { .init($0.name, "Keeps a run's cost with the new data.", .createIndex($0)) }
    return Plan(name: "upgrade", steps: steps)
  }

  /// The views, which read the versions now.
  public func upgradeViewsPlan() throws -> Plan {
    Plan(
      name: "upgrade",
      steps: [
        .init(
          "sessions", "One row for each current session.",
          .replaceView(name: names[.sessions], query: try sessionsQuery())),
        .init(
          "session_events", "Each sessionized pageview with its current session.",
          .replaceView(name: names[.sessionEvents], query: try sessionEventsQuery())),
      ])
  }

  /// The finished runs, the oldest first: run_id.
  public func finishedRuns() -> Query {
    let r = ledger(.sessionRuns, as: "r")
    return Query(
      Relation.table(r).filter(r[.state].equals(.text("finished"), .bytes)).project([.init("r", .runID)], as: "o"),
      order: [OrderTerm(.column("o", .runID), .value)], tiesAreEqual: true)
  }

  /// The versions of a run of layout 1: each session that gained a pageview in it, as it stood after it.
  public func insertVersions(ofRun run: Literal) -> Statement {
    let w = ledger(.sessionTable, as: "w")
    let touched = Relation.table(w).filter(w[.runID].equals(.literal(run), .value))
    let rows = Relation.exists(
      countedRows(asOf: run, as: "t"), touched, on: w[.userID].equals(.column("t", .userID), .bytes))
    let columns = (content + [.sessionID, .runID]).map { NamedExpression("t", $0) }
    let events = anchored(rows, "t", asOf: run, columns: columns, as: "e")
    let session = [OrderKey(.column("e", .anchor), ids)]
    let first = orderInUser("e")
    let ranked = Relation.window(
      events,
      [
        WindowColumn(.firstRank, .rowNumber, partition: session, order: first),
        WindowColumn(
          .lastRank, .rowNumber, partition: session,
          order: reverseOrder("e", .pageViewAt, sequence: .sequence, .eventID), tiesAreEqual: true),
        // Counts each assigned id once: the anchors that the session is made of.
        WindowColumn(
          .rank, .rowNumber, partition: session + [OrderKey(.column("e", .sessionID), ids)], order: first),
      ], alias: "r")
    func r(_ column: Column) -> Expression { .column("r", column) }
    let isCounted = Expression.choose(
      [Branch(r(.rank).equals(.integer(1), .value), then: .integer(1))], otherwise: .integer(0))
    let parts =
      versionsTable().columns.map(\.column).compactMap { column -> NamedExpression? in
        switch Column(column) {
        case .anchor: NamedExpression(.survivor, r(.anchor))
        case .runID: .init("r", .runID)
        case .sessionID, .lastEventID: NamedExpression(Column(column), r(.eventID))
        case .startedAt, .endedAt: NamedExpression(Column(column), r(.pageViewAt))
        case .firstSequence, .lastSequence: NamedExpression(Column(column), r(.sequence))
        case .pageviews: NamedExpression(.pageviews, .integer(1))
        case .anchors: NamedExpression(.anchors, isCounted)
        case .entryPage, .exitPage: NamedExpression(Column(column), r(.page))
        case let own:
          if let index = lastAttributeColumns.firstIndex(of: own) {
            NamedExpression(own, r(attributeColumns[index]))
          } else {
            .init("r", own)
          }
        }
      } + [NamedExpression(.island, r(.anchor)), .init("r", .firstRank), .init("r", .lastRank)]
    let gained = Relation.aggregate(
      ranked.project(parts, as: "m"), by: [.init("m", .island)],
      [AggregateColumn(.runID, .maximum(.column("m", .runID), .value))], alias: "k"
    ).filter(Expression.column("k", .runID).equals(.literal(run), .value))
    let all = ranked.project(parts, as: "m")
    let versions = versions(
      of: .exists(all, gained, on: Expression.column("k", .island).equals(.column("m", .island), ids)))
    let table = ledger(.sessionVersions, as: "into")
    let values = table.columns.map { column in
      NamedExpression(
        column.name, column.name == Column.runID.name ? .literal(run) : .column("x", column.name))
    }
    return .insert(
      Insert(into: names[.sessionVersions], columns: table.columns, query: Query(versions.project(values, as: "v"))))
  }
}
