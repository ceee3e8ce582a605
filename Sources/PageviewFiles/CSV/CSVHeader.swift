internal import SessionPlan

/// Which column of a CSV file is which field.
struct CSVHeader {
  /// How many columns there are.
  let count: Int
  let plan: FieldPlan
  /// Of each slot of the plan: the column, nil where there is none.
  let columns: [Int?]
  let hasEventIDs: Bool
  /// A name was found only because blanks around it were passed over.
  let hasBlanks: Bool
  private(set) var notices: [String] = []
  let names: [String]

  /// The delimiters that are tried, in this order.
  static let delimiters = [ASCII.comma, UInt8(ascii: ";"), ASCII.tab, UInt8(ascii: "|"), 1]

  /// The delimiter with which a header's line has the needed columns; nil, if none.
  static func delimiter(of line: Bytes, options: LoadOptions) -> UInt8? {
    let needed = [options.columns.userID, options.columns.pageViewAt].map { text in
      (FieldExpression(text).alternatives + [[text]]).map { $0.map { folded(Array($0.utf8)) } }
    }
    return delimiters.first { delimiter in
      let names = Set(
        line.split(separator: delimiter, omittingEmptySubsequences: false).map { name in
          let bare = Bytes(rebasing: name).trimmed
          let isQuoted = bare.count >= 2 && bare.first == ASCII.quote && bare.last == ASCII.quote
          return folded(Array(isQuoted ? bare.slice(1..<bare.count - 1) : bare))
        })
      return needed.allSatisfy { $0.contains { $0.allSatisfy(names.contains) } }
    }
  }

  /// Where the names come from, for messages.
  enum Place: String {
    case header = "the header"
    /// Of a table or a query.
    case result = "it"
  }

  /// - Parameter line: where the names stand; nil where the options name them, or no line does
  init(
    names: [[UInt8]], line: Int?, path: String, options: LoadOptions, place: Place = .header
  ) throws(FileFault) {
    let it = place.rawValue
    let its = place == .header ? "the header's" : "its"
    count = names.count
    let shown = names.map { shownName($0) }
    self.names = shown
    let folded = names.map(Self.folded)
    func has(_ name: String) -> Bool { names.contains(Array(name.utf8)) }
    func hasFolded(_ name: String) -> Bool { folded.contains(Self.folded(Array(name.utf8))) }

    var event = options.columns.eventID
    if event == nil, !options.columns.hasNoEventID, hasFolded(ColumnMapping.usualEventID) {
      event = ColumnMapping.usualEventID
    }
    let page = options.columns.page ?? (hasFolded(ColumnMapping.usualPage) ? ColumnMapping.usualPage : nil)
    plan = FieldPlan(options, event: event, page: page, isName: has)
    hasEventIDs = event != nil

    var columns: [Int?] = []
    var hasBlanks = false
    var notices: [String] = []
    for name in plan.names {
      let wanted = Array(name.utf8)
      var found = names.indices.filter { names[$0] == wanted }
      if found.isEmpty {
        found = folded.indices.filter { folded[$0] == Self.folded(wanted) }
        if let index = found.first, found.count == 1 {
          let bare = names[index].withUnsafeBufferPointer { Array($0.trimmed) }
          if bare != names[index] { hasBlanks = true }
          if bare != wanted { notices.append("\(its) column \(shown[index]) is taken for \(shownName(wanted))") }
        }
      }
      if found.count == 1, names[found[0]] == wanted,
        let other = folded.indices.first(where: { $0 != found[0] && folded[$0] == Self.folded(wanted) })
      {
        notices.append("\(its) column \(shownName(wanted)) is taken, and not \(shown[other])")
      }
      if found.count > 1 {
        throw FileFault(
          path: path, line: line, "\(it) has the column \(shownName(wanted)) \(timesWord(found.count))",
          remedy: "rename one of them, or map another (--map)")
      }
      columns.append(found.first)
    }
    self.columns = columns
    self.hasBlanks = hasBlanks
    let isThere = columns.map { $0 != nil }
    for rule in plan.rules
    where !rule.alternatives.contains(where: { $0.allSatisfy { isThere[$0] } }) {
      throw FileFault(
        path: path, line: line,
        "\(it) has no column \(shownName(Array(rule.text.utf8))) for \(rule.meaning); it has \(Self.list(shown))",
        remedy: place == .result
          ? "map the column that means it (--map), or name it in a query (--select)"
          : line == nil
            ? "name it among the columns"
            : "map the column that means it (--map), or say how the file is written (--delim, --skip, --comment, --no-header)"
      )
    }
    for rule in plan.rules where rule.alternatives.count > 1 {
      for slot in Set(rule.alternatives.joined()).sorted() where !isThere[slot] {
        notices.append(
          "\(it) has no column \(shownName(Array(plan.names[slot].utf8))), an alternative for \(rule.meaning)")
      }
    }
    self.notices = notices
    for name in options.only?.fields ?? [] where plan.names.firstIndex(of: name).map({ !isThere[$0] }) ?? true {
      throw FileFault(
        path: path, line: line,
        "\(it) has no column \(shownName(Array(name.utf8))) for --only; it has \(Self.list(shown))",
        remedy: "name a column that it has")
    }
  }

  /// In lower case (of ASCII), without the blanks around it.
  private static func folded(_ name: [UInt8]) -> [UInt8] {
    name.withUnsafeBufferPointer { $0.trimmed.map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 } }
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(20).joined(separator: ", ")
    return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
  }
}

private func timesWord(_ count: Int) -> String { count == 2 ? "twice" : "\(count) times" }

/// A name from a file for a message: in quotes, on one line, and not long.
func shownName(_ name: some Collection<UInt8>) -> String {
  let text = Array(name).withUnsafeBufferPointer { LineFault.printable($0) } ?? ""
  let visible = text.unicodeScalars.prefix(60).map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : String($0) }
  return "\"\(visible.joined())\""
}
