/// What `erase` and `retain` do, in order: plan statements, and removals, which are none.
public struct ErasurePlan: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    case statement(Statement)
    case removal(Removal)
  }

  public struct Step: Hashable, Sendable {
    public var name: String
    /// What it is for, one sentence.
    public var purpose: String
    public var action: Action

    init(_ name: String, _ purpose: String, _ statement: Statement) {
      (self.name, self.purpose, action) = (name, purpose, .statement(statement))
    }

    init(_ name: String, _ purpose: String, _ removal: Removal) {
      (self.name, self.purpose, action) = (name, purpose, .removal(removal))
    }
  }

  /// Such as `erase`.
  public var name: String
  public var steps: [Step]
  /// The tables that lose rows and may have a guard.
  public var ledgers: [ObjectName]
}

/// The arrival mark that holds: of the kind that the job's arrival column has; nil where none is noted.
public struct ArrivalMark: Hashable, Sendable {
  public var id: Literal?
  public var time: Literal?
  /// Whether it is not to be carried on, so that the next `run --new` looks at everything.
  public var isForgotten: Bool

  public init(id: Literal? = nil, time: Literal? = nil, isForgotten: Bool = false) {
    self.id = id
    self.time = time
    self.isForgotten = isForgotten
  }
}

/// Erasure and retention.
///
/// A user's sessions depend on nobody else's pageviews, so that taking all of one user's rows leaves what one run over the
/// other users' rows would give. Whole sessions that ended a gap or more before a time depend on nothing after it, so that
/// their pageviews can go where nothing before that time is taken any more (`Planner.floor`); their versions stay.
extension Planner {
  private static let anchorsStep = "erased_anchors"
  private static let endedStep = "ended"

  // MARK: What is noted

  private func erasuresTable() -> TableDefinition {
    TableDefinition(
      name: names.erasures,
      columns: [
        .init(SchemaColumn(.runID, .integer)),
        .init(SchemaColumn("kind", .text)),
        // The user's id is told by nobody who does not have the key.
        .init(SchemaColumn("user_hash", .text, nullable: true)),
        .init(SchemaColumn("before_at", .timestamp, nullable: true)),
        .init(SchemaColumn("source_rows", .integer)),
        .init(SchemaColumn(.pageviews, .integer)),
        .init(SchemaColumn(.sessions, .integer)),
        .init(SchemaColumn(.lineageRows, .integer)),
        .init(SchemaColumn(.quarantined, .integer)),
        .init(SchemaColumn(.recordedAt, .timestamp)),
      ], primaryKey: [Column.runID.name], clustering: [Column.runID.name])
  }

  /// Makes the table of what was removed, unless it is there.
  public func createErasures() -> Statement { .createTable(erasuresTable()) }

  /// Its columns.
  public var erasuresColumns: [SchemaColumn] { erasuresTable().columns.map(\.column) }

  /// What a run of `erase` or `retain` noted: source_rows, pageviews, sessions, lineage_rows, quarantined.
  public func erasure(ofRun run: Literal) -> Query {
    let e = erasures(as: "e")
    return Query(
      Relation.table(e).filter(e[.runID].equals(.literal(run), .value)).project(
        ["source_rows", "pageviews", "sessions", "lineage_rows", "quarantined"].map { NamedExpression("e", $0) },
        as: "o"))
  }

  /// The table of what was removed.
  func erasures(as alias: String) -> TableReference {
    TableReference(.stored(names.erasures), alias: alias, columns: erasuresColumns)
  }

  private func note(
    _ kind: String, hash: String? = nil, before: Literal? = nil, _ counts: [String: Expression]
  ) -> Statement {
    let values = erasuresColumns.map { column in
      let value: Expression? =
        switch column.name {
        case Column.runID.name: .present(thisRun)
        case "kind": .text(kind)
        case "user_hash": hash.map { .text($0) }
        case "before_at": before.map { .literal($0) }
        case "recorded_at": .serverNow
        default: counts[column.name] ?? .integer(0)
        }
      return NamedExpression(column.name, value ?? .null(column.type))
    }
    let one = Relation.values(columns: [SchemaColumn("one", .integer)], rows: [[.integer(1)]], alias: "o")
    return .insert(Insert(into: names.erasures, columns: erasuresColumns, query: Query(one.project(values, as: "v"))))
  }

  // MARK: Erasure

