import PlanSamples
import SQLRendering
import SessionPlan
import Testing

@Suite struct AbsurdDialectTests {
  /// What some engine writes, and the renderer must take from the dialect. Standard words (SELECT, lag …) are its own.
  static let foreign = [
    "\"", "`", "[", "]", "INTEGER", "BIGINT", "TEXT", "VARCHAR", "TIMESTAMP", "INTERVAL", "LIMIT", "FETCH", "TOP ",
    "NULLS FIRST", "COLLATE", "||", "TEMP", "PRIMARY KEY", "IF NOT EXISTS", "CREATE", "MATERIALIZED", "CROSS JOIN",
    "BEGIN", "COMMIT", "CAST", "unixepoch", "strftime", "julianday", "substr", "extract(", "datediff", "now()",
    "length(", " IS NOT DISTINCT", "true", "false", "BOOLEAN", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "DROP",
    "REPLACE", "ON CONFLICT", "lag(", "first_value(", "count(", "min(", "max(", "DISTINCT", "NOT EXISTS",
  ]

  /// SQL without the quoted names and texts in it.
  static func bare(_ sql: String) -> String {
    var result = ""
    var rest = sql[...]
    while let start = rest.firstIndex(where: { $0 == "⟪" || $0 == "'" }) {
      result += rest[..<start]
      let close = rest[start] == "'" ? "'" : "⟫⟫"
      guard let end = rest[rest.index(after: start)...].firstRange(of: close) else { return result + "UNCLOSED" }
      rest = rest[end.upperBound...]
    }
    return result + rest
  }

  static let jobs: [SessionJob] = {
    var plain = SessionJob()
    plain.source.arrival = Arrival(column: "loaded_at", kind: .time)
    plain.source.filter = .or(.compare(column: "site", .notEqual, .text("a")), .isIn(column: "s", [.integer(-1)]))
    var derived = SessionJob(attributes: [Attribute(name: "campaign", column: "utm")])
    derived.source.eventID = nil
    derived.source.timeFormat = .epochMilliseconds
    derived.boundary = .same
    var numbers = SessionJob(eventIDType: .integer)
    numbers.source.timeZone = "-03:30"
    numbers.source.page = nil
    return [plain, derived, numbers]
  }()

  @Test(arguments: [0, 3, 4, 7].map { AbsurdDialect.profiles[$0] }, jobs) func noTokenLeaks(
    profile: PlanProfile, job: SessionJob
  ) throws {
    let renderer = Renderer(AbsurdDialect.dialect(profile))
    for plan in try EveryPlan.plans(Planner(.assumed(job), profile: profile)) {
      for step in plan.steps {
        for sql in try renderer.render(step.statement) {
          var text = Self.bare(sql)
          // The dialect's own brackets, and the order of a NULL test, are no leak.
          for known in ["[", "]"] where AbsurdDialect.dialect(profile).tables.createTable.contains(known) {
            if text.hasPrefix("BAUE") { text = text.replacing(known, with: "") }
          }
          for token in Self.foreign {
            #expect(!text.contains(token), "\(token) in \(plan.name)/\(step.name): \(text)")
          }
          #expect(!text.contains("UNCLOSED"))
        }
      }
    }
  }

  /// The test above sees what it looks for: SQLite's own SQL is full of it.
  @Test func theSearchFinds() throws {
    let sql = "CREATE TEMP TABLE ⟪x⟫⟫ (⟪a⟫⟫ INTEGER)"
    #expect(Self.foreign.filter { Self.bare(sql).contains($0) }.sorted() == ["CREATE", "INTEGER", "TEMP"])
  }

  @Test func subqueriesStandWhereTheDialectSays() throws {
    let profile = AbsurdDialect.profiles.first { $0.steps == .inline && $0.islands == .windows }!
    let plan = try Planner(.assumed(SessionJob()), profile: profile)
      .runPlan(.whole, RunIdentity(job: "", engine: "", toolVersion: ""))
    let rows = try #require(plan.steps.first { $0.name == "rows" })
    let inside = try Renderer(AbsurdDialect.dialect(profile)).render(rows.statement)[0]
    let before = try Renderer(AbsurdDialect.dialect(profile, placement: .beforeInsert)).render(rows.statement)[0]
    #expect(inside.hasPrefix("INSERT INTO") && before.hasPrefix("WITH"))
  }

