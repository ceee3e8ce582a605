import SessionPlan
import Testing

@testable import PageviewFiles

/// What could make two users of one, or one of two, is refused or said; the right rows are loaded.
@Suite struct SaidDifferenceTests {
  private static let header = "event_id,user_id,page_view_at,page\n"
  private static let request = #"- - [01/Mar/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "UA""#

  private func notices(_ loaded: Loaded, _ words: String) -> [String] {
    (loaded.summary?.notices ?? []).filter { $0.contains(words) }
  }

  private func users(_ loaded: Loaded) -> [String] { loaded.rows.map { String(decoding: $0.user, as: UTF8.self) } }

  /// The mark of a file that was put behind another would make another client of its first line's.
  @Test func `a byte order mark inside a log is not a part of a client`() throws {
    let line = "192.0.2.1 \(Self.request)\n"
    let loaded = try load(
      String(repeating: line, count: 25) + "\u{FEFF}" + line, path: "a.log", LoadOptions(userFrom: .address))
    #expect(Set(users(loaded)) == ["192.0.2.1"] && loaded.rows.count == 25)
    #expect(loaded.faults.map(\.line) == [26] && loaded.reasons == [.badLogLine])
    // At the front of the file it is its mark.
    #expect(try load("\u{FEFF}" + line, path: "a.log").rows.count == 1)
  }

  @Test(arguments: ["\u{FEFF}u", "u\u{A0}", "\u{200B}u", "u\u{3000}", "u\u{AD}"])
  func `a user with a hidden character at an edge is noticed`(user: String) throws {
    let loaded = try load(Self.header + "1,u,2026-03-01,/\n2,\(user),2026-03-01,/\n")
    #expect(users(loaded) == ["u", user])
    #expect(notices(loaded, "is not visible").first?.hasPrefix("1 line has a user or an event id") == true)
    let ids = try load(Self.header + "x,u,2026-03-01,/\n\(user),u,2026-03-01,/\n")
    #expect(notices(ids, "is not visible").count == 1)
    let shown = try load(Self.header + "1,é,2026-03-01,/\n2,ü\u{A0}ü,2026-03-01,/\n3,日本,2026-03-01,/\n")
    #expect(notices(shown, "is not visible").isEmpty)
  }

  @Test func `of columns that are called alike the one of just that name is taken, and that is said`() throws {
    let loaded = try load("User_ID,user_id,page_view_at,page\nX,u,2026-03-01,/\n")
    #expect(users(loaded) == ["u"])
    #expect(notices(loaded, "its column").isEmpty)
    #expect(notices(loaded, #"column "user_id" is taken, and not "User_ID""#).count == 1)
  }

  @Test func `times with and without a zone in one file are noticed`() throws {
    let text = Self.header + "1,u,2026-03-01 10:00:00+02,/\n2,u,2026-03-01 10:00:00,/\n3,u,2026-03-01T10:00:00Z,/\n"
    let loaded = try load(text)
    #expect(loaded.rows.map(\.time) == ["08", "10", "10"].map { at("2026-03-01 \($0):00:00") })
    #expect(notices(loaded, "1 time names no zone and is taken as UTC, while others name one").count == 1)
    var options = LoadOptions()
    options.zone = FileZone(offsetMinutes: 60)
    #expect(try notices(load(text, options), "names no zone").isEmpty)
    for one in ["2026-03-01 10:00:00", "2026-03-01 10:00:00Z"] {
      #expect(try notices(load(Self.header + "1,u,\(one),/\n2,u,\(one),/\n"), "no zone").isEmpty)
    }
  }

  /// Whatever a server's own field for the forwarded address is called in a W3C log.
  @Test(arguments: [
    "X-Forwarded-For", "cs(X-Forwarded-For)", "X-Real-IP", "cs(X-Real-IP)", "True-Client-IP", "CF-Connecting-IP",
    "X-Client-IP", "Fastly-Client-IP", "x-forwarded-for", "X-Original-Forwarded-For",
  ]) func `forwarded addresses of a W3C log`(name: String) throws {
    let text =
      "#Fields: date time c-ip cs-method cs-uri-stem sc-status \(name)\n"
      + "2026-03-01 10:00:00 10.0.0.1 GET /a 200 192.0.2.7\n2026-03-01 10:00:01 10.0.0.1 GET /a 200 192.0.2.8\n"
    #expect(fault(text, path: "u.log")?.message.contains("which of the two is the user") == true)
    #expect(try users(load(text, path: "u.log", LoadOptions(userFrom: .forwarded))) == ["192.0.2.7", "192.0.2.8"])
    var named = LoadOptions(userFrom: .address)
    named.log.format = try LogFormat(text: "W3C")
    #expect(try users(load(text, path: "u.log", named)) == ["10.0.0.1", "10.0.0.1"])
  }

  @Test func `of two forwarded fields the first that is not empty counts`() throws {
    let text =
      "#Fields: date time c-ip cs-method cs-uri-stem sc-status X-Real-IP X-Forwarded-For\n"
      + "2026-03-01 10:00:00 10.0.0.1 GET /a 200 192.0.2.7 -\n2026-03-01 10:00:01 10.0.0.1 GET /a 200 - 192.0.2.8\n"
    #expect(try users(load(text, path: "u.log", LoadOptions(userFrom: .forwarded))) == ["192.0.2.7", "192.0.2.8"])
  }

  @Test(
    arguments: [
      ([0x04, 0x22, 0x4D, 0x18, 0x64, 0x40], "an lz4 file"), ([0x1F, 0x9D, 0x90, 0x61], "a file of compress"),
      ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4], "a 7z archive"),
      ([0x5D, 0, 0, 0x80, 0, 0xFF], "an lzma file"),
      ([0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18), "a zip file"),
      (Array("%PDF-1.4\n".utf8), "a PDF file"), (Array("<!DOCTYPE html>\n".utf8), "an HTML page"),
      (Array("<?xml version=\"1.0\"?>\n".utf8), "an XML file"),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0xA8, 0, 0, 0], "an Arrow stream file"),
    ] as [([UInt8], String)]) func `other kinds of files are named`(front: [UInt8], name: String)
  {
    for path in ["a.csv", "a.log", "a"] {
      let found = fault(front + Array("rest".utf8), path: path)
      #expect(found?.message.hasPrefix("this is \(name)") == true, "\(found as Any)")
      #expect(found?.remedy != nil)
    }
  }
}
