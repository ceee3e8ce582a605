import SessionPlan
import Testing

@testable import PageviewFiles

private func read(_ lines: [String], _ options: LoadOptions = LoadOptions()) throws(FileFault) -> Loaded {
  try load(lines.joined(separator: "\n"), path: "test.jsonl", options)
}

private func object(_ members: String) -> String { "{\"event_id\":\"e\",\"user_id\":\"u\",\(members)}" }

@Suite struct JSONLinesTests {
  @Test func `keys in any order, escapes, nested values, NULL and empty`() throws {
    let options = LoadOptions(attributes: [
      Attribute(name: "campaign", column: "c"), Attribute(name: "device", column: "d"),
    ])
    let loaded = try read(
      [
        #"{"page":"\/a\"\\\n\u00e9\uD83E\uDD8A","x":{"user_id":[1,{}]},"user_id":"ann","page_view_at":"2026-01-01T00:00Z","event_id":"e1"}"#,
        #" { "event_id" : "e2" , "user_id" : 7 , "page_view_at" : "2026-01-01" , "page" : null , "c" : {"a": [1, 2]} , "d" : true } "#,
        "",
        #"{"event_id":9007199254740993,"\u0075ser_id":"u","page_view_at":"2026-01-01","page":"","c":"","d":1.50}"#
          + "\r",
      ], options)
    #expect(loaded.faults.isEmpty)
    #expect(
      loaded.rows == [
        Pageview("e1", "ann", at("2026-01-01"), "/a\"\\\n\u{e9}🦊", [nil, nil]),
        Pageview("e2", "7", at("2026-01-01"), nil, ["{\"a\": [1, 2]}", "true"]),
        Pageview("9007199254740993", "u", at("2026-01-01"), "", ["", "1.50"]),
      ])
  }

  @Test func `integer ids keep all digits`() throws {
    let ids = ["9007199254740993", "9223372036854775807", "-9223372036854775808", "0"]
    let bad = ["9223372036854775808", "1.0", "1e3", "-0", "true", "[1]"]
    let lines = (ids + bad).map { #"{"event_id":\#($0),"user_id":"u","page_view_at":"2026-01-01"}"# }
    let loaded = try read(lines, LoadOptions(eventIDType: .integer))
    #expect(loaded.events == ids)
    #expect(loaded.reasons == Array(repeating: .badEventID, count: bad.count))
  }

  @Test(
    arguments: [
      (FileTimeFormat.epochSeconds, "1580648116.1234567", 1_580_648_116_123_456), (.epochSeconds, "-1", -1_000_000),
      (.epochMilliseconds, "1580648116123", 1_580_648_116_123_000), (.epochMicroseconds, "\"15\"", 15),
      (.auto, "\"1970-01-01 00:00:01\"", 1_000_000),
    ] as [(FileTimeFormat, String, Int64)]) func `times`(format: FileTimeFormat, value: String, microseconds: Int64)
    throws
  {
    let loaded = try read([object("\"page_view_at\":\(value)")], LoadOptions(timeFormat: format))
    #expect(loaded.rows.map(\.time) == [microseconds])
  }

  @Test(arguments: [
    (object("\"page_view_at\":1580648116"), FaultReason.badTime), (object("\"page_view_at\":{}"), .badTime),
    (object("\"page_view_at\":null"), .nullTime), (object("\"page\":1"), .nullTime),
    (#"{"event_id":null,"user_id":"u","page_view_at":"2026-01-01"}"#, .nullEventID),
    (#"{"event_id":"","user_id":"u","page_view_at":"2026-01-01"}"#, .nullEventID),
    (#"{"event_id":"e","user_id":"","page_view_at":"2026-01-01"}"#, .nullUser),
    (#"{"event_id":"e","user_id":["u"],"page_view_at":"2026-01-01"}"#, .badJSON),
    (object(#""page_view_at":"2026-01-01","page":"a\u0000b""#), .nulByte),
    (object("\"page_view_at\":\"2026-01-01\",\"page\":\"\0\""), .nulByte),
    (object(#""page_view_at":"2026-01-01","user_id":"v""#), .badJSON),
    ("[]", .badJSON), ("{}x", .badJSON), ("{", .badJSON), ("{\"a\":1,}", .badJSON), ("{\"a\" 1}", .badJSON),
    ("{a:1}", .badJSON),
    (#"{"a":01}"#, .badJSON), (#"{"a":1.}"#, .badJSON), (#"{"a":.5}"#, .badJSON), (#"{"a":+1}"#, .badJSON),
    (#"{"a":1e}"#, .badJSON),
    (#"{"a":"\x"}"#, .badJSON), (object(#""page_view_at":"2026-01-01","page":"\uD83E""#), .badJSON),
    (object(#""page_view_at":"2026-01-01","page":"\uDD8A""#), .badJSON),
    (#"{"a":"\u00g0"}"#, .badJSON),
    (object(#""page_view_at":"2026-01-01","page":"\uD83E\u0041""#), .badJSON), ("{\"a\":\"\t\"}", .badJSON),
    ("{\"a\":\"", .badJSON),
    (#"{"a":nul}"#, .badJSON), (#"{"a":[1,]}"#, .badJSON),
    ("{\"a\":" + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + "}", .badJSON),
  ]) func `each fault has its reason, and the other lines are loaded`(line: String, reason: FaultReason) throws {
    let good = object("\"page_view_at\":\"2026-01-01\"")
    let loaded = try read([good, line, good])
    #expect(loaded.reasons == [reason])
    #expect(loaded.faults.first?.line == 2)
    #expect(loaded.rows.count == 2)
  }

  @Test func `the first object decides whether ids are derived`() throws {
    let without = #"{"user_id":"u","page_view_at":"2026-01-01","page":"/"}"#
    let with = object("\"page_view_at\":\"2026-01-01\"")
    let derived = try read(["nonsense", without, without])
    #expect(derived.events.count == 2 && derived.events.allSatisfy { $0.contains("2026-01-01 00:00:00.000000") })
    // A later id would be lost, and two lines of one id would be two pageviews.
    #expect(
      fault([without, "", with].joined(separator: "\n"), path: "t.jsonl")?.description
        == "t.jsonl:3: this object has the event id \"e\", and the first of the file has none; say --map "
        + "event_id=event_id to put those without into quarantine, or --map event_id=none to derive all ids")
    var none = LoadOptions()
    none.columns.hasNoEventID = true
    #expect(try read([without, with], none).rows.count == 2)
    let own = try read([with, without])
    #expect(own.events == ["e"])
    #expect(own.reasons == [.nullEventID])
    let mapped = LoadOptions(columns: ColumnMapping(eventID: "event_id"))
    #expect(try read([without, with], mapped).reasons == [.nullEventID])
    #expect(fault(without, path: "t.jsonl", mapped)?.message.contains("no object has \"event_id\"") == true)
  }

  @Test func `cut or changed anywhere, a line is read or faulted, and the next one is read`() throws {
    let line = Array(
      #"{"event_id":"e\n1","user_id":-1.5e3,"page_view_at":"2026-01-01","x":[{"y":null},"\u00e9"]}"#.utf8)
    let good = Array(("\n" + object("\"page_view_at\":\"2026-01-01\"")).utf8)
    for place in 0..<line.count {
      #expect(try load(Array(line[..<place]) + good, path: "t.jsonl").rows.count == 1)
      for byte in [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "}"), 0x20, 0xFF, 0x30] {
        var changed = line
        changed[place] = byte
        var options = LoadOptions(columns: ColumnMapping(eventID: "event_id"))
        options.encoding = .utf8
        let loaded = try load(changed + good, path: "t.jsonl", options)
        #expect(loaded.rows.count + loaded.faults.count == 2)
        #expect(loaded.events.last == "e")
      }
    }
  }

  /// A key is its text: that `7` and `7.0` are two is said, wherever a file may mean one.
  @Test(arguments: [
    (#"{"user_id":7.0,"#, true), (#"{"user_id":7e3,"#, true), (#"{"user_id":"7.0","#, true),
    (#"{"user_id":-7.00,"#, true),
    (#"{"user_id":7,"#, false), (#"{"user_id":70,"#, false), (#"{"user_id":"1.0.0","#, false),
    (#"{"user_id":".0","#, false),
    (#"{"user_id":"7e3","#, false), (#"{"user_id":"7.50","#, false), (#"{"user_id":"a.0","#, false),
  ]) func `a user that is a fraction is noticed`(front: String, isNoticed: Bool) throws {
    let line = front + #""page_view_at":"2026-01-01","page":"/"}"#
    let notices = try read([line, line], LoadOptions(columns: ColumnMapping())).summary?.notices ?? []
    #expect(
      notices.contains { $0.hasPrefix("the user is written as a fraction") && $0.contains("on 2 lines") } == isNoticed)
  }

  @Test func `an event id that is a fraction is noticed`() throws {
    let loaded = try load("event_id,user_id,page_view_at\n1.0,u,2026-01-01\n2.0,u,2026-01-01\n")
    #expect(
      loaded.summary?.notices.contains { $0.hasPrefix("the event id is written as a fraction (1.0) on 2 lines") }
        == true)
  }

  private static let wrapped =
    #"{"user_id":"u","page_view_at":"2026-01-01","page":"/","data":{"rows":[{"page":"/a","at":1},{"page":"/b"}]}}"#

  /// One document whose list may be the pageviews is refused; where somebody said that it is one pageview, it is.
  @Test func `a document with a list`() throws {
    let text = "{\n" + Self.wrapped.dropFirst() + "\n"
    for text in [text, Self.wrapped] {
      let found = fault(text, path: "a.json")
      #expect(found?.message == #"this is one object, and its "data.rows" is a list of objects with "page", "at""#)
      #expect(found?.remedy?.contains("jq -c '.data.rows[]' a.json | sessionizer load - …") == true)
      #expect(try load(text, path: "a.json", LoadOptions(format: .jsonLines)).rows.count == 1)
    }
    #expect(try load(Self.wrapped, path: "a.jsonl").rows.count == 1)
    #expect(try load(Self.wrapped + "\n" + Self.wrapped, path: "a.json").rows.count == 2)
    // A mapping or a filter that looks into the list knows of it.
    for page in ["data.rows[0].page", "/data/rows", "data.rows[page=/b].page"] {
      let options = LoadOptions(columns: ColumnMapping(page: page))
      #expect(try load(Self.wrapped, path: "a.json", options).rows.count == 1)
    }
    for other in [#""rows":[1,2]"#, #""rows":[]"#, #""row":{"a":1}"#] {
      let line = #"{"user_id":"u","page_view_at":"2026-01-01",\#(other)}"#
      #expect(try load(line, path: "a.json").rows.count == 1)
    }
  }

  /// In a file of many objects a list whose objects have times of the same name is noticed.
  @Test func `lists of pageviews in many objects`() throws {
    let line = #"{"user_id":"u","page_view_at":"2026-01-01","hits":[{"page":"/a","page_view_at":"2026-01-01"}]}"#
    let notices = try read([line, line]).summary?.notices ?? []
    #expect(notices.contains { $0.hasPrefix(#""hits" is a list of objects that have "page_view_at", too"#) })
    let other = line.replacing(#"a","page_view_at"#, with: #"a","t"#)
    #expect(try read([other, other]).summary?.notices.contains { $0.contains("is a list of objects") } == false)
  }
}
