/// The columns that an expression may name, by alias.
struct Scope {
  private(set) var relations: [(alias: String, columns: [SchemaColumn])]

  init(_ relations: [(alias: String, columns: [SchemaColumn])] = []) {
    self.relations = relations
  }

  var allColumns: [SchemaColumn] { relations.flatMap(\.columns) }

  /// After an outer join without a match every column is NULL.
  var allNullable: Scope {
    Scope(relations.map { ($0.alias, $0.columns.map { SchemaColumn($0.name, $0.type, nullable: true) }) })
  }

  /// The innermost column of that name; nil where there is none.
  func find(_ reference: ColumnReference) -> SchemaColumn? {
    relations.last { $0.alias == reference.relation }?.columns.first { $0.name == reference.name }
  }

  /// The same, where some columns are known not to be NULL.
  func requiring(_ present: Set<ColumnReference>) -> Scope {
    Scope(
      relations.map { alias, columns in
        (
          alias,
          columns.map { column in
            let isPresent = present.contains(ColumnReference(alias, column.name))
            return SchemaColumn(column.name, column.type, nullable: column.isNullable && !isPresent)
          }
        )
      })
  }

  static func + (a: Scope, b: Scope) -> Scope { Scope(a.relations + b.relations) }
}
