import Testing

private let times = ["user_id", "started_at", "ended_at", "pageviews"]
private let allButUser = ["started_at", "ended_at", "duration_seconds", "pageviews", "entry_page", "exit_page"]

enum LogCases {
  static let prefixes =
    SharedCase.right("real_vhost", "access.log", by: ["--log-user", "address", "--all-requests"])
    + SharedCase.right("vhost_combined", "other_vhosts_access.log")
    + SharedCase.right("k8s_cri", "0.log")
    + SharedCase.right("syslog_nginx_iso", "syslog.log")
    + SharedCase.right("docker_json", "container-json.log")

  static let forwarded =
    SharedCase.right("nginx_xff", "access.log", by: ["--log-user", "address"])
    + SharedCase.right("behind_a_proxy", "access.log", by: ["--log-user", "forwarded"])
    + SharedCase.refused("behind_a_proxy", "access.log", saying: "--log-user forwarded")
    + SharedCase.refused(
      "behind_a_proxy", "access.log", by: ["--log-user", "address"], saying: "which of the two is the user")

  static let odd =
    SharedCase.right("log_duration", "access.log")
    + SharedCase.right(
      "log_odd", "cloudwatch.log", "compose.log", "crlf.log", "day.log", "dur.log", "iso.log", "lead.log", "ms.log",
      "nozone.log", "tab.log", "tls.log")
    + SharedCase.right("log_odd", "query.log", columns: times)
    + SharedCase.refused("log_odd", "agentonly.log", saying: "the format is unknown")
    + SharedCase.refused("log_odd", "cut.log", saying: "--log-format 'COMBINED'")
    + SharedCase.refused("log_odd", "monat.log", saying: "bad_time")
    + SharedCase.right("log_odd", "cut.log", by: ["--log-format", "COMBINED"])
    + SharedCase.right("log_odd", "npm.log")
    + SharedCase.right("log_odd", "npm.log", by: ["--log-format", "NPM"])
    + SharedCase.right(
      "log_odd", "agentonly.log", by: ["--log-format", #"%h - %e [%d:%t %^] "%r" %s %b "%u""#])
    + SharedCase.together("cut_last_line", "cut.log", "full.log")
    + SharedCase.right("redirects", "access.log", by: ["--log-user", "address"])
    // Whoever counts redirects has two pageviews in one second, in the order of the lines.
    + SharedCase.right("ties_in_access_log", "access.log", by: ["--log-user", "address", "--log-redirects"])
    + SharedCase.right("log_odd", "squid.log", columns: allButUser)
    + SharedCase.right(
      "log_odd", "squid.log",
      by: ["--log-format", "SQUID", "--file-time-format", "epoch_s", "--log-user", "address"], columns: allButUser)
    + SharedCase.together(
      "many", "access.log.1", "access.log", "empty.log", by: ["--log-user", "address"], columns: allButUser)

  static let others =
    SharedCase.right("iis_w3c", "u_ex260301.log", by: ["--log-user", "address"])
    + SharedCase.right("cloudfront", "E2K2LNL5N3WR51.2026-03-01-10.a1b2c3d4.log", by: ["--log-user", "address"])
    + SharedCase.right("aws_alb", "alb.log", by: ["--log-user", "address", "--log-format", "AWSALB"])
    + SharedCase.right("aws_alb", "alb.log", by: ["--log-user", "address"])
    + SharedCase.right("caddy", "access.json", by: ["--log-user", "address"])
}

/// Access logs of all kinds: the sessions are right, or the file is refused for its reason.
@Suite(.enabled(if: SharedCase.areThere, "the cases beside the repository are not on this machine"))
struct SharedLogCaseTests {
  @Test(arguments: LogCases.prefixes) func behindAPrefix(shared: SharedCase) async throws { try await shared.check() }
  @Test(arguments: LogCases.forwarded) func behindAProxy(shared: SharedCase) async throws { try await shared.check() }
  @Test(arguments: LogCases.odd) func odd(shared: SharedCase) async throws { try await shared.check() }
  @Test(arguments: LogCases.others) func ofOtherServers(shared: SharedCase) async throws { try await shared.check() }
}
