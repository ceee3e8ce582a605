/// The tokens of an SQL text, as far as a guard needs them: what is a word, a quoted name or a sign, and what is inside
/// texts and comments and therefore neither.
public struct SQLTokens: Sendable {
  public enum Token: Hashable, Sendable {
    /// A keyword or unquoted name, in upper case (ASCII letters only).
    case word(String)
    /// A quoted name, without its quotes.
    case name(String)
    /// A text in quotes, whatever it says.
    case text
    /// A number, or a parameter such as `$1`.
    case number
    /// Any other character.
    case sign(UInt8)
  }

  public private(set) var tokens: [Token] = []
  /// How an engine writes texts, names and comments.
  public struct Syntax: Sendable, Hashable {
    /// `\'` does not end any text (PostgreSQL: only `E'…'`, which is always read so).
    public var usesBackslashes = false
    /// `[name]` is a quoted name.
    public var usesBrackets = false
    /// MySQL and MariaDB: `"…"` may be a text, `#` begins a comment, `--` only before a blank, comments do not nest, and
    /// the server carries out what is in `/*! … */`.
    public var isMySQL = false
    /// `/* /* */ */` is one comment.
    public var nestsComments = true
    /// Whether it is not known that they do.
    public var mayNotNestComments = false

    public init() {}
  }

  /// Whether there is a comment that the server carries out.
  public private(set) var hasExecutableComment = false
  /// Whether every quote and comment is closed.
  public private(set) var isComplete = true
  private let bytes: [UInt8]
  /// Where each token begins.
  private var starts: [Int] = []
  private var position = 0

  public init(_ sql: String, _ syntax: Syntax = Syntax()) {
    bytes = Array(sql.utf8)
    while let byte = peek() {
      let start = position
      guard let token = next(byte, syntax) else { continue }
      tokens.append(token)
      starts.append(start)
    }
  }

  /// The words alone.
  public var words: [String] {
    tokens.compactMap { if case .word(let word) = $0 { word } else { nil } }
  }

  /// The text without semicolons at its end.
  public var withoutLastSemicolon: String {
    var end = bytes.count
    for (token, start) in zip(tokens, starts).reversed() {
      guard token == .sign(UInt8(ascii: ";")) else { break }
      end = start
    }
    return String(decoding: bytes[..<end], as: UTF8.self)
  }

  private func peek(_ offset: Int = 0) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private mutating func next(_ byte: UInt8, _ syntax: Syntax) -> Token? {
    switch byte {
    case UInt8(ascii: " "), 9...13:
      position += 1
      return nil
    case UInt8(ascii: "#") where syntax.isMySQL, UInt8(ascii: "-") where beginsLineComment(syntax):
      while let next = peek(), next != 10, next != 13 { position += 1 }
      return nil
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
      let mark = peek(2)
      if syntax.isMySQL, mark == UInt8(ascii: "!") || (mark == UInt8(ascii: "M") && peek(3) == UInt8(ascii: "!")) {
        hasExecutableComment = true
      }
      skipComment(nests: syntax.nestsComments && !syntax.isMySQL)
      return nil
    case UInt8(ascii: "'"):
      _ = quoted(by: byte, usesBackslashes: syntax.usesBackslashes)
      return .text
    case UInt8(ascii: "\"") where syntax.isMySQL:
      _ = quoted(by: byte, usesBackslashes: syntax.usesBackslashes)
      return .text
    case UInt8(ascii: "\""), UInt8(ascii: "`"): return .name(quoted(by: byte, usesBackslashes: false))
    case UInt8(ascii: "[") where syntax.usesBrackets:
      return .name(quoted(by: UInt8(ascii: "]"), usesBackslashes: false))
    case UInt8(ascii: "$"): return dollar()
    case _ where Self.isLetter(byte): return word()
    case _ where Self.isDigit(byte):
      // Letters right behind a number are a word of their own to some engines: `1UPDATE`.
      while let next = peek(), Self.isDigit(next) { position += 1 }
      return .number
    default:
      position += 1
      return .sign(byte)
    }
  }

