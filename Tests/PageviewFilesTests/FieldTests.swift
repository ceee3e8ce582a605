import SessionPlan
import Testing

@testable import PageviewFiles

@Suite struct FieldTests {
  private func options(_ change: (inout ColumnMapping) -> Void) -> LoadOptions {
    var options = LoadOptions()
    change(&options.columns)
    return options
  }

  private func users(_ loaded: Loaded) -> [String] { loaded.rows.map { String(decoding: $0.user, as: UTF8.self) } }
  private func pages(_ loaded: Loaded) -> [String?] {
    loaded.rows.map { $0.page.map { String(decoding: $0, as: UTF8.self) } }
  }

  @Test(arguments: [
    ("page", "top"), ("p.url", "/p"), ("/p/url", "/p"), ("a.b", "literal"), ("/a/b", "path"), ("/a~1b", "slash"),
    ("l[0].v", "first"), ("l[k=b].v", "second"), ("/l", #"[{"k":"a","v":"first"},{"v":"second","k":"b"}]"#),
    ("p.$u", "dollar"), ("p.[X] Y", "odd"), ("none|p.url", "/p"), ("empty|p.url", "/p"), ("p.url+p.$u", "/pdollar"),
    ("l[k=\u{e9}].v|l[k=b].v", "second"),
  ]) func `a field of an object`(path: String, value: String) throws {
    let line =
      #"{"user_id":"u","page_view_at":"2026-01-01","page":"top","p":{"url":"/p","$u":"dollar","[X] Y":"odd"},"a.b":"literal","#
      + #""a":{"b":"path"},"a/b":"slash","l":[{"k":"a","v":"first"},{"v":"second","k":"b"}],"empty":""}"#
    let loaded = try load(line, path: "a.jsonl", options { $0.page = path })
    #expect(pages(loaded) == [value])
  }

  @Test func `keys that are put together never become one`() throws {
    let csv = "a,b,page_view_at\n1,0,2026-01-01\n1-0,x,2026-01-01\n1,0-x,2026-01-01\n,0,2026-01-01\n1\\,-x,2026-01-01\n"
    let loaded = try load(csv, options { $0.userID = "a+b" })
    #expect(users(loaded) == ["1-0", "1\\-0-x", "1-0-x", "1\\\\--x"])
    #expect(loaded.reasons == [.nullUser])
  }

  @Test func `two different lists of parts are two different keys`() throws {
    var random = Random(5)
    let alphabet = ["-", "\\", "a"]
    var seen: [String: String] = [:]
    for _ in 0..<3000 {
      let parts = (0..<3).map { _ in
        (0..<Int.random(in: 1...3, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "" }.joined()
      }
      let csv = "a,b,c,page_view_at\n\(parts.joined(separator: ",")),2026-01-01\n"
      let key = try #require(users(load(csv, options { $0.userID = "a+b+c" })).first)
      let list = parts.joined(separator: ",")
      #expect(seen[key, default: list] == list)
      seen[key] = list
    }
    #expect(seen.count > 1000)
  }

  @Test func `a date and a time`() throws {
    let csv = "user_id,d,t\nu,2026-01-01,10:00\nu,2026-01-01,\nu,,10:00\n"
    let loaded = try load(csv, options { $0.pageViewAt = "d+t" })
    #expect(loaded.rows.map(\.time) == [at("2026-01-01 10:00:00")])
    #expect(loaded.reasons == [.nullTime, .nullTime])
  }

  @Test func `a name with a plus or a bar in it`() throws {
    let csv = "a+b,x|y,page_view_at\nu,/p,2026-01-01\n"
    #expect(users(try load(csv, options { $0.userID = "a+b" })) == ["u"])
    #expect(pages(try load(csv, options { ($0.userID, $0.page) = ("a+b", "x|y") })) == ["/p"])
    let json = #"{"a+b":"u","page_view_at":"2026-01-01"}"#
    #expect(users(try load(json, path: "a.jsonl", options { $0.userID = #"a\+b"# })) == ["u"])
  }

  @Test func `names that no line has are a fault that lists what there is`() {
    let json = #"{"user_id":"u","page_view_at":"2026-01-01","p":{"url":"/"}}"#
    let missing = fault(json, path: "a.jsonl", options { $0.page = "p.path" })
    #expect(missing?.message.contains(#"they have "user_id", "page_view_at", "p", "p.url""#) == true)
    #expect(fault(json, path: "a.jsonl", options { $0.userID = "visitor" })?.message.contains("\"visitor\"") == true)
    let other = #"{"user_id":"u","page_view_at":"2026-01-01","Page":"/"}"#
    #expect(fault(other, path: "a.jsonl")?.message == "no object has the key \"page\", but \"Page\" is there")
    let id = #"{"Event_ID":"1","user_id":"u","page_view_at":"2026-01-01"}"#
    #expect(fault(id, path: "a.jsonl")?.message.contains("\"Event_ID\" is there") == true)
  }

  @Test func `header names match without regard to case and blanks, and that is said`() throws {
    let loaded = try load("Event_ID, USER_ID ,page_view_at,Page\n1,u,2026-01-01 00:00:00,/\n")
    #expect(loaded.rows == [Pageview("1", "u", at("2026-01-01"), "/")])
    #expect(
      loaded.summary?.notices == [
        "the header's column \"Event_ID\" is taken for \"event_id\"",
        "the header's column \" USER_ID \" is taken for \"user_id\"",
        "the header's column \"Page\" is taken for \"page\"",
      ])
    // The exact name comes first; two others would have to be guessed.
    #expect(pages(try load("user_id,page_view_at,Page,page\nu,2026-01-01,/x,/y\n")) == ["/y"])
    #expect(fault("user_id,page_view_at,Page,PAGE\nu,2026-01-01,/x,/y\n")?.message.contains("twice") == true)
  }

  @Test func `an id that two users share is none`() throws {
    let csv = "event_id,user_id,page_view_at\n1,u,2026-01-01\n1,v,2026-01-01\n"
    #expect(fault(csv)?.description.contains("event_id 1 is there for another user on line 2") == true)
    #expect(try load(csv, options { $0.eventID = "event_id" }).rows.count == 2)
    #expect(try load(csv, options { $0.hasNoEventID = true }).summary?.derivesEventIDs == true)
    let same = try load("event_id,user_id,page_view_at\n1,u,2026-01-01\n1,u,2026-01-02\n2,u,2026-01-01\n")
    #expect(same.rows.count == 3)
    #expect(same.summary?.notices.last?.hasPrefix("1 line has an event_id that is there before") == true)
    // A counter of one user's visits is no id either.
    let counter =
      "event_id,user_id,page_view_at\n"
      + (0..<30).map { "\($0 % 3),u,2026-01-\($0 + 1),\n".replacing(",\n", with: "\n") }.joined()
    #expect(fault(counter)?.message.hasPrefix("27 of 30 lines have an event_id that is there before") == true)
  }

  @Test func `words that mean NULL`() throws {
    var options = LoadOptions()
    options.nullTexts = ["\\N", "-"]
    let loaded = try load("user_id,page_view_at,page\n\\N,2026-01-01,/\n-,2026-01-01,/\nu,2026-01-01,-\n", options)
    #expect(loaded.reasons == [.nullUser, .nullUser])
    #expect(pages(loaded) == [nil])
    let noticed = try load("user_id,page_view_at\nNULL,2026-01-01 01:00\nNULL,2026-01-02 01:00\nu,2026-01-01 01:00\n")
    #expect(noticed.rows.count == 3)
    #expect(noticed.summary?.notices.last?.contains("--nullstr 'NULL'") == true)
    #expect(
      noticed.summary?.notices.dropLast() == [
        FileFindings.noPage, "it has no event ids: they are derived from the content",
      ])
  }
}
