/// The columns that an expression may name, by alias.
struct Scope {
  private(set) var relations: [(alias: String, columns: [SchemaColumn])]
  /// What tells its rows apart. Of two scopes together nothing is known, unless it is said.
  var keys: ScopeKeys

  init(_ relations: [(alias: String, columns: [SchemaColumn])] = [], keys: ScopeKeys = ScopeKeys()) {
    self.relations = relations
    self.keys = keys
  }

  var aliases: Set<String> { Set(relations.map(\.alias)) }

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
      }, keys: keys)
  }

  /// Every column, in the order of `allColumns`.
  var allReferences: [ColumnReference] {
    relations.flatMap { relation in relation.columns.map { ColumnReference(relation.alias, $0.name) } }
  }

  /// Its keys, where all its columns are those of one relation.
  func renamed(_ alias: String) -> ScopeKeys {
    keys.projected(allReferences.map { NamedExpression($0.name, .column($0)) }, as: alias)
  }

  static func + (a: Scope, b: Scope) -> Scope { Scope(a.relations + b.relations) }
}
