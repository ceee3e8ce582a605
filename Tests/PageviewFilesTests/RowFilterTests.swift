import SessionPlan
import Testing

@testable import PageviewFiles

@Suite struct RowFilterTests {
  private static let lines = [
    #"{"event_id":"1","user_id":"u","page_view_at":"2026-01-01","page":"/a","e":"view","n":5,"p":{"x":"Googlebot/2"}}"#,
    #"{"event_id":"2","user_id":"u","page_view_at":"2026-01-01","page":"/b","e":"click","n":10,"p":{"x":null}}"#,
    #"{"event_id":"3","user_id":"u","page_view_at":"2026-01-01","page":"/c","e":"VIEW","n":"x"}"#,
  ]

  @Test(
    arguments: [
      ("e = 'view'", ["1"]), ("lower(e) = 'view'", ["1", "3"]), ("e <> 'view'", ["2", "3"]),
      ("n = 5", ["1"]), ("n > 5", ["2"]), ("n between 5 and 10", ["1", "2"]), ("n not between 6 and 10", ["1"]),
      // What is no number is compared with one neither truly nor falsely.
      ("not (n = 5)", ["2"]), ("n in (5, 'x')", ["1", "3"]), ("n not in (5, 7)", ["2"]),
      ("p.x is null", ["2", "3"]), ("p.x is not null", ["1"]), ("\"p.x\" like '%bot%'", ["1"]),
      ("lower(p.x) like 'google%'", ["1"]), ("p.x not like 'z%'", ["1"]), ("page like '/_'", ["1", "2", "3"]),
      ("page like '_'", []), ("e like 'v%w' or e like 'c%'", ["1", "2"]), ("e like '%' and n > 0", ["1", "2"]),
    ] as [(String, [String])]) func `only what the filter holds for is loaded`(text: String, ids: [String]) throws
  {
    var options = LoadOptions()
    options.only = try RowFilter(text: text)
    let loaded = try load(Self.lines.joined(separator: "\n"), path: "a.jsonl", options)
    #expect(loaded.events == ids)
    #expect(loaded.faults.isEmpty)
    #expect(loaded.summary?.leftOut[.only] ?? 0 == 3 - ids.count)
  }

  /// Numbers are compared as such, however a program writes whole ones.
  @Test(arguments: [
    ("1.0", "n = 1", true), ("1.00", "n in (1, 2)", true), ("\"1.0\"", "n = 1", true), ("-1.0", "n = -1", true),
    ("1.5", "n = 1", false), ("1.5", "n > 1", true), ("1.5", "n < 2", true), ("1.5", "n <> 1", true),
    ("-1.5", "n < -1", true), ("-1.5", "n > -2", true), ("-0.5", "n < 0", true), ("0.5", "n > 0", true),
    ("\"1.0.0.1\"", "n >= 1 or n < 1", false), ("\"1.\"", "n = 1", false), ("\".5\"", "n < 1", false),
  ]) func `fractions beside whole numbers`(value: String, filter: String, holds: Bool) throws {
    var options = LoadOptions(columns: ColumnMapping())
    options.only = try RowFilter(text: filter)
    let line = #"{"user_id":"u","page_view_at":"2026-01-01","page":"/","n":\#(value)}"# + "\n"
    #expect(try load(line, path: "a.jsonl", options).rows.count == (holds ? 1 : 0))
  }

  @Test func `in CSV files and logs, too`() throws {
    var options = LoadOptions()
    options.only = try RowFilter(text: "kind = 'view'")
    let csv = "event_id,user_id,page_view_at,page,Kind\n1,u,2026-01-01,/,view\n2,u,2026-01-01,/,\n"
    #expect(try load(csv, options).events == ["1"])
    options.only = try RowFilter(text: "other = 'view'")
    #expect(fault(csv, options)?.message.contains("no column \"other\" for --only") == true)
    let bot = "::1 - - [01/Mar/2026:10:00:01 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"a Bot\"\n"
    options.only = try RowFilter(text: "lower(user_agent) not like '%bot%' and status = 200")
    #expect(try load(bot + bot.replacing("Bot", with: "UA"), path: "a.log", options).rows.count == 1)
    options.only = try RowFilter(text: "agent = 'x'")
    #expect(fault(bot, path: "a.log", options)?.remedy?.contains("user_agent") == true)
  }

  @Test(arguments: [
    ("e ilike 'x'", "character 3: there is no ilike; write lower(field) like '%text%'"),
    ("upper(e) = 'X'", "character 1: there is no function upper; there is lower(…)"),
    ("e not like", "character 11: expected a pattern such as '%bot%'"),
    ("e not = 'x'", "character 7: expected in, like or between after not"),
    ("e between 1", "character 12: expected and: between … and …"),
    ("a. = 1", "character 4: expected a key after the dot; odd keys are written \"a.$b\", the whole path in quotes"),
  ]) func `mistakes say what there is`(text: String, message: String) {
    let error = #expect(throws: SourceFilterError.self) { try RowFilter(text: text) }
    #expect(error?.description == message)
  }

  @Test func `a source's filter refuses what engines do not agree on`() throws {
    for text in ["a like 'x'", "a not like 'x'", "lower(a) = 'x'"] {
      let error = #expect(throws: SourceFilterError.self) { try SourceFilter(text: text) }
      #expect(error?.message.contains("engines do not agree") == true, "\(text)")
    }
    #expect(try SourceFilter(text: "a between 1 and 2") == SourceFilter(text: "a >= 1 and a <= 2"))
    #expect(try SourceFilter(text: "a not between 1 and 2") == SourceFilter(text: "not (a >= 1 and a <= 2)"))
  }

  /// Against a matcher that tries everything.
  @Test func `patterns match as the definition says`() {
    func slow(_ text: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>) -> Bool {
      guard let first = pattern.first else { return text.isEmpty }
      if first == "%" { return (0...text.count).contains { slow(text.dropFirst($0), pattern.dropFirst()) } }
      guard let head = text.first, first == "_" || first == head else { return false }
      return slow(text.dropFirst(), pattern.dropFirst())
    }
    var random = Random(3)
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0...6, using: &random)).map { _ in ["a", "b"].randomElement(using: &random) ?? "a"
      }
      let pattern = (0..<Int.random(in: 0...5, using: &random)).map { _ in
        ["a", "b", "%", "_"].randomElement(using: &random) ?? "a"
      }
      let scalars = (text.map { Unicode.Scalar($0) ?? "a" }, pattern.map { Unicode.Scalar($0) ?? "a" })
      #expect(
        CompiledFilter.matches(scalars.0, scalars.1) == slow(scalars.0[...], scalars.1[...]), "\(text) \(pattern)")
    }
  }
}
