/// How the SQL is broken into lines. It is shown to people, so that no line is longer than it must be.
enum Layout {
  /// The longest line that is not broken, in bytes.
  static let width = 100

  /// `WHERE a` and a line for each further condition; nothing for none.
  static func conditions(_ conditions: [String]) -> [String] {
    conditions.isEmpty ? [] : ["WHERE " + conditions.map(\.hanging).joined(separator: "\n  AND ")]
  }

  /// `head ON a AND b`, or a line for each condition.
  static func lines(_ head: String, _ word: String, _ conditions: [String]) -> String {
    let all = conditions.joined(separator: " AND ")
    let last = head.split(separator: "\n").last ?? ""
    if !all.contains("\n"), last.utf8.count + all.utf8.count < width { return head + " " + word + all }
    return head + "\n  " + word + conditions.map(\.hanging).joined(separator: "\n  AND ")
  }

  /// `a OR b`, or a line for each.
  static func joined(_ parts: [String], _ word: String) -> String {
    let one = parts.joined(separator: word)
    return fits(one) ? one : parts.map(\.hanging).joined(separator: "\n " + word)
  }

  /// `CASE WHEN … ELSE … END`, on one line or one a case.
  static func choice(_ cases: [String]) -> String {
    let one = "CASE \(cases.joined(separator: " ")) END"
    return fits(one) ? one : "CASE\n" + cases.map(\.hanging).joined(separator: "\n").indented() + "\nEND"
  }

  /// Clauses in parentheses, on one line or one a clause.
  ///
  /// - Parameter beside: how many bytes stand on the line already
  static func parenthesized(_ clauses: [String], beside: Int = 0) -> String {
    let lines = clauses.joined(separator: "\n")
    // Names and texts have no line breaks here: all blanks at a line's start are the renderer's own.
    let one = lines.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
    return fits(one) && one.utf8.count + beside <= width ? "(\(one))" : "(\n" + lines.indented() + "\n)"
  }

  /// `head (a, b, …)`, filled up to the width.
  static func list(_ head: String, _ names: [String]) -> String {
    let one = "\(head) (\(names.joined(separator: ", ")))"
    return fits(one) ? one : "\(head) (\n" + filled(names).indented() + "\n)"
  }

  /// `head a, b, …`: short ones beside each other, a long one on a line of its own.
  static func columns(_ head: String, _ columns: [String]) -> String {
    let one = head + " " + columns.joined(separator: ", ")
    return fits(one) ? one : head + "\n" + filled(columns).indented()
  }

  /// `a, b, …` in lines up to the width; what is long has a line of its own.
  static func filled(_ items: [String]) -> String {
    var lines: [String] = []
    var isOpen = false
    for (index, item) in items.enumerated() {
      let text = index < items.count - 1 ? item + "," : item
      let isShort = !text.contains("\n") && text.utf8.count <= 60
      if isShort, isOpen, let last = lines.last, last.utf8.count + text.utf8.count < width - 8 {
        lines[lines.count - 1] = last + " " + text
      } else {
        lines.append(text)
      }
      isOpen = isShort
    }
    return lines.joined(separator: "\n")
  }

  /// Words in lines up to the width, all but the first moved to the right.
  static func wrapped(_ text: String) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.utf8.count + word.utf8.count < width - 4 {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append((lines.isEmpty ? "" : "  ") + word)
      }
    }
    return lines
  }

  private static func fits(_ text: String) -> Bool { !text.contains("\n") && text.utf8.count <= width }
}

extension String {
  /// Every line moved to the right by two blanks a level. By bytes: statements are long, and characters are slow.
  func indented(_ levels: Int = 1) -> String {
    let blanks = Array(repeating: UInt8(ascii: " "), count: 2 * levels)
    var result: [UInt8] = []
    result.reserveCapacity(utf8.count * 5 / 4)
    var isAtStart = true
    for byte in utf8 {
      if byte == UInt8(ascii: "\n") {
        isAtStart = true
      } else if isAtStart {
        result += blanks
        isAtStart = false
      }
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Every line but the first moved to the right.
  var hanging: String { contains("\n") ? String(indented().dropFirst(2)) : self }
}
