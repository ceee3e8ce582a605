import AggregateOracle
import SessionPlan
import Testing

@testable import BackendConformance

@Suite struct OracleTests {
  @Test func calendarTextAgreesWithTheProductsOwnAtEveryEnd() {
    var random = SplitMix64(seed: 5)
    let span = UInt64(RowRules.end - RowRules.earliest)
    let drawn = (0..<2000).map { _ in RowRules.earliest + Int64(random.next() % span) }
    for moment in drawn + [RowRules.earliest, RowRules.end - 1, 0, -1, 951_782_400_000_000, -2_203_977_600_000_001] {
      #expect(
        String(decoding: CalendarText.canonical(moment), as: UTF8.self)
          == Timestamp(microseconds: moment).description)
    }
    #expect(CalendarText.canonical(RowRules.earliest) == Array("0001-01-02 00:00:00.000000".utf8))
    #expect(CalendarText.canonical(RowRules.end - 1) == Array("9999-12-30 23:59:59.999999".utf8))
    #expect(CalendarText.canonical(951_782_400_000_000) == Array("2000-02-29 00:00:00.000000".utf8))
  }

  @Test func sha256OfThePublishedVectors() {
    let vectors = [
      "": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq":
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ]
    for (message, digest) in vectors {
      #expect(SHA256.hex(Array(message.utf8)) == Array(digest.utf8))
    }
  }

  @Test func derivedIDsAreSpelledAsTheContractSays() {
    let content = RowRules.Content(user: "\u{E9}", time: 0, page: "/a")
    #expect(DerivedID.id(content, occurrence: 2) == "2:\u{E9}1970-01-01 00:00:00.0000002:/a#2")
    #expect(
      DerivedID.id(RowRules.Content(user: "7", time: 0, page: nil), occurrence: 1)
        == "1:71970-01-01 00:00:00.000000-#1")
    #expect(
      DerivedID.id(RowRules.Content(user: "7", time: 0, page: ""), occurrence: 1)
        == "1:71970-01-01 00:00:00.0000000:#1")
    // `1:7` and the time are 29 bytes, the page's length 4 and the number 2: 989 bytes of page are the most that fit.
    let fits = RowRules.Content(user: "7", time: 0, page: ByteKey(String(repeating: "p", count: 989)))
    #expect(DerivedID.id(fits, occurrence: 1).count == 1024)
    let long = RowRules.Content(user: "7", time: 0, page: ByteKey(String(repeating: "p", count: 990)))
    #expect(DerivedID.id(long, occurrence: 1).count == 29 + 4 + 64 + 2)
  }

  @Test func keysCompareByBytes() {
    let users: Set<ByteKey> = ["Bob", "bob", "bob ", "b\u{F3}b", "bo\u{301}b", "\u{1F642}", "\u{1F643}"]
    #expect(users.count == 7)
    #expect(ByteKey("\u{FFFF}") < "\u{1F642}", "UTF-16 would say otherwise")
    #expect(ByteKey("B") < "a")
    #expect(ByteKey("bob") < "bob ")
    #expect(ByteKey("") < "a")
    #expect(EventID.integer(9) < .integer(10))
    #expect(EventID.text("10") < .text("9"))
  }

  @Test func exportsQuoteOnlyWhatNeedsIt() {
    let pageview = Pageview(id: .text("e"), user: "a,b", time: 1, page: "say \"x\"\n")
    let scratch = FromScratch([pageview], gap: .standard, boundary: .new)
    #expect(
      ByteKey(scratch.eventsCSV)
        == "event_id,session_id,user_id,page_view_at,page\ne,e,\"a,b\",1970-01-01 00:00:00.000001,\"say \"\"x\"\"\n\"\n"
    )
    let header = "session_id,user_id,started_at,ended_at,duration_seconds,pageviews,entry_page,exit_page,is_bounce\n"
    let page = "\"say \"\"x\"\"\n\""
    let time = "1970-01-01 00:00:00.000001"
    #expect(ByteKey(scratch.sessionsCSV).text == header + "e,\"a,b\",\(time),\(time),0.000000,1,\(page),\(page),1\n")
  }

  @Test func aggregatesDivideOnceAndRankNearest() {
    // Durations 0, 1 and 3 µs; 1, 2 and 2 pageviews.
    let rows: [(String, Int64)] = [("a", 0), ("b", 10), ("c", 11), ("d", 100), ("e", 103)]
    let pageviews = rows.map { Pageview(id: .text(ByteKey($0.0)), user: "u", time: $0.1, page: nil) }
    let totals = AggregateOracle(FromScratch(pageviews, gap: Gap(microseconds: 5) ?? .standard, boundary: .new))
    #expect(totals.sessions == 3 && totals.pageviews == 5 && totals.users == 1 && totals.bounces == 1)
    #expect(totals.meanDuration == 1, "4/3 µs")
    #expect(totals.medianDuration == 1)
    #expect(totals.p95Duration == 3)
    #expect(totals.meanPageviews == 1_666_667)
    #expect(totals.bounceRate == 333_333)
    #expect(AggregateOracle.mean(1, 2) == 1, "half up")
    #expect(totals.entryPages == [.init(page: nil, count: 3)])
    #expect(totals.perDay.map(\.day) == ["1970-01-01"])
    #expect(AggregateOracle(FromScratch([], gap: .standard, boundary: .new)).medianDuration == nil)
  }
}
