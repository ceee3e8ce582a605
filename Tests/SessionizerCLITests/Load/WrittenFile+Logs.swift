/// Pageviews as servers log them, in many forms.
extension WrittenFile {
  private static func stamp(_ second: Int) -> String { formatted(second, "dd/MMM/yyyy:HH:mm:ss xx") }

  /// Where a request is from, and how its line begins and ends.
  private static let lines: [@Sendable (View, String) -> String] = [
    { #"\#($0.user) - - [\#(stamp($0.second))] "\#($1)" 200 5 "-" "\#(agent($0))""# },
    { #"\#($0.user) - bob smith [\#(stamp($0.second))] "\#($1)" 304 - "https://r/" "\#(agent($0))""# },
    { #"\#($0.user), 10.0.0.1, 10.0.0.2 - - [\#(stamp($0.second))] "\#($1)" 200 5 "-" "\#(agent($0))""# },
    { #"www.example.com:443 \#($0.user) - - [\#(stamp($0.second))] "\#($1)" 200 5 "-" "\#(agent($0))""# },
    { #"\#($0.user) - - [\#(stamp($0.second))] "\#($1)" 200 5 1234 "-" "\#(agent($0))""# },
    { #"\#($0.user) - - [\#(stamp($0.second))] "\#($1)" 200 5 "-" "\#(agent($0))" 0.123"# },
    {
      #"\#($0.user) - - [\#(formatted($0.second, "yyyy-MM-dd'T'HH:mm:ssxxx"))] "\#($1)" 200 5 "-" "\#(agent($0))" "-""#
    },
  ]

  private static let prefixes: [@Sendable (Int) -> String] = [
    { _ in "" }, { _ in "" }, { formatted($0, "yyyy-MM-dd'T'HH:mm:ss'.123456789Z stdout F '") }, { _ in "web-1  | " },
    { formatted($0, "yyyy-MM-dd'T'HH:mm:ss.SSS'Z '") }, { "<190>" + formatted($0, "MMM dd HH:mm:ss' web1 nginx: '") },
    { formatted($0, "yyyy-MM-dd'T'HH:mm:ssxxx' web1 nginx[12]: '") },
  ]

  private static func agent(_ view: View) -> String { view.isBot ? #"A \"Bot\" 1.0"# : #"UA \\ (x)"# }

  mutating func log(_ random: inout SeededRandom) {
    func flip(_ oneIn: Int = 2) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }
    let line = Self.lines.randomElement(using: &random) ?? Self.lines[0]
    let prefix = Self.prefixes.randomElement(using: &random) ?? Self.prefixes[0]
    let isDocker = flip(6)
    options += ["--log-user", "address", "--only", "lower(user_agent) not like '%bot%'"]
    let method = flip(4) ? "POST" : flip() ? "GET" : "HEAD"
    if method == "POST" { options += ["--log-methods", "GET,POST"] }
    var lines: [String] = []
    for view in all {
      let query = flip(4) ? "?q=\(view.second)" : ""
      let front = flip(5) ? "https://www.example.com" : ""
      var written = [line(view, "\(method) \(front)\(view.page)\(query) HTTP/1.1")]
      // What is not a pageview.
      let style = View(user: view.user, second: view.second, page: "/style.css")
      if flip(6) { written.append(line(style, "\(method) /style.css HTTP/1.1")) }
      let moved = line(view, "\(method) /old HTTP/1.1")
      if flip(6), moved.contains("\" 200 ") { written.append(moved.replacing("\" 200 ", with: "\" 301 ")) }
      for text in written {
        if isDocker {
          let inside = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
          lines.append(#"{"log":"\#(inside)\n","stream":"stdout","time":"2026-03-01T10:00:00.1Z"}"#)
        } else {
          lines.append(prefix(view.second) + text)
        }
      }
    }
    let end = ["\n", "\r\n", "\r\r\n"].randomElement(using: &random) ?? "\n"
    name = ["access.log", "access.log.1", "views"].randomElement(using: &random) ?? ""
    bytes = Array(((flip(4) ? "\u{FEFF}" : "") + lines.joined(separator: end) + end).utf8)
  }

  /// Logs of other kinds, by name or found.
  mutating func otherLog(_ random: inout SeededRandom) {
    func flip(_ oneIn: Int = 2) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }
    options += ["--log-user", "address", "--only", "lower(user_agent) not like '%bot%'"]
    name = "access.log"
    var lines: [String] = []
    func agent(_ view: View) -> String { view.isBot ? "A-Bot" : "UA" }
    func iso(_ view: View) -> String { Self.formatted(view.second, "yyyy-MM-dd'T'HH:mm:ss'Z'") }
    func withPort(_ user: String) -> String { user.contains(":") ? "[\(user)]:4711" : "\(user):4711" }
    let kind = Int.random(in: 0..<6, using: &random)
    notes.append("log \(kind)")
    switch kind {
    case 0:
      let separator = flip() ? "\t" : " "
      let fields = ["date", "time", "c-ip", "cs-method", "cs-uri-stem", "cs-uri-query", "sc-status", "cs(User-Agent)"]
      var order = Array(fields.indices)
      lines = ["#Software: a server", "#Version: 1.0"]
      for (number, view) in all.enumerated() {
        if number == 0 || flip(4) {
          order.shuffle(using: &random)
          lines.append("#Fields: " + order.map { fields[$0] }.joined(separator: separator == "\t" ? "\t" : " "))
        }
        let values = [
          Self.formatted(view.second, "yyyy-MM-dd"), Self.formatted(view.second, "HH:mm:ss"),
          flip() ? view.user : withPort(view.user), "GET", view.page, flip() ? "-" : "a=b", "200", agent(view),
        ]
        lines.append(order.map { values[$0] }.joined(separator: separator))
      }
    case 1:
      lines = all.map {
        #"{"level":"info","ts":\#($0.second).25,"request":{"remote_ip":"\#($0.user)","client_ip":"\#($0.user)","method":"GET","host":"h","uri":"\#($0.page)?a","headers":{"User-Agent":["\#(agent($0))"]}},"status":200}"#
      }
    case 2:
      let forwards = flip()
      if forwards { options += ["--log-user", "forwarded"] }
      lines = all.map {
        let near = forwards ? "10.0.0.1" : $0.user
        let list = forwards ? "\(withPort($0.user)), 10.0.0.9" : "-"
        return
          #"{"time_iso8601":"\#(iso($0))","remote_addr":"\#(near)","http_x_forwarded_for":"\#(list)","request":"GET \#($0.page) HTTP/1.1","status":200,"http_user_agent":"\#(agent($0))"}"#
      }
    case 3:
      if flip() { options += ["--log-format", "AWSALB"] }
      lines = all.map {
        #"h2 \#(iso($0)) app/x \#(withPort($0.user).replacing("[", with: "").replacing("]", with: "")) 10.0.0.1:80 0.0 0.1 0.0 200 200 0 5 "GET https://h:443\#($0.page) HTTP/2.0" "\#(agent($0))" X Y arn Root"#
      }
    case 4:
      options += ["--log-format", #"%v %h [%d:%t %^] "%m %U %H" %s "%u" %T"#]
      lines = all.map {
        #"example.com \#($0.user) [\#(Self.stamp($0.second))] "GET \#($0.page) HTTP/1.1" 200 "\#(agent($0))" 0.5"#
      }
    default:
      options += ["--log-format", #"%x|%^|~h{, } |%r|%s|%u"#, "--file-time-format", "epoch_ms"]
      lines = all.map { "\($0.second)000|?|\($0.user), 10.0.0.1 |GET \($0.page)?x=y HTTP/1.1|200|\(agent($0))" }
    }
    bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
  }
}
