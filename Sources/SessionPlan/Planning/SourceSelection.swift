/// The source rows that a run looks at: mapped, in the ledger's types, and each with what is wrong with it.
extension Planner {
  /// The source table.
  var source: TableReference {
    let types = bound.sourceTypes.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return TableReference(
      .stored(bound.sourceName), alias: "p",
      columns: types.map { SchemaColumn($0.key, $0.value, nullable: !bound.requiredColumns.contains($0.key)) })
  }

  /// Columns: those of `content`, `reason` (NULL where the row is good), and the id and the time as they stand there.
  ///
  /// - Parameters:
  ///   - withArrival: whether the column `arrival` is there too, comparable with a mark
  ///   - judgedOnce: whether `reason` is used more than once, so that it should be computed once a row
  func selection(
    _ mode: RunMode, as alias: String, withArrival: Bool = false, judgedOnce: Bool = true
  ) throws -> Relation {
    let arrival: [Column] = withArrival && job.source.arrival != nil ? [.arrival] : []
    var rows =
      job.source.eventID == nil ? try rowsWithDerivedIDs(mode) : try mappedRows(mode, as: "mapped")
    if case .window(let from, let to) = mode {
      var bounds: [Expression] = []
      if let from { bounds.append(Expression.column("mapped", .pageViewAt).isAtLeast(.literal(from))) }
      if let to { bounds.append(Expression.column("mapped", .pageViewAt).isLess(than: .literal(to))) }
      rows = rows.filter(.and(bounds))
    }
    let judged = rows.project(
      (content + [.sourceEventID, .sourceTime] + arrival).map { NamedExpression("mapped", $0) }
        + [NamedExpression(.reason, reason(of: "mapped", mode))], as: alias)
    let selected = judgedOnce ? .computedOnce(judged) : judged
    guard let floor else { return selected }
    // What is bad is quarantined whatever its time.
    let time = Expression.column(alias, .pageViewAt)
    return selected.filter(
      .or([Expression.column(alias, .reason).isPresent, time.isAtLeast(.literal(.timestamp(floor)))]))
  }

  /// What could not be read of the rows of a selection, as text: an id that is no integer, a time that is none.
  func unread(in alias: String, _ mode: RunMode) -> (eventID: Expression, time: Expression) {
    (
      idType == .integer ? .column(alias, .sourceEventID) : .null(.text),
      mode.isBounded ? .null(.text) : .sourceText(.column(alias, .sourceTime))
    )
  }

  /// Source rows in the ledger's types, before they are judged.
  private func mappedRows(_ mode: RunMode, as alias: String) throws -> Relation {
    let p = source
    let source = job.source
    var conditions: [Expression] = []
    if let filter = source.filter { conditions.append(try expression(filter)) }
    if case .new(let since) = mode, let arrival = source.arrival, source.eventID != nil {
      conditions.append(isRecent(arrival, since: since))
    }
    if case .window(let from, let to) = mode { conditions += storedWindow(from, to) }
    let rows = conditions.isEmpty ? Relation.table(p) : Relation.table(p).filter(.and(conditions))
    var columns: [NamedExpression] = []
    if let id = source.eventID {
      columns.append(NamedExpression(.eventID, idType == .integer ? .sourceInteger(p[id]) : .sourceText(p[id])))
      // Of a text the id itself says what was wrong with it.
      columns.append(NamedExpression(.sourceEventID, idType == .integer ? .sourceText(p[id]) : .null(.text)))
    }
    columns += [
      NamedExpression(.userID, .sourceText(p[source.userID])),
      NamedExpression(.pageViewAt, .sourceTimestamp(p[source.pageViewAt], sourceTime)),
      NamedExpression(.page, source.page.map { .sourceText(p[$0]) } ?? .null(.text)),
      NamedExpression(.sourceTime, p[source.pageViewAt]),
    ]
    if let sequence = source.sequence { columns.append(NamedExpression(.sequence, .sourceInteger(p[sequence]))) }
    if let arrival = source.arrival { columns.append(NamedExpression(.arrival, comparableArrival(arrival))) }
    columns += job.attributes.map { NamedExpression(.attribute($0.name), .sourceText(p[$0.column])) }
    let mapped = rows.project(columns, as: alias)
    // Deriving an id names each column many times.
    return source.eventID == nil ? .computedOnce(mapped) : mapped
  }

