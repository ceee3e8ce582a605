/// How a file gets into the source table, so that loading it twice adds nothing.
extension Planner {
  public static let loadedStep = "loaded"
  public static let faultsStep = "faults"

  /// The columns that a file gives, in the order in which they are appended.
  public var loadedColumns: [SchemaColumn] {
    pageviewsTable().columns.filter { $0.role == .plain }.map(\.column)
  }

  /// The columns of a faulty line, in the order in which they are appended.
  public var faultColumns: [SchemaColumn] {
    quarantineTable().columns.map(\.column).filter { $0.name != Column.runID.name && $0.name != Column.rowKey.name }
  }

  /// An empty scratch table for the rows of a file that goes into a source table with rows in it.
  public func loadedScratch() -> Statement { .createScratch(emptyScratch(Self.loadedStep, loadedColumns)) }

  /// An empty scratch table for faulty lines.
  public func faultsScratch() -> Statement { .createScratch(emptyScratch(Self.faultsStep, faultColumns)) }

  /// Rows of the scratch table that the source does not have yet, all columns equal.
  public func insertLoaded() -> Statement {
    let l = TableReference(.step(Self.loadedStep), alias: "l", columns: loadedColumns)
    let p = TableReference(.stored(names[.pageviews]), alias: "p", columns: pageviewsTable().columns.map(\.column))
    // The sequence is a hint, no part of a pageview's content.
    let content = loadedColumns.filter { $0.name != Column.eventID.name && $0.name != Column.sequence.name }
    let others = content.map { column in
      Expression.isSame(p[column.name], l[column.name], collation(of: column))
    }
    // Apart, so that an engine can look rows up by their event id: with NULL equal to NULL not every index helps.
    let known = Expression.and([p[.eventID].equals(l[.eventID], ids)] + others)
    let unnamed = Expression.and([.isNull(p[.eventID])] + others)
    let columns = loadedColumns.map { NamedExpression("l", $0.name) }
    let rows = Relation.unionAll(
      [
        Relation.notExists(Relation.table(l).filter(l[.eventID].isPresent), .table(p), on: known)
          .project(columns, as: "n"),
        Relation.notExists(Relation.table(l).filter(.isNull(l[.eventID])), .table(p), on: unnamed)
          .project(columns, as: "n"),
      ], alias: "n")
    return .insert(
      Insert(
        into: names[.pageviews], columns: loadedColumns,
        query: Query(
          rows.project(loadedColumns.map { NamedExpression("n", $0.name) }, as: "v"))))
  }

  /// Faulty lines that are not in quarantine yet.
  public func insertFaults() -> Statement {
    let f = TableReference(
      .step(Self.faultsStep), alias: "f",
      columns: faultColumns.map { SchemaColumn($0.name, $0.type, nullable: true) })
    let q = ledger(.sessionQuarantine, as: "q")
    func isThere(_ alias: String) -> Expression {
      .and(faultColumns.map { .isSame(q[$0.name], .column(alias, $0.name), collation(of: $0)) })
    }
    let key = rowKey([f[.reason], f[.sourceFile], .decimalText(.present(f[.line])), f[.eventID], f[.userID]])
    let keyed = Relation.table(f).project(
      faultColumns.map { NamedExpression($0.name, $0.isNullable ? f[$0.name] : .present(f[$0.name])) }
        + [NamedExpression(.rowKey, key)], as: "k")
    var rows = Relation.notExists(
      .computedOnce(keyed), .table(q), on: .and([q[.rowKey].equals(.column("k", .rowKey), .bytes), isThere("k")]))
    // Rows of layout 1 have no key.
    if bound.isUpgraded {
      rows = .notExists(rows, Relation.table(q).filter(.isNull(q[.rowKey])), on: isThere("k"))
    }
    let columns = faultColumns + [SchemaColumn(.rowKey, .text)]
    return .insert(
      Insert(
        into: names[.sessionQuarantine], columns: columns,
        query: Query(rows.project(columns.map { NamedExpression("k", Column($0)) }, as: "v"))))
  }

  /// One row where the source table has any.
  public func sourceProbe() -> Query {
    let p = TableReference(.stored(names[.pageviews]), alias: "p", columns: pageviewsTable().columns.map(\.column))
    return Query(Relation.table(p).project([NamedExpression("found", .integer(1))], as: "o"), limit: 1)
  }

  private func collation(of column: SchemaColumn) -> Collation { column.type == .text ? .bytes : .value }

  private func emptyScratch(_ name: String, _ columns: [SchemaColumn]) -> ScratchDefinition {
    ScratchDefinition(name: name, query: Query(Self.nothing(columns)), isFilledLater: true)
  }

  /// No rows, of the given columns, under the alias `e`.
  static func nothing(_ columns: [SchemaColumn]) -> Relation {
    let one = Relation.values(columns: [SchemaColumn("one", .integer)], rows: [[.integer(1)]], alias: "o")
    return one.filter(.or([])).project(columns.map { NamedExpression($0.name, .null($0.type)) }, as: "e")
  }
}
