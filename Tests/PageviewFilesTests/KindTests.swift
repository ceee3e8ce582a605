import Foundation
import SessionPlan
import Testing

@testable import PageviewFiles

/// The same pageviews, written in every format with every option and oddity that is drawn, are the same pageviews.
@Suite struct KindTests {
  struct View: Hashable {
    var user: String
    /// Whole seconds since 1970.
    var time: Int64
    var page: String
  }

  private static func views(_ random: inout Random, users: [String]) -> [View] {
    (0..<Int.random(in: 1...12, using: &random)).map { _ in
      View(
        user: users.randomElement(using: &random) ?? "u",
        time: 1_772_359_200 + Int64.random(in: 0..<100_000, using: &random),
        page: ["/", "/a", "/b/c", "/d%20e", "/größe"].randomElement(using: &random) ?? "/")
    }
  }

  private func found(_ loaded: Loaded) -> [View] {
    loaded.rows.map { row in
      View(
        user: String(decoding: row.user, as: UTF8.self), time: row.time / 1_000_000,
        page: String(decoding: row.page ?? [], as: UTF8.self))
    }
  }

  // MARK: Times

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  struct TimeForm: Sendable {
    var option: String
    var write: @Sendable (CivilTime, Int64) -> String
  }

  private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
  private static func clock(_ time: CivilTime) -> String { "\(two(time.hour)):\(two(time.minute)):\(two(time.second))" }
  private static func date(_ time: CivilTime, _ separator: String = "-") -> String {
    "\(time.year)\(separator)\(two(time.month))\(separator)\(two(time.day))"
  }
  private static func month(_ time: CivilTime) -> String { months[time.month - 1] }

  private static let timeForms: [TimeForm] = [
    TimeForm(option: "auto") { time, _ in "\(date(time)) \(clock(time))" },
    TimeForm(option: "auto") { time, _ in "\(date(time))T\(clock(time)).000Z" },
    TimeForm(option: "auto") { time, _ in "\(date(time)) \(clock(time)) UTC" },
    TimeForm(option: "auto") { time, _ in "\(date(time, "/")) \(clock(time)) +00:00" },
    TimeForm(option: "auto") { time, _ in
      "\(time.year)-\(time.month)-\(time.day) \(time.hour):\(two(time.minute)):\(two(time.second))"
    },
    TimeForm(option: "auto") { time, _ in "\(two(time.day))/\(month(time))/\(time.year):\(clock(time)) +0000" },
    TimeForm(option: "auto") { time, _ in "\(month(time)) \(time.day) \(time.year) \(clock(time))" },
    TimeForm(option: "epoch_s") { _, seconds in "\(seconds)" },
    TimeForm(option: "epoch_s") { _, seconds in "\(seconds)e0" },
    TimeForm(option: "epoch_ms") { _, seconds in "\(seconds)000" },
    TimeForm(option: "epoch_us") { _, seconds in "\(seconds)000000" },
    TimeForm(option: "epoch_ns") { _, seconds in "\(seconds)000000000" },
    TimeForm(option: "%d.%m.%Y %H:%M:%S") { time, _ in "\(two(time.day)).\(two(time.month)).\(time.year) \(clock(time))"
    },
    TimeForm(option: "%m/%d/%y %I:%M:%S %p") { time, _ in
      let hour = time.hour % 12 == 0 ? 12 : time.hour % 12
      let half = time.hour < 12 ? "AM" : "PM"
      return
        "\(two(time.month))/\(two(time.day))/\(two(time.year % 100)) \(two(hour)):\(two(time.minute)):\(two(time.second)) \(half)"
    },
  ]

  private static func text(_ form: TimeForm, _ seconds: Int64) -> String {
    form.write(CivilTime(microseconds: seconds * 1_000_000), seconds)
  }

  // MARK: CSV

