/// Which rows of quarantine are looked at.
public struct QuarantineFilter: Hashable, Sendable {
  /// Only this reason.
  public var reason: String?
  /// Only what this run put there; rows of files have no run.
  public var run: Int64?
  /// Only lines of this file, named as it was when it was loaded.
  public var file: String?

  public init(reason: String? = nil, run: Int64? = nil, file: String? = nil) {
    self.reason = reason
    self.run = run
    self.file = file
  }
}

/// What `quarantine` reads.
extension Planner {
  /// The rows, by file, line, reason and content: reason, event_id, user_id, page_view_at, page, line_text, source_file, line,
  /// run_id. Of a line that could not be read at all, `line_text` is its beginning.
  ///
  /// - Parameter limit: the most rows; nil is all
  public func quarantined(_ filter: QuarantineFilter, limit: Int? = nil) -> Query {
    let q = ledger(.sessionQuarantine, as: "q")
    let isUnread = Expression.and(
      [.isNull(q[.eventID]), .isNull(q[.userID]), .isNull(q[.pageViewAt]), q[.sourceFile].isPresent])
    func shown(_ value: Expression, where condition: Expression) -> Expression {
      .choose([Branch(condition, then: value)], otherwise: .null(.text))
    }
    let texts: [Column] = [.reason, .eventID, .userID, .pageViewAt]
    return Query(
      rows(filter, q).project(
        texts.map { NamedExpression("q", $0) } + [
          NamedExpression(.page, shown(q[.page], where: .not(isUnread))),
          NamedExpression("line_text", shown(q[.page], where: isUnread)), .init("q", .sourceFile), .init("q", .line),
          .init("q", .runID),
        ], as: "o"),
      order: [
        OrderTerm(.column("o", .sourceFile), .bytes, nulls: .first),
        OrderTerm(.column("o", .line), .value, nulls: .first),
        OrderTerm(.column("o", .reason), .bytes), OrderTerm(.column("o", .eventID), .bytes, nulls: .first),
        OrderTerm(.column("o", .userID), .bytes, nulls: .first),
        OrderTerm(.column("o", .pageViewAt), .bytes, nulls: .first),
        OrderTerm(.column("o", .page), .bytes, nulls: .first),
      ], limit: limit, tiesAreEqual: true)
  }

  /// How many there are of each reason, and which runs put them there: reason, found, first_run, last_run.
  public func quarantineCounts(_ filter: QuarantineFilter) -> Query {
    let q = ledger(.sessionQuarantine, as: "q")
    return Query(
      .aggregate(
        rows(filter, q), by: [.init("q", .reason)],
        [
          AggregateColumn("found", .count), AggregateColumn("first_run", .minimum(q[.runID], .value)),
          AggregateColumn("last_run", .maximum(q[.runID], .value)),
        ], alias: "o"), order: [OrderTerm(.column("o", .reason), .bytes)])
  }

  private func rows(_ filter: QuarantineFilter, _ q: TableReference) -> Relation {
    var conditions: [Expression] = []
    if let reason = filter.reason { conditions.append(q[.reason].equals(.text(reason), .bytes)) }
    if let run = filter.run { conditions.append(q[.runID].equals(.integer(run), .value)) }
    if let file = filter.file { conditions.append(q[.sourceFile].equals(.text(file), .bytes)) }
    return conditions.isEmpty ? .table(q) : Relation.table(q).filter(.and(conditions))
  }
}
