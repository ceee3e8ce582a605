/// What `compare` reads. The first column is the row's id.
extension Planner {
  /// Current sessions: session_id, user_id, started_at, ended_at, duration (µs), pageviews, entry_page, exit_page,
  /// is_bounce, then the attributes.
  ///
  /// - Parameter isOrdered: by id, in the order of event ids; else as the engine finds them, which is cheaper
  public func comparedSessions(isOrdered: Bool) -> Query {
    let columns = [.sessionID] + Self.sessionColumns.map(\.column) + attributeColumns
    return byID(sessions(asOf: nil).project(columns.map { NamedExpression("s", $0) }, as: "o"), .sessionID, isOrdered)
  }

  /// Sessionized pageviews with their current session: event_id, session_id, user_id, page_view_at, page, then the
  /// attributes.
  public func comparedEvents(isOrdered: Bool) -> Query {
    let columns: [Column] = [.eventID, .sessionID, .userID, .pageViewAt, .page] + attributeColumns
    return byID(
      sessionEvents(asOf: nil).project(columns.map { NamedExpression("e", $0) }, as: "o"), .eventID, isOrdered)
  }

  /// Source rows that are part of the job, in the ledger's types: event_id, user_id, page_view_at, page, the
  /// attributes, and, where id or time cannot be read, their texts.
  public func comparedSource(isOrdered: Bool) throws -> Query {
    // The sequence is no part of a pageview's content.
    let columns = content.filter { $0 != .sequence }
    // Of a value that was read, engines write the text each in its own way.
    let texts = self.unread(in: "n", .whole)
    func unreadText(_ name: Column, _ text: Expression, _ column: Column) -> NamedExpression {
      NamedExpression(name, .choose([Branch(.isNull(.column("n", column)), then: text)], otherwise: .null(.text)))
    }
    let rows = try selection(.whole, as: "n").project(
      columns.map { NamedExpression("n", $0) } + [
        unreadText(.rawEventID, texts.eventID, .eventID), unreadText(.rawTime, texts.time, .pageViewAt),
      ], as: "o")
    return byID(rows, .eventID, isOrdered, nulls: .first)
  }

  /// The rows of the tool's own source table, in the columns that `load` appends.
  public func sourceCopy() -> Query {
    let p = TableReference(.stored(names[.pageviews]), alias: "p", columns: pageviewsTable().columns.map(\.column))
    return Query(Relation.table(p).project(loadedColumns.map { NamedExpression("p", $0.name) }, as: "o"))
  }

  private func byID(
    _ rows: Relation, _ id: Column, _ isOrdered: Bool, nulls: OrderTerm.Nulls = .none
  ) -> Query {
    guard isOrdered else { return Query(rows) }
    // Copies of an id tie; the reader takes them together.
    return Query(rows, order: [OrderTerm(.column("o", id), ids, nulls: nulls)], tiesAreEqual: true)
  }
}
