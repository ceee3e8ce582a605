/// What `agg` shows.
public enum AggregateKind: String, Hashable, Sendable, CaseIterable {
  case session
  case user
  case day
  case totals
  case entryPages = "entry-pages"
  case exitPages = "exit-pages"
}

/// The aggregates (semantics.md, 8). All arithmetic is on integers, so that the results are the same on every engine;
/// columns that end in `_micro` are millionths, and durations are whole microseconds.
extension Planner {
  /// - Parameter top: how many pages `entryPages` and `exitPages` list.
  public func aggregate(_ kind: AggregateKind, asOf run: Literal? = nil, top: Int = 10) -> Query {
    switch kind {
    case .session: perSession(asOf: run)
    case .user: perUser(asOf: run)
    case .day: perDay(asOf: run)
    case .totals: totals(asOf: run)
    case .entryPages: pages("entry_page", asOf: run, top: top)
    case .exitPages: pages("exit_page", asOf: run, top: top)
    }
  }

  /// user_id, session_id, first_view, last_view, pageviews
  private func perSession(asOf run: Literal?) -> Query {
    Query(
      sessions(asOf: run).project(
        [
          NamedExpression("s", .userID), NamedExpression("s", .sessionID),
          NamedExpression("first_view", .column("s", .startedAt)),
          NamedExpression("last_view", .column("s", .endedAt)), NamedExpression("s", .pageviews),
        ], as: "o"),
      order: [
        OrderTerm(.column("o", .userID), .bytes), OrderTerm(.column("o", "first_view"), .value),
        OrderTerm(.column("o", .sessionID), ids),
      ])
  }

  /// user_id, sessions, pageviews, first_view, last_view, duration_microseconds, bounces
  private func perUser(asOf run: Literal?) -> Query {
    Query(
      .aggregate(
        sessions(asOf: run), by: [NamedExpression("s", .userID)],
        [
          AggregateColumn(.sessions, .count),
          AggregateColumn(.pageviews, .sum(.column("s", .pageviews))),
          AggregateColumn("first_view", .minimum(.column("s", .startedAt), .value)),
          AggregateColumn("last_view", .maximum(.column("s", .endedAt), .value)),
          AggregateColumn(.durationMicroseconds, .sum(.column("s", .durationMicroseconds))),
          AggregateColumn("bounces", .sum(bounce("s"))),
        ], alias: "o"),
      order: [OrderTerm(.column("o", .userID), .bytes)])
  }

  /// day, sessions that started on it, pageviews on it, users seen on it, bounces among its sessions
  private func perDay(asOf run: Literal?) -> Query {
    let views = Relation.aggregate(
      sessionEvents(asOf: run).project(
        [NamedExpression("day", .day(of: .column("e", .pageViewAt))), NamedExpression("e", .userID)], as: "v"),
      by: [NamedExpression("v", "day")],
      [
        AggregateColumn(.pageviews, .count), AggregateColumn("users", .countDistinct(.column("v", .userID), .bytes)),
      ], alias: "d")
    let starts = Relation.aggregate(
      sessions(asOf: run).project(
        [NamedExpression("day", .day(of: .column("s", .startedAt))), NamedExpression("bounce", bounce("s"))], as: "b"),
      by: [NamedExpression("b", "day")],
      [AggregateColumn(.sessions, .count), AggregateColumn("bounces", .sum(.column("b", "bounce")))], alias: "t")
    let zero = Expression.integer(0)
    return Query(
      views.leftJoin(starts, on: Expression.column("t", "day").equals(.column("d", "day"), .bytes)).project(
        [
          NamedExpression("d", "day"),
          NamedExpression(.sessions, .coalesce([.column("t", .sessions), zero])),
          NamedExpression("d", .pageviews), NamedExpression("d", "users"),
          NamedExpression("bounces", .coalesce([.column("t", "bounces"), zero])),
        ], as: "o"),
      order: [OrderTerm(.column("o", "day"), .bytes)])
  }