  /// The source rows that are part of the job, as they are.
  func filteredSource() throws -> Relation {
    guard let filter = job.source.filter else { return .table(source) }
    return .filter(.table(source), try expression(filter))
  }

  // MARK: No event id in the source

  /// Rows of a source without event id, each with the id that is derived from its content.
  ///
  /// The occurrence is counted over all source rows of that content, whatever the mode selects; a window selects by
  /// time, which is part of the content, so that it may be applied afterwards.
  private func rowsWithDerivedIDs(_ mode: RunMode) throws -> Relation {
    var window = RunMode.whole
    if case .window = mode { window = mode }
    var all = try mappedRows(window, as: "uncounted")
    if case .new(let since) = mode, job.source.arrival != nil {
      let touched = try mappedRows(.whole, as: "recent").filter(recentContent(since: since))
      let sameContent = Expression.and(
        [Column.userID, .pageViewAt, .page].map { column in
          .isSame(.column("uncounted", column), .column("recent", column), column == .pageViewAt ? .value : .bytes)
        })
      all = .exists(all, touched, on: sameContent)
    }
    let keys = [
      OrderKey(.column("uncounted", .userID), .bytes), OrderKey(.column("uncounted", .pageViewAt), .value),
      OrderKey(.column("uncounted", .page), .bytes),
    ]
    // Rows of equal content are interchangeable: the id counts them, whichever comes first.
    let order =
      (bound.hasSequence ? [OrderTerm(.column("uncounted", .sequence), .value, nulls: .first)] : [])
      + attributeColumns.map { OrderTerm(.column("uncounted", $0), .bytes, nulls: .first) }
    let counted = Relation.window(
      all,
      [
        WindowColumn(
          .occurrence, .rowNumber, partition: keys,
          order: order.isEmpty ? [OrderTerm(.column("uncounted", .pageViewAt), .value, nulls: .first)] : order,
          tiesAreEqual: true)
      ], alias: "counted")
    let kept = content.filter { $0 != .eventID } + [.sourceTime] + (job.source.arrival == nil ? [] : [.arrival])
    return .computedOnce(
      counted.project(
        kept.map { NamedExpression("counted", $0) } + [
          NamedExpression(.eventID, derivedID(of: "counted")), NamedExpression(.sourceEventID, .null(.text)),
        ], as: "mapped"))
  }

  private func recentContent(since: Literal) -> Expression {
    let value = Expression.column("recent", .arrival)
    return .or([.compare(.greaterOrEqual, value, .literal(since), .value), .isNull(value)])
  }

  /// `<bytes of user>:<user><26-character time><bytes of page>:<page>#<n>` (semantics.md, 5).
  private func derivedID(of alias: String) -> Expression {
    let user = Expression.column(alias, .userID)
    let time = Expression.column(alias, .pageViewAt)
    let page = Expression.column(alias, .page)
    let count = Expression.decimalText(.column(alias, .occurrence))
    func id(_ pagePart: Expression) -> Expression {
      let present = Expression.concatenate([
        .decimalText(.byteLength(user)), .text(":"), user, .timestampText(time), .decimalText(.byteLength(page)),
        .text(":"), pagePart, .text("#"), count,
      ])
      let absent = Expression.concatenate([
        .decimalText(.byteLength(user)), .text(":"), user, .timestampText(time), .text("-#"), count,
      ])
      return .choose([Branch(.isNull(page), then: absent)], otherwise: present)
    }
    let fits = Expression.byteLength(id(page)).isAtMost(.integer(QuarantineReason.longestKey))
    var branches = [
      Branch(.or([.isNull(user), .isNull(time)]), then: .null(.text)),
      Branch(.or([.isNull(page), fits]), then: id(page)),
    ]
    // Without SHA-256 the id stays too long, and the row goes to quarantine as key_too_long.
    branches.append(Branch(page.isPresent, then: profile.hasSHA256 ? id(.sha256(page)) : id(page)))
    return .choose(branches, otherwise: .null(.text))
  }

