import SQLRendering
import SessionPlan
import Testing

/// Shapes that only some engines need, each shown to come from the dialect.
@Suite struct AbsurdShapeTests {
  static let inline = AbsurdDialect.profiles.first { $0.steps == .inline && $0.islands == .windows }!

  private func run(_ dialect: Dialect) throws -> [String] {
    let plan = try Planner(.assumed(SessionJob()), profile: dialect.profile)
      .runPlan(.whole, RunIdentity(job: "{}", engine: "", toolVersion: ""))
    return try plan.steps.flatMap { try Renderer(dialect).render($0.statement) }
  }

  private func values(_ rows: [[Literal]], _ type: ValueType = .text) -> Relation {
    .values(columns: [SchemaColumn("a", type)], rows: rows, alias: "v")
  }

  @Test func subqueriesAreWrittenOutWhereTheyAreRead() throws {
    let sql = try run(AbsurdDialect.dialect(Self.inline, placement: .derivedTables)).joined(separator: "\n")
    let inside = try run(AbsurdDialect.dialect(Self.inline)).joined(separator: "\n")
    #expect(!sql.contains("WITH") && inside.contains("WITH"))
    for step in ["picked", "fresh", "context", "islands"] {
      #expect(inside.contains("⟪\(step)⟫⟫ NAMENS") && !sql.contains("⟪\(step)⟫⟫ NAMENS"))
    }
    #expect(sql.count > 2 * inside.count)
  }

