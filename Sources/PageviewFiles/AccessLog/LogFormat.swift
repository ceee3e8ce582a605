/// The format of an access log: a name, or a string in GoAccess's words, perhaps behind a prefix that another program
/// put before each line.
public struct LogFormat: Hashable, Sendable {
  enum Body: Hashable, Sendable {
    case lines(LogFormatString)
    /// W3C extended: the `#Fields` lines decide.
    case fields
    case json(LogObjects)
    /// Found by the first lines.
    case detected
  }

  /// As somebody wrote it.
  public let text: String
  let prefix: LogPrefix
  let body: Body

  /// - Throws: `LogFormatError`
  public init(text: String) throws(LogFormatError) {
    self.text = text
    var rest = text
    var prefix = LogPrefix.none
    let parts = text.split(separator: "+", maxSplits: 1)
    if let found = parts.first.flatMap({ LogPrefix(rawValue: $0.uppercased()) }), found != .none {
      prefix = found
      rest = parts.count > 1 ? String(parts[1]) : ""
    }
    self.prefix = prefix
    if rest.isEmpty, prefix != .none {
      body = .detected
    } else if rest.contains("%") {
      body = .lines(try LogFormatString(text: rest))
    } else if let format = Self.strings[rest.uppercased()] {
      body = .lines(try LogFormatString(text: format))
    } else if rest.uppercased() == "W3C" || rest.uppercased() == "CLOUDFRONT" {
      body = .fields
    } else if let objects = LogObjects(rawValue: rest.uppercased()) {
      body = .json(objects)
    } else {
      throw LogFormatError(
        description: "'\(text)' is not a log format: write one of \(Self.names.joined(separator: ", ")), or a string "
          + "such as '%h %^ %e [%d:%t %^] \"%r\" %s %b \"%R\" \"%u\"'")
    }
    if prefix != .none, case .fields = body {
      throw LogFormatError(description: "a W3C log has no prefix")
    }
  }

  init(text: String, prefix: LogPrefix, body: Body) { (self.text, self.prefix, self.body) = (text, prefix, body) }

  /// The formats that have a name. The dash is what servers write for a name by identd that they do not ask for: where
  /// something else stands there, the words may be shifted, and the line does not fit.
  static let strings: [String: String] = [
    "COMMON": #"~h{, } - %e [%x] "%r" %s %b"#,
    "COMBINED": #"~h{, } - %e [%x] "%r" %s %b "%R" "%u""#,
    "VCOMMON": #"%v ~h{, } - %e [%x] "%r" %s %b"#,
    "VCOMBINED": #"%v ~h{, } - %e [%x] "%r" %s %b "%R" "%u""#,
    "TRAEFIKCLF": #"~h{, } - %e [%x] "%r" %s %b "%R" "%u" %D "%^" "%^" %^"#,
    "AWSELB": #"%x %^ %1 %^ %^ %^ %^ %s %^ %^ %b "%r" "%u" %^"#,
    "AWSALB": #"%^ %x %^ %1 %^ %^ %^ %^ %s %^ %^ %b "%r" "%u" %^"#,
    "AWSS3": #"%^ %v [%x] %h %^ %^ %^ %^ "%r" %s %^ %b %^ %^ %^ "%R" "%u" %^"#,
    "SQUID": #"%x{epoch_s} %~%^ %h %^/%s %b %m %U %^"#,
    "NPM": #"[%x] %^ %^ %s %^ %m %^ %v "%U" [Client %h] [Length %^] [Gzip %^] [Sent-to %^] "%u" "%R""#,
  ]

  public static let names =
    (["W3C", "CLOUDFRONT"] + strings.keys + LogObjects.allCases.map(\.rawValue)
    + LogPrefix.allCases.filter { $0 != .none }.map(\.rawValue)).sorted()
}

