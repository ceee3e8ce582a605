/// What a run writes about itself.
public struct RunIdentity: Hashable, Sendable {
  /// The job's fingerprint, as `JobFingerprint.text`.
  public var job: String
  public var engine: String
  public var toolVersion: String

  public init(job: String, engine: String, toolVersion: String) {
    self.job = job
    self.engine = engine
    self.toolVersion = toolVersion
  }
}

extension Planner {
  /// A run (semantics.md, 3): `started`, the steps, the lineage rows, the new rows, the versions, quarantine, `finished`.
  ///
  /// - Parameter buildingKeys: whether `session_table` has no key yet
  public func runPlan(_ mode: RunMode, _ identity: RunIdentity, buildingKeys: Bool = false) throws -> Plan {
    let run = try RunPipeline(self, mode)
    return Plan(
      name: "run",
      steps: [started(mode, identity)] + run.steps.scratchSteps + (try run.inserts(buildingKeys: buildingKeys))
        + [finished(mode, run.counts)],
      counts: profile.keepsSteps ? run.counts.query : nil, changes: profile.keepsSteps ? run.changes : nil)
  }

  /// A run over everything into empty ledgers, of a source whose event ids are unique: the same result as `runPlan`
  /// for less. An event id that occurs twice breaks the ledger's key, so it needs a profile that enforces keys.
  public func firstRunPlan(_ mode: RunMode, _ identity: RunIdentity, buildingKeys: Bool = false) throws -> Plan {
    func plan(_ statements: [Plan.Step], _ counts: RunCounts, expected: RunCounts) -> Plan {
      Plan(
        name: "first run", steps: [started(mode, identity)] + statements + [finished(mode, counts)],
        counts: expected.query)
    }
    switch profile.islands {
    case .windows:
      let run = try WindowedFirstRun(self, mode)
      return plan(try run.statements(buildingKeys: buildingKeys), run.counts, expected: run.expected)
    case .positions:
      let run = try PositionedFirstRun(self, mode)
      return plan(try run.statements(), run.counts, expected: run.counts)
    }
  }

  /// Whether `firstRunPlan` exists for this profile.
  public var hasFirstRunPlan: Bool {
    profile.keepsSteps && profile.hasUniqueEvents
  }

  /// One row where the ledger has any.
  public func ledgerProbe() -> Query {
    Query(
      Relation.table(ledger(.sessionTable, as: "t")).project(
        [NamedExpression("found", .integer(1))], as: "o"), limit: 1)
  }

  /// Key and index of `session_table`, where the rows that a run inserted are there to build them from.
  func lateKeySteps() -> [Plan.Step] {
    let probe = ledgerProbe()
    return keySteps().map { step in
      var step = step
      step.shortcut = .init(ifNothingIn: probe, statement: nil)
      return step
    }
  }

  // MARK: The run's own rows

  func count(_ rows: Relation) -> Expression {
    .scalar(.aggregate(rows, by: [], [AggregateColumn("n", .count)], alias: "n"))
  }

  func sum(_ value: Expression, of rows: Relation) -> Expression {
    .scalar(.aggregate(rows, by: [], [AggregateColumn("n", .sum(value))], alias: "n"))
  }

  /// What this run has written so far, counted in the ledgers.
  var countsOfThisRun: RunCounts {
    // Computed in a subquery of its own: engines that let none read the table which is written (trap T32) keep its rows.
    let r = ledger(.sessionRuns, as: "r")
    let last = Relation.aggregate(
      .table(r), by: [], [AggregateColumn(.runID, .maximum(r[.runID], .value))], alias: "last_run")
    let run =
      claim.map { .integer($0.run) }
      ?? Expression.scalar(Relation.computedOnce(last).project([NamedExpression("last_run", .runID)], as: "o"))
    func rows(_ object: ObjectNames.Object) -> Expression { count(written(object, as: "w", ofRun: run)) }
    return RunCounts(
      pageviews: rows(.sessionTable), sessions: rows(.sessionVersions), lineageRows: rows(.sessionLineage),
      quarantined: rows(.sessionQuarantine))
  }