  // MARK: What is wrong with a row

  private func reason(of alias: String, _ mode: RunMode) -> Expression {
    let event = Expression.column(alias, .eventID)
    let user = Expression.column(alias, .userID)
    let time = Expression.column(alias, .sourceTime)
    func isEmpty(_ text: Expression) -> Expression { .or([.isNull(text), text.equals(.text(""), .bytes)]) }
    func isTooLong(_ text: Expression) -> Expression {
      Expression.byteLength(text).isGreater(than: .integer(QuarantineReason.longestKey))
    }
    func branch(_ when: Expression, _ reason: QuarantineReason) -> Branch { Branch(when, then: .text(reason.rawValue)) }
    var branches: [Branch] = []
    let isDerived = job.source.eventID == nil
    if !isDerived {
      branches.append(branch(isEmpty(idType == .text ? event : .column(alias, .sourceEventID)), .nullEventID))
      if idType == .integer { branches.append(branch(.isNull(event), .badEventID)) }
    }
    branches.append(branch(isEmpty(user), .nullUser))
    // One test for good rows; which fault it is only matters to the others.
    let faultOfTime = Expression.choose(
      [
        branch(isEmpty(.sourceText(time)), .nullTime),
        branch(.isSourceTimeOutOfRange(time, sourceTime), .timeOutOfRange),
      ], otherwise: .text(QuarantineReason.badTime.rawValue))
    // What has no time lies in no window.
    if !mode.isBounded { branches.append(Branch(.isNull(.column(alias, .pageViewAt)), then: faultOfTime)) }
    branches.append(branch(idType == .text ? .or([isTooLong(event), isTooLong(user)]) : isTooLong(user), .keyTooLong))
    return .choose(branches, otherwise: .null(.text))
  }

  // MARK: The job's filter

  private func expression(_ filter: SourceFilter) throws -> Expression {
    switch filter {
    case .compare(let column, let comparison, let value):
      guard let operation = Comparison(rawValue: comparison.rawValue) else {
        throw PlanError(.malformed, "comparison \(comparison.rawValue)")
      }
      let (left, right, collation) = try operands(column, value)
      return .compare(operation, left, right, collation)
    case .isIn(let column, let values):
      return .or(
        try values.map { value in
          let (left, right, collation) = try operands(column, value)
          return left.equals(right, collation)
        })
    case .isNull(let column): return .isNull(source[column])
    case .isNotNull(let column): return source[column].isPresent
    case .not(let inner): return .not(try expression(inner))
    case .and(let a, let b): return .and([try expression(a), try expression(b)])
    case .or(let a, let b): return .or([try expression(a), try expression(b)])
    }
  }

  /// A column and a literal in a common type: the literal's, unless the column holds times.
  private func operands(_ column: String, _ value: SourceFilter.Value) throws -> (Expression, Expression, Collation) {
    let type = bound.sourceTypes[column]
    switch (value, type) {
    case (.text(let text), .timestamp), (.text(let text), .zonedTimestamp):
      guard let moment = Timestamp(text: text) else {
        throw PlanError(
          .wrongSetting, "source.filter compares the time column \(column) with '\(text)', which is no time",
          remedy: "write 'YYYY-MM-DD HH:MM:SS'")
      }
      return (
        .sourceTimestamp(source[column], time(of: column, zone: job.source.timeZone)), .literal(.timestamp(moment)),
        .value
      )
    case (.text(let text), _): return (.sourceText(source[column]), .text(text), .bytes)
    case (.integer(let number), .integer?), (.integer(let number), nil):
      return (source[column], .integer(number), .value)
    case (.integer(let number), .flag?): return (.sourceFlag(source[column]), .integer(number), .value)
    case (.integer(let number), _): return (.sourceText(source[column]), .text(String(number)), .bytes)
    }
  }
}
