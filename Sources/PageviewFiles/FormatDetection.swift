/// Finds a file's format by its name, and where that does not tell, by its first line.
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

  /// In lower case, and the one before `.gz`.
  private static func fileExtension(_ path: String) -> String {
    var parts = path.split(separator: "/").last.map { $0.split(separator: ".") } ?? []
    if parts.last?.lowercased() == "gz" { parts.removeLast() }
    return parts.count > 1 ? parts[parts.count - 1].lowercased() : ""
  }

  /// Looks at the first line with anything on it. The lines before it are consumed.
  static func format(ofContent window: InputWindow, path: String) throws(FileFault) -> FileFormat {
    while true {
      switch try window.peekLine() {
      case .end: throw FileFault(path: path, "the file is empty", remedy: "name its format to take it as it is")
      case .tooLong: throw unknown(path, window.line)
      case .line(let length, let consumed):
        let line = Bytes(start: window.start, count: length)
        guard let first = line.first(where: { $0 != ASCII.blank && $0 != ASCII.tab }) else {
          window.consume(consumed, lines: 1)
          continue
        }
        if first == UInt8(ascii: "{") { return .jsonLines }
        if isAccessLog(line) { return .accessLog }
        if first == UInt8(ascii: "[") {
          throw FileFault(
            path: path, line: window.line, "this looks like a JSON array",
            remedy: "write one object a line, without brackets and commas around them")
        }
        if CSVHeader.delimiters.contains(where: line.contains) { return .csv }
        throw unknown(path, window.line)
      }
    }
  }

  private static func isAccessLog(_ line: Bytes) -> Bool {
    // The parser resolves escapes in place, and this is only a look.
    var copy = Array(line)
    return copy.withUnsafeMutableBufferPointer { AccessLogLine($0) != nil }
  }

  private static func unknown(_ path: String, _ line: Int) -> FileFault {
    FileFault(
      path: path, line: line, "the format is unknown",
      remedy: "name it: CSV with a header, JSON lines or an access log")
  }
}
