import Testing

@testable import SessionizerCLI

/// Files of the cases beside the repository that have no expected sessions of their own: they are stated here.
@Suite(.enabled(if: SharedCase.areThere, "the cases beside the repository are not on this machine"))
struct StatedCaseTests {
  struct Stated: Sendable, CustomTestStringConvertible {
    var files: [String]
    var options: [String] = []
    /// User, start, pageviews, entry and exit page of each session.
    var sessions: [String]
    /// What must be said.
    var words = ""
    var testDescription: String { (files + options).joined(separator: " ") }
  }

  private static let notBots =
    "lower(user_agent) not like '%bot%' and lower(user_agent) not like '%probe%'"
  private static let person = "192.0.2.7 Mozilla/5.0 (X11; Linux x86_64)|2016-08-08 09:00:01|1|/|/"

  static let stated = [
    // Bots are a filter; without it each is a user.
    Stated(
      files: ["bots/access.log"], options: ["--only", notBots], sessions: [person],
      words: "1 new pageview, 3 requests left out (by --only 3)"),
    Stated(
      files: ["bots/access.log"], options: ["--log-user", "address", "--only", "user_agent like 'Mozilla/5.0 (X11%'"],
      sessions: ["192.0.2.7|2016-08-08 09:00:01|1|/|/"]),
    Stated(
      files: ["bots/access.log"], options: ["--log-user", "address"],
      sessions: [
        "192.0.2.7|2016-08-08 09:00:01|1|/|/", "192.0.2.8|2016-08-08 09:00:02|1|/|/",
        "192.0.2.9|2016-08-08 09:00:03|2|/|/health",
      ]),
    Stated(files: ["behind_a_proxy/json.log"], sessions: ["198.51.100.7 -|2023-01-27 10:22:32|1|/apps|/apps"]),
    Stated(
      files: ["behind_a_proxy/vhost.log"], sessions: ["198.51.100.7 Mozilla/5.0|2023-01-27 10:22:32|1|/apps|/apps"],
      words: "VCOMBINED"),
    Stated(
      files: ["behind_a_proxy/npm.log"], options: ["--log-user", "address"],
      sessions: ["198.51.100.7|2023-01-27 10:22:32|1|/apps|/apps"]),
    Stated(
      files: ["csv_headers/semi_comma_names.csv"], sessions: [#"ann|2026-03-01 10:00:00|1|/a,b|/a,b"#]),
    Stated(files: ["csv_headers/headeronly.csv"], sessions: [], words: "0 new pageviews"),
    Stated(
      files: ["cut_last_line/access.log", "cut_last_line/part.log", "cut_last_line/access.log.gz"],
      options: ["--log-user", "address"], sessions: ["192.0.2.7|2021-06-22 10:00:00|20|/p0|/p19"],
      words: "0 new pageviews, 20 already there"),
    Stated(
      files: ["cut_last_line/cut.csv", "cut_last_line/full.csv"], sessions: ["u|2026-01-01 10:00:00|3|/a|/x"]),
    Stated(
      files: ["json_odd/odd.jsonl"],
      sessions: [
        "1|2026-03-01 10:00:00|2|/int|/str", "1.0|2026-03-01 10:02:00|1|/float|/float",
        "12345678901234567890123|2026-03-01 10:02:00|1|/big|/big",
        #"a|2026-03-01 10:03:00|2|{"path":"/x"}|/lone in another key"#, "z|2026-03-01 10:03:00|1|/last|/last",
      ], words: "14 faulty lines quarantined (bad_json 10, bad_time 1, nul_byte 1, null_user 2)"),
    Stated(
      files: ["ties_in_access_log/two.log"], options: ["--log-user", "address", "--log-redirects"],
      sessions: ["192.0.2.7|2016-08-08 09:00:01|2|/|/en"]),
    Stated(
      files: ["times_shifted_twice/local.csv"], options: ["--file-time-zone", "+02:00"],
      sessions: ["ann|2021-06-22 22:30:00|1|/a|/a"]),
    Stated(
      files: ["times_shifted_twice/epoch.csv"], options: ["--file-time-format", "epoch_s"],
      sessions: ["ann|2021-06-22 22:30:00|1|/a|/a"]),
    Stated(
      files: ["time_format_of_own_table/z.csv"],
      options: ["event_id=hit", "user_id=visitor", "page_view_at=seen", "page=url"].flatMap { ["--map", $0] },
      sessions: ["ann|2024-03-01 10:00:00|1|/a|/a", "ann|2024-03-01 12:10:00|1|/b|/b"]),
  ]

  @Test(arguments: stated) func theSessionsAreThose(stated: Stated) async throws {
    let folder = try TemporaryFolder()
    let target = ["--target", "sqlite:" + folder.path + "/a.db"]
    #expect(await ToolRun(["create"] + target).code == 0)
    var said = ""
    for file in stated.files {
      let load = await ToolRun(["load", SharedCase.folder + "/" + file] + stated.options + target)
      #expect(load.code == 0, "\(load.errors)")
      said += load.errors
    }
    #expect(stated.words.isEmpty || said.contains(stated.words), "\(said)")
    #expect(await ToolRun(["run"] + target).code == 0)
    let found = await ToolRun(["sessions", "--format", "csv"] + target)
    let columns = ["user_id", "started_at", "pageviews", "entry_page", "exit_page"]
    let rows = SharedCase.pick(columns, of: found.output).map { row in
      row.joined(separator: "|").replacing(".000000|", with: "|")
    }
    #expect(rows == stated.sessions)
  }
}
