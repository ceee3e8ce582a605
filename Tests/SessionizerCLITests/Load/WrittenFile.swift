import Foundation

/// One set of pageviews as some program might have written it, and the options with which `load` reads it.
struct WrittenFile {
  struct View: Hashable {
    var user: String
    /// Seconds since 1970.
    var second: Int
    var page: String
    var isBot = false
  }

  /// What else was drawn, for a failure's message.
  var notes: [String] = []
  var name = "views.csv"
  var bytes: [UInt8] = []
  var options: [String] = []

  /// The pageviews that count; `all` has others between them that the options leave out.
  let views: [View]
  let all: [View]

  // MARK: What is written

  /// Users that are addresses, so that a log can have them.
  private static let users = ["192.0.2.10", "198.51.100.7", "2001:db8::c", "203.0.113.99"]
  private static let pages = ["/", "/pricing", "/blog/a%20b", "/docs/api", "/a;b", "/it's", "/größe"]

  static func views(_ random: inout SeededRandom) -> [View] {
    var second = 1_772_359_200
    return (0..<Int.random(in: 3...14, using: &random)).map { _ in
      // Some gaps are exactly 30 minutes, and some pageviews are in one second.
      second += [0, 1, 60, 1799, 1800, 1801, 5000].randomElement(using: &random) ?? 1
      return View(
        user: users.randomElement(using: &random) ?? users[0], second: second,
        page: pages.randomElement(using: &random) ?? "/")
    }
  }

  init(_ views: [View], _ random: inout SeededRandom) {
    self.views = views
    all = views.flatMap { view in
      Int.random(in: 0..<6, using: &random) == 0
        ? [view, View(user: "203.0.113.1", second: view.second, page: "/", isBot: true)] : [view]
    }
    switch Int.random(in: 0..<7, using: &random) {
    case 0, 1, 2: csv(&random)
    case 3, 4: json(&random)
    case 5: log(&random)
    default: otherLog(&random)
    }
  }

  // MARK: Times