  /// Removes one user's rows from the ledgers and the source.
  ///
  /// - Parameters:
  ///   - user: as the ledgers have it
  ///   - hash: what is noted in the place of the id
  ///   - removingSource: whether the source is a table that rows can be removed from
  public func erasePlan(
    user: String, hash: String, removingSource: Bool, _ identity: RunIdentity, mark: ArrivalMark
  ) -> ErasurePlan {
    func ofUser(_ object: ObjectNames.Object, _ alias: String) -> (TableReference, Expression) {
      let table = ledger(object, as: alias)
      return (table, table[.userID].equals(.text(user), .bytes))
    }
    func counted(_ rows: (TableReference, Expression)) -> Expression { count(Relation.table(rows.0).filter(rows.1)) }
    let events = ofUser(.sessionTable, "t")
    let versions = ofUser(.sessionVersions, "v")
    let rejected = ofUser(.sessionQuarantine, "q")
    let inSource = (source, Expression.sourceText(source[job.source.userID]).equals(.text(user), .bytes))
    let anchors = Relation.distinct(
      .unionAll(
        [
          Relation.table(events.0).filter(events.1).project([NamedExpression(.anchor, events.0[.sessionID])], as: "a"),
          Relation.table(versions.0).filter(versions.1).project(
            [NamedExpression(.anchor, versions.0[.anchor])], as: "a"),
        ], alias: "a"), alias: "a")
    let a = TableReference(.step(Self.anchorsStep), alias: "a", columns: [SchemaColumn(.anchor, idType)])
    let l = ledger(.sessionLineage, as: "l")
    let lineage = Relation.exists(
      .table(l), .table(a), on: .or([a[.anchor].equals(l[.sessionID], ids), a[.anchor].equals(l[.became], ids)]))
    let rows = rowsOfRemoval(identity, mode: RunMode.eraseName, to: nil, mark)
    func remove(_ name: String, _ rows: (TableReference, Expression)) -> ErasurePlan.Step {
      .init(name, "The user's rows.", Removal.matching(rows.0, rows.1))
    }
    func removeLineage(_ column: Column) -> ErasurePlan.Step {
      .init(
        "lineage by \(column.name)", "What became of the user's anchors.",
        Removal.listed(
          names[.sessionLineage], column: column.name, step: Self.anchorsStep, stepColumn: Column.anchor.name))
    }
    return ErasurePlan(
      name: RunMode.eraseName,
      steps: [
        .init("started", "Takes the next run id.", rows.started),
        .init(
          Self.anchorsStep, "What the user's sessions are kept under.",
          .createScratch(
            ScratchDefinition(
              name: Self.anchorsStep, query: Query(anchors), lookup: [Column.anchor.name],
              keyColumns: [Column.anchor.name]))),
        .init(
          "noted", "Counts what is removed; in the place of the id there is its keyed hash.",
          note(
            RunMode.eraseName, hash: hash,
            [
              "source_rows": removingSource ? counted(inSource) : .integer(0), "pageviews": counted(events),
              "sessions": count(
                currentVersions(asOf: nil, as: "s").filter(
                  Expression.column("s", .userID).equals(.text(user), .bytes))),
              "lineage_rows": count(lineage), "quarantined": counted(rejected),
            ])),
        removeLineage(.sessionID), removeLineage(.became), remove("quarantine", rejected),
        remove("versions", versions), remove("pageviews", events),
      ] + (removingSource ? [remove("source", inSource)] : []) + [.init("finished", "Closes it.", rows.finished)],
      ledgers: [.sessionLineage, .sessionQuarantine, .sessionVersions, .sessionTable].map { names[$0] })
  }

  /// One row where the source has rows of a user.
  public func sourceProbe(ofUser user: String) -> Query {
    let isUser = Expression.sourceText(source[job.source.userID]).equals(.text(user), .bytes)
    return Query(
      Relation.table(source).filter(isUser).project([NamedExpression("found", .integer(1))], as: "o"), limit: 1)
  }

  /// One row where the source has a row of somebody else that has the event id of a user's pageview: it is a new pageview
  /// once that one is gone.
  public func copiesProbe(ofUser user: String) throws -> Query {
    let s = ledger(.sessionTable, as: "t")
    func row(_ column: Column) -> Expression { .column("s", column) }
    let others = try selection(.whole, as: "s").filter(
      .and([.isNull(row(.reason)), row(.userID).differs(from: .text(user), .bytes)]))
    let mine = Relation.table(s).filter(s[.userID].equals(.text(user), .bytes))
    return Query(
      Relation.exists(others, mine, on: s[.eventID].equals(row(.eventID), ids)).project(
        [NamedExpression("found", .integer(1))], as: "o"), limit: 1)
  }

  // MARK: Retention

  /// Whether a session that ended then is beyond reach of whatever comes from a time on.
  private func hasEnded(_ end: Expression, before time: Timestamp) -> Expression {
    gapExceeds(.instant(of: end), .instant(of: .literal(.timestamp(time))))
  }

  /// Those of some sessions whose pageviews `retain` has not removed.
  func kept(_ sessions: Relation, _ alias: String) -> Relation {
    guard let floor else { return sessions }
    return sessions.filter(.not(hasEnded(.column(alias, .endedAt), before: floor)))
  }

