/// The rows of the run ledger that are no run's: what `create`, `upgrade` and `adopt` note of the job's settings.
extension Planner {
  /// The state of the row that `create` writes.
  static let createdState = "created"

  /// The row by which the ledgers know their job before anything has run. It has the run id 0, which no run has, so that
  /// runs count from 1, and nothing where there is a row already.
  public func createdRow(_ identity: RunIdentity) -> Statement {
    let table = ledger(.sessionRuns, as: "r")
    let one = Relation.values(columns: [SchemaColumn("one", .integer)], rows: [[.integer(1)]], alias: "o")
    let row = SettingsRow(identity: identity, mode: RunMode.createName, state: Self.createdState, runID: .integer(0))
    return insert(row, from: .notExists(one, .table(table), on: table[.runID].isPresent))
  }

  /// The two rows of the run ledger that say which settings hold from here on.
  ///
  /// - Parameter mark: the arrival mark that holds still; nil where it is another table's
  public func adoptedRows(_ identity: RunIdentity, mark: (id: Literal?, time: Literal?)) -> [Plan.Step] {
    var row = SettingsRow(identity: identity, mode: RunMode.adoptName, state: "started", runID: nextRun)
    let started = Plan.Step("started", "Takes the next run id.", insert(row))
    (row.state, row.runID) = ("finished", .present(thisRun))
    (row.pageviews, row.sessions, row.others) = (.integer(0), .integer(0), .integer(0))
    row.mark = mark.id.map { .literal($0) }
    row.markTime = mark.time.map { .literal($0) }
    return [started, Plan.Step("finished", "Says which settings hold from here on.", insert(row))]
  }

  /// The two rows of the run ledger that say that the ledgers are of layout 2 from here on.
  public func upgradedRows(_ identity: RunIdentity) -> [Plan.Step] {
    var row = SettingsRow(identity: identity, mode: RunMode.upgradeName, state: "started", runID: nextRun)
    let started = Plan.Step("started", "Takes the next run id.", insert(row))
    (row.state, row.runID) = ("finished", .present(thisRun))
    (row.pageviews, row.others) = (.integer(0), .integer(0))
    row.sessions = count(.table(ledger(.sessionVersions, as: "w")))
    return [started, Plan.Step("finished", "Says that the ledgers have the new layout.", insert(row))]
  }

  /// The two rows of the run ledger that `erase` and `retain` write.
  ///
  /// The mark is carried on, but never above what the source still has: looking again at what is known already costs
  /// little, and a mark that no row reaches would look like a source that lost rows.
  func rowsOfRemoval(
    _ identity: RunIdentity, mode: String, to end: Literal?, _ mark: ArrivalMark
  ) -> (started: Statement, finished: Statement) {
    var row = SettingsRow(identity: identity, mode: mode, state: "started", runID: nextRun)
    row.windowTo = end.map { .literal($0) }
    let started = insert(row)
    (row.state, row.runID) = ("finished", .present(thisRun))
    (row.pageviews, row.sessions, row.others) = (.integer(0), .integer(0), .integer(0))
    if !mark.isForgotten, let arrival = job.source.arrival {
      let (rows, greatest) = greatestArrival(arrival)
      let now = Expression.scalar(rows.project([NamedExpression("mark", greatest)], as: "g"))
      func carried(_ before: Literal, _ type: ValueType) -> Expression {
        .choose(
          [
            Branch(.isNull(now), then: .null(type)), Branch(now.isLess(than: .literal(before)), then: now),
          ], otherwise: .literal(before))
      }
      row.mark = mark.id.map { carried($0, .integer) }
      row.markTime = mark.time.map { carried($0, .timestamp) }
    }
    return (started, insert(row))
  }

  private var nextRun: Expression { .coalesce([.add(thisRun, .integer(1)), .integer(1)]) }

  /// What is not the same in every row of that kind; nil is NULL.
  private struct SettingsRow {
    var identity: RunIdentity
    var mode: String
    var state: String
    var runID: Expression
    var pageviews: Expression?
    var sessions: Expression?
    /// Lineage rows and quarantined ones.
    var others: Expression?
    var mark: Expression?
    var markTime: Expression?
    /// The date of `retain`.
    var windowTo: Expression?
  }

  private func insert(_ row: SettingsRow, from one: Relation? = nil) -> Statement {
    let columns = runsTable().columns.map(\.column)
    let values = columns.map { column in
      let value: Expression? =
        switch column.name {
        case "run_id": row.runID
        case "state": .text(row.state)
        case "recorded_at": .serverNow
        case "job": .text(row.identity.job)
        case "mode": .text(row.mode)
        case "window_to": row.windowTo
        case "arrival_mark": row.mark
        case "arrival_mark_at": row.markTime
        case "pageviews": row.pageviews
        case "sessions": row.sessions
        case "lineage_rows", "quarantined": row.others
        case "layout": .integer(Self.layout)
        case "engine": .text(row.identity.engine)
        case "tool_version": .text(row.identity.toolVersion)
        default: nil
        }
      return NamedExpression(column.name, value ?? .null(column.type))
    }
    let one = one ?? .values(columns: [SchemaColumn("one", .integer)], rows: [[.integer(1)]], alias: "o")
    return .insert(Insert(into: names[.sessionRuns], columns: columns, query: Query(one.project(values, as: "v"))))
  }

  // MARK: Which settings hold

  /// The job's fingerprint that holds: that of the newest row that is finished, or else of `create`'s. Columns: run_id,
  /// job; no row where there is neither.
  ///
  /// Every run has compared its settings with those that held, so that any finished row says them.
  public func settingsQuery() -> Query {
    let r = ledger(.sessionRuns, as: "r")
    let holds = Expression.or(
      ["finished", Self.createdState].map { r[.state].equals(.text($0), .bytes) })
    return Query(
      Relation.table(r).filter(holds).project(
        [NamedExpression("r", .runID), NamedExpression("r", .job)], as: "o"),
      order: [OrderTerm(.column("o", .runID), .value, descending: true)], limit: 1, tiesAreEqual: true)
  }
}
