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
  /// - Comparisons: `=`, `<>` (or `!=`), `<`, `<=`, `>`, `>=`, `[not] in (…)`, `[not] between … and …`, `is [not] null`.
  /// - Logic: `not` before `and` before `or`, with parentheses.
  /// - Columns stand on the left, plain or in `"double quotes"`; values are `'texts'` (a quote is written `''`) and
  ///   whole numbers.
  public init(text: String) throws(SourceFilterError) {
    guard let filter = try SourceFilterParser.filter(text, kind: .source).sourceFilter else {
      throw SourceFilterError(column: 1, message: "this is more than a source's filter can say")
    }
    self = filter
  }
}

/// Recursive descent over the tokens.
struct SourceFilterParser {
  typealias Token = SourceFilterLexer.Token

  /// What the filter is for.
  enum Kind {
    /// Rows of a table, judged by the database.
    case source
    /// Records of a file, judged while it is read.
    case file
  }

  /// Parentheses and `not` inside each other: a filter comes from a person, and the stack is not endless.
  static let greatestDepth = 64
  /// Comparisons in one filter; chains of `and` become trees as deep.
  static let greatestCount = 500

  private let kind: Kind
  private let tokens: [Token]
  private var position = 0
  private var depth = 0
  private var comparisons = 0

  private init(_ tokens: [Token], kind: Kind) {
    self.tokens = tokens
    self.kind = kind
  }

  static func filter(_ text: String, kind: Kind) throws(SourceFilterError) -> RowFilter {
    var parser = SourceFilterParser(try SourceFilterLexer.tokens(of: text), kind: kind)
    return try parser.filter()
  }

  private mutating func filter() throws(SourceFilterError) -> RowFilter {
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

  private mutating func disjunction() throws(SourceFilterError) -> RowFilter {
    var result = try conjunction()
    while take(word: "or") { result = .or(result, try conjunction()) }
    return result
  }

  private mutating func conjunction() throws(SourceFilterError) -> RowFilter {
    var result = try negation()
    while take(word: "and") { result = .and(result, try negation()) }
    return result
  }

  private mutating func negation() throws(SourceFilterError) -> RowFilter {
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
    return try predicate(operand())
  }

  /// A column, or `lower(column)`.
  private mutating func operand() throws(SourceFilterError) -> RowFilter.Operand {
    if case .word(let name) = next.kind, tokens[position + 1].kind == .symbol("(") {
      guard name.lowercased() == "lower" else {
        throw error(
          SourceFilterLexer.reserved.contains(name.lowercased())
            ? "expected a column, found \(name); a column of that name is written \"\(name)\""
            : "there is no function \(name)" + (kind == .file ? "; there is lower(…)" : ""))
      }
      guard kind == .file else {
        throw error(
          "lower(…) is for the files of load; engines do not agree on it, so a source's filter does not have it")
      }
      position += 2
      let field = try column()
      guard take(")") else { throw error("expected )") }
      return RowFilter.Operand(field: field, isLowered: true)
    }
    return RowFilter.Operand(field: try column())
  }

  private mutating func column() throws(SourceFilterError) -> String {
    switch next.kind {
    case .word(let name) where SourceFilterLexer.reserved.contains(name.lowercased()):
      throw error("expected a column, found \(name); a column of that name is written \"\(name)\"")
    case .word(let name), .quoted(let name):
      position += 1
      guard next.kind == .symbol(".") else { return name }
      guard kind == .file else { throw error("name the column without its table") }
      return try path(after: name)
    case .text, .integer: throw error("the column comes first: column = value")
    case .end: throw error("expected a column, found the end")
    case .symbol(let symbol): throw error("expected a column, found \(symbol)")
    }
  }

  /// The further steps of a path into an object, joined by dots.
  private mutating func path(after name: String) throws(SourceFilterError) -> String {
    var path = name
    while take(".") {
      switch next.kind {
      case .word(let step), .quoted(let step): path += "." + step
      default: throw error("expected a key after the dot; odd keys are written \"a.$b\", the whole path in quotes")
      }
      position += 1
    }
    return path
  }

  private mutating func predicate(_ operand: RowFilter.Operand) throws(SourceFilterError) -> RowFilter {
    if take(word: "is") {
      let isNot = take(word: "not")
      guard take(word: "null") else { throw error("expected null") }
      return isNot ? .isNotNull(operand) : .isNull(operand)
    }
    if take(word: "not") {
      guard let inner = try wordPredicate(operand) else {
        throw error(kind == .file ? "expected in, like or between after not" : "expected in or between after not")
      }
      return .not(inner)
    }
    if let found = try wordPredicate(operand) { return found }
    if case .symbol(let symbol) = next.kind,
      let comparison = SourceFilter.Comparison(rawValue: symbol == "!=" ? "<>" : symbol)
    {
      position += 1
      return .compare(operand, comparison, try value())
    }
    let words = kind == .file ? "in, like, between" : "in, between"
    throw error(
      next.kind == .symbol("==")
        ? "equality is written =" : "expected =, <>, <, <=, >, >=, [not] \(words), or is [not] null")
  }

  /// What begins with a word that may follow `not`; nil where none of them is here.
  private mutating func wordPredicate(_ operand: RowFilter.Operand) throws(SourceFilterError) -> RowFilter? {
    if take(word: "in") { return .isIn(operand, try list()) }
    if take(word: "between") {
      let low = try value()
      guard take(word: "and") else { throw error("expected and: between … and …") }
      return .and(.compare(operand, .greaterOrEqual, low), .compare(operand, .lessOrEqual, try value()))
    }
    guard case .word(let word) = next.kind else { return nil }
    switch word.lowercased() {
    case "like":
      guard kind == .file else {
        throw error("like is for the files of load; engines do not agree on it, so a source's filter does not have it")
      }
      position += 1
      guard case .text(let pattern) = next.kind else { throw error("expected a pattern such as '%bot%'") }
      position += 1
      return .like(operand, pattern)
    case "ilike", "regexp", "rlike", "similar", "glob", "matches":
      throw error("there is no \(word)" + (kind == .file ? "; write lower(field) like '%text%'" : ""))
    default: return nil
    }
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
