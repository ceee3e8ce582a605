/// The tables of the contract (semantics.md, 2), with their columns.
extension Planner {
  var attributeColumns: [SchemaColumn] { attributes.map { SchemaColumn($0, .text, nullable: true) } }

  func pageviewsTable() -> TableDefinition {
    var columns: [TableDefinition.Column] = []
    if profile.hasArrivalColumn { columns.append(.init(SchemaColumn("arrival_id", .integer), role: .growing)) }
    columns += [
      // Not judged yet: they may be longer than a key.
      .init(SchemaColumn("event_id", idType, nullable: true)),
      .init(SchemaColumn("user_id", .text, nullable: true)),
      .init(SchemaColumn("page_view_at", .timestamp, nullable: true)),
      .init(SchemaColumn("page", .text, nullable: true)),
    ]
    columns += attributeColumns.map { .init($0) }
    return TableDefinition(
      name: names[.pageviews], columns: columns, primaryKey: profile.hasArrivalColumn ? ["arrival_id"] : [])
  }

  func sessionTable() -> TableDefinition {
    TableDefinition(
      name: names[.sessionTable],
      columns: [
        .init(SchemaColumn("event_id", idType), isKey: true),
        .init(SchemaColumn("session_id", idType), isKey: true),
        .init(SchemaColumn("user_id", .text), isKey: true),
        .init(SchemaColumn("page_view_at", .timestamp)),
        .init(SchemaColumn("page", .text, nullable: true)),
      ] + attributeColumns.map { .init($0) } + [.init(SchemaColumn("run_id", .integer))],
      primaryKey: ["event_id"], clustering: ["user_id", "page_view_at", "event_id"])
  }

  func lineageTable() -> TableDefinition {
    TableDefinition(
      name: names[.sessionLineage],
      columns: [
        .init(SchemaColumn("session_id", idType), isKey: true),
        .init(SchemaColumn("became", idType), isKey: true),
        .init(SchemaColumn("became_at", .timestamp)),
        .init(SchemaColumn("reason", .text)),
        .init(SchemaColumn("run_id", .integer)),
      ], clustering: ["session_id", "became_at", "became"])
  }

  func runsTable() -> TableDefinition {
    TableDefinition(
      name: names[.sessionRuns],
      columns: [
        .init(SchemaColumn("run_id", .integer)),
        .init(SchemaColumn("state", .text), isKey: true),
        .init(SchemaColumn("recorded_at", .timestamp)),
        .init(SchemaColumn("job", .text)),
        .init(SchemaColumn("mode", .text)),
        .init(SchemaColumn("window_from", .timestamp, nullable: true)),
        .init(SchemaColumn("window_to", .timestamp, nullable: true)),
        .init(SchemaColumn("arrival_mark", .integer, nullable: true)),
        .init(SchemaColumn("arrival_mark_at", .timestamp, nullable: true)),
        .init(SchemaColumn("pageviews", .integer, nullable: true)),
        .init(SchemaColumn("lineage_rows", .integer, nullable: true)),
        .init(SchemaColumn("quarantined", .integer, nullable: true)),
        .init(SchemaColumn("engine", .text)),
        .init(SchemaColumn("tool_version", .text)),
      ],
      primaryKey: ["run_id", "state"], clustering: ["run_id", "state"])
  }

  func quarantineTable() -> TableDefinition {
    TableDefinition(
      name: names[.sessionQuarantine],
      columns: [
        .init(SchemaColumn("reason", .text), isKey: true),
        .init(SchemaColumn("event_id", .text, nullable: true)),
        .init(SchemaColumn("user_id", .text, nullable: true)),
        .init(SchemaColumn("page_view_at", .text, nullable: true)),
        .init(SchemaColumn("page", .text, nullable: true)),
        .init(SchemaColumn("source_file", .text, nullable: true)),
        .init(SchemaColumn("line", .integer, nullable: true)),
        .init(SchemaColumn("run_id", .integer, nullable: true)),
      ], clustering: ["reason"])
  }

  /// A ledger as a relation.
  func ledger(_ object: ObjectNames.Object, as alias: String) -> TableReference {
    let definition =
      switch object {
      case .sessionTable: sessionTable()
      case .sessionLineage: lineageTable()
      case .sessionRuns: runsTable()
      case .sessionQuarantine: quarantineTable()
      case .pageviews, .sessionEvents, .sessions: pageviewsTable()
      }
    return TableReference(.stored(definition.name), alias: alias, columns: definition.columns.map(\.column))
  }
}

extension Planner {
  /// The names of a ledger's columns.
  public func ledgerColumns(_ object: ObjectNames.Object) -> [String] { ledger(object, as: "t").columns.map(\.name) }

  /// The states that are recorded for a run: `started`, `finished`.
  public func runStates(of run: Literal) -> Query {
    let r = ledger(.sessionRuns, as: "r")
    return Query(
      Relation.table(r).filter(r["run_id"].equals(.literal(run), .value))
        .project([NamedExpression("r", "state")], as: "o"))
  }

  /// The newest finished run: run_id, mode, pageviews, lineage_rows, quarantined.
  public func lastRun() -> Query {
    let r = ledger(.sessionRuns, as: "r")
    return Query(
      Relation.table(r).filter(r["state"].equals(.text("finished"), .bytes)).project(
        ["run_id", "mode", "pageviews", "lineage_rows", "quarantined"].map { NamedExpression("r", $0) }, as: "o"),
      order: [OrderTerm(.column("o", "run_id"), .value, descending: true)], limit: 1, orderIsTotal: true)
  }
}
