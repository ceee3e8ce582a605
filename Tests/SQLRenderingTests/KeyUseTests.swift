import DialectFiles
import SQLRendering
import SessionPlan
import Testing

/// The table of keys and the renderer agree on what a template may name.
@Suite struct KeyUseTests {
  /// What no statement of a plan reads: it is the connections', the scripts' framing, or the removals'.
  private static func isElsewhere(_ key: DialectKey) -> Bool {
    ["session", "catalog", "odbc", "adbc", "scripts"].contains(key.section)
      || ["tables.drop_scratch", "rights.find_guard"].contains(key.path)
  }

  static let keys = DialectKey.all.filter { key in
    if isElsewhere(key) { return false }
    if case .template = key.kind { return true }
    return false
  }

  /// Where these are answered, another is not read.
  private static let replacing = [
    "queries.limit_before_columns", "tables.scratch_index_in_table", "queries.lookup_subquery",
    "queries.left_lookup_subquery",
  ]

  /// Every template is its key's path and all placeholders that the table allows; together the dialects have every shape
  /// of plan.
  private static let marked: [Dialect] = [
    AbsurdDialect.profiles[0], AbsurdDialect.profiles[2], AbsurdDialect.profiles[3], AbsurdDialect.profiles[6],
  ]
  .flatMap { profile in
    [true, false].map { isStrict in
      var dialect = AbsurdDialect.dialect(profile)
      dialect.profile.hasStrictTypes = isStrict
      dialect.profile.hasSHA256 = true
      dialect.profile.hasNamedTimeZones = true
      dialect.profile.hasArrivalColumn = isStrict
      for key in keys {
        guard case .template(let placeholders) = key.kind else { continue }
        if isStrict, replacing.contains(key.path) {
          key.takeAway(from: &dialect)
          continue
        }
        key.put("\u{2}\(key.path)\u{3}" + placeholders.allowed.map { " {\($0)}" }.joined(), into: &dialect)
      }
      return dialect
    }
  }

  /// So each row of the table is read by the renderer, which has a value for each of its placeholders.
  @Test func theTableIsTheRenderers() throws {
    var used: Set<String> = []
    for dialect in Self.marked {
      let renderer = Renderer(dialect)
      for (_, job) in SampleJobs.usual + SampleJobs.special {
        let planner = try Planner(job, profile: dialect.profile)
        let rights = Plan(name: "rights", steps: planner.grantSteps(to: "analyst") + planner.keySteps())
        let schema = Plan(
          name: "schema", steps: [Plan.Step("schema", "", .createSchema(of: ObjectName(parts: ["web", "pageviews"])))])
        for plan in try EveryPlan.plans(planner) + [rights, schema] {
          for step in plan.steps {
            var texts = try renderer.render(step.statement)
            if case .grant(let grant) = step.statement { texts += try renderer.render(.state(of: grant)) }
            if case .createTable = step.statement { texts += try renderer.render(.attempt(step.statement)) }
            for sql in texts {
              // By bytes: there is much text, and characters are slow.
              for part in sql.utf8.split(separator: 2, omittingEmptySubsequences: false).dropFirst() {
                used.insert(String(decoding: part.prefix { $0 != 3 }, as: UTF8.self))
              }
            }
          }
        }
      }
    }
    #expect(Set(Self.keys.map(\.path)).subtracting(used).sorted() == [])
  }
}