  private func beginsLineComment(_ syntax: Syntax) -> Bool {
    guard peek(1) == UInt8(ascii: "-") else { return false }
    guard syntax.isMySQL, let after = peek(2) else { return true }
    return after <= 32
  }

  private mutating func word() -> Token {
    let start = position
    while let next = peek(), Self.isLetter(next) || Self.isDigit(next) || next == UInt8(ascii: "$") { position += 1 }
    let spelt = bytes[start..<position]
    // E'…' has escapes; N'…', B'…', X'…' and U&'…' have none that could hide a quote.
    if peek() == UInt8(ascii: "'"), spelt.count == 1, spelt[start] | 0x20 == UInt8(ascii: "e") {
      _ = quoted(by: UInt8(ascii: "'"), usesBackslashes: true)
      return .text
    }
    let upper = spelt.map { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") ? $0 - 32 : $0 }
    return .word(String(decoding: upper, as: UTF8.self))
  }

  /// What is in quotes; the quote itself is written twice.
  private mutating func quoted(by quote: UInt8, usesBackslashes: Bool) -> String {
    position += 1
    var content: [UInt8] = []
    while let byte = peek() {
      if byte == UInt8(ascii: "\\"), usesBackslashes {
        position += 2
        continue
      }
      position += 1
      if byte == quote {
        guard peek() == quote else { return String(decoding: content, as: UTF8.self) }
        position += 1
      }
      content.append(byte)
    }
    isComplete = false
    return String(decoding: content, as: UTF8.self)
  }

  /// PostgreSQL's comments nest; where an engine's do not, more is taken for a comment than is one only after a second
  /// `/*` in it, which leaves the text incomplete.
  private mutating func skipComment(nests: Bool) {
    var depth = 0
    while position < bytes.count {
      if peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*"), nests || depth == 0 {
        depth += 1
        position += 2
      } else if peek() == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        depth -= 1
        position += 2
        if depth == 0 { return }
      } else {
        position += 1
      }
    }
    isComplete = false
  }

  /// `$1`, or a text in `$$…$$` or `$tag$…$tag$`.
  private mutating func dollar() -> Token {
    var end = position + 1
    if end < bytes.count, Self.isDigit(bytes[end]) {
      position = end
      while let next = peek(), Self.isDigit(next) { position += 1 }
      return .number
    }
    while end < bytes.count, Self.isLetter(bytes[end]) || Self.isDigit(bytes[end]) { end += 1 }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else {
      position += 1
      return .sign(UInt8(ascii: "$"))
    }
    let tag = bytes[position...end]
    position = end + 1
    while position + tag.count <= bytes.count {
      if bytes[position] == UInt8(ascii: "$"), bytes[position..<position + tag.count].elementsEqual(tag) {
        position += tag.count
        return .text
      }
      position += 1
    }
    position = bytes.count
    isComplete = false
    return .text
  }
}

extension SQLTokens {
  /// The name of the table that a `CREATE TEMPORARY TABLE` makes, without its schema; nil for other statements.
  public var temporaryTable: String? {
    guard tokens.first == .word("CREATE") else { return nil }
    guard let table = tokens.prefix(5).firstIndex(of: .word("TABLE")),
      tokens[..<table].contains(where: { $0 == .word("TEMP") || $0 == .word("TEMPORARY") })
    else { return nil }
    var rest = tokens[(table + 1)...]
    if rest.starts(with: [.word("IF"), .word("NOT"), .word("EXISTS")]) { rest = rest.dropFirst(3) }
    var last: String?
    var expectsPart = true
    for token in rest {
      switch token {
      case .name(let name) where expectsPart: last = name
      // Names without quotes are in lower case: what is not would be quoted.
      case .word(let word) where expectsPart: last = word.lowercased()
      case .sign(UInt8(ascii: ".")) where !expectsPart:
        expectsPart = true
        continue
      default: return last
      }
      expectsPart = false
    }
    return last
  }
}
