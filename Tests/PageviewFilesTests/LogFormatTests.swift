import SessionPlan
import Testing

@testable import PageviewFiles

@Suite struct LogFormatTests {
  private func read(_ text: String, _ format: String? = nil, user: LogUser? = .address) throws -> Loaded {
    var options = LoadOptions(userFrom: user)
    options.log.format = try format.map { try LogFormat(text: $0) }
    return try load(text, path: "x.log", options)
  }

  private func shown(_ loaded: Loaded) -> [String] {
    loaded.rows.map { row in
      let page = row.page.map { String(decoding: $0, as: UTF8.self) } ?? "NULL"
      return
        "\(String(decoding: row.user, as: UTF8.self)) \(row.time == at("2026-03-01 10:00:00") ? "10" : "\(row.time)") \(page)"
    }
  }

  static let request = #"[01/Mar/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 5"#

  @Test(arguments: [
    ("COMMON", "192.0.2.1 - - \(request)"), ("COMBINED", "192.0.2.1 - bob \(request) \"-\" \"UA\""),
    ("VCOMMON", "www.example.com 192.0.2.1 - - \(request)"),
    ("VCOMBINED", "www.example.com:443 192.0.2.1 - - \(request) \"-\" \"UA\""),
    ("VCOMBINED", "10.0.0.9:80 192.0.2.1 - - \(request) \"-\" \"UA\""),
    ("COMBINED", "192.0.2.1, 10.0.0.1,10.0.0.2 - - \(request) \"-\" \"UA\""),
    ("TRAEFIKCLF", "192.0.2.1 - - \(request) \"-\" \"UA\" 1 \"r@docker\" \"http://172.17.0.2:80\" 12ms"),
    (
      "AWSELB",
      "2026-03-01T10:00:00.000000Z my-elb 192.0.2.1:2817 10.0.0.1:80 0.0 0.1 0.0 200 200 0 5 \"GET http://h:80/a HTTP/1.1\" \"UA\" - -"
    ),
    (
      "AWSALB",
      "h2 2026-03-01T10:00:00.000000Z app/x 192.0.2.1:2817 10.0.0.1:80 0.0 0.1 0.0 200 200 0 5 \"GET https://h:443/a?b HTTP/2.0\" \"UA\" X Y arn Root"
    ),
    (
      "AWSS3",
      "79a5 bucket [01/Mar/2026:10:00:00 +0000] 192.0.2.1 - 3E57 WEBSITE.GET.OBJECT a \"GET /a HTTP/1.1\" 200 - 5 5 10 9 \"-\" \"UA\" - id"
    ),
    (
      "NPM",
      "[01/Mar/2026:10:00:00 +0000] - 200 200 - GET https h \"/a\" [Client 192.0.2.1] [Length 5] [Gzip -] [Sent-to 10.0.0.5] \"UA\" \"-\""
    ),
    ("CRI+COMBINED", "2026-03-01T10:00:00.1Z stdout F 192.0.2.1 - - \(request) \"-\" \"UA\""),
    ("SYSLOG+COMMON", "<190>Mar  1 10:00:01 web1 nginx[7]: 192.0.2.1 - - \(request)"),
    ("COMPOSE+COMMON", "web-1  | 192.0.2.1 - - \(request)"),
    ("ISOTIME+COMMON", "2026-03-01T10:00:00Z 192.0.2.1 - - \(request)"),
    (
      "DOCKER+COMMON",
      #"{"log":"192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 5\n","stream":"stdout","time":"2026-03-01T10:00:00Z"}"#
    ),
    (
      "CADDY",
      #"{"ts":1772359200,"request":{"client_ip":"192.0.2.1","remote_ip":"10.0.0.1","method":"GET","uri":"/a?b","headers":{"User-Agent":["UA"]}},"status":200}"#
    ),
    (
      "NGINX_JSON",
      #"{"time_iso8601":"2026-03-01T10:00:00+00:00","remote_addr":"192.0.2.1","request":"GET /a HTTP/1.1","status":"200","http_user_agent":"UA"}"#
    ),
    (#"%^ %h %d %t "%m %U %H" %s"#, #"x 192.0.2.1 2026-03-01 10:00:00 "GET /a HTTP/1.1" 200"#),
    (#"%x|%~%h|%r|%s"#, "2026-03-01 10:00:00Z|   192.0.2.1|GET /a HTTP/1.1|200"),
  ]) func `a line of each format`(format: String, line: String) throws {
    #expect(shown(try read(line + "\n", format)) == ["192.0.2.1 10 /a"])
    #expect(try read("nonsense\n" + line + "\n", format).faults.first?.text == "nonsense")
    // A string is for what is not found.
    if !format.contains("%") {
      let found = try read(line + "\n" + line + "\n")
      #expect(found.summary?.logFormat == format)
      #expect(shown(found).count == 2)
    }
  }

  @Test func `W3C logs say themselves what stands where, and may change it`() throws {
    let text = """
      #Version: 1.0
      #Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status
      2026-03-01 10:00:00 192.0.2.1 GET /a q=1 200
      #Fields: c-ip date time cs-uri-stem cs-method sc-status
      192.0.2.1 2026-03-01 10:00:00 /b GET 200
      192.0.2.1 2026-03-01 10:00:00 /b GET

      """
    let loaded = try read(text)
    #expect(shown(loaded) == ["192.0.2.1 10 /a", "192.0.2.1 10 /b"])
    #expect(loaded.reasons == [.badLogLine])
    #expect(fault("#Fields: date time cs-uri-stem\n", path: "a.log")?.message.contains("c-ip") == true)
    // The agent of a last line without line end may be cut.
    let agents = "#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent)\n"
    let line = "2026-03-01 10:00:00 192.0.2.1 GET /a 200 Mozilla"
    #expect(try read(agents + line + "\n" + line).reasons == [.badLogLine])
  }

  @Test(arguments: [
    // Two addresses in front: a proxy's and the client's, in an order that nobody knows.
    "10.0.0.1 192.0.2.1 - - \(request) \"-\" \"UA\"", "10.0.0.1 192.0.2.1 bob \(request)",
    "\(request) 192.0.2.1", "192.0.2.1 - - \(request) \"UA\"", "192.0.2.1 - - \(request) \"-\" \"UA\" \"cookie=1\"",
    "- 192.0.2.1 - - \(request) \"-\" \"UA\"",
  ]) func `what is not certain is refused`(line: String) throws {
    #expect(fault(line + "\n", path: "a.log")?.message.hasPrefix("the format is unknown") == true)
  }

  @Test func `all of the first lines must fit`() throws {
    let good = "192.0.2.1 - - \(Self.request) \"-\" \"UA\"\n"
    let found = fault(good + "words\n" + good, path: "a.log")
    #expect(found?.line == 2)
    #expect(found?.remedy?.contains("--log-format 'COMBINED'") == true)
    let many = String(repeating: good, count: 30)
    #expect(try read(many + "words\n" + good).reasons == [.badLogLine])
    #expect(try read(good + good.dropLast(20)).reasons == [.badLogLine])
  }

  @Test func `the forwarded address and the client`() throws {
    let line = "10.0.0.1 - - \(Self.request) \"-\" \"UA\" \"192.0.2.1, 10.0.0.2\"\n"
    let direct = "192.0.2.9 - - \(Self.request) \"-\" \"UA\" \"-\"\n"
    #expect(shown(try read(direct + line, user: .forwarded)) == ["192.0.2.9 10 /a", "192.0.2.1 10 /a"])
    for user in [nil, LogUser.address, .addressAndAgent] {
      #expect(throws: FileFault.self) { try read(direct + line, user: user) }
    }
    #expect(shown(try read(direct, user: .address)) == ["192.0.2.9 10 /a"])
    // A format that somebody wrote says it.
    let front = #"%h - %e [%d:%t %^] "%r" %s %b "%R" "%u" "#
    #expect(shown(try read(line, front + #""~h{, }""#)) == ["192.0.2.1 10 /a"])
    #expect(shown(try read(line, front + #""%^""#)) == ["10.0.0.1 10 /a"])
  }

  @Test func `which requests count, and what their page is`() throws {
    func line(_ method: String, _ target: String, _ status: Int) -> String {
      "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"\(method) \(target) HTTP/1.1\" \(status) 5 \"-\" \"UA\"\n"
    }
    let text =
      line("GET", "/a?q=1", 200) + line("POST", "/b", 200) + line("GET", "/c", 302) + line("GET", "/d.PDF", 200)
      + line("GET", "/e", 304) + line("GET", "/f.png", 200) + line("GET", "/g", 404)
    func pages(_ change: (inout PageRules) -> Void) throws -> [String] {
      var options = LoadOptions()
      change(&options.log.pages)
      return try load(text, path: "a.log", options).rows.map {
        $0.page.map { String(decoding: $0, as: UTF8.self) } ?? ""
      }
    }
    #expect(try pages { _ in } == ["/a", "/d.PDF", "/e"])
    #expect(try pages { $0.query = .keep } == ["/a?q=1", "/d.PDF", "/e"])
    #expect(try pages { $0.countsRedirects = true } == ["/a", "/c", "/d.PDF", "/e"])
    #expect(try pages { $0.methods = ["POST"] } == ["/b"])
    #expect(try pages { $0.statuses = [302...302, 400...499] } == ["/c", "/g"])
    #expect(try pages { $0.skippedSuffixes = ["pdf"] } == ["/a", "/e", "/f.png"])
    #expect(try pages { $0.takesEverything = true }.count == 7)
    let summary = try load(text, path: "a.log").summary
    #expect(summary?.leftOut == [.method: 1, .redirect: 1, .suffix: 1, .status: 1])
    #expect(summary?.notices.first == "the query was cut from 1 page; --log-query keep keeps it")
  }

  @Test(arguments: ["", "%h %r", "%x %r", "%h %x", "%h%x %r", "%Q", "~h %x %r", "NOPE", "CRI+W3C"])
  func `formats that cannot be`(text: String) {
    #expect(throws: LogFormatError.self) { try LogFormat(text: text) }
  }

  @Test(arguments: ["192.0.2.1", "1.2.3", "10.0.0.1:80"]) func `an address at the end is not a duration`(last: String) {
    let line = "10.0.0.1 - - \(Self.request) \"-\" \"UA\" \(last)\n"
    #expect(fault(line + line, path: "a.log")?.message.hasPrefix("the format is unknown") == true)
  }

  @Test func `a port is not a part of the client`() throws {
    let line = "192.0.2.1:1234 - - \(Self.request) \"-\" \"UA\"\n"
    #expect(shown(try read(line + line.replacing("1234", with: "5"))) == ["192.0.2.1 10 /a", "192.0.2.1 10 /a"])
    let six = line.replacing("192.0.2.1:1234", with: "[2001:db8::1]:443")
    #expect(shown(try read(six)) == ["2001:db8::1 10 /a"])
    let forwarded = "10.0.0.1 - - \(Self.request) \"-\" \"UA\" \"192.0.2.1:99, 10.0.0.2\"\n"
    #expect(shown(try read(forwarded, user: .forwarded)) == ["192.0.2.1 10 /a"])
    let fields = "#Fields: date time c-ip cs-method cs-uri-stem sc-status X-Forwarded-For\n"
    let w3c = "2026-03-01 10:00:00 10.0.0.1 GET /a 200 192.0.2.1:99,+10.0.0.2\n"
    #expect(shown(try read(fields + w3c, user: .forwarded)) == ["192.0.2.1 10 /a"])
    #expect(try read(fields + w3c.replacing(":99", with: ":x"), user: .forwarded).reasons == [.badLogLine])
  }

  @Test func `where the fields have names, a named format and a named user decide`() throws {
    let fields = "#Fields: date time c-ip cs-method cs-uri-stem sc-status X-Forwarded-For\n"
    let line = "2026-03-01 10:00:00 10.0.0.1 GET /a 200 192.0.2.1\n"
    #expect(throws: FileFault.self) { try read(fields + line) }
    #expect(throws: FileFault.self) { try read(fields + line, "W3C", user: nil) }
    #expect(shown(try read(fields + line, "W3C")) == ["10.0.0.1 10 /a"])
    #expect(shown(try read(fields + line, "W3C", user: .forwarded)) == ["192.0.2.1 10 /a"])
    // Both the same is nothing to ask.
    #expect(shown(try read(fields + line.replacing("10.0.0.1", with: "192.0.2.1"))) == ["192.0.2.1 10 /a"])
  }

  @Test(arguments: [
    "http_x_forwarded_for", "x-forwarded-for", "X-Forwarded-For", "xff", "http_x_real_ip", "real_ip", "client_ip",
    "http_cf_connecting_ip",
  ]) func `whatever the forwarded address is called in JSON`(name: String) throws {
    let line =
      #"{"time":"2026-03-01T10:00:00Z","remote_addr":"10.0.0.1","\#(name)":"192.0.2.1, 10.0.0.2","request":"GET /a HTTP/1.1","status":200}"#
      + "\n"
    #expect(throws: FileFault.self) { try read(line) }
    #expect(shown(try read(line, user: .forwarded)) == ["192.0.2.1 10 /a"])
    #expect(shown(try read(line, "NGINX_JSON")) == ["10.0.0.1 10 /a"])
  }

  @Test func `Caddy behind a proxy`() throws {
    func line(_ client: String) -> String {
      #"{"ts":1772359200,"request":{"remote_ip":"10.0.0.1","client_ip":"\#(client)","method":"GET","uri":"/a","#
        + #""headers":{"X-Forwarded-For":["192.0.2.1, 10.0.0.9"]}},"status":200}"# + "\n"
    }
    // It knows the proxies.
    #expect(shown(try read(line("192.0.2.1"))) == ["192.0.2.1 10 /a"])
    #expect(throws: FileFault.self) { try read(line("10.0.0.1")) }
    #expect(shown(try read(line("10.0.0.1"), user: .forwarded)) == ["192.0.2.1 10 /a"])
    #expect(shown(try read(line("10.0.0.1"), "CADDY")) == ["10.0.0.1 10 /a"])
  }

  @Test func `the time of a JSON log may count something else`() throws {
    let line =
      #"{"ts":1772359200000,"request":{"remote_ip":"192.0.2.1","method":"GET","uri":"/a"},"status":200}"# + "\n"
    #expect(try read(line).reasons == [.timeOutOfRange])
    #expect(try read(line).summary?.whyNothingFits.remedy.contains("epoch_ms") == true)
    var options = LoadOptions(userFrom: .address, timeFormat: .epochMilliseconds)
    #expect(shown(try load(line, path: "a.log", options)) == ["192.0.2.1 10 /a"])
    options.timeFormat = .auto
    #expect(shown(try load(line.replacing("000,", with: ","), path: "a.log", options)) == ["192.0.2.1 10 /a"])
  }

  @Test func `a tab in a format is a tab of the line`() throws {
    let line = "2026-03-01\t10:00:00\t192.0.2.1\tGET\t/a\t200\n"
    #expect(shown(try read(line, #"%d\t%t\t%h\t%m\t%U\t%s"#)) == ["192.0.2.1 10 /a"])
    #expect(try read(line.replacing("\t", with: " "), #"%d\t%t\t%h\t%m\t%U\t%s"#).reasons == [.badLogLine])
  }

  @Test func `a duration in a JSON log is not its time`() throws {
    func line(_ times: String) -> String {
      #"{\#(times),"remote_addr":"192.0.2.1","request":"GET /a HTTP/1.1","status":200}"# + "\n"
    }
    #expect(shown(try read(line(#""time":0.001,"@timestamp":"2026-03-01T10:00:00Z""#))) == ["192.0.2.1 10 /a"])
    #expect(shown(try read(line(#""msec":1772359200,"time":0.001"#))) == ["192.0.2.1 10 /a"])
    #expect(try read(line(#""time":0.001"#)).reasons == [.badTime])
    #expect(try read(line(#""timestamp":1772359200"#)).reasons == [.badTime])
    let seconds = LoadOptions(userFrom: .address, timeFormat: .epochSeconds)
    #expect(shown(try load(line(#""timestamp":1772359200"#), path: "a.log", seconds)) == ["192.0.2.1 10 /a"])
  }

  @Test func `a JSON log without methods is refused`() {
    let line = #"{"time":"2026-03-01T10:00:00Z","remote_addr":"192.0.2.1","uri":"/a","status":200}"# + "\n"
    #expect(fault(line, path: "a.log")?.message.hasPrefix("no object has a method: request, request_method") == true)
    #expect(fault(line, path: "a.log", LoadOptions(filtersPages: false)) == nil)
  }

  @Test(arguments: [
    "- - ", #"ID47 [a@1 b="c ] \" d"][e@2 f="g"] "#, "- - \u{FEFF}",
  ]) func `syslog by RFC 5424`(data: String) throws {
    let line = "<190>1 2026-03-01T10:00:00.123Z web1 nginx 7 \(data)192.0.2.1 - - \(Self.request)\n"
    let found = try read(line + line)
    #expect(found.summary?.logFormat == "SYSLOG+COMMON")
    #expect(shown(found).count == 2)
  }

  @Test(arguments: [
    "2001:db8::1", "::1", "::", "1::", "2001:db8:0:0:0:0:0:1", "::ffff:192.0.2.1", "fe80::1%eth0", "[2001:db8::1]:443",
  ])
  func `addresses of IPv6`(address: String) throws {
    let loaded = try read("\(address) - - \(Self.request)\n", "COMMON")
    let bare = address.hasPrefix("[") ? "2001:db8::1" : address
    #expect(loaded.rows.map(\.user) == [Array(bare.utf8)])
  }

  @Test(arguments: [
    "2001:db8::1:51234", "2001:db8:0:0:0:0:0:1:443", "2001:db8:", "2001:db8:0:0:0:0:1", "1::2::3", ":::", "12345::1",
    "::1.2.3",
  ])
  func `what is no address of IPv6 is not a user`(address: String) throws {
    #expect(try read("\(address) - - \(Self.request)\n", "COMMON").reasons == [.badLogLine])
    #expect(fault("\(address) - - \(Self.request)\n", path: "x.log") != nil)
  }

  /// The format says that a port follows: an address without one loses none of its groups.
  @Test func `a load balancer's IPv6 clients`() throws {
    func line(_ client: String) -> String {
      "2026-03-01T10:00:00Z elb \(client) 10.0.0.1:80 0.0 0.1 0.0 200 200 0 5 \"GET http://h:80/a HTTP/1.1\" \"UA\" - -\n"
    }
    let read = { try self.read(line($0), "AWSELB") }
    #expect(try read("2001:db8::1:4711").rows.map(\.user) == [Array("2001:db8::1".utf8)])
    #expect(try read("[2001:db8::1]:4711").rows.map(\.user) == [Array("2001:db8::1".utf8)])
    #expect(try read("2001:db8::1").reasons == [.badLogLine])
    #expect(try read("2001:db8:0:0:0:0:0:1").reasons == [.badLogLine])
  }

  @Test func `squid's own log is found, and has seconds since 1970`() throws {
    let line =
      "1772359200.000     45 192.0.2.1 TCP_MISS/200 512 GET http://example.com/a - HIER_DIRECT/192.0.2.9 text/html\n"
    for format in [nil, "SQUID"] {
      let loaded = try read(line + line.replacing("200 512", with: "000 0"), format)
      #expect(loaded.summary?.logFormat == "SQUID")
      #expect(shown(loaded) == ["192.0.2.1 10 /a"])
      #expect(loaded.summary?.leftOut == [.status: 1])
    }
    // With another time it is somebody's own format, which must be named.
    for time in ["1772359200", "1772359200000.000", "1772359200.", "2026-03-01T10:00:00Z"] {
      #expect(fault(line.replacing("1772359200.000", with: time), path: "x.log") != nil)
    }
  }

  /// A format says what its times count, and only numbers are such times; the option of the command wins.
  @Test func `a format with a unit of its times`() throws {
    let format = "%h - %e [%x{epoch_s}] \"%r\" %s %b"
    func line(_ time: String) -> String { "192.0.2.1 - - [\(time)] \"GET /a HTTP/1.1\" 200 5\n" }
    for (time, format) in [
      ("1772359200", format), ("1772359200.000", format),
      ("1772359200000", format.replacing("epoch_s", with: "epoch_ms")),
      ("1772359200000000", format.replacing("epoch_s", with: "epoch_us")),
      ("1772359200000000000", format.replacing("epoch_s", with: "epoch_ns")),
    ] { #expect(shown(try read(line(time), format)) == ["192.0.2.1 10 /a"]) }
    #expect(try read(line("01/Mar/2026:10:00:00 +0000"), format).reasons == [.badTime])
    var options = LoadOptions(userFrom: .address, timeFormat: .epochMilliseconds)
    options.log.format = try LogFormat(text: format)
    #expect(shown(try load(line("1772359200000"), path: "a.log", options)) == ["192.0.2.1 10 /a"])
    // A larger number than the unit says is noticed.
    let early = try read(line("1772359"), format)
    #expect(early.summary?.notices.contains { $0.contains("before 1971") && $0.contains("seconds") } == true)
    // Other braces are text.
    let braces = "{1772359200} 192.0.2.1 \"GET /a HTTP/1.1\" 200\n"
    #expect(shown(try read(braces, "{%x{epoch_s}} %h \"%r\" %s")) == ["192.0.2.1 10 /a"])
    for text in ["%h %x{epoch} %r", "%h %x{epoch_s %r", "%h %x{epoch_h} %r"] {
      #expect(throws: LogFormatError.self) { try LogFormat(text: text) }
    }
  }

  /// nginx's seconds with milliseconds, as a number or in quotes.
  @Test func `the seconds of a JSON log in quotes`() throws {
    let line = #"{"msec":"1772359200.000","remote_addr":"192.0.2.1","request":"GET /a HTTP/1.1","status":"200"}"# + "\n"
    #expect(shown(try read(line)) == ["192.0.2.1 10 /a"])
    let text =
      #"{"ts":"2026-03-01T10:00:00Z","request":{"remote_ip":"192.0.2.1","method":"GET","uri":"/a"},"status":200}"#
    #expect(shown(try read(text + "\n")) == ["192.0.2.1 10 /a"])
  }

  /// Nobody can tell a port of four digits from a group; where all look like one, that is said.
  @Test func `ports behind IPv6 addresses without brackets`() throws {
    func notices(_ addresses: [String]) throws -> [String] {
      try read(addresses.map { "\($0) - - \(Self.request)\n" }.joined(), "COMMON").summary?.notices.filter {
        $0.hasPrefix("all IPv6 clients end in a number")
      } ?? []
    }
    let ports = (0..<30).map { "2001:db8::\($0 % 3):\(4000 + $0)" }
    #expect(try notices(ports).count == 1)
    #expect(try notices(ports + ["192.0.2.1"]).count == 1)
    #expect(try notices(ports + ["2001:db8::1:a3"]).isEmpty)
    #expect(try notices(["2001:db8::1", "2001:db8::2", "2001:db8::3"]).isEmpty)
    #expect(try notices(["2001:db8::a:4000", "2001:db8::b:4000"]).isEmpty)
  }
}
