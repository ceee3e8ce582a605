/// The total order of a user's pageviews (semantics.md, 1): time, sequence where the job has one, event id.
extension Planner {
  /// The columns that a pageview brings, in the order of the ledger.
  var content: [Column] {
    [.eventID, .userID, .pageViewAt] + (bound.hasSequence ? [.sequence] : []) + [.page] + attributeColumns
  }

  var attributeColumns: [Column] { attributes.map { .attribute($0) } }

  /// Whether a pageview may have no value in a column of `content`.
  func isOptional(_ column: Column) -> Bool {
    column == .page || column == .sequence || attributeColumns.contains(column)
  }

  func user(_ alias: String) -> [OrderKey] { [OrderKey(.column(alias, .userID), .bytes)] }

  /// Pageviews within a user.
  func order(_ alias: String) -> [OrderTerm] {
    [OrderTerm(.column(alias, .userID), .bytes)] + orderInUser(alias)
  }

  /// Pageviews of one user.
  func orderInUser(_ alias: String) -> [OrderTerm] {
    order(alias, .pageViewAt, sequence: .sequence, .eventID)
  }

  /// Rows by a time, a sequence and an id, the earliest first.
  func order(_ alias: String, _ time: Column, sequence: Column, _ id: Column) -> [OrderTerm] {
    [OrderTerm(.column(alias, time), .value)]
      + (bound.hasSequence ? [OrderTerm(.column(alias, sequence), .value, nulls: .first)] : [])
      + [OrderTerm(.column(alias, id), ids)]
  }

  /// The same, the latest first: the exact reverse, NULL last.
  func reverseOrder(_ alias: String, _ time: Column, sequence: Column, _ id: Column) -> [OrderTerm] {
    [OrderTerm(.column(alias, time), .value, descending: true)]
      + (bound.hasSequence ? [OrderTerm(.column(alias, sequence), .value, descending: true, nulls: .last)] : [])
      + [OrderTerm(.column(alias, id), ids, descending: true)]
  }

  /// Whether a row starts a session although one of the same user comes before it.
  func gapExceeds(_ previous: Expression, _ current: Expression) -> Expression {
    .gapExceeds(previous: previous, current: current, gap: job.gap, boundary: job.boundary)
  }

  /// 1 where a row starts a session, else 0.
  ///
  /// - Parameters:
  ///   - previous: the instant of the user's row before, NULL where there is none
  ///   - isKnownToContinue: holds where the two rows belong together whatever the time between them
  func startsSession(
    previous: Expression, current: Expression, unless isKnownToContinue: Expression? = nil
  ) -> Expression {
    .choose(
      [Branch(.isNull(previous), then: .integer(1))]
        + (isKnownToContinue.map { [Branch($0, then: .integer(0))] } ?? [])
        + [Branch(gapExceeds(previous, current), then: .integer(1))], otherwise: .integer(0))
  }
}
