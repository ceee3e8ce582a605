import SessionPlan
import Testing

@Suite struct SourceFilterTests {
  @Test(
    arguments: [
      ("page <> '/health'", SourceFilter.compare(column: "page", .notEqual, .text("/health"))),
      ("a!=-1", .compare(column: "a", .notEqual, .integer(-1))),
      ("\"Odd \"\"name\"\"\" >= +7", .compare(column: "Odd \"name\"", .greaterOrEqual, .integer(7))),
      ("a = 'it''s'", .compare(column: "a", .equal, .text("it's"))),
      ("a = ''", .compare(column: "a", .equal, .text(""))),
      ("a in (1, 'x')", .isIn(column: "a", [.integer(1), .text("x")])),
      ("a NOT IN (1)", .not(.isIn(column: "a", [.integer(1)]))),
      ("a is null", .isNull(column: "a")),
      ("a Is Not Null", .isNotNull(column: "a")),
      // not binds before and, and before or.
      (
        "not a = 1 and b = 2 or c = 3",
        .or(
          .and(.not(.compare(column: "a", .equal, .integer(1))), .compare(column: "b", .equal, .integer(2))),
          .compare(column: "c", .equal, .integer(3)))
      ),
      (
        "a is null and (b is null or c is null)",
        .and(.isNull(column: "a"), .or(.isNull(column: "b"), .isNull(column: "c")))
      ),
      ("\"and\" = 9223372036854775807", .compare(column: "and", .equal, .integer(.max))),
      ("a = -9223372036854775808", .compare(column: "a", .equal, .integer(.min))),
      // A combining mark after a quote does not hide the quote.
      ("a = 'x'\u{0301}", nil),
    ] as [(String, SourceFilter?)])
  func reading(text: String, expected: SourceFilter?) throws {
    if let expected {
      #expect(try SourceFilter(text: text) == expected)
    } else {
      #expect(throws: SourceFilterError.self) { try SourceFilter(text: text) }
    }
  }

  @Test(arguments: [
    ("", 1, "expected a column, found the end"),
    ("page", 5, "expected =, <>, <, <=, >, >=, [not] in, between, or is [not] null"),
    ("page == 'x'", 6, "equality is written ="),
    ("page = ", 8, "expected a value, found the end"),
    ("page = \"x\"", 8, "expected a value, found a column; a text is written 'x'"),
    ("page = x", 8, "expected a value; a text is written 'x'"),
    ("page = null", 8, "nothing equals null; write is null or is not null"),
    ("page = 'x", 8, "this ' is not closed"),
    ("page = 1.5", 9, "only whole numbers and texts can be compared with"),
    ("page = 9223372036854775808", 8, "the number is too large for 64 bits"),
    ("page = 12ab", 8, "not a whole number; a text is written in 'quotes'"),
    ("1 = page", 1, "the column comes first: column = value"),
    ("t.page = 1", 2, "name the column without its table"),
    ("(a = 1", 7, "expected )"),
    ("a = 1)", 6, "this ) closes nothing"),
    ("a = 1 b = 2", 7, "expected and, or, or the end"),
    ("a = 1 and", 10, "expected a column, found the end"),
    ("in = 1", 1, "expected a column, found in; a column of that name is written \"in\""),
    ("a in ()", 7, "expected a value, found )"),
    ("a in 1", 6, "expected ( and a list of values"),
    ("a in (1 2)", 9, "expected , or )"),
    ("a is 1", 6, "expected null"),
    ("a not null", 7, "expected in or between after not"),
    ("a = 1; drop", 6, "; has no meaning here"),
    ("\"\" = 1", 1, "a column's name cannot be empty"),
    ("é = '\u{0}'", 6, "a NUL character cannot be part of a text"),
  ])
  func mistakes(text: String, column: Int, message: String) {
    let error = #expect(throws: SourceFilterError.self) { try SourceFilter(text: text) }
    #expect(error?.description == "character \(column): \(message)")
  }

  @Test func depthAndLengthAreBounded() {
    let deep = String(repeating: "(", count: 100_000) + "a = 1"
    #expect(throws: SourceFilterError.self) { try SourceFilter(text: deep) }
    let nots = String(repeating: "not ", count: 100_000) + "a = 1"
    #expect(throws: SourceFilterError.self) { try SourceFilter(text: nots) }
    let long = Array(repeating: "a = 1", count: 100_000).joined(separator: " and ")
    #expect(throws: SourceFilterError.self) { try SourceFilter(text: long) }
  }

  /// Whatever tree there is, its text is read back as the same tree.
  @Test func roundTrip() throws {
    var random = SeededRandom(seed: 20_200_202)
    for _ in 0..<3000 {
      let filter = random.filter(depth: 5)
      let read = try SourceFilter(text: filter.text)
      #expect(read == filter, "\(filter.text)")
      #expect(read.text.utf8.elementsEqual(filter.text.utf8))
    }
  }
}

extension SeededRandom {
  fileprivate mutating func filter(depth: Int) -> SourceFilter {
    let column = text(from: ["a", "B", "_x1", "and", "NULL", "odd name", "q\"q", "é", "e\u{301}", "1a", "a.b", "'"])
    switch Int.random(in: 0..<(depth == 0 ? 4 : 8), using: &self) {
    case 0: return .isNull(column: column)
    case 1: return .isNotNull(column: column)
    case 2: return .isIn(column: column, (0...Int.random(in: 0...3, using: &self)).map { _ in value() })
    case 3, 4:
      return .compare(column: column, SourceFilter.Comparison.allCases.randomElement(using: &self) ?? .equal, value())
    case 5: return .not(filter(depth: depth - 1))
    case 6: return .and(filter(depth: depth - 1), filter(depth: depth - 1))
    default: return .or(filter(depth: depth - 1), filter(depth: depth - 1))
    }
  }

  private mutating func value() -> SourceFilter.Value {
    if Bool.random(using: &self) { return .integer(Int64.random(in: .min ... .max, using: &self)) }
    return .text(text(from: ["", "x", "it's", "''", "\"", "/a b", "\n", "🙂", "\u{301}"]))
  }

  private mutating func text(from choices: [String]) -> String { choices.randomElement(using: &self) ?? "" }
}