  /// A scratch table, too, is filled where the dialect has the subqueries stand.
  @Test func placementHoldsForScratchTables() throws {
    var profile = Self.inline
    profile.steps = .fewScratchTables
    let before = try run(AbsurdDialect.dialect(profile, placement: .beforeInsert))
    let fills = before.filter { $0.contains("INSERT INTO zettel!") }
    #expect(
      fills.contains { $0.hasPrefix("WITH") } && !fills.contains { $0.contains("INSERT") && $0.contains("]\nWITH") })
    let inside = try run(AbsurdDialect.dialect(profile))
    #expect(inside.contains { $0.hasPrefix("INSERT INTO zettel!") && $0.contains("WITH") })
  }

  @Test func scratchTablesHaveThePrefixInsideTheirQuotes() throws {
    let sql = try run(AbsurdDialect.dialect(AbsurdDialect.profiles[0]))
    #expect(sql.contains { $0.hasPrefix("BAUE ZETTEL ⟪%picked⟫⟫") })
    #expect(sql.contains { $0.contains("FROM zettel!⟪%picked⟫⟫ GENANNT ⟪k⟫⟫") })
    #expect(!sql.contains { $0.contains("zettel!⟪picked") })
  }

  @Test func namesAreQuotedWhereTheyMustBe() throws {
    var dialect = AbsurdDialect.dialect(Self.inline)
    dialect.identifiers.quotesWhenNeeded = true
    let renderer = Renderer(dialect)
    for plain in ["event_id", "sz_rank", "page2", "session_table"] { #expect(try renderer.identifier(plain) == plain) }
    // Reserved somewhere, folded somewhere, or no name without quotes; or refused by the guard as a statement's word.
    for other in ["order", "user", "Page", "größe", "a b", "2nd", "_x", "update", "upsert", "vacuum", "security"] {
      #expect(try renderer.identifier(other) == "⟪\(other)⟫⟫")
    }
  }

  @Test func subqueriesAreNestedWhereTheDialectSays() throws {
    var dialect = AbsurdDialect.dialect(AbsurdDialect.profiles[0])
    #expect(try run(dialect).contains { $0.contains("\nWITH ") || $0.hasPrefix("WITH ") })
    dialect.queries.hoistsSubqueries = false
    let nested = try run(dialect)
    #expect(!nested.contains { $0.contains("WITH ") } && nested.contains { $0.contains("FROM (\n") })
    #expect(!nested.contains { $0.contains("⟪event_id⟫⟫ AS ⟪event_id⟫⟫") })
    dialect.queries.namesEveryColumn = true
    #expect(try run(dialect).contains { $0.contains("⟪event_id⟫⟫ AS ⟪event_id⟫⟫") })
  }

  @Test func limitsStandBeforeTheColumnsOrAfterTheOrder() throws {
    var dialect = AbsurdDialect.dialect(Self.inline)
    let query = try Planner(.assumed(SessionJob()), profile: Self.inline).lastRun()
    #expect(try Renderer(dialect).render(.query(query))[0].hasPrefix("SELECT HOECHSTENS 1 "))
    dialect.queries.limitBeforeColumns = nil
    let after = try Renderer(dialect).render(.query(query))[0]
    #expect(after.hasSuffix(" NUR 1") && !after.contains("HOECHSTENS"))
  }

  @Test func constantsComeFromWhatTheDialectSays() throws {
    var dialect = AbsurdDialect.dialect(Self.inline)
    let query = Query(values([[.integer(1)], [.integer(2)]], .integer))
    let sql = try Renderer(dialect).render(.query(query))[0]
    #expect(sql.contains("(SELECT 1 AS ⟪a⟫⟫ AUS DEM NICHTS UNION ALL SELECT 2 AS ⟪a⟫⟫ AUS DEM NICHTS) GENANNT ⟪v⟫⟫"))
    dialect.queries.fromNothing = ""
    #expect(try Renderer(dialect).render(.query(query))[0].contains("SELECT 1 AS ⟪a⟫⟫ UNION ALL"))
  }

  /// Texts are told apart by their bytes in groups, partitions, DISTINCT and orders, where no collation does it.
  @Test func textsHaveTheirBytesBesideThem() throws {
    let dialect = AbsurdDialect.dialect(Self.inline)
    let table = TableReference(
      .stored(ObjectName("t")), alias: "t", columns: [SchemaColumn("a", .text), SchemaColumn("n", .integer)])
    let a = Expression.column(ColumnReference("t", "a"))
    let n = Expression.column(ColumnReference("t", "n"))
    func sql(_ query: Query) throws -> String { try Renderer(dialect).render(.query(query))[0] }

    let grouped = Relation.aggregate(
      .table(table), by: [NamedExpression("a", a), NamedExpression("n", n)],
      [AggregateColumn("c", .countDistinct(a, .bytes))], alias: "g")
    let groups = try sql(Query(grouped))
    #expect(groups.contains("GROUP BY ⟪a⟫⟫, ROH(⟪a⟫⟫), ⟪n⟫⟫"))
    #expect(groups.contains("SORTEN(ROH(⟪a⟫⟫))"))
    let distinct = try sql(Query(.distinct(.table(table), alias: "d")))
    #expect(distinct.contains("GROUP BY ⟪a⟫⟫, ROH(⟪a⟫⟫), ⟪n⟫⟫"))
    let ordered = try sql(
      Query(
        .project(.table(table), [NamedExpression("x", a)], alias: "o"),
        order: [OrderTerm(.column(ColumnReference("o", "x")), .bytes)], tiesAreEqual: true))
    #expect(ordered.hasSuffix("FROM ⟪o⟫⟫ ORDER BY ROH(⟪x⟫⟫) NACH BYTES"))
    let window = try sql(
      Query(
        .window(
          .table(table),
          [
            WindowColumn(
              "r", .rowNumber, partition: [OrderKey(a, .bytes)], order: [OrderTerm(n, .value)], tiesAreEqual: true)
          ], alias: "w")))
    #expect(window.contains("PARTITION BY ⟪a⟫⟫ NACH BYTES, ROH(⟪a⟫⟫ NACH BYTES)"))
  }

  /// Where an empty text is NULL, nothing is ever equal to one (trap T12).
  @Test func emptyTextsAreAskedForAsNULL() throws {
    var dialect = AbsurdDialect.dialect(Self.inline)
    let empty = Expression.literal(.text(""))
    let a = Expression.column(ColumnReference("v", "a"))
    let rows = values([[.text("x")]])
    func condition(_ expression: Expression) throws -> String {
      let query = Query(.project(.filter(rows, expression), [NamedExpression("x", a)], alias: "o"))
      return String(try Renderer(dialect).render(.query(query))[0].split(separator: "WHERE ").last ?? "")
    }
    #expect(try condition(.compare(.equal, a, empty, .bytes)) == "EINERLEI(⟪a⟫⟫; SPRUCH<''>)")
    dialect.literals.emptyTextIsNull = true
    #expect(try condition(.compare(.equal, a, empty, .bytes)) == "⟪a⟫⟫ IS NULL")
    #expect(try condition(.compare(.notEqual, empty, a, .bytes)) == "⟪a⟫⟫ IS NOT NULL")
  }

  @Test func quotesAndLineBreaksAreEscapedAsTheDialectSays() throws {
    var dialect = AbsurdDialect.dialect(Self.inline)
    dialect.literals.text = "{a}"
    dialect.literals.escapedQuote = "\\'"
    dialect.literals.lineBreak = "\\n"
    let sql = try Renderer(dialect).render(.query(Query(values([[.text("it's a \\ and\na 'line'")]]))))[0]
    #expect(sql.contains(#"'it\'s a \\ and\na \'line\''"#))
    dialect.identifiers = .init(
      openQuote: "`", closeQuote: "`", longest: 100, escapedQuote: "\\`", escapesBackslash: true)
    #expect(try Renderer(dialect).identifier("a`b\\c") == #"`a\`b\\c`"#)
  }

  /// The whole statement travels as a text, with its own quotes doubled.
  @Test func whatMayBeThereIsMadeByAStatementInAText() throws {
    var dialect = AbsurdDialect.dialect(Self.inline)
    dialect.tables.createUnlessThere = "FALLS {name_text} FEHLT: {statement_text}"
    let table = TableDefinition(
      name: ObjectName(parts: ["s", "it's"]), columns: [.init(SchemaColumn("a", .text))], clustering: ["a"])
    let sql = try Renderer(dialect).render(.createTable(table))[0]
    #expect(
      sql == """
        FALLS '⟪s⟫⟫.⟪it''s⟫⟫' FEHLT: 'BAUE TISCH ⟪s⟫⟫.⟪it''s⟫⟫ [  ⟪a⟫⟫ PFLICHT WORT] SORTIERT NACH ⟪a⟫⟫'
        """)
    dialect.tables.createUnlessThere = nil
    let plain = TableDefinition(name: ObjectName("t"), columns: [.init(SchemaColumn("a", .text, nullable: true))])
    #expect(try Renderer(dialect).render(.createTable(plain))[0] == "BAUE TISCH ⟪t⟫⟫ [  ⟪a⟫⟫ KANN WORT] UNSORTIERT")
  }

  @Test func indexesMayIncludeTheirLastColumn() throws {
    var dialect = AbsurdDialect.dialect(Self.inline)
    dialect.tables.createIndex = "{name_text} {table_text} ({leading_columns}) MIT {last_column}"
    let index = IndexDefinition(name: "i", table: ObjectName("t"), columns: ["a", "b", "c"])
    #expect(try Renderer(dialect).render(.createIndex(index))[0] == "'i' '⟪t⟫⟫' (⟪a⟫⟫, ⟪b⟫⟫) MIT ⟪c⟫⟫")
  }

  @Test(arguments: [
    (1_800_000_000, "1800 0 1800.000000  0 00:30:00.000000"),
    (-1_800_000_000, "-1800 0 -1800.000000 - 0 00:30:00.000000"),
    (1, "0 1 0.000001  0 00:00:00.000001"), (-1_500_001, "-1 -500001 -1.500001 - 0 00:00:01.500001"),
    (86_400_000_000, "86400 0 86400.000000  1 00:00:00.000000"),
  ]) func spansOfTimeHaveManyForms(microseconds: Int64, forms: String) throws {
    var dialect = AbsurdDialect.dialect(Self.inline)
    dialect.templates[.shift] = "{seconds} {fraction} {decimal_seconds} {sign} {days} {clock}"
    let moved = Expression.shift(.column(ColumnReference("v", "a")), microseconds: microseconds)
    let query = Query(.project(values([], .instant), [NamedExpression("x", moved)], alias: "o"))
    #expect(try Renderer(dialect).render(.query(query))[0].contains(" \(forms) AS ⟪x⟫⟫"))
  }

  /// Where the shell commits nothing, a script that is no run does; a run ends its own transaction.
  @Test func scriptsHaveTheirClosing() throws {
    var dialect = AbsurdDialect.dialect(AbsurdDialect.profiles[0])
    dialect.scripts.closing = ["BEHALTE"]
    let scripts = QueryScripts(
      dialect: dialect, planner: try Planner(.assumed(SessionJob()), profile: dialect.profile))
    #expect(try scripts.create().hasSuffix("\n\nBEHALTE UND AUS\n"))
    #expect(try !scripts.insert().contains("BEHALTE") && scripts.insert().contains("SCHLUSS UND AUS"))
  }

  /// A script makes its scratch tables first where making one would end the transaction, and takes them away at the end.
  @Test func scriptsOfScratchTables() throws {
    var dialect = AbsurdDialect.dialect(AbsurdDialect.profiles[0])
    func script() throws -> String {
      let planner = try Planner(.assumed(SessionJob()), profile: dialect.profile)
      return try QueryScripts(dialect: dialect, planner: planner).insert()
    }
    func places(_ text: String) throws -> [Range<String.Index>] {
      try [
        "MOIN UND AUS", "BAUE ZETTEL ⟪%picked⟫⟫", "ANFANG UND AUS", "SCHLUSS UND AUS", "WIRF ⟪%picked⟫⟫ WEG UND AUS",
      ].map {
        try #require(text.firstRange(of: $0), "\($0)")
      }
    }
    var found = try places(script())
    #expect(found.map(\.lowerBound) == found.map(\.lowerBound).sorted())
    dialect.scripts.scratchBeforeTransaction = false
    found = try places(script())
    #expect(found[2].lowerBound < found[1].lowerBound && found[1].lowerBound < found[3].lowerBound)
    #expect(try !script().contains(";\n"))
  }
}
