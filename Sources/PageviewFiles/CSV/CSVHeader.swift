internal import SessionPlan

/// Which column of a CSV file is what.
struct CSVHeader {
  var count: Int
  /// nil: there is none, and ids are derived.
  var eventID: Int?
  var userID: Int
  var pageViewAt: Int
  /// nil: there is none, and pages are NULL.
  var page: Int?
  var attributes: [Int]

  /// The delimiters that are tried, in this order.
  static let delimiters = [ASCII.comma, UInt8(ascii: ";"), ASCII.tab, UInt8(ascii: "|")]

  /// The delimiter with which a header's line has the needed columns; comma, if none.
  static func delimiter(of line: Bytes, columns: ColumnMapping) -> UInt8 {
    let needed = [Array(columns.userID.utf8), Array(columns.pageViewAt.utf8)]
    return delimiters.first { delimiter in
      let names = line.split(separator: delimiter, omittingEmptySubsequences: false).map { name in
        let isQuoted = name.count >= 2 && name.first == ASCII.quote && name.last == ASCII.quote
        return Array(isQuoted ? name.dropFirst().dropLast() : name)
      }
      return needed.allSatisfy(names.contains)
    } ?? ASCII.comma
  }

  init(names: [[UInt8]], path: String, options: LoadOptions) throws(FileFault) {
    let columns = options.columns
    count = names.count

    /// The column's index; names are compared as bytes.
    func find(_ name: String) throws(FileFault) -> Int? {
      let wanted = Array(name.utf8)
      guard let first = names.firstIndex(of: wanted) else { return nil }
      if names.lastIndex(of: wanted) != first {
        throw FileFault(
          path: path, line: 1, "the header has the column \(quoted(wanted)) twice", remedy: "rename one of them")
      }
      return first
    }
    func need(_ name: String, _ meaning: String) throws(FileFault) -> Int {
      if let index = try find(name) { return index }
      throw FileFault(
        path: path, line: 1,
        "the header has no column \(quoted(Array(name.utf8))) for \(meaning); it has \(Self.list(names))",
        remedy: "map the column that means it, or name the delimiter")
    }

    userID = try need(columns.userID, "the user id")
    pageViewAt = try need(columns.pageViewAt, "the time")
    if let name = columns.eventID {
      eventID = try need(name, "the event id")
    } else {
      eventID = try find(ColumnMapping.usualEventID)
    }
    if let name = columns.page {
      page = try need(name, "the page")
    } else {
      page = try find(ColumnMapping.usualPage)
    }
    attributes = []
    for attribute in options.attributes {
      attributes.append(try need(attribute.column, "the attribute \(attribute.name)"))
    }
  }

  private static func list(_ names: [[UInt8]]) -> String {
    let shown = names.prefix(20).map(quoted).joined(separator: ", ")
    return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
  }
}

/// A name from a file for a message: on one line, and not long.
private func quoted(_ name: [UInt8]) -> String {
  let text = name.withUnsafeBufferPointer { LineFault.printable($0) } ?? ""
  let visible = text.unicodeScalars.prefix(60).map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : String($0) }
  return "\"\(visible.joined())\""
}
