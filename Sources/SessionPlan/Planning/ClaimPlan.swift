/// What a run has claimed where no lock keeps two runs of a job apart (semantics.md, 9).
public struct Claim: Hashable, Sendable {
  /// The id that its `started` row took.
  public var run: Int64
  /// The tool version in its rows of the run ledger, which has a word that no other claim has: engines without keys may
  /// give two runs one id.
  public var token: String
  /// How many runs had finished before it read anything.
  public var finishedBefore: Int64

  public init(run: Int64, token: String, finishedBefore: Int64) {
    self.run = run
    self.token = token
    self.finishedBefore = finishedBefore
  }
}

/// Claims: how a run takes its id, learns whether it may go on, and ends.
///
/// A claim is open from its `started` row until its run is finished or it is given up by a row `abandoned`. The lowest
/// open claim goes on.
extension Planner {
  /// The state of a claim that was given up.
  static let abandonedState = "abandoned"

  /// The open claims, the lowest first: run_id, token, claimed_at, and what time it is by the server's clock.
  public func openClaims() -> Query {
    let s = ledger(.sessionRuns, as: "s")
    let columns = [
      NamedExpression("s", .runID), NamedExpression("token", s[.toolVersion]),
      NamedExpression("claimed_at", s[.recordedAt]), NamedExpression("now", .serverNow),
    ]
    return Query(
      open(Relation.table(s).filter(s[.state].equals(.text("started"), .bytes)), s).project(columns, as: "o"),
      order: [OrderTerm(.column("o", .runID), .value), OrderTerm(.column("o", "token"), .bytes)], tiesAreEqual: true)
  }

  /// One row: how many runs have finished.
  public func finishedCount() -> Query {
    let r = ledger(.sessionRuns, as: "r")
    return Query(
      .aggregate(
        Relation.table(r).filter(r[.state].equals(.text("finished"), .bytes)), by: [],
        [AggregateColumn("finished", .count)], alias: "o"))
  }

  /// Gives a claim up, unless it is closed already.
  public func abandon(run: Int64, token: String) -> Plan.Step {
    let table = runsTable()
    let s = ledger(.sessionRuns, as: "s")
    let own = Relation.table(s).filter(
      .and([
        s[.state].equals(.text("started"), .bytes), s[.runID].equals(.integer(run), .value),
        s[.toolVersion].equals(.text(token), .bytes),
      ]))
    let columns = table.columns.map(\.column)
    let values = columns.map { column in
      let value: Expression =
        switch column.name {
        case "state": .text(Self.abandonedState)
        case "recorded_at": .serverNow
        default: s[column.name]
        }
      return NamedExpression(column.name, value)
    }
    return Plan.Step(
      "abandoned", "Gives the claim up: none of its rows will ever count.",
      .insert(Insert(into: table.name, columns, of: open(own, s), values, namingAll: profile.insertsAllColumns)))
  }

  /// Of `started` rows those whose claim is open.
  private func open(_ started: Relation, _ s: TableReference) -> Relation {
    let f = ledger(.sessionRuns, as: "f")
    let a = ledger(.sessionRuns, as: "a")
    return .notExists(
      .notExists(
        started, Relation.table(f).filter(f[.state].equals(.text("finished"), .bytes)),
        on: f[.runID].equals(s[.runID], .value)),
      Relation.table(a).filter(a[.state].equals(.text(Self.abandonedState), .bytes)),
      on: .and([
        a[.runID].equals(s[.runID], .value), a[.toolVersion].equals(s[.toolVersion], .bytes),
      ]))
  }

  /// The claim's own `started` row, as long as it is open and no other run has finished since it began: what `finished`
  /// is made of, so that looking and finishing are one statement.
  func claimed(_ started: Relation, _ s: TableReference, _ claim: Claim) -> Relation {
    let n = ledger(.sessionRuns, as: "n")
    let finished = Expression.scalar(
      .aggregate(
        Relation.table(n).filter(n[.state].equals(.text("finished"), .bytes)), by: [],
        [AggregateColumn("finished", .count)], alias: "m"))
    let own = started.filter(
      .and([
        s[.runID].equals(.integer(claim.run), .value), s[.toolVersion].equals(.text(claim.token), .bytes),
        .present(finished).equals(.integer(claim.finishedBefore), .value),
      ]))
    return open(own, s)
  }

  /// Whether a run's `finished` row is there, with its own token: one row where it is.
  public func finishedProbe(_ claim: Claim) -> Query {
    let r = ledger(.sessionRuns, as: "r")
    return Query(
      Relation.table(r).filter(
        .and([
          r[.state].equals(.text("finished"), .bytes), r[.runID].equals(.integer(claim.run), .value),
          r[.toolVersion].equals(.text(claim.token), .bytes),
        ])
      ).project([NamedExpression("found", .integer(1))], as: "o"), limit: 1)
  }
}
