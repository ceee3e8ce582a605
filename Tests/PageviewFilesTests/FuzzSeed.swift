import Foundation
import SessionPlan
import Testing

@testable import PageviewFiles

/// A small file of one reader, from which the inputs of `FuzzTests` are made.
struct FuzzSeed: Sendable, CustomTestStringConvertible {
  var name: String
  var path: String
  var bytes: [UInt8]
  /// The log's format, as somebody would name it.
  var format: String?
  /// Unpacked or converted it is another text: the work is not measured by its bytes.
  var isPacked = false
  /// What is drawn for one input besides the bytes.
  var draw: @Sendable (inout LoadOptions, inout Random) -> Void = { _, _ in }

  init(
    _ name: String, _ path: String, _ text: String, format: String? = nil,
    draw: @escaping @Sendable (inout LoadOptions, inout Random) -> Void = { _, _ in }
  ) {
    self.name = name
    self.path = path
    bytes = Array(text.utf8)
    self.format = format
    self.draw = draw
  }

  init(packed name: String, _ bytes: [UInt8], encoding: TextEncoding? = nil) {
    self.name = name
    path = "a.csv"
    self.bytes = bytes
    isPacked = true
    draw = { options, _ in options.encoding = encoding }
  }

  var testDescription: String { name }

  static let all = texts + logs + settings + containers

  // MARK: CSV and JSON

  private static let csv =
    "event_id,user_id,page_view_at,page\n1,u,2026-01-01 10:00:00,\"/a\"\"b\"\n2,v,2026-01-01,\"x\ny\"\n"
    + "3,w,01/Mar/2026:10:00:00 +0000,\n"

