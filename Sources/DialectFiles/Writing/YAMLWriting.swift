/// Writes values so that a YAML reader gives them back, as people would write them.
enum YAMLWriting {
  /// A value after `name:`, with the blank or line break before it.
  ///
  /// - Parameter indent: how far the name itself is indented
  static func value(_ value: KeyValue, indent: Int) -> String {
    switch value {
    case .none: " ~"
    case .text(let text): scalar(text, indent: indent + 2)
    case .integer(let number): " \(number)"
    case .flag(let flag): " \(flag)"
    case .list(let list) where list.isEmpty: " []"
    case .list(let list):
      list.map { "\n" + blanks(indent + 2) + "-" + scalar($0, indent: indent + 4) }.joined()
    case .mapping(let entries) where entries.isEmpty: " {}"
    case .mapping(let entries):
      entries.sorted { rank($0.key) < rank($1.key) }
        .map { "\n" + blanks(indent + 2) + key($0.key) + ":" + Self.value($0.value, indent: indent + 2) }.joined()
    case .records(let records) where records.isEmpty: " []"
    case .records(let records):
      records.map { record in
        let lines = record.sorted { $0.key < $1.key }
          .map { key($0.key) + ":" + scalar($0.value, indent: indent + 6) }
        return "\n" + blanks(indent + 2) + "- " + lines.joined(separator: "\n" + blanks(indent + 4))
      }.joined()
    }
  }

  /// A value on one line, as it may stand in `[…]` and `{…}`.
  static func flow(_ value: KeyValue) -> String {
    switch value {
    case .none: "~"
    case .text(let text): quoted(text)
    case .integer(let number): String(number)
    case .flag(let flag): String(flag)
    case .list(let list): "[" + list.map(quoted).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{"
        + entries.sorted { rank($0.key) < rank($1.key) }.map { "\(key($0.key)): \(flow($0.value))" }
        .joined(separator: ", ") + "}"
    case .records(let records):
      "["
        + records.map { record in
          "{" + record.sorted { $0.key < $1.key }.map { "\(key($0.key)): \(quoted($0.value))" }.joined(separator: ", ")
            + "}"
        }.joined(separator: ", ") + "]"
    }
  }

  /// The answer before what stands behind it; else by name.
  static func rank(_ key: String) -> String {
    switch key {
    case "answer", "state", "acquire": "0" + key
    case "evidence", "release": "1" + key
    case "page", "holder": "2" + key
    default: "3" + key
    }
  }

  private static func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }

  static func key(_ key: String) -> String { isPlain(key) ? key : quoted(key) }

  private static func scalar(_ text: String, indent: Int) -> String {
    if text.contains("\n"), isBlock(text) {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return " |-\n" + lines.map { $0.isEmpty ? "" : blanks(indent) + $0 }.joined(separator: "\n")
    }
    return " " + (isPlain(text) ? text : quoted(text))
  }

  /// Whether a text of several lines may stand as a block: it begins with a letter or sign, ends in one, and has no
  /// control characters.
  private static func isBlock(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return false }
    return first != " " && first != "\n" && last != "\n" && last != " "
      && text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 32 && $0.value != 127 && $0.value < 0xD800 }
  }

  private static let words: Set<String> = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "none"]

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last, first.isASCII,
      first.properties.isAlphabetic || first == "(", last != " ", !words.contains(text.lowercased())
    else { return false }
    return text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value < 127 } && !text.contains(": ")
      && !text.contains(" #") && !text.hasSuffix(":")
  }

  private static func quoted(_ text: String) -> String {
    if text.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) {
      return "'" + text.replacing("'", with: "''") + "'"
    }
    let escaped = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n": "\\n"
      case "\t": "\\t"
      case _ where scalar.value < 32 || scalar.value == 127: "\\x" + hex(scalar.value)
      default: String(scalar)
      }
    }
    return "\"" + escaped.joined() + "\""
  }

  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return digits.count < 2 ? "0" + digits : digits
  }
}
