/// From islands to sessions: what each is made of, which anchor survives, and its new version.
extension Planner {
  /// A part of a session: a version of one of its anchors, or a new row; the columns of both.
  private var partColumns: [Column] {
    [.island, .anchor, .anchors, .userID, .startedAt, .sessionID, .endedAt]
      + (bound.hasSequence ? [.firstSequence, .lastSequence] : [])
      + [.lastEventID, .pageviews, .entryPage, .exitPage]
      + attributeColumns + lastAttributeColumns
  }

  /// What each island that gained a row is made of: the newest version of each of its anchors, and each new row as a
  /// session of one. Their pageviews are disjoint.
  ///
  /// So a session of a million pageviews costs one row to read.
  func addUnited(_ islands: StepHandle, to steps: inout RunSteps) throws -> StepHandle {
    let i = islands.table(as: "i")
    let n = islands.table(as: "n")
    let anchors = Relation.distinct(
      Relation.table(n).filter(.and([n[.gained].equals(.literal(.flag(true)), .value), n[.anchor].isPresent]))
        .project([.init("n", .island), NamedExpression(.anchor, .present(n[.anchor]))], as: "touched"),
      alias: "touched")
    let old = newestVersions(of: anchors, "touched", as: "v").project(
      partColumns.map { NamedExpression($0 == .island ? "touched" : "v", $0) }, as: "united")
    let new = Relation.table(i).filter(i[.isNew].equals(.literal(.flag(true)), .value)).project(
      partColumns.map { column in
        let value: Expression =
          switch column {
          case .anchor: .null(idType)
          case .anchors: .integer(0)
          case .startedAt, .endedAt: i[.pageViewAt]
          case .sessionID, .lastEventID: i[.eventID]
          case .firstSequence, .lastSequence: i[.sequence]
          case .pageviews: .integer(1)
          case .entryPage, .exitPage: i[.page]
          default:
            if let index = lastAttributeColumns.firstIndex(of: column) { i[attributeColumns[index]] } else { i[column] }
          }
        return NamedExpression(column, value)
      }, as: "united")
    let united = Relation.unionAll([old, new], alias: "united")
      .unique(by: .sessionID, because: "A part is called after its first pageview, and no two have one in common.")
      .unique(by: .lastEventID, because: "No two parts have a pageview in common.")
    return try steps.add(.united, united, keys: keysOfParts, isReadOnce: true, isShort: true)
  }

  private var keysOfParts: Set<Column> {
    [.island, .anchor, .userID, .sessionID, .lastEventID, .survivor]
  }

  /// The parts, ranked within their island. Of several anchors the one that most anchors were merged into survives,
  /// the earliest on a tie (union by size), so that n sessions that merge in any order cost at most n·log2(n)/2 rows of
  /// lineage. An island of new rows only is kept under its first row's event id.
  func addMerged(_ united: StepHandle, to steps: inout RunSteps) throws -> StepHandle {
    let u = united.table(as: "u")
    let island = [OrderKey(u[.island], ids)]
    let first = order("u", .startedAt, sequence: .firstSequence, .sessionID)
    let last = reverseOrder("u", .endedAt, sequence: .lastSequence, .lastEventID)
    let ranked = Relation.window(
      .table(u),
      [
        WindowColumn(.firstRank, .rowNumber, partition: island, order: first),
        WindowColumn(.lastRank, .rowNumber, partition: island, order: last),
        WindowColumn(
          .survivor, .first(.coalesce([u[.anchor], u[.sessionID]])), partition: island,
          order: [OrderTerm(u[.anchors], .value, descending: true)] + first),
      ], alias: "merged")
    return try steps.add(.merged, ranked, keys: keysOfParts)
  }

  /// Anchors that were merged into another one, with all that resolved to them, so that resolution is one look-up and
  /// never a chain.
  func addSuperseded(_ merged: StepHandle, to steps: inout RunSteps) throws -> StepHandle {
    let m = merged.table(as: "m")
    let l = ledger(.sessionLineage, as: "l")
    // A new row's anchor is NULL and differs from nothing.
    let lost = Relation.table(m).filter(m[.anchor].differs(from: m[.survivor], ids))
    func row(_ session: Expression) -> [NamedExpression] {
      [NamedExpression(.sessionID, session), NamedExpression(.became, m[.survivor])]
    }
    let followers = Relation.join(lost, .table(l), .lookup, on: l[.became].equals(m[.anchor], ids))
    return try steps.add(
      .superseded,
      .unionAll(
        [
          lost.project(row(.present(m[.anchor])), as: "superseded"),
          followers.project(row(l[.sessionID]), as: "superseded"),
        ], alias: "superseded"), keys: [.sessionID, .became])
  }

  /// One row for each island: its session as it stands now. `merged` are the ranked parts, under the alias `m`.
  func versions(of merged: Relation) -> Relation {
    func m(_ column: Column) -> Expression { .column("m", column) }
    /// The value of the one part with a rank; a maximum, since a group has no other word for it.
    func value(_ column: Column, of rank: Column) -> AggregateColumn {
      let type = versionsTable().columns.first { $0.column.name == column.name }?.column.type ?? .text
      let only = Expression.choose(
        [Branch(m(rank).equals(.integer(1), .value), then: m(column))], otherwise: .null(type))
      return AggregateColumn(column, .maximum(only, type == .text ? .bytes : .value))
    }
    let firsts: [Column] =
      [.sessionID, .startedAt] + (bound.hasSequence ? [.firstSequence] : []) + [.entryPage] + attributeColumns
    let lasts: [Column] =
      [.endedAt, .lastEventID] + (bound.hasSequence ? [.lastSequence] : []) + [.exitPage] + lastAttributeColumns
    let valued = firsts.map { value($0, of: .firstRank) } + lasts.map { value($0, of: .lastRank) }
    let grouped = Relation.aggregate(
      merged, by: [.init("m", .island), .init("m", .survivor), .init("m", .userID)],
      valued + [
        AggregateColumn(.pageviews, .sum(m(.pageviews))), AggregateColumn(.anchors, .sum(m(.anchors))),
      ], alias: "joined")
    func g(_ column: Column) -> Expression { .column("joined", column) }
    let optional: Set<Column> = Set(
      [.firstSequence, .lastSequence, .entryPage, .exitPage] + attributeColumns + lastAttributeColumns)
    return grouped.project(
      [
        NamedExpression(.anchor, g(.survivor)), .init("joined", .userID), .init("joined", .pageviews),
        // A new session has one anchor, its own.
        NamedExpression(
          .anchors,
          .choose([Branch(g(.anchors).equals(.integer(0), .value), then: .integer(1))], otherwise: g(.anchors))),
      ] + (firsts + lasts).map { NamedExpression($0, optional.contains($0) ? g($0) : .present(g($0))) }, as: "x")
  }
}
