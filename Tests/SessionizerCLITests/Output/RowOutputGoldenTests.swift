import Testing
import WarehouseDriver

@testable import SessionizerCLI

@Suite struct RowOutputGoldenTests {
  static let columns: [BatchColumn] = [
    BatchColumn("session_id", .text), BatchColumn("started_at", .timestamp), BatchColumn("duration_seconds", .text),
    BatchColumn("pageviews", .int64), BatchColumn("entry_page", .text),
  ]
  static let batch = RecordBatch(
    columns,
    [
      [.text("e1"), .time(1_580_648_116_000_000), .text("2.000000"), .number(2), .text("/contact")],
      [.text("a,b"), .time(-1), .text("0.500000"), .number(.min), .null],
      [.text("q\"q\\"), .null, .null, .number(10), .text("")],
      [.text("l\nf\r\u{1B}|"), .time(-62_135_510_400_000_000), .text("x"), .null, .text("<é> 漢")],
    ])

  private func text(_ format: OutputFormat, style: TextStyle = TextStyle()) async throws -> String {
    String(decoding: try await written(format, [Self.batch], style: style), as: UTF8.self)
  }

  @Test func csv() async throws {
    #expect(
      try await text(.csv) == """
        session_id,started_at,duration_seconds,pageviews,entry_page
        e1,2020-02-02 12:55:16.000000,2.000000,2,/contact
        "a,b",1969-12-31 23:59:59.999999,0.500000,-9223372036854775808,
        "q""q\\",,,10,
        "l\nf\r\u{1B}|",0001-01-02 00:00:00.000000,x,,<é> 漢

        """)
  }

  @Test func json() async throws {
    #expect(
      try await text(.json) == #"""
        [
        {"session_id":"e1","started_at":"2020-02-02 12:55:16.000000","duration_seconds":2.000000,"pageviews":2,"entry_page":"/contact"},
        {"session_id":"a,b","started_at":"1969-12-31 23:59:59.999999","duration_seconds":0.500000,"pageviews":-9223372036854775808,"entry_page":null},
        {"session_id":"q\"q\\","started_at":null,"duration_seconds":null,"pageviews":10,"entry_page":""},
        {"session_id":"l\nf\r\u001b|","started_at":"0001-01-02 00:00:00.000000","duration_seconds":"x","pageviews":null,"entry_page":"<é> 漢"}
        ]

        """#)
  }

  @Test func jsonl() async throws {
    let lines = try await text(.jsonl).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 5)
    #expect(
      lines[2]
        == #"{"session_id":"q\"q\\","started_at":null,"duration_seconds":null,"pageviews":10,"entry_page":""}"#)
  }

  @Test func table() async throws {
    let lines = [
      #"session_id     started_at                  duration_seconds             pageviews  entry_page"#,
      #"-------------  --------------------------  ----------------  --------------------  ----------"#,
      #"e1             2020-02-02 12:55:16.000000          2.000000                     2  /contact"#,
      #"a,b            1969-12-31 23:59:59.999999          0.500000  -9223372036854775808  NULL"#,
      #"q"q\           NULL                                    NULL                    10  "#,
      #"l\nf\r\u{1b}|  0001-01-02 00:00:00.000000                 x                  NULL  <é> 漢"#,
      "",
    ]
    #expect(try await text(.table) == lines.joined(separator: "\n"))
  }

  @Test func markdown() async throws {
    #expect(
      try await text(.markdown) == #"""
        | session\_id | started\_at | duration\_seconds | pageviews | entry\_page |
        | --- | --- | ---: | ---: | --- |
        | e1 | 2020-02-02 12:55:16.000000 | 2.000000 | 2 | /contact |
        | a,b | 1969-12-31 23:59:59.999999 | 0.500000 | -9223372036854775808 |  |
        | q"q\\ |  |  | 10 |  |
        | l\\nf\\r\\u{1b}\| | 0001-01-02 00:00:00.000000 | x |  | &lt;é> 漢 |

        """#)
  }

  @Test(arguments: [
    (OutputFormat.csv, "session_id,started_at,duration_seconds,pageviews,entry_page\n"),
    (.json, "[]\n"), (.jsonl, ""),
    (
      .table,
      "session_id  started_at  duration_seconds  pageviews  entry_page\n"
        + "----------  ----------  ----------------  ---------  ----------\n"
    ),
  ])
  func noRows(format: OutputFormat, expected: String) async throws {
    let empty = try await written(format, [RecordBatch(schema: Self.columns)])
    #expect(String(decoding: empty, as: UTF8.self) == expected)
    let sink = MemorySink()
    try await RowOutput(format, to: sink).finish(schema: Self.columns)
    #expect(sink.text == expected)
  }

  @Test func aSingleEmptyFieldIsNoEmptyLine() async throws {
    let batch = RecordBatch([BatchColumn("page", .text)], [[.null], [.text("")], [.text("x")]])
    #expect(String(decoding: try await written(.csv, [batch]), as: UTF8.self) == "page\n\"\"\n\"\"\nx\n")
  }

  @Test func terminalsGetShortCellsAndNothingElseDoes() async throws {
    let long = String(repeating: "漢", count: 100)
    let batch = RecordBatch([BatchColumn("page", .text)], [[.text(long)]])
    let inTerminal = String(
      decoding: try await written(.table, [batch], style: TextStyle(isTerminal: true)), as: UTF8.self)
    #expect(inTerminal.contains(String(repeating: "漢", count: 29) + "…\n"))
    let inFile = String(decoding: try await written(.table, [batch]), as: UTF8.self)
    #expect(inFile.contains(long))
  }

  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("👩‍👩‍👧", 2), ("한", 2), ("\u{200B}", 0), ("❤️", 2), ("ｆ", 2),
  ])
  func displayWidth(text: String, width: Int) {
    #expect(DisplayText.width(text) == width)
  }
}