  /// Inserts rows (under `alias`) into a ledger, with this run's id; columns that they do not have are NULL.
  func insert(
    into object: ObjectNames.Object, _ rows: Relation, alias: String, steps: RunSteps
  ) throws -> Statement {
    let table = ledger(object, as: "into")
    let given = Set(try steps.columns(of: rows).map(\.name))
    let values = table.columns.map { column in
      NamedExpression(
        column.name,
        column.name == Column.runID.name
          ? runOfRows : given.contains(column.name) ? .column(alias, column.name) : .null(column.type))
    }
    return .insert(
      Insert(into: names[object], table.columns, of: rows, values, namingAll: profile.insertsAllColumns, steps.query))
  }

  /// This run's id, as its rows have it.
  var runOfRows: Expression { claim.map { .integer($0.run) } ?? .present(thisRun) }

  /// The id of the run that has written `started` and not yet `finished`.
  var thisRun: Expression {
    let r = ledger(.sessionRuns, as: "this_run")
    return .scalar(
      .aggregate(.table(r), by: [], [AggregateColumn(.runID, .maximum(r[.runID], .value))], alias: "m"))
  }

  /// One row: the greatest run id, NULL where there is none.
  public func greatestRun() -> Query {
    let r = ledger(.sessionRuns, as: "r")
    return Query(
      .aggregate(.table(r), by: [], [AggregateColumn(.runID, .maximum(r[.runID], .value))], alias: "o"))
  }

  private func started(_ mode: RunMode, _ identity: RunIdentity) -> Plan.Step {
    let mark = arrivalMark(mode)
    // An aggregate of the ledger itself, and no subquery: not every engine lets one read the table that it writes (trap
    // T32).
    let r = ledger(.sessionRuns, as: "r")
    let last = Relation.aggregate(
      .table(r), by: [], [AggregateColumn("last_run", .maximum(r[.runID], .value))], alias: "numbered")
    let rows = mark.rows.map { Relation.join(last, $0, .inner, on: .integer(1).equals(.integer(1), .value)) } ?? last
    let row = runRow(mode, identity, from: rows) { name in
      switch name {
      case "run_id": .add(.coalesce([.column("numbered", "last_run"), .integer(0)]), .integer(1))
      case "state": .text("started")
      case "arrival_mark": mark.id
      case "arrival_mark_at": mark.time
      default: .null(.integer)
      }
    }
    return Plan.Step("started", "Takes the next run id; notes how far the source has arrived.", row)
  }

  /// The run's `started` row again, with what it has written.
  private func finished(_ mode: RunMode, _ counts: RunCounts) -> Plan.Step {
    let table = runsTable()
    let mark = arrivalMark(mode)
    let columns = table.columns.map(\.column)
    let r = ledger(.sessionRuns, as: "started_run")
    let values = columns.map { column in
      let value: Expression =
        switch column.name {
        case "state": .text("finished")
        case "recorded_at": .serverNow
        case "pageviews": counts.pageviews
        case "sessions": counts.sessions
        case "lineage_rows": counts.lineageRows
        case "quarantined": counts.quarantined
        // What is NULL in `started` is so here.
        case "arrival_mark" where mark.id.isNullConstant, "arrival_mark_at" where mark.time.isNullConstant:
          .null(column.type)
        default: r[column.name]
        }
      return NamedExpression(column.name, value)
    }
    // The last of them; by its order, since a subquery may not read the table that is written (trap T32).
    var started = Relation.table(r).filter(r[.state].equals(.text("started"), .bytes))
    if let claim { started = claimed(started, r, claim) }
    let insert = Insert(into: table.name, columns, of: started, values, namingAll: profile.insertsAllColumns) { rows in
      Query(
        rows, order: [OrderTerm(.column("v", .runID), .value, descending: true)], limit: 1, tiesAreEqual: true)
    }
    return Plan.Step("finished", "Closes the run.", .insert(insert))
  }

