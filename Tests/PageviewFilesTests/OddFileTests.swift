import SessionPlan
import Testing

@testable import PageviewFiles

/// Files that look right and are not quite: read right, or refused, or noticed; never other pageviews without a word.
@Suite struct OddFileTests {
  private static let lines = [
    "user_id,page_view_at,page", "ann,2026-03-01 10:00:00,/", "bob,2026-03-01 10:01:00,/b",
    "ann,2026-03-01 10:02:00,/c",
  ]

  private func options(_ change: (inout LoadOptions) -> Void) -> LoadOptions {
    var options = LoadOptions()
    change(&options)
    return options
  }

  private func notices(_ text: String, path: String = "v.csv", _ options: LoadOptions = LoadOptions()) throws
    -> [String]
  {
    try load(text, path: path, options).summary?.notices ?? []
  }

  @Test(arguments: ["\n", "\r\n", "\r", "\r\r\n", "\r\r\r\n"]) func `line ends`(end: String) throws {
    let wanted = try load(Self.lines.joined(separator: "\n")).rows
    #expect(wanted.count == 3)
    let quoted = Self.lines.map { $0.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ",") }
    for lines in [Self.lines, quoted] {
      for back in ["", end] {
        let bytes = Array((lines.joined(separator: end) + back).utf8)
        for sizes in [[Int.max], [1]] { #expect(try load(bytes, pieceSizes: sizes).rows == wanted) }
      }
    }
    let log = (0..<3).map { "192.0.2.1 - - [01/Mar/2026:10:00:0\($0) +0000] \"GET /\($0) HTTP/1.1\" 200 5" }
    #expect(try load(log.joined(separator: end) + end, path: "a.log").rows.count == 3)
  }

  @Test func `LF and then CR is not a line end`() throws {
    #expect(
      fault(Self.lines.joined(separator: "\n\r") + "\n\r")?.description
        == "test.csv: its lines end with LF and CR, in this order; convert it: tr -d '\\r'")
    // An empty line between CRLF lines is another matter.
    #expect(try load(Self.lines.joined(separator: "\n\r\n")).rows.count == 3)
  }

  @Test func `blanks around values are noticed, or said to be meant`() throws {
    let text = "user_id,page_view_at,page\nann, 2026-03-01 10:00:00,/\nann , 2026-03-01 10:01:00,/\n"
    let words = "1 line has blanks around an id, a user or a page"
    #expect(try notices(text).contains { $0.hasPrefix(words) })
    #expect(try load(text).rows.map(\.user) == ["ann", "ann "].map { Array($0.utf8) })
    for trims in [true, false] {
      let options = options { $0.csv.trims = trims }
      #expect(try !notices(text, options).contains { $0.contains("blanks") })
      #expect(try load(text, options).rows[1].user == Array((trims ? "ann" : "ann ").utf8))
    }
  }

  @Test func `quotes behind a blank are refused until somebody says what they are`() throws {
    let text = "user_id,page_view_at,page\nann, \"2026-03-01 10:00:00\" , \"/a, \"\"b\"\n"
    // The comma inside makes a column more.
    #expect(try load(text).reasons == [.columnCount])
    let simple = text.replacing("/a, \"\"b", with: "/a")
    #expect(fault(simple)?.message.hasPrefix("a blank stands before the quote of") == true)
    #expect(fault(simple)?.remedy?.contains("--trim to take such blanks off") == true)
    let trimmed = try load(text, options { $0.csv.trims = true })
    #expect(trimmed.rows.map(\.page) == [Array("/a, \"b".utf8)])
    let kept = try load(
      simple.replacing("\"2026-03-01 10:00:00\"", with: "2026-03-01"), options { $0.csv.trims = false })
    #expect(kept.rows.map(\.page) == [Array(" \"/a\"".utf8)])
    // A blank that is quoted is text.
    #expect(try load("user_id,page_view_at,page\nann,2026-03-01,\" \"\"x\"\"\"\n").rows.count == 1)
  }

  @Test func `what was probably not meant is noticed`() throws {
    let header = "user_id,page_view_at,page\n"
    #expect(
      try notices(header + "ann,2026-03-01,/\n")
        .contains("1 time is a date without a time of day, and taken as midnight"))
    #expect(
      try notices(header + "1.77236E+12,2026-03-01 10:00,/\n2,2026-03-01 10:00,/\n")
        .contains { $0.hasPrefix("1 user looks like a number that a spreadsheet has rounded (1.77236E+12)") })
    for user in ["1E5", "e+5", "1.5", "x1E+12", "1.2E+x"] {
      #expect(try !notices(header + "\(user),2026-03-01 10:00,/\n").contains { $0.contains("spreadsheet") })
    }
    let url = #"{"user_id":"u","page_view_at":"2026-03-01 10:00:00","url":"/"}"#
    let page = url.replacing("\"url\"", with: "\"page\"")
    #expect(
      try notices([page, url, url].joined(separator: "\n"), path: "v.jsonl")
        .contains("the page is NULL on 2 of 3 lines"))
    #expect(
      try notices(Self.lines.joined(separator: "\n"), options { $0.columns.page = "page|ulr" })
        .contains("the header has no column \"ulr\", an alternative for the page"))
  }

  @Test(arguments: [
    ("PAR1\u{15}", "Parquet", "read_parquet"), ("ARROW1\0\0", "Arrow", "LOAD nanoarrow; COPY (FROM read_arrow"),
    ("ORC\n", "ORC", "LOAD orc; COPY (FROM read_orc"), ("Obj\u{1}", "Avro", "read_avro"),
    ("PK\u{3}\u{4}" + String(repeating: "\0", count: 26) + "[Content_Types].xml", "Excel", "read_xlsx"),
  ]) func `what DuckDB reads is refused with what hands it over`(text: String, name: String, words: String) {
    let found = fault(text, path: "it's.bin")
    #expect(found?.message.contains(name) == true && found?.message.contains("load ") == true)
    #expect(found?.remedy?.contains(words) == true)
    #expect(
      found?.remedy?.contains("('it''s.bin')) TO '/dev/stdout' (FORMAT csv, HEADER)\" | sessionizer load -") == true)
  }

  @Test func `other workbooks are refused`() {
    let old: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0]
    #expect(fault(old)?.message == "this is a workbook of an old Excel")
    let zip = "PK\u{3}\u{4}" + String(repeating: "\0", count: 26)
    #expect(fault(zip + "mimetypeapplication/vnd.oasis.opendocument")?.message == "this is an OpenDocument file")
  }

  @Test func `names beside a first line of data are refused`() throws {
    let data = Self.lines.dropFirst().joined(separator: "\n")
    let names = options { $0.csv.names = ["user_id", "page_view_at", "page"] }
    #expect(fault(data, names)?.remedy?.hasPrefix("say --no-header") == true)
    #expect(try load(Self.lines.joined(separator: "\n"), names).rows.count == 3)
  }

  @Test func `seconds that are taken as milliseconds are noticed`() throws {
    let text = "user_id,page_view_at,page\nu,1772359200,/\n"
    func notices(_ format: FileTimeFormat) throws -> [String] {
      try self.notices(text, options { $0.timeFormat = format })
    }
    #expect(
      try notices(.epochMilliseconds)
        .contains("all times are before 1971: the numbers may count something larger (milliseconds since 1970)"))
    #expect(try !notices(.epochSeconds).contains { $0.contains("1971") })
  }
}