  @Test func `csv`() throws {
    for seed in 1...600 {
      var random = Random(seed)
      let views = Self.views(&random, users: ["ann", "bob", "o\"neil", "a;b", "x, y", "é"])
      var options = LoadOptions()
      let form = Self.timeForms.randomElement(using: &random) ?? Self.timeForms[0]
      options.timeFormat = try FileTimeFormat(text: form.option)
      let delimiter = [",", ";", "\t", "|", "\u{1}"].randomElement(using: &random) ?? ","
      let end = ["\n", "\r\n", "\r"].randomElement(using: &random) ?? "\n"
      let quotesAll = Bool.random(using: &random)
      let backslash = Bool.random(using: &random)
      if backslash { options.csv.escape = "\\" }
      func field(_ value: String) -> String {
        let isSpecial = value.contains(delimiter) || value.contains("\"") || value.contains("\n")
        guard quotesAll || isSpecial else { return value }
        return "\"" + value.replacing("\"", with: backslash ? "\\\"" : "\"\"") + "\""
      }
      var columns = ["user_id", "page_view_at", "page", "more"].shuffled(using: &random)
      let isMapped = Bool.random(using: &random)
      if isMapped { options.columns = ColumnMapping(userID: "who", pageViewAt: "when", page: "where") }
      let names = isMapped ? ["user_id": "who", "page_view_at": "when", "page": "where", "more": "more"] : [:]
      var header = columns.map { names[$0] ?? $0 }
      if Bool.random(using: &random) { header = header.map { $0.uppercased() } }
      let trailing = Bool.random(using: &random) ? delimiter : ""
      var lines: [String] = []
      if Int.random(in: 0..<4, using: &random) == 0 {
        lines.append("Report")
        options.csv.skip = 1
      }
      if Int.random(in: 0..<4, using: &random) == 0, delimiter != "\u{1}" { lines.append("sep=\(delimiter)") }
      if Int.random(in: 0..<4, using: &random) == 0 {
        lines.append("# note")
        options.csv.comment = "#"
      }
      if Int.random(in: 0..<4, using: &random) == 0 {
        options.csv.hasHeader = false
        options.csv.names = header
        columns = columns.map { $0 }
        if !lines.contains(where: { $0.hasPrefix("sep=") }) {
          options.csv.delimiter = delimiter.unicodeScalars.first
        }
      } else {
        lines.append(header.map(field).joined(separator: delimiter))
      }
      for view in views {
        let values = ["user_id": view.user, "page_view_at": Self.text(form, view.time), "page": view.page, "more": "m"]
        lines.append(columns.map { field(values[$0] ?? "") }.joined(separator: delimiter) + trailing)
        if Int.random(in: 0..<8, using: &random) == 0 { lines.append("") }
        if options.csv.comment != nil, Int.random(in: 0..<4, using: &random) == 0 { lines.append("# \"open") }
      }
      var text = lines.joined(separator: end)
      if Bool.random(using: &random) { text += end }
      let bytes: [UInt8]
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes = Array(("\u{FEFF}" + text).utf8)
      case 1: bytes = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
      case 2: bytes = [0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
      case 3:
        options.encoding = .latin1
        bytes = text.unicodeScalars.map { UInt8($0.value) }
      default: bytes = Array(text.utf8)
      }
      let sizes = [Int.random(in: 1...64, using: &random), 4096]
      let loaded = try load(bytes, pieceSizes: sizes, path: "v.csv", options)
      #expect(found(loaded) == views && loaded.faults.isEmpty, "seed \(seed): \(text.debugDescription)")
    }
  }

  // MARK: JSON

  @Test func `json`() throws {
    for seed in 1...600 {
      var random = Random(seed)
      let views = Self.views(&random, users: ["ann", "b\"ob", "é\\", "7"])
      var options = LoadOptions()
      let form = Self.timeForms.randomElement(using: &random) ?? Self.timeForms[0]
      options.timeFormat = try FileTimeFormat(text: form.option)
      let isNested = Bool.random(using: &random)
      if isNested { options.columns = ColumnMapping(userID: "who.id", pageViewAt: "/at", page: "p[k=url].v") }
      let isPretty = Bool.random(using: &random)
      let gap = isPretty ? "\n  " : ""
      func quoted(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"" + (Bool.random(using: &random) ? escaped.replacing("é", with: "\\u00e9") : escaped) + "\""
      }
      let objects = views.map { view in
        var time = Self.text(form, view.time)
        let isNumber = form.option.hasPrefix("epoch") && Bool.random(using: &random)
        time = isNumber ? time : quoted(time)
        var members =
          isNested
          ? [
            "\"who\": {\"x\": [1, {}], \"id\": \(quoted(view.user))}", "\"at\":\(time)",
            "\"p\":[{\"k\":\"t\",\"v\":1},{\"v\":\(quoted(view.page)),\"k\":\"url\"}]",
          ]
          : ["\"user_id\" :\(quoted(view.user))", "\"page_view_at\":\(time)", "\"page\":\(quoted(view.page))"]
        members.append("\"other\":\"\\ud83d {[ \"")
        return "{\(gap)" + members.shuffled(using: &random).joined(separator: ",\(gap)") + "\(isPretty ? "\n" : "")}"
      }
      var text: String
      switch Int.random(in: 0..<3, using: &random) {
      case 0: text = "[" + objects.joined(separator: isPretty ? ",\n" : ", ") + "]\n"
      case 1 where !isPretty: text = objects.map { "\u{1E}\($0)\n" }.joined()
      default: text = objects.joined(separator: isPretty || Bool.random(using: &random) ? "\n" : "")
      }
      if Bool.random(using: &random) { text = "\u{FEFF}" + text }
      let sizes = [Int.random(in: 1...64, using: &random), 4096]
      let loaded = try load(Array(text.utf8), pieceSizes: sizes, path: "v.json", options)
      #expect(found(loaded) == views && loaded.faults.isEmpty, "seed \(seed): \(text)")
    }
  }

