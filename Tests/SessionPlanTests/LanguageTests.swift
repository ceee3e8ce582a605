import SessionPlan
import Testing

/// What cannot be said cannot be run.
@Suite struct LanguageTests {
  /// Does not compile when a statement is added: whoever adds one comes by here, and by law L2.
  private func verb(_ statement: Statement) -> String {
    switch statement {
    case .createTable, .createSchema, .createIndex, .createView, .createScratch: "CREATE"
    // A key is added to a table, and takes no row away.
    case .createKey: "CREATE"
    case .grant: "GRANT"
    case .guardTable: "CREATE"
    // A column is added; a view, which holds no rows, is made anew.
    case .addColumn, .replaceView: "CREATE"
    case .insert: "INSERT"
    case .query: "SELECT"
    }
  }

  @Test func aStatementMakesInsertsOrReads() {
    let t = ObjectName("t")
    let query = Query(.values(columns: [SchemaColumn("a", .integer)], rows: [[.integer(1)]], alias: "v"))
    let every: [Statement] = [
      .createTable(TableDefinition(name: t, columns: [])),
      .createIndex(IndexDefinition(name: "i", table: t, columns: [])),
      .createView(name: t, query: query), .createScratch(ScratchDefinition(name: "s", query: query)),
      .insert(Insert(into: t, columns: [], query: query)), .query(query), .createKey(table: t, columns: ["a"]),
      .grant(.scratchTables(to: "r")), .guardTable(t),
      .addColumn(SchemaColumn("a", .integer, nullable: true), to: t, isKey: false), .replaceView(name: t, query: query),
      .createSchema(of: t),
    ]
    #expect(
      every.map(verb) == [
        "CREATE", "CREATE", "CREATE", "CREATE", "INSERT", "SELECT", "CREATE", "GRANT", "CREATE", "CREATE",
        "CREATE", "CREATE",
      ])
    let cases = every.compactMap { Mirror(reflecting: $0).children.first?.label }
    #expect(
      cases == [
        "createTable", "createIndex", "createView", "createScratch", "insert", "query", "createKey", "grant",
        "guardTable", "addColumn", "replaceView", "createSchema",
      ])
  }
}
