/// The tables of the contract (semantics.md, 2), with their columns.
extension Planner {
  /// The version of the ledgers' layout that this planner writes.
  public static let layout: Int64 = 2

  func pageviewsTable() -> TableDefinition {
    var columns: [TableDefinition.Column] = []
    if profile.hasArrivalColumn { columns.append(.init(SchemaColumn(.arrivalID, .integer), role: .growing)) }
    columns += [
      // Not judged yet: they may be longer than a key.
      .init(SchemaColumn(.eventID, idType, nullable: true)),
      .init(SchemaColumn(.userID, .text, nullable: true)),
      .init(SchemaColumn(.pageViewAt, .timestamp, nullable: true)),
    ]
    if bound.hasSequence { columns.append(.init(SchemaColumn(.sequence, .integer, nullable: true))) }
    columns.append(.init(SchemaColumn(.page, .text, nullable: true)))
    columns += attributeColumns.map { .init(SchemaColumn($0, .text, nullable: true)) }
    return TableDefinition(
      name: names[.pageviews], columns: columns, primaryKey: profile.hasArrivalColumn ? [Column.arrivalID.name] : [])
  }

  func sessionTable() -> TableDefinition {
    var columns: [TableDefinition.Column] = [
      .init(SchemaColumn(.eventID, idType), isKey: true),
      .init(SchemaColumn(.sessionID, idType), isKey: true),
      .init(SchemaColumn(.userID, .text), isKey: true),
      .init(SchemaColumn(.pageViewAt, .timestamp)),
    ]
    if bound.hasSequence { columns.append(.init(SchemaColumn(.sequence, .integer, nullable: true))) }
    columns.append(.init(SchemaColumn(.page, .text, nullable: true)))
    columns += attributeColumns.map { .init(SchemaColumn($0, .text, nullable: true)) }
    columns.append(.init(SchemaColumn(.runID, .integer)))
    return table(
      .sessionTable, columns,
      // An event of a run that died is written again by another.
      key: profile.commitPoint == .transaction ? [.eventID] : [.eventID, .runID],
      clustering: [.userID, .pageViewAt, .eventID])
  }

  func lineageTable() -> TableDefinition {
    table(
      .sessionLineage,
      [
        .init(SchemaColumn(.sessionID, idType), isKey: true),
        .init(SchemaColumn(.became, idType), isKey: true),
        .init(SchemaColumn(.runID, .integer)),
      ] + legacyLineageColumns.map { .init($0) }, clustering: [.sessionID, .runID])
  }

  /// Columns that a ledger of layout 1 has and that nothing reads any more; they cannot be NULL.
  var legacyLineageColumns: [SchemaColumn] {
    bound.isUpgraded
      ? [SchemaColumn(.becameAt, .timestamp), SchemaColumn(.reason, .text)] : []
  }

  func versionsTable() -> TableDefinition {
    var columns: [TableDefinition.Column] = [
      .init(SchemaColumn(.anchor, idType), isKey: true),
      .init(SchemaColumn(.runID, .integer)),
      .init(SchemaColumn(.sessionID, idType), isKey: true),
      .init(SchemaColumn(.userID, .text), isKey: true),
      .init(SchemaColumn(.startedAt, .timestamp)),
      .init(SchemaColumn(.endedAt, .timestamp)),
      .init(SchemaColumn(.lastEventID, idType), isKey: true),
    ]
    if bound.hasSequence {
      columns += [Column.firstSequence, .lastSequence].map { .init(SchemaColumn($0, .integer, nullable: true)) }
    }
    columns += [
      .init(SchemaColumn(.pageviews, .integer)),
      .init(SchemaColumn(.anchors, .integer)),
      .init(SchemaColumn(.entryPage, .text, nullable: true)),
      .init(SchemaColumn(.exitPage, .text, nullable: true)),
    ]
    columns += (attributeColumns + lastAttributeColumns).map { .init(SchemaColumn($0, .text, nullable: true)) }
    return table(.sessionVersions, columns, key: [.anchor, .runID], clustering: [.anchor, .runID])
  }

  var lastAttributeColumns: [Column] { attributes.map { .lastAttribute($0) } }

  func runsTable() -> TableDefinition {
    TableDefinition(
      name: names[.sessionRuns],
      columns: [
        .init(SchemaColumn(.runID, .integer)),
        .init(SchemaColumn(.state, .text), isKey: true),
        .init(SchemaColumn(.recordedAt, .timestamp)),
        .init(SchemaColumn(.job, .text)),
        .init(SchemaColumn(.mode, .text)),
        .init(SchemaColumn(.windowFrom, .timestamp, nullable: true)),
        .init(SchemaColumn(.windowTo, .timestamp, nullable: true)),
        .init(SchemaColumn(.arrivalMark, .integer, nullable: true)),
        .init(SchemaColumn(.arrivalMarkAt, .timestamp, nullable: true)),
        .init(SchemaColumn(.pageviews, .integer, nullable: true)),
        .init(SchemaColumn(.sessions, .integer, nullable: true)),
        .init(SchemaColumn(.lineageRows, .integer, nullable: true)),
        .init(SchemaColumn(.quarantined, .integer, nullable: true)),
        .init(SchemaColumn(.layout, .integer, nullable: true)),
        .init(SchemaColumn(.engine, .text)),
        .init(SchemaColumn(.toolVersion, .text)),
      ],
      primaryKey: ["run_id", "state"], clustering: ["run_id", "state"])
  }