  // MARK: Logs

  struct LogKind: Sendable {
    var prefix: @Sendable (CivilTime) -> String
    var line: @Sendable (View, CivilTime) -> String
  }

  private static func stamp(_ time: CivilTime) -> String {
    "\(two(time.day))/\(month(time))/\(time.year):\(clock(time)) +0000"
  }

  private static let prefixes: [@Sendable (CivilTime) -> String] = [
    { _ in "" }, { "\(date($0))T\(clock($0)).123456789Z stdout F " }, { _ in "web-1  | " },
    { "\(date($0))T\(clock($0))Z " },
    { "<13>\(month($0))  1 \(clock($0)) web1 nginx: " }, { "\(date($0))T\(clock($0))+00:00 web1 nginx[12]: " },
  ]

  private static let logs: [@Sendable (View, CivilTime) -> String] = [
    { #"\#($0.user) - - [\#(stamp($1))] "GET \#($0.page) HTTP/1.1" 200 5"# },
    { #"\#($0.user) - bob [\#(stamp($1))] "GET \#($0.page)?q=%20 HTTP/2.0" 304 0 "-" "UA \"x\" \\ y""# },
    { #"\#($0.user), 10.0.0.1 - - [\#(stamp($1))] "HEAD \#($0.page) HTTP/1.0" 200 - "https://r/" "-""# },
    {
      #"www.example.com:443 \#($0.user) - - [\#(stamp($1))] "GET https://www.example.com\#($0.page) HTTP/1.1" 200 5 "-" "UA""#
    },
    { #"\#($0.user) - - [\#(stamp($1))] "GET \#($0.page) HTTP/1.1" 200 5 1234 "-" "UA""# },
    { #"\#($0.user) - - [\#(stamp($1))] "GET \#($0.page) HTTP/1.1" 200 5 "-" "UA" 0.123"# },
    { #"\#($0.user) - - [\#(date($1))T\#(clock($1))+00:00] "GET \#($0.page) HTTP/1.1" 200 5 "-" "UA" "-""# },
  ]

  @Test func `logs`() throws {
    for seed in 1...600 {
      var random = Random(seed)
      let views = Self.views(&random, users: ["192.0.2.1", "2001:db8::c", "client.example.org"])
      let prefix = Self.prefixes.randomElement(using: &random) ?? Self.prefixes[0]
      let log = Self.logs.randomElement(using: &random) ?? Self.logs[0]
      let end = ["\n", "\r\n"].randomElement(using: &random) ?? "\n"
      var lines: [String] = []
      for view in views {
        let time = CivilTime(microseconds: view.time * 1_000_000)
        lines.append(prefix(time) + log(view, time))
        if Int.random(in: 0..<6, using: &random) == 0 {
          // A request of no page has the same form.
          lines.append(prefix(time) + log(View(user: view.user, time: view.time, page: "/x.css"), time))
        }
      }
      var text = lines.joined(separator: end) + end
      if Bool.random(using: &random) { text = "\u{FEFF}" + text }
      let loaded = try load(
        Array(text.utf8), pieceSizes: [Int.random(in: 1...64, using: &random), 4096], path: "v.log",
        LoadOptions(userFrom: .address))
      #expect(found(loaded) == views && loaded.faults.isEmpty, "seed \(seed): \(text)")
    }
  }
}
