import SessionPlan
import Testing

@testable import PageviewFiles

private let firefox = "\"Mozilla/5.0 (X11) \\\"quoted\\\"\""

private func line(
  address: String = "192.0.2.1", user: String = "-", time: String = "10/Oct/2000:13:55:36 -0700",
  request: String = "GET /a?b=c HTTP/1.1", status: String = "200", rest: String? = nil
) -> String {
  "\(address) - \(user) [\(time)] \"\(request)\" \(status) 2326\(rest ?? " \"https://x.example/\" \(firefox)")\n"
}

/// In the combined format, unless the options name another.
private func read(_ text: String, _ options: LoadOptions = LoadOptions()) throws -> Loaded {
  var options = options
  options.log.format = try options.log.format ?? LogFormat(text: "COMBINED")
  return try load(text, path: "access.log", options)
}

private func string(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

@Suite struct AccessLogTests {
  @Test func `a combined line becomes a pageview with a derived id`() throws {
    let attributes = ["referrer", "user_agent", "status", "method", "address", "remote_user"].map {
      Attribute(name: $0, column: $0)
    }
    let loaded = try read(line(), LoadOptions(attributes: attributes))
    let agent = "Mozilla/5.0 (X11) \"quoted\""
    let user = "192.0.2.1 \(agent)"
    let id = "\(user.utf8.count):\(user)2000-10-10 20:55:36.0000002:/a#1"
    #expect(
      loaded.rows == [
        Pageview(
          id, user, at("2000-10-10 20:55:36"), "/a", ["https://x.example/", agent, "200", "GET", "192.0.2.1", nil])
      ])
    #expect(loaded.summary?.format == .accessLog)
  }

  @Test func `the user is selectable`() throws {
    func user(_ text: String, _ from: LogUser) throws -> String? {
      try string(read(text, LoadOptions(userFrom: from)).rows.first?.user)
    }
    #expect(try user(line(), .address) == "192.0.2.1")
    #expect(try user(line(user: "frank smith"), .remoteUser) == "frank smith")
    #expect(try read(line(), LoadOptions(userFrom: .remoteUser)).reasons == [.nullUser])
    var common = LoadOptions(userFrom: .addressAndAgent)
    common.log.format = try LogFormat(text: "COMMON")
    #expect(try string(read(line(rest: ""), common).rows.first?.user) == "192.0.2.1 -")
    #expect(try user(line(rest: " \"-\" \"-\""), .addressAndAgent) == "192.0.2.1 -")
  }

  @Test(arguments: [
    ("GET /logo.PNG HTTP/1.1", "200"), ("GET /a/style.css?v=1 HTTP/1.1", "200"), ("GET /x.woff2 HTTP/1.1", "304"),
    ("GET /app.js HTTP/1.1", "200"), ("GET /robots.txt HTTP/1.1", "200"), ("POST /a HTTP/1.1", "200"),
    ("GET /a HTTP/1.1", "404"), ("GET /a HTTP/1.1", "500"), ("GET /a HTTP/1.1", "301"), ("GET /a HTTP/1.1", "308"),
    ("-", "408"), (#"\x16\x03\x01\x00"#, "400"), ("-", "200"),
  ]) func `what is no pageview is filtered, or kept on request`(request: String, status: String) throws {
    let loaded = try read(line() + line(request: request, status: status))
    #expect(loaded.rows.count == 1 && loaded.faults.isEmpty)
    #expect(loaded.summary?.filtered == 1)
    let all = try read(line() + line(request: request, status: status), LoadOptions(filtersPages: false))
    #expect(all.rows.count == 2)
    #expect(all.summary?.filtered == 0)
  }

  @Test(arguments: [
    ("GET / HTTP/1.1", "/"), ("HEAD /a.html HTTP/2.0", "/a.html"), ("GET /a", "/a"), ("GET /a b HTTP/1.0", "/a b"),
    ("GET http://x.example/p?q HTTP/1.1", "/p"), ("GET /a#b HTTP/1.1", "/a"),
    (#"GET /\xc3\xa9\"\\ HTTP/1.1"#, "/é\"\\"),
    ("GET /%7Ea HTTP/1.1", "/%7Ea"), ("GET /css HTTP/1.1", "/css"), ("GET /a.b/c HTTP/1.1", "/a.b/c"),
  ]) func `the page is the path`(request: String, page: String) throws {
    let loaded = try read(line(request: request))
    #expect(loaded.rows.first?.page == Array(page.utf8))
    #expect(loaded.rows.count == 1)
  }

  @Test(arguments: [
    ("10/Oct/2000:13:55:36 +0000", "2000-10-10 13:55:36"), ("01/Jan/2024:00:10:00 +0530", "2023-12-31 18:40:00"),
    ("29/Feb/2024:23:59:59 -1200", "2024-03-01 11:59:59"), ("2024-02-29T01:00:00+01:00", "2024-02-29 00:00:00"),
  ]) func `times become UTC`(text: String, utc: String) throws {
    #expect(try read(line(time: text)).rows.first?.time == at(utc))
  }

  @Test(arguments: [
    (line(time: "30/Feb/2024:00:00:00 +0000"), FaultReason.badTime),
    (line(time: "10/Okt/2000:13:55:36 -0700"), .badTime),
    (line(time: "10/Oct/2000:25:55:36 -0700"), .badTime), (line(time: "10/Oct/2000:13:55:36 -07x0"), .badTime),
    (line(time: ""), .nullTime), (line(time: "01/Jan/0001:00:00:00 +0000"), .timeOutOfRange),
    ("nonsense\n", .badLogLine), (line(status: "20"), .badLogLine), (line(rest: " \"-\" \"open\n"), .badLogLine),
    (line(rest: ""), .badLogLine), ("www.example.com 192.0.2.1 - bob" + line().dropFirst(15), .badLogLine),
    (line(rest: " \"-\" \"\\xff\""), .invalidUTF8), (line(rest: " \"-\" \"\\x00\""), .nulByte),
    (line(rest: " \"-\" \"\0\""), .nulByte),
    (line(rest: " \"-\" \"\(String(repeating: "a", count: 1100))\""), .keyTooLong),
  ]) func `each fault has its reason`(bad: String, reason: FaultReason) throws {
    let loaded = try read(line() + bad + line())
    #expect(loaded.reasons == [reason])
    #expect(loaded.faults.first?.line == 2)
    #expect(loaded.rows.count == 2)
    #expect(loaded.rows.last.flatMap { string($0.event)?.hasSuffix("#2") } == true)
  }

  @Test func `cut anywhere, a line is read, filtered or faulted`() throws {
    let whole = line()
    for count in 1..<whole.utf8.count {
      let loaded = try read(String(decoding: whole.utf8.prefix(count), as: UTF8.self))
      // Only the line end may be missing.
      #expect(loaded.rows.count == (count == whole.utf8.count - 1 ? 1 : 0))
      #expect(loaded.rows.count + loaded.faults.count == 1)
    }
  }

  @Test func `a column that a log does not have is a fault of the file`() {
    let options = LoadOptions(attributes: [Attribute(name: "campaign", column: "utm")])
    #expect(fault(line(), path: "access.log", options)?.description.contains("it has address, forwarded") == true)
  }
}