  func quarantineTable() -> TableDefinition {
    TableDefinition(
      name: names[.sessionQuarantine],
      columns: [
        .init(SchemaColumn(.reason, .text), isKey: true),
        .init(SchemaColumn(.eventID, .text, nullable: true)),
        .init(SchemaColumn(.userID, .text, nullable: true)),
        .init(SchemaColumn(.pageViewAt, .text, nullable: true)),
        .init(SchemaColumn(.page, .text, nullable: true)),
        .init(SchemaColumn(.sourceFile, .text, nullable: true)),
        .init(SchemaColumn(.line, .integer, nullable: true)),
        .init(SchemaColumn(.runID, .integer, nullable: true)),
        // NULL only in rows that a tool for layout 1 wrote.
        .init(SchemaColumn(.rowKey, .text, nullable: bound.isUpgraded), isKey: true),
      ], clustering: bound.isUpgraded ? ["reason"] : [Column.rowKey.name])
  }

  private func table(
    _ object: ObjectNames.Object, _ columns: [TableDefinition.Column], key: [Column] = [], clustering: [Column]
  ) -> TableDefinition {
    TableDefinition(
      name: names[object], columns: columns, primaryKey: key.map(\.name), clustering: clustering.map(\.name))
  }

  /// A ledger or the source table as it is defined here.
  func definition(of object: ObjectNames.Object) -> TableDefinition {
    switch object {
    case .sessionTable: sessionTable()
    case .sessionLineage: lineageTable()
    case .sessionVersions: versionsTable()
    case .sessionRuns: runsTable()
    case .sessionQuarantine: quarantineTable()
    case .pageviews, .sessionEvents, .sessions: pageviewsTable()
    }
  }

  /// A ledger as a relation.
  ///
  /// The one place that decides which rows of a ledger count: where the `finished` row is the commit point, only those
  /// of finished runs.
  func ledger(_ object: ObjectNames.Object, as alias: String) -> TableReference {
    var table = wholeLedger(object, as: alias)
    let belongsToRuns: [ObjectNames.Object] = [.sessionTable, .sessionLineage, .sessionVersions, .sessionQuarantine]
    if profile.commitPoint == .finishedRow, belongsToRuns.contains(object) {
      table.finishedBy = names[.sessionRuns]
    }
    return table
  }

  /// The same with the rows of runs that are not finished, for a run that looks at its own.
  func wholeLedger(_ object: ObjectNames.Object, as alias: String) -> TableReference {
    let definition = definition(of: object)
    return TableReference(
      .stored(definition.name), alias: alias, columns: definition.columns.map(\.column), keys: keys(of: object))
  }

  /// What no two rows of a ledger or view agree in, by the contract (semantics.md, 2), whether an engine enforces it or
  /// `verify` finds where it does not hold.
  func keys(of object: ObjectNames.Object) -> Set<Set<String>> {
    let keys: [[Column]] =
      switch object {
      // Else two runs at once may have written it, or an event of a run that died is written again.
      case .sessionTable: [profile.hasUniqueEvents ? [.eventID] : [.eventID, .runID]]
      case .sessionLineage: [[.sessionID, .runID]]
      case .sessionVersions: [[.anchor, .runID]]
      // Where nothing but claims keeps runs apart, two may have noted one id as started.
      case .sessionRuns:
        profile.commitPoint == .transaction && profile.hasJobLock ? [[.runID, .state]] : []
      case .pageviews: profile.hasArrivalColumn ? [[.arrivalID]] : []
      case .sessionQuarantine: []
      case .sessionEvents: [[.eventID]]
      case .sessions: [[.sessionID]]
      }
    return Set(keys.map { Set($0.map(\.name)) })
  }

  /// What this run has written into a ledger.
  func written(_ object: ObjectNames.Object, as alias: String, ofRun run: Expression) -> Relation {
    let table = wholeLedger(object, as: alias)
    return Relation.table(table).filter(table[.runID].equals(run, .value))
  }
}

extension Planner {
  /// The names of a ledger's columns.
  public func ledgerColumns(_ object: ObjectNames.Object) -> [String] { ledger(object, as: "t").columns.map(\.name) }

  /// The states that are recorded for a run: `started`, `finished`.
  public func runStates(of run: Literal) -> Query {
    let r = ledger(.sessionRuns, as: "r")
    return Query(
      Relation.table(r).filter(r[.runID].equals(.literal(run), .value))
        .project([NamedExpression("r", .state)], as: "o"))
  }

  /// The newest finished run: run_id, mode, pageviews, sessions, lineage_rows, quarantined.
  public func lastRun() -> Query {
    let r = ledger(.sessionRuns, as: "r")
    let isFinished = r[.state].equals(.text("finished"), .bytes)
    // Where runs hold no lock, another may have finished since this one did.
    let counts = claim.map { Expression.and([isFinished, r[.runID].equals(.integer($0.run), .value)]) } ?? isFinished
    return Query(
      Relation.table(r).filter(counts).project(
        ["run_id", "mode", "pageviews", "sessions", "lineage_rows", "quarantined"].map { NamedExpression("r", $0) },
        as: "o"),
      order: [OrderTerm(.column("o", .runID), .value, descending: true)], limit: 1, tiesAreEqual: true)
  }
}
