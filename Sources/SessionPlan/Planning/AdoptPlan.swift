/// Takes over attributes that the ledgers do not have yet, by adding only (semantics.md, 10).
extension Planner {
  /// The columns of new attributes, NULL in the rows that are there, and the views that show them in the place of the
  /// old ones; nothing where no column is missing.
  ///
  /// - Parameters:
  ///   - ownsSource: whether the source table is the tool's own
  ///   - missing: the columns that a table does not have yet
  public func adoptSchemaPlan(
    ownsSource: Bool, missing: (ObjectNames.Object, SchemaColumn) -> Bool
  ) throws -> Plan {
    let own = Set((attributeColumns + lastAttributeColumns).map(\.name))
    let objects: [ObjectNames.Object] = (ownsSource ? [.pageviews] : []) + [.sessionTable, .sessionVersions]
    let columns = objects.flatMap { object in
      definition(of: object).columns.filter { own.contains($0.column.name) && missing(object, $0.column) }.map {
        column in
        Plan.Step(
          "column \(column.column.name) of \(object.rawValue)", "Added; NULL in the rows that are there.",
          .addColumn(column.column, to: names[object], isKey: column.isKey))
      }
    }
    return Plan(name: "adopt", steps: columns.isEmpty ? [] : columns + (try upgradeViewsPlan().steps))
  }

  /// How many rows of the ledger the source does not have, or has with another user, time or page, each with an example:
  /// for `adopt`, which takes over a table of the same content.
  public func adoptChecks() throws -> [VerifyCheck] {
    let names = ["changed", "retired"]
    return try verifyChecks().filter { names.contains($0.name) }
  }
}