  private static let texts = [
    FuzzSeed("csv", "a.csv", csv),
    FuzzSeed(
      "csv of Excel", "a.csv", "sep=;\r\nuser_id;page_view_at;page\r\nu;Mar 1, 2026 10:00 AM;/\r\n"),
    FuzzSeed(
      "json lines", "a.jsonl",
      #"{"event_id":"1","user_id":"u","page_view_at":"2026-01-01","page":"\u00e9","p":[{"k":"a","v":1}]}"# + "\n{}\n"),
    FuzzSeed(
      "json array", "a.json",
      #"[{"user_id":1,"page_view_at":"2026-01-01T00:00:00Z"} , {"user_id":"\ud83d"}, {"user_id":1.0}]"#),
    FuzzSeed(
      "json stream", "a.json",
      "{\n \"user_id\": \"u\",\n \"page_view_at\": \"2026-01-01\"\n}\n{\"user_id\":null}"),
  ]

  // MARK: Logs

  private static let time = "[01/Mar/2026:10:00:00 +0000]"
  private static let request = "\(time) \"GET /a?b HTTP/1.1\" 200 5"
  private static let combined = "192.0.2.1 - - \(request) \"-\" \"U\\\"A\\x41\"\n"

  private static let logs = [
    FuzzSeed("COMBINED", "a.log", combined, format: "COMBINED"),
    FuzzSeed("COMMON", "a.log", "[2001:db8::1]:443 - bob \(request)\n", format: "COMMON"),
    FuzzSeed("VCOMBINED", "a.log", "www.example.com:443 " + combined, format: "VCOMBINED"),
    FuzzSeed("VCOMMON", "a.log", "www.example.com ::1 - - \(request)\n", format: "VCOMMON"),
    FuzzSeed(
      "CRI", "a.log", "2026-03-01T10:00:00.1Z stdout F 192.0.2.1, 10.0.0.1 - - \(request)\n", format: "CRI+COMMON"),
    FuzzSeed("SYSLOG", "a.log", "<190>Mar  1 10:00:01 web1 nginx[7]: " + combined, format: "SYSLOG+COMBINED"),
    FuzzSeed(
      "SYSLOG of RFC 5424", "a.log",
      "<190>1 2026-03-01T10:00:00.123Z web1 nginx 7 - [a@1 b=\"c \\] d\"][e@2] " + combined, format: "SYSLOG+COMBINED"),
    FuzzSeed("COMPOSE", "a.log", "web-1  | " + combined, format: "COMPOSE+COMBINED"),
    FuzzSeed("ISOTIME", "a.log", "2026-03-01T10:00:00.000Z " + combined, format: "ISOTIME"),
    FuzzSeed(
      "DOCKER", "a.log",
      #"{"log":"192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5\n","stream":"stdout","time":"x"}"#
        + "\n", format: "DOCKER+COMMON"),
    FuzzSeed(
      "W3C", "a.log",
      "#Fields: date time c-ip cs-method cs-uri-stem sc-status\n2026-03-01 10:00:00 192.0.2.1 GET /a 200\n"
        + "#Fields: c-ip date time cs-uri-stem cs-method\n::1 2026-03-01 10:00:00 \"/b\" GET\n", format: "W3C"),
    FuzzSeed(
      "CLOUDFRONT", "a.log",
      "#Version: 1.0\n#Fields: date time c-ip cs-method cs(Host) cs-uri-stem sc-status cs(User-Agent) cs-uri-query "
        + "x-forwarded-for\n2026-03-01\t10:00:00\t192.0.2.1\tGET\th\t/a\t200\tMozilla/5.0%20(X)\t-\t-\n",
      format: "CLOUDFRONT"),
    FuzzSeed(
      "AWSELB", "a.log",
      "2026-03-01T10:00:00.0Z elb 192.0.2.1:2817 10.0.0.1:80 0.0 0.1 0.0 200 200 0 5 \"GET http://h:80/a HTTP/1.1\" "
        + "\"UA\" - -\n", format: "AWSELB"),
    FuzzSeed(
      "AWSALB", "a.log",
      "h2 2026-03-01T10:00:00.0Z app/x [2001:db8::1]:2817 10.0.0.1:80 0.0 0.1 0.0 200 200 0 5 \"GET https://h:443/a?b "
        + "HTTP/2.0\" \"UA\" X Y arn Root\n", format: "AWSALB"),
    FuzzSeed(
      "AWSS3", "a.log",
      "79a5 bucket \(time) 192.0.2.1 - 3E57 WEBSITE.GET.OBJECT a \"GET /a HTTP/1.1\" 200 - 5 5 10 9 \"-\" \"UA\" - id\n",
      format: "AWSS3"),
    FuzzSeed(
      "SQUID", "a.log",
      "1772359200.000     45 192.0.2.1 TCP_MISS/200 512 GET http://example.com/a - HIER_DIRECT/192.0.2.9 text/html\n",
      format: "SQUID"),
    FuzzSeed(
      "NPM", "a.log",
      "\(time) - 200 200 - GET https h \"/a\" [Client 192.0.2.1] [Length 5] [Gzip -] [Sent-to 10.0.0.5] \"UA\" \"-\"\n",
      format: "NPM"),
    FuzzSeed(
      "TRAEFIKCLF", "a.log",
      "192.0.2.1 - - \(request) \"-\" \"UA\" 1 \"r@docker\" \"http://172.17.0.2:80\" 12ms\n", format: "TRAEFIKCLF"),
    FuzzSeed(
      "CADDY", "a.log",
      #"{"ts":1.5e9,"request":{"remote_ip":"1","client_ip":"2","uri":"/","method":"GET","headers":{"User-Agent":["U"]}},"#
        + #""status":200}"# + "\n", format: "CADDY"),
    FuzzSeed(
      "NGINX_JSON", "a.log",
      #"{"time_local":"01/Mar/2026:10:00:00 +0000","msec":1772359200.1,"remote_addr":"192.0.2.1","xff":"-","#
        + #""request":"GET /a HTTP/1.1","status":"200","args":"q","http_user_agent":"U"}"# + "\n", format: "NGINX_JSON"),
  ]

  // MARK: Settings

  private static let patterns = [
    "%d/%m/%Y %H:%M", "%m/%d/%y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S.%f%z", "%a, %d %b %Y %T %Z", "%s", "%F %R", "%j %Y %H",
  ]
  private static let filters = [
    "page = '/' and lower(k) not like '%bo_t%'", "p.k in (1, 2, 'x') or n between -3 and 7",
    "page is null or not n < 5",
    "k like '%%%a%_%b' and k >= 'a'",
  ]
  private static let paths = [
    "p[k=a].v", "/p/0/v", "d.e.f+d.g", "d[0]|d|u", "p[0].k", "a~1b", "l[1][0]", "d.e.f.g.h|page", "u\\|v",
  ]
  private static let formats = [
    "%h - %e [%d:%t %^] \"%r\" %s %b \"%R\" \"%u\"", "~h{, } - %e [%x] \"%r\" %s %b",
    "%h %^ %^ [%d:%t %^] \"%m %U %H\" %s %^",
    "%h %~%^ %e [%x] %r %s %^", "%^ - - [%x] \"%r\" %e %^", "~h{, } %^ %^ [%x] \"%U\" %D %^ \"%^\" \"~h{,}\"",
  ]

  /// One of the texts, changed half of the time.
  private static func text(_ texts: [String], _ random: inout Random) -> String {
    let text = texts.randomElement(using: &random) ?? ""
    guard Bool.random(using: &random) else { return text }
    return String(decoding: FuzzTests.mutated(Array(text.utf8), &random), as: UTF8.self)
  }

  private static let settings = [
    FuzzSeed(
      "times by a pattern", "a.csv",
      "user_id,page_view_at\nu,2026-03-01 10:00:00Z\nu,01/03/2026 10:00\nu,3/1/26 09:30:00 PM\n"
        + "u,2026-03-01T10:00:00.123+0200\nu,\"Sun, 01 Mar 2026 10:00:00 GMT\"\nu,1772359200\nu,60 2026 7\n"
    ) { options, random in
      if let pattern = try? TimePattern(text: text(patterns, &random)) { options.timeFormat = .pattern(pattern) }
      options.zone = Bool.random(using: &random) ? FileZone(identifier: "America/New_York") : nil
    },
    FuzzSeed(
      "times by numbers", "a.csv",
      "user_id,page_view_at\nu,2026-03-01\nu,1772359200\nu,1.772359200e9\nu,-1772359200123\nu,1772359200123456789\n"
    ) { options, random in
      options.timeFormat =
        [.epochSeconds, .epochMilliseconds, .epochMicroseconds, .epochNanoseconds].randomElement(using: &random)
        ?? .auto
    },
    FuzzSeed(
      "filters", "a.jsonl",
      #"{"user_id":"u","page_view_at":"2026-01-01","page":"/","k":"aXb","n":3,"p":{"k":1}}"# + "\n"
        + #"{"user_id":"u","page_view_at":"2026-01-01","page":null,"k":"Robot","n":"x"}"# + "\n"
    ) { options, random in
      options.only = try? RowFilter(text: text(filters, &random))
    },
    FuzzSeed(
      "json paths", "a.jsonl",
      #"{"user_id":"u","page_view_at":"2026-01-01","page":"/","p":[{"k":"a","v":1},{"v":"\u0041","k":"b"}],"#
        + #""d":{"e":{"f":"x"},"g":[1]},"l":[0,[1]],"a/b":2}"# + "\n"
    ) { options, random in
      options.columns.userID = text(paths, &random) + "|user_id"
      options.columns.page = text(paths, &random) + "|page"
      options.attributes = [Attribute(name: "x", column: text(paths, &random) + "|page")]
    },
    FuzzSeed("log format strings", "a.log", combined) { options, random in
      options.log.format = (try? LogFormat(text: text(formats, &random))) ?? options.log.format
    },
  ]

  // MARK: Containers

  private static let containers =
    ContainerTests.packed.map { packed in
      FuzzSeed(
        packed: packed.name,
        Array(Data(base64Encoded: packed.base64, options: .ignoreUnknownCharacters) ?? Data()))
    } + [
      FuzzSeed(packed: "gzip", gzip(Array(csv.utf8)) + gzip(Array("4,x,2026-01-02,/\n".utf8))),
      FuzzSeed(packed: "utf-16", [0xFF, 0xFE] + csv.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }),
      FuzzSeed(packed: "windows-1252", Array(csv.utf8) + [0x93, 0x80], encoding: .windows1252),
    ]
}
