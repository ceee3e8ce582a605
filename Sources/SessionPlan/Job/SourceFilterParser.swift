/// Why a filter's text cannot be read, and where.
public struct SourceFilterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Counted in Unicode scalars from 1.
  public var column: Int
  public var message: String

  public var description: String { "character \(column): \(message)" }
}

extension SourceFilter {
  /// Reads a filter such as `page <> '/health' and (status < 400 or "Kind" is null)`.
  ///
  /// - Comparisons: `=`, `<>` (or `!=`), `<`, `<=`, `>`, `>=`, `[not] in (…)`, `is [not] null`.
  /// - Logic: `not` before `and` before `or`, with parentheses.
  /// - Columns stand on the left, plain or in `"double quotes"`; values are `'texts'` (a quote is written `''`) and
  ///   whole numbers.
  public init(text: String) throws(SourceFilterError) {
    var parser = SourceFilterParser(try SourceFilterLexer.tokens(of: text))
    self = try parser.filter()
  }
}

/// Recursive descent over the tokens.
private struct SourceFilterParser {
  typealias Token = SourceFilterLexer.Token

  /// Parentheses and `not` inside each other: a filter comes from a person, and the stack is not endless.
  static let greatestDepth = 64
  /// Comparisons in one filter; chains of `and` become trees as deep.
  static let greatestCount = 500

  let tokens: [Token]
  var position = 0
  var depth = 0
  var comparisons = 0

  init(_ tokens: [Token]) {
    self.tokens = tokens
  }

  mutating func filter() throws(SourceFilterError) -> SourceFilter {
    let result = try disjunction()
    guard next.kind == .end else {
      throw error(next.kind == .symbol(")") ? "this ) closes nothing" : "expected and, or, or the end")
    }
    return result
  }

  private var next: Token { tokens[position] }

  private func error(_ message: String) -> SourceFilterError {
    SourceFilterError(column: next.column, message: message)
  }

  private mutating func take(_ symbol: String) -> Bool {
    guard next.kind == .symbol(symbol) else { return false }
    position += 1
    return true
  }

  private mutating func take(word: String) -> Bool {
    guard case .word(let text) = next.kind, text.lowercased() == word else { return false }
    position += 1
    return true
  }

  private mutating func disjunction() throws(SourceFilterError) -> SourceFilter {
    var result = try conjunction()
    while take(word: "or") { result = .or(result, try conjunction()) }
    return result
  }

  private mutating func conjunction() throws(SourceFilterError) -> SourceFilter {
    var result = try negation()
    while take(word: "and") { result = .and(result, try negation()) }
    return result
  }

  private mutating func negation() throws(SourceFilterError) -> SourceFilter {
    guard depth < Self.greatestDepth else { throw error("nested more than \(Self.greatestDepth) deep") }
    depth += 1
    defer { depth -= 1 }
    if take(word: "not") { return .not(try negation()) }
    if take("(") {
      let inner = try disjunction()
      guard take(")") else { throw error("expected )") }
      return inner
    }
    comparisons += 1
    guard comparisons <= Self.greatestCount else { throw error("more than \(Self.greatestCount) comparisons") }
    return try predicate(column: column())
  }

  private mutating func column() throws(SourceFilterError) -> String {
    switch next.kind {
    case .word(let name) where SourceFilterLexer.reserved.contains(name.lowercased()):
      throw error("expected a column, found \(name); a column of that name is written \"\(name)\"")
    case .word(let name), .quoted(let name):
      position += 1
      guard next.kind != .symbol(".") else { throw error("name the column without its table") }
      return name
    case .text, .integer: throw error("the column comes first: column = value")
    case .end: throw error("expected a column, found the end")
    case .symbol(let symbol): throw error("expected a column, found \(symbol)")
    }
  }

  private mutating func predicate(column: String) throws(SourceFilterError) -> SourceFilter {
    if take(word: "is") {
      let isNot = take(word: "not")
      guard take(word: "null") else { throw error("expected null") }
      return isNot ? .isNotNull(column: column) : .isNull(column: column)
    }
    if take(word: "not") {
      guard take(word: "in") else { throw error("expected in") }
      return .not(.isIn(column: column, try list()))
    }
    if take(word: "in") { return .isIn(column: column, try list()) }
    if case .symbol(let symbol) = next.kind,
      let comparison = SourceFilter.Comparison(rawValue: symbol == "!=" ? "<>" : symbol)
    {
      position += 1
      return .compare(column: column, comparison, try value())
    }
    throw error(
      next.kind == .symbol("==")
        ? "equality is written =" : "expected =, <>, <, <=, >, >=, in, not in, or is [not] null")
  }

  private mutating func list() throws(SourceFilterError) -> [SourceFilter.Value] {
    guard take("(") else { throw error("expected ( and a list of values") }
    var values = [try value()]
    while take(",") { values.append(try value()) }
    guard take(")") else { throw error("expected , or )") }
    return values
  }

  private mutating func value() throws(SourceFilterError) -> SourceFilter.Value {
    switch next.kind {
    case .text(let text):
      position += 1
      return .text(text)
    case .integer(let number):
      position += 1
      guard next.kind != .symbol(".") else { throw error("only whole numbers and texts can be compared with") }
      return .integer(number)
    case .word(let word) where word.lowercased() == "null":
      throw error("nothing equals null; write is null or is not null")
    case .word(let word): throw error("expected a value; a text is written '\(word)'")
    case .quoted(let name):
      throw error("expected a value, found a column; a text is written '\(name)'")
    case .end: throw error("expected a value, found the end")
    case .symbol(let symbol): throw error("expected a value, found \(symbol)")
    }
  }
}
