/// How the SQL is broken into lines. It is shown to people, so that no line is longer than it must be.
enum Layout {
  /// The longest line, in bytes.
  static let width = 100

  /// The longest line that is not broken: most stand further to the right later.
  private static let filledWidth = width - 2

  /// `WHERE a AND b`, in lines up to the width; nothing for none.
  static func conditions(_ conditions: [String]) -> [String] {
    conditions.isEmpty ? [] : ["WHERE " + filled(conditions.map(\.hanging), between: " AND ", orLine: "\n  AND ")]
  }

  /// Clauses of a query, as many on a line as fit.
  static func clauses(_ clauses: [String]) -> String { filled(clauses, between: " ", orLine: "\n") }

  /// A text with a clause behind it, on its last line where there is room.
  static func followed(_ text: String, by clause: String) -> String {
    let last = text.split(separator: "\n").last ?? ""
    let isShort = last.utf8.count + clause.utf8.count < filledWidth && !last.hasPrefix(" ") && last != ")"
    return text + (isShort ? " " : "\n") + clause
  }

  /// A text of a template on one line, where that is short.
  static func onOneLine(_ text: String) -> String {
    var one = ""
    for line in text.split(separator: "\n") {
      let next = line.drop { $0 == " " }
      one += one.isEmpty || one.hasSuffix("(") || next.hasPrefix(")") ? String(next) : " " + next
    }
    return one.utf8.count <= filledWidth ? one : text
  }

  /// Parts with a word between them: beside each other up to the width, what has lines of its own alone.
  private static func filled(_ parts: [String], between word: String, orLine lineWord: String) -> String {
    var result = ""
    var line = 0
    var isOpen = false
    for part in parts where !part.isEmpty {
      let isShort = !part.contains("\n")
      let length = part.utf8.count
      if result.isEmpty {
        result = part
        line = length
      } else if isShort, isOpen, line + word.utf8.count + length <= filledWidth {
        result += word + part
        line += word.utf8.count + length
      } else {
        result += lineWord + part
        line = lineWord.utf8.count + length
      }
      isOpen = isShort
    }
    return result
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
    return fits(one) ? one : filled(parts.map(\.hanging), between: word, orLine: "\n " + word)
  }

  /// `CASE WHEN … ELSE … END`, on one line or one a case.
  static func choice(_ cases: [String]) -> String {
    let one = "CASE \(cases.joined(separator: " ")) END"
    if fits(one) { return one }
    // Short cases stand beside each other, and the END behind the last.
    return "CASE " + filled(cases.map(\.hanging), between: " ", orLine: "\n  ") + " END"
  }

  /// Clauses in parentheses, on one line or one a clause.
  ///
  /// - Parameter beside: how many bytes stand on the line already
  static func parenthesized(_ clauses: [String], beside: Int = 0) -> String {
    let lines = clauses.joined(separator: "\n")
    // Names and texts have no line breaks here: all blanks at a line's start are the renderer's own.
    let one = lines.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
    if fits(one), one.utf8.count + beside <= width { return "(\(one))" }
    return "(\n" + Self.clauses(clauses).indented() + "\n)"
  }

  /// `word(a, b, …)`: on one line where its arguments are, if that is not twice as long as others.
  static func call(_ word: String, _ arguments: [String]) -> String {
    let one = "\(word)(\(arguments.joined(separator: ", ")))"
    return !one.contains("\n") && one.utf8.count <= 2 * width
      ? one : "\(word)(\n" + filled(arguments).indented() + "\n)"
  }

  /// `head (a, b, …)`, filled up to the width; no more than `head` for no names.
  static func list(_ head: String, _ names: [String]) -> String {
    if names.isEmpty { return head }
    let one = "\(head) (\(names.joined(separator: ", ")))"
    return fits(one) ? one : "\(head) (\n" + filled(names).indented() + "\n)"
  }

  /// `head a, b, …`: beside each other as far as they fit, what has several lines alone.
  static func columns(_ head: String, _ columns: [String]) -> String {
    let one = head + " " + columns.joined(separator: ", ")
    guard !fits(one), let first = columns.first else { return one }
    return filled([head + " " + first] + columns.dropFirst()).hanging
  }

  /// `a, b, …` in lines up to the width; what has several lines stands alone.
  static func filled(_ items: [String]) -> String {
    var lines: [String] = []
    var isOpen = false
    for (index, item) in items.enumerated() {
      let text = index < items.count - 1 ? item + "," : item
      let isShort = !text.contains("\n")
      if isShort, isOpen, let last = lines.last, last.utf8.count + text.utf8.count < filledWidth {
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