  /// The time before which no run takes rows: NULL where nothing was removed.
  public func floorQuery() -> Query {
    let r = ledger(.sessionRuns, as: "r")
    let isRetention = Expression.and([
      r[.state].equals(.text("finished"), .bytes), r[.mode].equals(.text(RunMode.retainName), .bytes),
    ])
    return Query(
      .aggregate(
        Relation.table(r).filter(isRetention), by: [],
        [AggregateColumn("floor", .maximum(r[.windowTo], .value))], alias: "o"))
  }

  /// Removes the pageviews of sessions that ended a gap or more before a time, from the ledger and from the tool's own
  /// source.
  public func retainPlan(
    before time: Timestamp, removingSource: Bool, _ identity: RunIdentity, mark: ArrivalMark
  ) -> ErasurePlan {
    let end = Literal.timestamp(time)
    let sessions = endedSessions(before: time)
    let e = ended(as: "x")
    let rows = rowsOfRemoval(identity, mode: RunMode.retainName, to: end, mark)
    let ids = ScratchDefinition(
      name: Self.endedStep,
      query: Query(endedIDs(before: time)), lookup: [Column.eventID.name], keyColumns: [Column.eventID.name])
    func remove(_ name: String, _ table: ObjectName, _ column: String) -> ErasurePlan.Step {
      .init(
        name, "The pageviews of these sessions.",
        Removal.listed(table, column: column, step: Self.endedStep, stepColumn: Column.eventID.name))
    }
    let p = TableReference(.stored(names[.pageviews]), alias: "p", columns: pageviewsTable().columns.map(\.column))
    let inSource = Relation.exists(.table(p), .table(e), on: e[.eventID].equals(p[.eventID], self.ids))
    return ErasurePlan(
      name: RunMode.retainName,
      steps: [
        .init("started", "Takes the next run id.", rows.started),
        .init(
          Self.endedStep, "The pageviews of sessions that ended a gap or more before the date.", .createScratch(ids)),
        .init(
          "noted", "Counts what is removed.",
          note(
            RunMode.retainName, before: end,
            [
              "source_rows": removingSource ? count(inSource) : .integer(0), "pageviews": count(.table(e)),
              "sessions": count(sessions),
            ])),
        remove("pageviews", names[.sessionTable], Column.eventID.name),
      ] + (removingSource ? [remove("source", names[.pageviews], Column.eventID.name)] : []) + [
        .init("finished", "Says before which time nothing is taken any more.", rows.finished)
      ],
      ledgers: [names[.sessionTable]])
  }

  /// Sessions that ended a gap or more before a time and have their pageviews still.
  private func endedSessions(before time: Timestamp) -> Relation {
    kept(currentVersions(asOf: nil, as: "s"), "s").filter(hasEnded(.column("s", .endedAt), before: time))
  }

  /// The event ids of their pageviews.
  private func endedIDs(before time: Timestamp) -> Relation {
    Relation.exists(
      sessionEvents(asOf: nil), endedSessions(before: time),
      on: Expression.column("s", .sessionID).equals(.column("e", .sessionID), ids)
    ).project([.init("e", .eventID)], as: "o")
  }

  private func ended(as alias: String) -> TableReference {
    TableReference(.step(Self.endedStep), alias: alias, columns: [SchemaColumn(.eventID, idType)])
  }

  /// The pageviews that `retain` is about to remove, in canonical order: event_id, session_id, user_id, page_view_at,
  /// page, then the attributes. It reads the plan's scratch table.
  public func endedEvents() -> Query {
    let x = ended(as: "x")
    let columns: [Column] = [.eventID, .sessionID, .userID, .pageViewAt, .page] + attributeColumns
    let rows = Relation.exists(
      sessionEvents(asOf: nil), .table(x), on: x[.eventID].equals(.column("e", .eventID), ids))
    return Query(
      rows.project(columns.map { NamedExpression("e", $0) }, as: "o"),
      order: [
        OrderTerm(.column("o", .userID), .bytes), OrderTerm(.column("o", .pageViewAt), .value),
        OrderTerm(.column("o", .eventID), ids),
      ])
  }

  /// The types of its columns, which the query does not know by itself.
  public var endedEventTypes: [ValueType] {
    [idType, idType, .text, .timestamp, .text] + attributeColumns.map { _ in .text }
  }

  /// One row where the source has a row, not before a time, that has the event id of a session that ended before it.
  public func copiesProbe(since time: Timestamp) throws -> Query {
    let later = try selection(.whole, as: "copies").filter(
      .and([
        .isNull(.column("copies", .reason)),
        Expression.column("copies", .pageViewAt).isAtLeast(.literal(.timestamp(time))),
      ]))
    return Query(
      Relation.exists(
        later, endedIDs(before: time), on: Expression.column("o", .eventID).equals(.column("copies", .eventID), ids)
      ).project([NamedExpression("found", .integer(1))], as: "f"), limit: 1)
  }
}