/// What other programs put before each line of a log.
enum LogPrefix: String, Hashable, Sendable, CaseIterable {
  case none = ""
  /// Kubernetes: `2026-03-01T10:00:00.1Z stdout F `.
  case cri = "CRI"
  /// `Mar  1 10:00:00 host nginx[7]: `, or with an ISO time, with or without `<190>`; `<190>1 … - - ` of RFC 5424.
  case syslog = "SYSLOG"
  /// docker compose: `web_1  | `.
  case compose = "COMPOSE"
  /// A time: `2026-03-01T10:00:00.000Z `.
  case iso = "ISOTIME"
  /// Docker's own files: `{"log":"…\n","stream":"stdout","time":"…"}`.
  case docker = "DOCKER"

  enum Stripped {
    case rest(Int)
    case standardError
    case unfit
  }

  /// Where the line behind the prefix begins. (Docker's is JSON, and is not for this.)
  func strip(_ line: Bytes) -> Stripped {
    switch self {
    case .none, .docker: return .rest(0)
    case .iso:
      guard let end = Self.isoTime(line, 0) else { return .unfit }
      return .rest(end)
    case .cri:
      guard let end = Self.isoTime(line, 0) else { return .unfit }
      if line.slice(end..<line.count).starts(with: "stderr ".utf8) { return .standardError }
      return line.slice(end..<line.count).starts(with: "stdout F ".utf8) ? .rest(end + 9) : .unfit
    case .compose:
      guard let bar = line.firstIndex(of: UInt8(ascii: "|"), from: 0), bar > 1, bar + 1 < line.count,
        line[bar - 1] == ASCII.blank, line[bar + 1] == ASCII.blank
      else { return .unfit }
      let name = line.slice(0..<bar).trimmed
      guard !name.isEmpty, !name.contains(where: { $0 <= ASCII.blank || $0 == ASCII.quote }) else { return .unfit }
      return .rest(bar + 2)
    case .syslog:
      var start = 0
      if line.first == UInt8(ascii: "<"), let close = line.prefix(8).firstIndex(of: UInt8(ascii: ">")) {
        start = close + 1
        if line.slice(start..<line.count).starts(with: "1 ".utf8) { return Self.newSyslog(line, start + 2) }
      }
      guard let time = Self.isoTime(line, start) ?? Self.oldTime(line, start),
        let host = line.firstIndex(of: ASCII.blank, from: time), host > time
      else { return .unfit }
      // The program, perhaps with its number, up to a colon.
      guard let end = line.firstIndex(of: ASCII.blank, from: host + 1), end > host + 2,
        line[end - 1] == UInt8(ascii: ":")
      else { return .unfit }
      return .rest(end + 1)
    }
  }

  /// The place behind an ISO time with a zone, and the blank behind it.
  private static func isoTime(_ line: Bytes, _ start: Int) -> Int? {
    guard line.count > start + 20, line[start + 4] == UInt8(ascii: "-"), line[start + 10] == UInt8(ascii: "T"),
      let blank = line.firstIndex(of: ASCII.blank, from: start), blank - start <= 40,
      let text = TimeText(line.slice(start..<blank)), text.zone != nil
    else { return nil }
    return blank + 1
  }

  /// RFC 5424: behind `<190>1 ` a time, host, program, its number, the kind of message and its data; `-` where one
  /// is absent.
  private static func newSyslog(_ line: Bytes, _ start: Int) -> Stripped {
    guard var place = isoTime(line, start) else { return .unfit }
    for _ in 0..<4 {
      guard let blank = line.firstIndex(of: ASCII.blank, from: place), blank > place else { return .unfit }
      place = blank + 1
    }
    guard place < line.count else { return .unfit }
    if line[place] == UInt8(ascii: "-") {
      place += 1
    } else {
      guard line[place] == UInt8(ascii: "[") else { return .unfit }
      var isQuoted = false
      while place < line.count, isQuoted || line[place] != ASCII.blank || line[place - 1] != UInt8(ascii: "]") {
        if isQuoted, line[place] == ASCII.backslash {
          place += 1
        } else if line[place] == ASCII.quote {
          isQuoted.toggle()
        }
        place += 1
      }
    }
    guard place < line.count, line[place] == ASCII.blank else { return .unfit }
    place += 1
    return .rest(line.slice(place..<line.count).starts(with: [0xEF, 0xBB, 0xBF]) ? place + 3 : place)
  }