  static func formatted(_ second: Int, _ format: String, zone: String = "UTC") -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: zone)
    formatter.dateFormat = format
    return formatter.string(from: Date(timeIntervalSince1970: Double(second)))
  }

  /// How times are written: the format of `DateFormatter`, a zone, and the options.
  private static let times: [(format: String, zone: String, options: [String])] = [
    ("yyyy-MM-dd HH:mm:ss", "UTC", []), ("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "UTC", []),
    ("yyyy-MM-dd HH:mm:ss 'UTC'", "UTC", []), ("yyyy/M/d H:mm:ss", "UTC", []),
    ("yyyy-MM-dd HH:mm:ssxxx", "Asia/Kolkata", []), ("dd/MMM/yyyy:HH:mm:ss xx", "America/New_York", []),
    ("EEE, dd MMM yyyy HH:mm:ss 'GMT'", "UTC", []), ("MMM d, yyyy h:mm:ss a", "UTC", []),
    ("yyyyMMdd'T'HHmmss'Z'", "UTC", []),
    ("dd.MM.yyyy HH:mm:ss", "UTC", ["--file-time-format", "%d.%m.%Y %H:%M:%S"]),
    ("MM/dd/yy hh:mm:ss a", "UTC", ["--file-time-format", "%m/%d/%y %I:%M:%S %p"]),
    ("yyyyMMddHHmmss", "UTC", ["--file-time-format", "%Y%m%d%H%M%S"]),
    ("yyyy-MM-dd HH:mm:ss", "Europe/Madrid", ["--file-time-zone", "Europe/Madrid"]),
    ("dd/MM/yyyy HH:mm:ss", "+05:30", ["--file-time-zone", "+05:30", "--file-time-format", "%d/%m/%Y %H:%M:%S"]),
  ]
  private static let epochs: [(unit: String, zeros: String)] = [
    ("epoch_s", ""), ("epoch_s", ".000"), ("epoch_s", "e0"), ("epoch_ms", "000"), ("epoch_us", "000000"),
    ("epoch_ns", "000000000"),
  ]

  /// A way to write times, and whether it is a number.
  private mutating func time(
    _ random: inout SeededRandom
  ) -> (isNumber: Bool, hasBlank: Bool, write: (Int) -> String) {
    if Int.random(in: 0..<4, using: &random) == 0 {
      let epoch = Self.epochs.randomElement(using: &random) ?? Self.epochs[0]
      options += ["--file-time-format", epoch.unit]
      notes.append(epoch.unit + epoch.zeros)
      return (true, false, { "\($0)" + epoch.zeros })
    }
    let form = Self.times.randomElement(using: &random) ?? Self.times[0]
    options += form.options
    notes.append("\(form.format) in \(form.zone)")
    let zone = form.zone == "+05:30" ? "Asia/Kolkata" : form.zone
    return (false, form.format.contains(" "), { Self.formatted($0, form.format, zone: zone) })
  }

  // MARK: CSV

  private mutating func csv(_ random: inout SeededRandom) {
    func flip(_ oneIn: Int = 2) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }
    let time = time(&random)
    var delimiter = [",", ";", "\t", "|", "^"].randomElement(using: &random) ?? ","
    let quote = ["\"", "'", ""].randomElement(using: &random) ?? "\""
    // Without quotes no value may have the delimiter.
    if quote.isEmpty, [",", ";"].contains(delimiter) { delimiter = "|" }
    if delimiter == "^" { options += ["--delim", "^"] }
    let hasBackslash = !quote.isEmpty && flip(3)
    if quote != "\"" { options += ["--quote", quote.isEmpty ? "none" : quote] }
    if hasBackslash { options += ["--escape", "\\"] }
    let quotesAll = !quote.isEmpty && flip()
    let pads = flip(4)
    if pads { options.append("--trim") }
    let null = flip(3) ? ["\\N", "NULL", "-", "(not set)"].randomElement(using: &random) : nil
    if let null { options.append("--nullstr=\(null)") }
    func field(_ text: String) -> String {
      let isSpecial = ["\"", "'", delimiter, "\r", "\n"].contains { text.contains($0) }
      if quote.isEmpty || !(quotesAll || isSpecial) { return text }
      let inside =
        hasBackslash
        ? text.replacing("\\", with: "\\\\").replacing(quote, with: "\\\(quote)")
        : text.replacing(quote, with: quote + quote)
      return (pads && delimiter != "\t" ? "  " : "") + quote + inside + quote
    }
    // The user may be in two columns, the time, too.
    let splitsUser = flip(4)
    let splitsTime = time.hasBlank && flip(4)
    let isMapped = splitsUser || splitsTime || flip()
    var names = ["user_id", "page_view_at", "page"]
    if isMapped {
      names = ["who", "when", "where"]
      options += ["--map", splitsUser ? "user_id=none_such|who" : "user_id=who"]
      options += ["--map", splitsTime ? "page_view_at=when+at" : "page_view_at=when", "--map", "page=where"]
    }
    if splitsUser { names.append("none_such") }
    if splitsTime { names.append("at") }
    names += ["kind", "more"]
    if flip(3) { options += ["--attribute", "more"] }
    let filters = all.count != views.count || flip()
    if filters { options += ["--only", "kind not like 'bo%' and lower(kind) = 'view'"] }
    func values(_ view: View) -> [String: String] {
      var values = ["kind": view.isBot ? "bot" : "View", "more": "m"]
      values[names[0]] = view.user
      values[names[2]] = view.page
      if splitsUser { values["none_such"] = null ?? "" }
      let text = time.write(view.second)
      if splitsTime, let blank = text.firstIndex(of: " ") {
        values[names[1]] = String(text[..<blank])
        values["at"] = String(text[text.index(after: blank)...])
      } else {
        values[names[1]] = text
      }
      return values
    }
    let order = names.indices.shuffled(using: &random)
    var lines: [String] = []
    if flip(5) {
      lines.append("A report \(flip() ? "with \"quotes\"" : "")")
      options += ["--skip", "1"]
    } else if flip(5), delimiter != "^" {
      lines.append("sep=\(delimiter)")
    }
    let hasComments = flip(4)
    if hasComments {
      lines.append("# a note, of any form")
      options += ["--comment", "#"]
    }
    let hasHeader = !flip(4)
    if hasHeader {
      let upper = flip(3)
      let isPadded = pads && delimiter != "\t"
      lines.append(
        order.map { (isPadded ? " " : "") + (upper ? names[$0].uppercased() : names[$0]) + (isPadded ? "  " : "") }
          .joined(separator: delimiter))
    } else {
      options += ["--no-header", "--names", order.map { names[$0] }.joined(separator: ",")]
      if delimiter != "^" { options += ["--delim", delimiter == "\t" ? "tab" : delimiter] }
    }
    let trailing = flip(4) ? delimiter : ""
    let leavesOut = trailing.isEmpty && flip(5)
    if leavesOut { options.append("--null-padding") }
    for view in all {
      let values = values(view)
      var fields = order.map { field(values[names[$0]] ?? "") }
      // An empty last field may be left out.
      if leavesOut, fields.last == "", names[order[order.count - 1]] != names[2] { fields.removeLast() }
      lines.append(fields.joined(separator: delimiter) + trailing)
      if flip(8) { lines.append("") }
      if hasComments, flip(6) { lines.append("# \"open") }
    }
    let end = ["\n", "\r\n", "\r", "\r\r\n"].randomElement(using: &random) ?? "\n"
    notes.append("end \(end.debugDescription)")
    name = delimiter == "\t" && flip() ? "views.tsv" : ["views.csv", "views.txt"].randomElement(using: &random) ?? ""
    if name == "views.txt" { options += ["--file-format", "csv"] }
    encode(lines.joined(separator: end) + (flip() ? end : ""), &random)
  }

  private mutating func encode(_ text: String, _ random: inout SeededRandom) {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: bytes = Array(("\u{FEFF}" + text).utf8)
    case 1: bytes = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    case 2: bytes = [0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    case 3:
      options += ["--encoding", "utf-16le"]
      bytes = text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    case 4:
      options += ["--encoding", Bool.random(using: &random) ? "latin-1" : "windows-1252"]
      bytes = text.unicodeScalars.map { UInt8($0.value) }
    default: bytes = Array(text.utf8)
    }
  }

  // MARK: JSON

  private mutating func json(_ random: inout SeededRandom) {
    func flip(_ oneIn: Int = 2) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }
    let time = time(&random)
    let isPretty = flip(3)
    let shape = Int.random(in: 0..<3, using: &random)
    switch shape {
    case 1: options += ["user_id=who.id", "page_view_at=/at", "page=p[k=url].v.text"].flatMap { ["--map", $0] }
    case 2:
      options += ["user_id=none|ids[1]", "page_view_at=a.b.c|a.b", "page=path"].flatMap { ["--map", $0] }
    default: break
    }
    if all.count != views.count || flip() { options += ["--only", "kind = 'view' and (bot is null or bot <> 'true')"] }
    func quoted(_ text: String) -> String {
      var inside = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      if flip() { inside = inside.replacing("ö", with: "\\u00f6").replacing("/", with: "\\/") }
      return "\"\(inside)\""
    }
    let gap = isPretty ? "\n  " : flip() ? " " : ""
    let objects = all.map { view in
      let text = time.write(view.second)
      let when = time.isNumber && flip() ? text : quoted(text)
      var members =
        switch shape {
        case 1:
          [
            "\"who\":{\"x\":[1,{}],\"id\":\(quoted(view.user))}", "\"at\":\(when)",
            "\"p\":[{\"k\":\"t\",\"v\":1},{\"v\":{\"text\":\(quoted(view.page))},\"k\":\"url\"}]",
          ]
        case 2: ["\"ids\":[null,\(quoted(view.user))]", "\"a\":{\"b\":\(when)}", "\"path\":\(quoted(view.page))"]
        default: ["\"user_id\":\(quoted(view.user))", "\"page_view_at\":\(when)", "\"page\":\(quoted(view.page))"]
        }
      members += ["\"kind\":\"\(view.isBot ? "bot" : "view")\"", "\"other\":\"\\ud83d {[ \"", "\"empty\":{}"]
      members.append("\"bot\":\(view.isBot ? "\"true\"" : "null")")
      return "{\(gap)" + members.shuffled(using: &random).joined(separator: ",\(gap)") + "\(isPretty ? "\n" : "")}"
    }
    name = ["views.json", "views.log", "views"].randomElement(using: &random) ?? ""
    if name == "views.log" { options += ["--file-format", "jsonl"] }
    var text: String
    switch Int.random(in: 0..<4, using: &random) {
    case 0: text = "[" + objects.joined(separator: isPretty ? ",\n" : ", ") + "]\n"
    case 1 where !isPretty: text = objects.map { "\u{1E}\($0)\n" }.joined()
    case 2 where !isPretty:
      name = "views.jsonl"
      text = objects.joined(separator: ["\n", "\r\n", "\r", "\r\r\n"].randomElement(using: &random) ?? "\n")
    default: text = objects.joined(separator: isPretty || flip() ? "\n" : "")
    }
    if flip(4) { text = "\u{FEFF}" + text }
    bytes = Array(text.utf8)
  }

  // MARK: Containers

  /// Packs the file at a path by a program, if one is drawn. Returns the path of what is to be loaded.
  func packed(_ path: String, _ random: inout SeededRandom) throws -> String {
    let programs: [[String]] = [
      ["gzip"], ["zstd", "-q"], ["bzip2"], ["xz"], ["zip", "-q", "-j", "\(path).zip", path],
    ]
    guard Int.random(in: 0..<3, using: &random) == 0, let program = programs.randomElement(using: &random) else {
      return path
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = program[0] == "zip" ? program : program + ["-k", path]
    try process.run()
    process.waitUntilExit()
    // Without the program, the file is loaded as it is.
    if process.terminationStatus != 0 { return path }
    let endings = ["gzip": "gz", "zstd": "zst", "bzip2": "bz2", "xz": "xz", "zip": "zip"]
    return "\(path).\(endings[program[0]] ?? "")"
  }
}
