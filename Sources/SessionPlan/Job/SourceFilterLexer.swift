/// Cuts a filter's text into tokens.
///
/// It works on Unicode scalars and never on characters, so that a combining mark after a quote does not hide the quote.
struct SourceFilterLexer {
  struct Token: Hashable {
    enum Kind: Hashable {
      case word(String)
      case quoted(String)
      case text(String)
      case integer(Int64)
      case symbol(String)
      case end
    }
    var kind: Kind
    /// Counted in scalars from 1.
    var column: Int
  }

  /// Words that are no column unless they are quoted.
  static let reserved: Set<String> = ["and", "or", "not", "in", "is", "null"]

  private static let symbols = ["<=", ">=", "<>", "!=", "==", "<", ">", "=", "(", ")", ",", "."]

  private let scalars: [Unicode.Scalar]
  private var position = 0

  private init(_ text: String) {
    scalars = Array(text.unicodeScalars)
  }

  /// The tokens, the last of them `.end`.
  static func tokens(of text: String) throws(SourceFilterError) -> [Token] {
    var lexer = SourceFilterLexer(text)
    var tokens: [Token] = []
    repeat { tokens.append(try lexer.next()) } while tokens[tokens.count - 1].kind != .end
    return tokens
  }

  private static func isWordStart(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic
  }

  private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    isWordStart(scalar) || isDigit(scalar) || scalar == "$" || scalar.properties.generalCategory == .nonspacingMark
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
    position + offset < scalars.count ? scalars[position + offset] : nil
  }

  private mutating func next() throws(SourceFilterError) -> Token {
    while let scalar = peek(), scalar.properties.isWhitespace { position += 1 }
    let column = position + 1
    guard let first = peek() else { return Token(kind: .end, column: column) }
    switch first {
    case "'": return Token(kind: .text(try quotedText(by: "'", "text")), column: column)
    case "\"":
      let name = try quotedText(by: "\"", "column")
      guard !name.isEmpty else { throw SourceFilterError(column: column, message: "a column's name cannot be empty") }
      return Token(kind: .quoted(name), column: column)
    case _ where Self.isWordStart(first):
      return Token(kind: .word(take(while: Self.isWordPart)), column: column)
    case _ where Self.isDigit(first), "+" where peek(1).map(Self.isDigit) == true,
      "-" where peek(1).map(Self.isDigit) == true:
      return Token(kind: .integer(try integer()), column: column)
    default:
      if let symbol = Self.symbols.first(where: starts(with:)) {
        position += symbol.unicodeScalars.count
        return Token(kind: .symbol(symbol), column: column)
      }
      throw SourceFilterError(column: column, message: "\(Self.visible(first)) has no meaning here")
    }
  }

  private static func visible(_ scalar: Unicode.Scalar) -> String {
    scalar.value < 32 || scalar.value == 127 ? "U+" + String(scalar.value, radix: 16, uppercase: true) : String(scalar)
  }

  private func starts(with symbol: String) -> Bool {
    scalars[position...].starts(with: symbol.unicodeScalars)
  }

  private mutating func take(while condition: (Unicode.Scalar) -> Bool) -> String {
    var word = String.UnicodeScalarView()
    while let scalar = peek(), condition(scalar) {
      word.append(scalar)
      position += 1
    }
    return String(word)
  }

  private mutating func quotedText(by quote: Unicode.Scalar, _ what: String) throws(SourceFilterError) -> String {
    let start = position + 1
    var text = String.UnicodeScalarView()
    position += 1
    while let scalar = peek() {
      position += 1
      if scalar == quote {
        guard peek() == quote else { return String(text) }
        position += 1
      }
      guard scalar != "\0" else {
        throw SourceFilterError(column: position, message: "a NUL character cannot be part of a \(what)")
      }
      text.append(scalar)
    }
    throw SourceFilterError(column: start, message: "this \(quote) is not closed")
  }

  private mutating func integer() throws(SourceFilterError) -> Int64 {
    let start = position + 1
    var digits = ""
    if let sign = peek(), !Self.isDigit(sign) {
      if sign == "-" { digits = "-" }
      position += 1
    }
    digits += take(while: Self.isDigit)
    if let scalar = peek(), Self.isWordPart(scalar) {
      throw SourceFilterError(column: start, message: "not a whole number; a text is written in 'quotes'")
    }
    guard let value = Int64(digits) else {
      throw SourceFilterError(column: start, message: "the number is too large for 64 bits")
    }
    return value
  }
}