  /// Every kind of statement with its SQL in the absurd dialect, rendered once for all tests.
  static let rendered: [(profile: PlanProfile, statement: Statement, sql: String)] = {
    var formats = jobs
    for format in [TimeFormat.epochSeconds, .epochMicroseconds] {
      formats.append(SessionJob(source: PageviewSource(timeFormat: format)))
    }
    formats.append(SessionJob(source: PageviewSource(timeZone: "Europe/Berlin")))
    var result: [(PlanProfile, Statement, String)] = []
    let loose = AbsurdDialect.profiles.map { profile in
      var profile = profile
      profile.hasStrictTypes = false
      return profile
    }
    var zoned = BoundJob.assumed(SessionJob(source: PageviewSource(filter: try? SourceFilter(text: "is_bot = 0"))))
    zoned.sourceTypes["page_view_at"] = .zonedTimestamp
    zoned.sourceTypes["is_bot"] = .flag
    for profile in [AbsurdDialect.profiles[0], AbsurdDialect.profiles[7], loose[0], loose[7]] {
      for bound in formats.map(BoundJob.assumed) + [zoned] {
        guard let planner = try? Planner(bound, profile: profile), let plans = try? EveryPlan.plans(planner)
        else { continue }
        for step in plans.flatMap(\.steps) {
          let sql = try? Renderer(AbsurdDialect.dialect(profile)).render(step.statement).joined(separator: "\n")
          result.append((profile, step.statement, sql ?? ""))
        }
      }
    }
    return result
  }()

  /// A template that is not there is an error that says what to do, never a dropped node.
  @Test(arguments: Intent.allCases) func aMissingTemplateIsNamed(intent: Intent) throws {
    let token = String(try #require(AbsurdDialect.templates[intent]).prefix { $0 != "(" })
    let uses = Self.rendered.filter { $0.sql.contains(intent == .serverNow ? token : token + "(") }
    #expect(!uses.isEmpty, "no plan uses \(intent.rawValue)")
    for (profile, statement, _) in uses.prefix(40) {
      var dialect = AbsurdDialect.dialect(profile)
      dialect.templates[intent] = nil
      #expect {
        try Renderer(dialect).render(statement)
      } throws: {
        guard let error = $0 as? RenderingError else { return false }
        return error.dialect == "absurd" && error.node == intent.rawValue
          && error.remedy?.contains(intent.rawValue) == true
      }
    }
  }

  @Test func aPlaceholderThatANodeDoesNotHaveIsNamed() throws {
    var dialect = AbsurdDialect.dialect(AbsurdDialect.profiles[0])
    dialect.templates[.serverNow] = "JETZT({zone})"
    let query = Query(
      .project(
        .values(columns: [SchemaColumn("a", .integer)], rows: [[.integer(1)]], alias: "v"),
        [NamedExpression("x", .serverNow)], alias: "o"))
    #expect { try Renderer(dialect).render(.query(query)) } throws: {
      ($0 as? RenderingError)?.node == "server_now" && "\($0)".contains("{zone}")
    }
  }

  @Test func namesThatTheEngineWouldCutAreRefused() throws {
    var dialect = AbsurdDialect.dialect(AbsurdDialect.profiles[0])
    dialect.identifiers.longest = 63
    let renderer = Renderer(dialect)
    _ = try renderer.identifier(String(repeating: "x", count: 63))
    for name in [String(repeating: "x", count: 64), String(repeating: "é", count: 32), "", "a\u{0}b"] {
      #expect(throws: RenderingError.self) { try renderer.identifier(name) }
      #expect(throws: RenderingError.self) { try renderer.identifier(ObjectName(parts: ["s", name])) }
    }
  }

  @Test func aTextWithNULIsRefused() {
    let query = Query(.values(columns: [SchemaColumn("a", .text)], rows: [[.text("a\u{0}b")]], alias: "v"))
    #expect(throws: RenderingError.self) {
      try Renderer(AbsurdDialect.dialect(AbsurdDialect.profiles[0])).render(.query(query))
    }
  }

  /// A closing quote is doubled, of several characters or with an accent after it.
  @Test func quotesAreDoubled() throws {
    var dialect = AbsurdDialect.dialect(AbsurdDialect.profiles[0])
    #expect(try Renderer(dialect).identifier("a⟫⟫\u{301}b") == "⟪a⟫⟫⟫⟫\u{301}b⟫⟫")
    dialect.identifiers.openQuote = "["
    dialect.identifiers.closeQuote = "]"
    #expect(try Renderer(dialect).identifier("a]\u{301}b[") == "[a]]\u{301}b[]")
  }
}
