/// New rows, fixed once for the whole run.
extension Planner {
  /// Source rows of a run's mode that the ledger does not have, or has otherwise; each with its reason, if it is bad.
  ///
  /// - Parameter knowingOwnRows: whether rows that this run has inserted are the ledger's already
  func addPicked(_ mode: RunMode, knowingOwnRows: Bool = false, to steps: inout RunSteps) throws -> StepHandle {
    let t = ledger(.sessionTable, as: "t")
    func s(_ column: Column) -> Expression { .column("judged", column) }
    let isUnknown = Expression.isNull(t[.runID])
    let differs = Expression.not(
      .and([
        t[.userID].equals(s(.userID), .bytes), t[.pageViewAt].equals(s(.pageViewAt), .value),
        .isSame(t[.page], s(.page), .bytes),
      ]))
    let isDuplicate = Expression.or(
      [t[.runID].isPresent] + (isIDOfRemovedSession(s(.eventID)).map { [$0] } ?? []))
    let reason = Expression.coalesce([
      s(.reason),
      .choose(
        [Branch(isDuplicate, then: .text(QuarantineReason.duplicateEventID.rawValue))], otherwise: .null(.text)),
    ])
    let selected = try selection(mode, as: "judged")
    let unread = unread(in: "judged", mode)
    func whenBad(_ value: Expression) -> Expression {
      if value.isNullConstant { return value }
      return .choose([Branch(s(.reason).isPresent, then: value)], otherwise: .null(.text))
    }
    // Rows that arrived are few; of a whole source or a window nobody knows, and the engine decides.
    var join = JoinKind.left
    if case .new = mode { join = .leftLookup }
    // Bad rows have no event id that could be looked up.
    let isGood = Expression.isNull(s(.reason))
    let isLedgerRow =
      profile.joinsByEqualityAlone
      ? t[.eventID].equals(
        .choose(
          [Branch(isGood, then: s(.eventID))], otherwise: .null(bound.eventIDType == .integer ? .integer : .text)),
        ids)
      : Expression.and([isGood, t[.eventID].equals(s(.eventID), ids)])
    return try steps.add(
      .picked,
      Relation.join(selected, knowingOwnRows ? knownRows(as: "t") : .table(t), join, on: isLedgerRow)
        .filter(.or([isUnknown, differs]))
        .project(
          content.map { NamedExpression("judged", $0) }
            + [NamedExpression(.reason, reason)]
            + [
              NamedExpression(.rawEventID, whenBad(unread.eventID)), NamedExpression(.rawTime, whenBad(unread.time)),
            ].filter { !$0.expression.isNullConstant }, as: "picked"))
  }

  /// The ledger's rows, and those that this run has inserted.
  private func knownRows(as alias: String) -> Relation {
    let columns = sessionTable().columns.map { NamedExpression(alias, $0.column.name) }
    return .unionAll(
      [
        Relation.table(ledger(.sessionTable, as: alias)).project(columns, as: alias),
        written(.sessionTable, as: alias, ofRun: runOfRows).project(columns, as: alias),
      ], alias: alias)
  }

  /// Whether an event id that the ledger does not have is that of a session whose pageviews `retain` has removed: another
  /// session must not be kept under it. nil where nothing was removed.
  func isIDOfRemovedSession(_ id: Expression) -> Expression? {
    guard floor != nil else { return nil }
    let v = ledger(.sessionVersions, as: "removed")
    return Expression.lookup(
      Lookup(
        v[.runID], from: .table(v), matching: v[.sessionID].equals(id, ids),
        order: [OrderTerm(v[.runID], .value, descending: true)])
    ).isPresent
  }

  /// Event ids that came more than once.
  func addRepeated(_ picked: StepHandle, to steps: inout RunSteps) throws -> StepHandle {
    let k = picked.table(as: "k")
    let groups = Relation.aggregate(
      Relation.table(k).filter(.isNull(k[.reason])), by: [.init("k", .eventID)],
      [AggregateColumn(.duplicates, .count)], alias: "counted")
    return try steps.add(
      .repeated,
      groups.filter(Expression.column("counted", .duplicates).isGreater(than: .integer(1)))
        .project([.init("counted", .eventID)], as: "repeated"), lookup: [.eventID], isReadOnce: true, isShort: true)
  }

  /// Their rows, ranked: the first counts, and those of another content than its are bad. Rows that are equal in the
  /// four columns of an event are told apart by what comes along with them, so that every engine takes the same.
  func addDuplicates(_ picked: StepHandle, _ repeated: StepHandle, to steps: inout RunSteps) throws -> StepHandle {
    let k = picked.table(as: "k")
    let d = repeated.table(as: "d")
    let rows = Relation.exists(
      Relation.table(k).filter(.isNull(k[.reason])), .table(d), on: d[.eventID].equals(k[.eventID], ids))
    let byContent = [
      OrderTerm(.present(k[.pageViewAt]), .value), OrderTerm(.present(k[.userID]), .bytes),
      OrderTerm(k[.page], .bytes, nulls: .first),
    ]
    var order = byContent
    if bound.hasSequence { order.append(OrderTerm(k[.sequence], .value, nulls: .first)) }
    order += attributeColumns.map { OrderTerm(k[$0], .bytes, nulls: .first) }
    let partition = [OrderKey(k[.eventID], ids)]
    let columns = content + [.rank, .variant]
    return try steps.add(
      .duplicates,
      Relation.window(
        rows,
        [
          WindowColumn(.rank, .rowNumber, partition: partition, order: order, tiesAreEqual: true),
          WindowColumn(.variant, .denseRank, partition: partition, order: byContent, tiesAreEqual: true),
        ], alias: "ranked"
      ).project(columns.map { NamedExpression("ranked", $0) }, as: "duplicates"), lookup: [.eventID])
  }

  /// The new rows, as this run has inserted them.
  func addWritten(to steps: inout RunSteps) throws -> StepHandle {
    let w = wholeLedger(.sessionTable, as: "w")
    return try steps.add(
      .fresh,
      written(.sessionTable, as: "w", ofRun: runOfRows).project(
        content.map { NamedExpression("w", $0) }
          + carriedInstant.map { NamedExpression($0, .instant(of: w[.pageViewAt])) }, as: "f"
      ).unique(by: .eventID, because: "A run writes an event once."),
      keys: [.eventID, .userID], isReadOnce: true)
  }

  /// The new rows, each event once.
  func addFresh(_ picked: StepHandle, _ duplicates: StepHandle, to steps: inout RunSteps) throws -> StepHandle {
    let k = picked.table(as: "k")
    let d = duplicates.table(as: "d")
    let c = duplicates.table(as: "c")
    func columns(_ r: TableReference) -> [NamedExpression] {
      // Rows without a reason have all their keys.
      content.map { NamedExpression($0, isOptional($0) ? r[$0] : .present(r[$0])) }
        + carriedInstant.map { NamedExpression($0, .instant(of: .present(r[.pageViewAt]))) }
    }
    let single = Relation.notExists(
      Relation.table(k).filter(.isNull(k[.reason])), .table(d), on: d[.eventID].equals(k[.eventID], ids))
    let first = Relation.table(c).filter(c[.rank].equals(.integer(1), .value))
    return try steps.add(
      .fresh,
      Relation.unionAll([single.project(columns(k), as: "f"), first.project(columns(c), as: "f")], alias: "f")
        .unique(by: .eventID, because: "Rows whose event came once, and of the others the first."),
      keys: [.eventID, .userID], isReadOnce: true)
  }
}