  /// The place behind `Mar  1 10:00:00 `.
  private static func oldTime(_ line: Bytes, _ start: Int) -> Int? {
    var cursor = TimeCursor(line.slice(start..<line.count))
    guard cursor.monthName() != nil, cursor.takeBlanks(), cursor.number(1...2) != nil, cursor.takeBlanks(),
      cursor.number(2...2) != nil, cursor.take(":"), cursor.number(2...2) != nil, cursor.take(":"),
      cursor.number(2...2) != nil, cursor.next == ASCII.blank
    else { return nil }
    let end = line.firstIndex(of: UInt8(ascii: ":"), from: start).map { $0 + 7 } ?? line.count
    return end <= line.count ? end : nil
  }
}

/// Access logs whose lines are JSON objects.
enum LogObjects: String, Hashable, Sendable, CaseIterable {
  case caddy = "CADDY"
  case nginx = "NGINX_JSON"

  /// The places of each field, the first that is not empty counts.
  func names(_ field: AccessLogField) -> [String] {
    switch (self, field) {
    case (.caddy, .address): ["request.client_ip", "request.remote_ip"]
    case (.caddy, .remoteUser): ["user_id"]
    case (.caddy, .method): ["request.method"]
    case (.caddy, .path): ["request.uri"]
    case (.caddy, .status): ["status"]
    case (.caddy, .referrer): ["request.headers.Referer[0]"]
    case (.caddy, .agent): ["request.headers.User-Agent[0]"]
    case (.caddy, .host): ["request.host"]
    case (.caddy, .forwarded): ["request.headers.X-Forwarded-For[0]", "request.headers.X-Real-Ip[0]"]
    case (.caddy, .query): []
    case (.nginx, .address): ["remote_addr", "client_ip", "remote_ip"]
    case (.nginx, .forwarded): Self.forwardedNames
    case (.nginx, .remoteUser): ["remote_user"]
    case (.nginx, .method): ["request_method", "method"]
    case (.nginx, .path): ["request_uri", "uri"]
    case (.nginx, .query): ["args", "query_string"]
    case (.nginx, .status): ["status"]
    case (.nginx, .referrer): ["http_referer", "http_referrer", "referrer", "referer"]
    case (.nginx, .agent): ["http_user_agent", "user_agent", "agent"]
    case (.nginx, .host): ["host", "http_host", "server_name"]
    }
  }

  /// Whatever people call the forwarded address.
  static let forwardedNames = [
    "http_x_forwarded_for", "x_forwarded_for", "x-forwarded-for", "X-Forwarded-For", "proxy_add_x_forwarded_for",
    "http_forwarded_for", "forwarded_for", "xff", "http_x_real_ip", "x_real_ip", "x-real-ip", "X-Real-IP", "real_ip",
    "realip", "http_true_client_ip", "true_client_ip", "True-Client-IP", "http_cf_connecting_ip", "cf_connecting_ip",
    "CF-Connecting-IP", "http_x_client_ip", "x_client_ip", "X-Client-IP", "http_fastly_client_ip", "fastly_client_ip",
    "x_original_forwarded_for", "http_x_original_forwarded_for", "x_cluster_client_ip", "http_x_cluster_client_ip",
    "client_ip", "clientip", "client",
  ]

  /// Whether a field of a W3C log is one of them, such as `X-Real-IP` or `cs(True-Client-IP)`.
  static func isForwarded(_ name: String) -> Bool {
    var bare = name.lowercased().replacing("-", with: "_")
    if let open = bare.firstIndex(of: "("), bare.hasSuffix(")") {
      bare = String(bare[bare.index(after: open)...].dropLast())
    }
    return forwardedNames.contains(bare) || forwardedNames.contains("http_" + bare)
  }

  var timeNames: [String] {
    switch self {
    case .caddy: ["ts"]
    case .nginx: ["time_iso8601", "time_local", "time", "@timestamp", "timestamp", "msec"]
    }
  }

  /// Those whose numbers are seconds since 1970.
  var secondsNames: Set<String> { self == .caddy ? ["ts"] : ["msec"] }

  var requestNames: [String] { self == .nginx ? ["request"] : [] }
}
