/// Finds a file's format by its name, and where that does not tell, by its first lines.
enum FormatDetection {
  /// What the extension says; `.log` and others say nothing, since logs in JSON are common.
  static func format(ofName path: String) -> FileFormat? {
    switch fileExtension(path) {
    case "csv", "tsv": .csv
    case "jsonl", "ndjson": .jsonLines
    default: nil
    }
  }

  static func delimiter(ofName path: String) -> UInt8? { fileExtension(path) == "tsv" ? ASCII.tab : nil }

  /// In lower case, and the one before `.gz` and its like.
  private static func fileExtension(_ path: String) -> String {
    var parts = path.split(separator: "/").last.map { $0.split(separator: ".") } ?? []
    if let last = parts.last, ["gz", "zst", "bz2", "xz", "zip"].contains(last.lowercased()) { parts.removeLast() }
    return parts.count > 1 ? parts[parts.count - 1].lowercased() : ""
  }

  enum Found {
    case csv, json
    case log(LogFormat)
  }

  /// Looks at the first lines with anything on them. Empty lines before them are consumed.
  static func format(ofContent window: InputWindow, path: String, options: LoadOptions) throws(FileFault) -> Found {
    while case .line(let length, let consumed) = try window.peekLine(),
      Bytes(start: window.start, count: length).allSatisfy({ $0 == ASCII.blank || $0 == ASCII.tab })
    { window.consume(consumed, lines: 1) }
    let front = try window.front(1024)
    guard let first = front.first(where: { $0 != ASCII.blank && $0 != ASCII.tab }) else { throw unknown(path, window) }
    // Somebody who maps fields does not mean a log.
    let isPlain = options.columns == ColumnMapping() && options.csv == CSVOptions()
    if isPlain, let format = try LogDetection.find(window, path: path) { return .log(format) }
    // Some logs begin with a bracket.
    let next = front.drop { $0 != first }.dropFirst().first { $0 > ASCII.blank }
    let isArray = first == UInt8(ascii: "[") && (next == UInt8(ascii: "{") || next == UInt8(ascii: "]"))
    if first == UInt8(ascii: "{") || isArray || first == 0x1E { return .json }
    guard case .line(let length, _) = try window.peekLine() else { throw unknown(path, window) }
    let line = Bytes(start: window.start, count: length)
    if CSVHeader.delimiter(of: line, options: options) != nil || options.csv.delimiter != nil
      || !options.csv.names.isEmpty
    {
      return .csv
    }
    let name = path.split(separator: "/").last.map { ".\($0.lowercased())." } ?? ""
    if !name.contains(".log."), CSVHeader.delimiters.contains(where: line.contains) { return .csv }
    throw unknown(path, window)
  }

  static func unknown(_ path: String, _ window: InputWindow) -> FileFault {
    FileFault(
      path: path, line: window.line, "the format is unknown: the first lines fit no kind of log, and no CSV header",
      remedy:
        "name it: --log-format with a name or a string such as '%h - %e [%d:%t %^] \"%r\" %s %b \"%R\" \"%u\"', or "
        + "--file-format csv, jsonl")
  }
}