  /// A row of the run ledger; what no caller says is filled in here.
  ///
  /// - Parameter rows: the one row that it is taken from
  private func runRow(
    _ mode: RunMode, _ identity: RunIdentity, from rows: Relation, _ other: (String) -> Expression
  ) -> Statement {
    let table = runsTable()
    let columns = table.columns.map(\.column)
    let values = columns.map { column in
      let value: Expression =
        switch (column.name, mode) {
        case ("recorded_at", _): .serverNow
        case ("job", _): .text(identity.job)
        case ("mode", _): .text(mode.name)
        case ("window_from", .window(let from?, _)): .literal(from)
        case ("window_to", .window(_, let to?)): .literal(to)
        case ("window_from", _), ("window_to", _): .null(.timestamp)
        case ("layout", _): .integer(Self.layout)
        case ("engine", _): .text(identity.engine)
        case ("tool_version", _): .text(identity.toolVersion)
        default: other(column.name)
        }
      return NamedExpression(column.name, value)
    }
    return .insert(Insert(into: table.name, columns, of: rows, values, namingAll: profile.insertsAllColumns))
  }

  /// The greatest arrival value of the source; a windowed run sets none (semantics.md, 5).
  ///
  /// A time is named more than once, and so is taken from a row, that the source may be read once.
  private func arrivalMark(_ mode: RunMode) -> (id: Expression, time: Expression, rows: Relation?) {
    let none: (Expression, Expression, Relation?) = (.null(.integer), .null(.timestamp), nil)
    guard let arrival = job.source.arrival else { return none }
    if case .window = mode { return none }
    let (rows, greatest) = greatestArrival(arrival)
    switch arrival.kind {
    case .id: return (.scalar(rows), .null(.timestamp), nil)
    case .time:
      // Never later than the run's start by the server's clock.
      let isAhead = greatest.isGreater(than: .serverNow)
      return (.null(.integer), .choose([Branch(isAhead, then: .serverNow)], otherwise: greatest), rows)
    }
  }

  /// The last mark that counts: that of the newest finished run without a window, or what `adopt`, `erase` or
  /// `retain` left of it. Columns:
  /// run_id, arrival_mark, arrival_mark_at; no row where there is none.
  public func markQuery() -> Query {
    let r = ledger(.sessionRuns, as: "r")
    let counts = Expression.and([
      r[.state].equals(.text("finished"), .bytes),
      .or(
        [RunMode.whole.name, RunMode.newName, RunMode.adoptName, RunMode.eraseName, RunMode.retainName].map {
          r[.mode].equals(.text($0), .bytes)
        }),
    ])
    return Query(
      Relation.table(r).filter(counts).project(
        ["run_id", "arrival_mark", "arrival_mark_at"].map { NamedExpression("r", $0) }, as: "o"),
      order: [OrderTerm(.column("o", .runID), .value, descending: true)], limit: 1, tiesAreEqual: true)
  }

  /// One row: the newest layout that a run wrote in; NULL where nothing has run in layout 2 or later.
  public func layoutQuery() -> Query {
    let r = ledger(.sessionRuns, as: "r")
    return Query(
      .aggregate(.table(r), by: [], [AggregateColumn(.layout, .maximum(r[.layout], .value))], alias: "o"))
  }

  /// The fingerprint of the ledger's first row, as text, finished or not; no row where there is none.
  public func fingerprintQuery() -> Query {
    let r = ledger(.sessionRuns, as: "r")
    return Query(
      Relation.table(r).project([NamedExpression("r", .runID), NamedExpression("r", .job)], as: "o"),
      order: [OrderTerm(.column("o", .runID), .value)], limit: 1, tiesAreEqual: true)
  }
}

/// The numbers in a `finished` row.
struct RunCounts {
  var pageviews: Expression
  /// New and changed ones.
  var sessions: Expression
  var lineageRows: Expression
  var quarantined: Expression

  var query: Query {
    let one = Relation.values(columns: [SchemaColumn("one", .integer)], rows: [[.integer(1)]], alias: "o")
    return Query(
      one.project(
        [
          NamedExpression(.pageviews, pageviews), NamedExpression(.sessions, sessions),
          NamedExpression("lineage_rows", lineageRows),
          NamedExpression("quarantined", quarantined),
        ], as: "c"))
  }
}