  /// One row: sessions, users, pageviews, bounces, pageviews_per_session_micro, bounce_rate_micro,
  /// duration_mean, duration_median, duration_p95 (µs). Rates and durations are NULL where there is no session.
  private func totals(asOf run: Literal?) -> Query {
    let duration = Expression.column("s", .durationMicroseconds)
    let id = Expression.column("s", .sessionID)
    // Nearest rank needs the number of sessions beside each rank: the ranks from both ends add up to it.
    let ranked = Relation.window(
      sessions(asOf: run).project(
        ["session_id", "user_id", "duration_microseconds", "pageviews", "is_bounce"].map { NamedExpression("s", $0) },
        as: "s"),
      [
        WindowColumn("rank", .rowNumber, partition: [], order: [OrderTerm(duration, .value), OrderTerm(id, ids)]),
        WindowColumn(
          "rank_from_end", .rowNumber, partition: [],
          order: [OrderTerm(duration, .value, descending: true), OrderTerm(id, ids, descending: true)]),
      ], alias: "r")
    func r(_ name: String) -> Expression { .column("r", name) }
    func percentile(_ p: Int64) -> AggregateColumn.Function {
      let count = Expression.subtract(.add(r("rank"), r("rank_from_end")), .integer(1))
      let nearest = Expression.divide(.add(.multiply(count, .integer(p)), .integer(99)), .integer(100))
      return .maximum(
        .choose(
          [Branch(r("rank").equals(nearest, .value), then: r("duration_microseconds"))], otherwise: .null(.integer)),
        .value)
    }
    let sums = Relation.aggregate(
      ranked, by: [],
      [
        AggregateColumn(.sessions, .count), AggregateColumn("users", .countDistinct(r("user_id"), .bytes)),
        AggregateColumn(.pageviews, .sum(r("pageviews"))), AggregateColumn("bounces", .sum(bounce("r"))),
        AggregateColumn("duration", .sum(r("duration_microseconds"))),
        AggregateColumn("duration_median", percentile(50)), AggregateColumn("duration_p95", percentile(95)),
      ], alias: "t")
    let sessions = Expression.column("t", .sessions)
    /// `sum / sessions` in units of 1 / scale, half up; NULL for no sessions.
    func mean(_ sum: String, scale: Int64) -> Expression {
      let twice = Expression.add(.multiply(.column("t", sum), .integer(2 * scale)), sessions)
      return .choose(
        [Branch(sessions.isGreater(than: .integer(0)), then: .divide(twice, .multiply(sessions, .integer(2))))],
        otherwise: .null(.integer))
    }
    return Query(
      sums.project(
        ["sessions", "users", "pageviews", "bounces"].map { NamedExpression("t", $0) } + [
          NamedExpression("pageviews_per_session_micro", mean("pageviews", scale: 1_000_000)),
          NamedExpression("bounce_rate_micro", mean("bounces", scale: 1_000_000)),
          NamedExpression("duration_mean", mean("duration", scale: 1)),
          NamedExpression("t", "duration_median"), NamedExpression("t", "duration_p95"),
        ], as: "o"))
  }

  /// page, sessions: by count descending, then the page's bytes, NULL first.
  private func pages(_ column: String, asOf run: Literal?, top: Int) -> Query {
    Query(
      .aggregate(
        sessions(asOf: run).project([NamedExpression(.page, .column("s", column))], as: "s"),
        by: [NamedExpression("s", .page)], [AggregateColumn(.sessions, .count)], alias: "o"),
      order: [
        OrderTerm(.column("o", .sessions), .value, descending: true),
        OrderTerm(.column("o", .page), .bytes, nulls: .first),
      ], limit: top)
  }

  private func bounce(_ alias: String) -> Expression {
    .choose(
      [Branch(Expression.column(alias, "is_bounce").equals(.literal(.flag(true)), .value), then: .integer(1))],
      otherwise: .integer(0))
  }
}
