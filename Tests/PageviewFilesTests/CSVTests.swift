import SessionPlan
import Testing
import WarehouseDriver

@testable import PageviewFiles

private let header = "event_id,user_id,page_view_at,page\n"

@Suite struct CSVTests {
  @Test func `columns are found by name, in any order, and others are passed over`() throws {
    let loaded = try load("page,x,user_id,page_view_at,event_id\n/a,7,ann,2026-01-01 00:00:00,e1\n")
    #expect(loaded.rows == [Pageview("e1", "ann", at("2026-01-01"), "/a")])
    #expect(loaded.faults.isEmpty)
  }

  @Test func `an unquoted empty page is NULL, a quoted one is empty`() throws {
    let loaded = try load(header + "e1,u,2026-01-01,\ne2,u,2026-01-01,\"\"\n")
    #expect(loaded.rows.map(\.page) == [nil, []])
  }

  @Test(arguments: ["\n", "\r\n"]) func `line ends, byte order mark, blank lines, no last line end`(end: String) throws
  {
    let lines = ["event_id,user_id,page_view_at,page", "", "e1,u,2026-01-01,\"a\(end)b\"", "", "e2,u,2026-01-01,/"]
    for suffix in ["", end] {
      let loaded = try load([0xEF, 0xBB, 0xBF] + Array((lines.joined(separator: end) + suffix).utf8))
      #expect(
        loaded.rows == [
          Pageview("e1", "u", at("2026-01-01"), "a\(end)b"), Pageview("e2", "u", at("2026-01-01"), "/"),
        ])
      #expect(loaded.summary?.lines == 6)
    }
  }

  @Test func `quotes are resolved, and a quote inside an unquoted field is a byte like others`() throws {
    let loaded = try load(header + "\"e\"\"1\"\"\",u,2026-01-01,\"a,b\"\"\"\ne2,u\"x\",2026-01-01,/\n")
    #expect(
      loaded.rows == [
        Pageview("e\"1\"", "u", at("2026-01-01"), "a,b\""), Pageview("e2", "u\"x\"", at("2026-01-01"), "/"),
      ])
  }

  @Test(arguments: [";", "\t", "|"]) func `other delimiters are found by the header`(delimiter: String) throws {
    let text = (header + "e1,u,2026-01-01,/\n").replacing(",", with: delimiter)
    #expect(try load(text).rows == [Pageview("e1", "u", at("2026-01-01"), "/")])
  }

  @Test func `one stray quote costs one line`() throws {
    let bad = ["e1,\"u,2026-01-01,/", "e1,u,2026-01-01,\"/", "e1,u,2026-01-01,\"/\"x"]
    for line in bad {
      // The line after it has quotes of its own, or none at all up to the end of the file.
      for rest in ["e2,\"v\",2026-01-01,/\ne3,w,2026-01-01,/\n", "e2,v,2026-01-01,/\ne3,w,2026-01-01,/\n"] {
        let loaded = try load(header + line + "\n" + rest)
        #expect(loaded.events == ["e2", "e3"])
        #expect(loaded.faults.count == 1)
        #expect(loaded.faults.first?.line == 2)
        #expect(loaded.faults.first?.eventID == "e1")
        #expect([.badQuote, .unterminatedQuote].contains(loaded.faults.first?.reason))
      }
    }
  }

  @Test func `the line of a fault is the physical one on which its record begins`() throws {
    let loaded = try load(header + "e1,u,2026-01-01,\"a\nb\nc\"\ne2,u,nonsense,\"x\ny\"\ne3,u,2026-01-01\n")
    #expect(
      loaded.faults == [
        LineFault(
          reason: .badTime, line: 5, eventID: "e2", userID: "u", pageViewAt: "nonsense", page: "x\ny",
          text: "e2,u,nonsense,\"x\ny\""),
        LineFault(
          reason: .columnCount, line: 7, eventID: "e3", userID: "u", pageViewAt: "2026-01-01", text: "e3,u,2026-01-01"),
      ])
    #expect(loaded.summary?.lines == 7)
  }

  @Test func `records up to 1 MiB are read, longer ones are faulted, quoted or not`() throws {
    let limit = 1 << 20
    for quote in ["", "\""] {
      let front = "e1,u,2026-01-01,\(quote)"
      for (extra, fits) in [(0, true), (1, false)] {
        let page = String(repeating: "p", count: limit - front.utf8.count - quote.utf8.count + extra)
        for end in ["\n", "\r\n"] {
          let loaded = try load(header + front + page + quote + end + "e2,u,2026-01-01,/\n")
          #expect(loaded.events == (fits ? ["e1", "e2"] : ["e2"]))
          #expect(loaded.reasons == (fits ? [] : [.lineTooLong]))
        }
      }
    }
    // The same limit where the record goes over two lines.
    for (extra, fits) in [(0, true), (1, false)] {
      for (front, back) in [("e1,u,2026-01-01,\"a\n", "\""), ("\"e1\n\",u,2026-01-01,", "")] {
        let page = String(repeating: "p", count: limit - front.utf8.count - back.utf8.count + extra)
        for end in ["\n", "\r\n"] {
          let bytes = Array((header + front + page + back + end + "e2,u,2026-01-01,/\n").utf8)
          let loaded = try load(bytes)
          #expect(loaded.rows.count == (fits ? 2 : 1))
          #expect(loaded.reasons.first == (fits ? nil : .unterminatedQuote))
          #expect(try load(bytes, pieceSizes: [65_537]) == loaded)
        }
      }
    }
    // Many lines in one quoted field that is too long: its first line is faulted, the others speak for themselves.
    let lines = String(repeating: "\(String(repeating: "x", count: 1023))\n", count: 3000)
    let loaded = try load(header + "e1,u,2026-01-01,\"" + lines + "\"\ne2,u,2026-01-01,/\n")
    #expect(loaded.faults.first?.reason == .unterminatedQuote)
    #expect(loaded.events.last == "e2")
    #expect(loaded.summary?.lines == 3003)
  }

  @Test func `headers that cannot be used`() throws {
    var commented = LoadOptions()
    commented.csv.comment = "#"
    #expect(try load("").summary?.isEmpty == true)
    #expect(try load("\n \r\n\n").summary?.isEmpty == true)
    #expect(fault("# only a note\n", commented)?.message == "the file is empty")
    let missing = fault("event_id,who,page_view_at\n")
    #expect(missing?.description.contains("no column \"user_id\"") == true)
    #expect(missing?.description.contains("\"event_id\", \"who\", \"page_view_at\"") == true)
    #expect(missing?.line == 1)
    #expect(fault("user_id,user_id,page_view_at\n")?.message.contains("\"user_id\" twice") == true)
    #expect(fault("user_id,page_view_at,\u{0}\n")?.message.contains("nul_byte") == true)
    #expect(fault([0x61, 0, 0x62, 0])?.remedy == "say --encoding utf-16le")
    #expect(fault(header, LoadOptions(columns: ColumnMapping(page: "url")))?.message.contains("\"url\"") == true)
    let attribute = LoadOptions(attributes: [Attribute(name: "campaign", column: "utm")])
    #expect(fault(header, attribute)?.message.contains("\"utm\" for the attribute campaign") == true)
    for text in ["event_id\nuser", "\"event_id,user_id\n", "a\u{1B}[31m,b\n"] {
      #expect(fault(text)?.description.unicodeScalars.allSatisfy { $0.value >= 0x20 } == true)
    }
  }

  @Test func `a header alone is a file without pageviews`() throws {
    let loaded = try load(header)
    #expect(loaded.rows.isEmpty && loaded.faults.isEmpty)
  }

  @Test func `names compare by bytes`() {
    // The same letter, composed in the mapping and decomposed in the header.
    let mapping = ColumnMapping(userID: "us\u{E9}r")
    #expect(fault("use\u{301}r,page_view_at\n", LoadOptions(columns: mapping)) != nil)
  }

  @Test func `attributes, mapped columns, epoch times, a zone`() throws {
    let options = LoadOptions(
      columns: ColumnMapping(eventID: "id", userID: "who", pageViewAt: "when", page: "url"),
      attributes: [Attribute(name: "source", column: "utm")], timeFormat: .epochMilliseconds)
    let loaded = try load("id,who,when,url,utm\n1,u,1500,/,x\n2,u,-1,/,\n3,u,1.5,/,\"\"\n", options)
    #expect(
      loaded.rows == [
        Pageview("1", "u", 1_500_000, "/", ["x"]), Pageview("2", "u", -1000, "/", [nil]),
        Pageview("3", "u", 1500, "/", [""]),
      ])
    let zoned = try load(
      header + "1,u,2026-01-01 02:00,/\n2,u,2026-01-01T02:00:00Z,/\n", LoadOptions(zoneOffsetMinutes: 120))
    #expect(zoned.rows.map(\.time) == [at("2026-01-01 00:00:00"), at("2026-01-01 02:00:00")])
  }
}
