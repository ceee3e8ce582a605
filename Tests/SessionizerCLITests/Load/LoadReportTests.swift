import Foundation
import PrivateServer
import Testing

@testable import PageviewFiles
@testable import SessionRunner
@testable import SessionizerCLI

/// What `load` says, and which exit code it has.
@Suite struct LoadReportTests {
  private static let header = "event_id,user_id,page_view_at,page\n"

  private func load(
    _ name: String, _ text: String, _ options: [String] = [], create: [String] = [], before: String? = nil
  ) async throws -> ToolRun {
    let folder = try TemporaryFolder()
    let target = ["--target", "sqlite:" + folder.path + "/a.db"]
    #expect(await ToolRun(["create"] + target + create).code == 0)
    if let before {
      #expect(await ToolRun(["load", try folder.file("before.csv", before)] + target + create).code == 0)
    }
    return await ToolRun(["load", try folder.file(name, text)] + options + target + create)
  }

  @Test func nothingThatCouldBeLoadedIsAnError() async throws {
    let run = try await load("v.csv", Self.header + "a,u,1772359200,/\nb,u,1772359201,/\n")
    #expect(run.code == 2)
    for words in [
      #"line 2 is bad_time, its value "1772359200", it begins "a,u,1772359200,/""#,
      #"its fields are "event_id", "user_id""#,
      "--file-time-format epoch_s", "(it may be epoch_s)",
    ] { #expect(run.errors.contains(words), "\(run.errors)") }
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  /// Records that a filter left out are no sign that the others can be read; requests that are no pages are one.
  @Test func nothingOfWhatCountsIsAnErrorToo() async throws {
    let only = ["--only", "page <> '/other'"]
    let other = "x,u,1772359200,/other\n"
    let csv = try await load("v.csv", Self.header + other + other + "a,u,1772359200,/\n", only)
    #expect(csv.code == 2 && csv.errors.contains("line 4 is bad_time"), "\(csv.errors)")
    func line(_ page: String, _ month: String) -> String {
      "192.0.2.1 - - [01/\(month)/2026:10:00:00 +0000] \"GET \(page) HTTP/1.1\" 200 1 \"-\" \"UA\"\n"
    }
    let styles = String(repeating: line("/a.css", "Mar"), count: 30)
    let german = try await load("a.log", styles + line("/", "Mrz"))
    #expect(german.code == 2 && german.errors.contains("bad_time"), "\(german.errors)")
    let odd = try await load("a.log", styles + "words\n")
    #expect(odd.code == 0 && odd.errors.contains("(bad_log_line 1)"), "\(odd.errors)")
  }

  /// A query is said on the command line alone, and nothing is said twice or in vain.
  @Test func aQueryInPlaceOfFiles() async throws {
    let folder = try TemporaryFolder()
    let target = ["--target", "sqlite:" + folder.path + "/a.db"]
    #expect(await ToolRun(["create"] + target).code == 0)
    let query = ["--select", "SELECT 1"]
    for (arguments, words) in [
      ([], "name the files to load, or a query: --select"), (["a.csv"] + query, "and not both"),
      (query + ["--delim", ";"], "--delim says how a file's text is read"),
      (query + ["--no-header"], "--header says how a file's text is read"),
    ] {
      let run = await ToolRun(["load"] + arguments + target)
      #expect(run.code == 64 && run.errors.contains(words), "\(run.errors)")
    }
    // This build has no DuckDB.
    let absent = await ToolRun(["load"] + query + target)
    #expect(absent.code == 2 && absent.errors.contains("its library is not there"), "\(absent.errors)")
    for section in ["files:\n  select: SELECT 1", "select: SELECT 1"] {
      let job = try folder.file("job.yaml", "\(section)\n")
      let run = await ToolRun(["load", "a.csv", "--job", job] + target)
      #expect(run.code == 2 && run.errors.contains("select"), "\(run.errors)")
    }
  }

  /// What the database does not count is not called nothing.
  @Test func whatIsNotKnownIsNotZero() {
    var summary = LoadSummary(format: .csv)
    summary.rows = 1200
    let report = LoadReport(file: "a.csv", summary: summary, loaded: nil, known: nil)
    let line = LoadWording.line(report, took: .seconds(1))
    #expect(
      line.hasPrefix(
        "a.csv: 1,200 pageviews read, those that were new are loaded (the database does not report how many) in "),
      "\(line)")
  }

  @Test func aShareOfFaultyLines() async throws {
    func text(bad: Int, of count: Int) -> String {
      Self.header + (0..<count).map { $0 < bad ? "e\($0),,2026-01-01,/\n" : "e\($0),u,2026-01-01,/\n" }.joined()
    }
    #expect(try await load("v.csv", text(bad: 100, of: 1000)).code == 0)
    let tooMany = try await load("v.csv", text(bad: 101, of: 1000))
    #expect(tooMany.code == 2)
    #expect(tooMany.errors.contains("more than 10 % of the first 1000 lines are faulty (101 null_user, first line 2)"))
    // A small file is not judged unless somebody says so.
    #expect(try await load("v.csv", text(bad: 5, of: 10)).code == 0)
    #expect(try await load("v.csv", text(bad: 5, of: 10), ["--max-bad", "50%"]).code == 0)
    #expect(try await load("v.csv", text(bad: 5, of: 10), ["--max-bad", "49%"]).code == 2)
    #expect(try await load("v.csv", text(bad: 101, of: 1000), ["--max-bad", "100%"]).code == 0)
    #expect(try await load("v.csv", text(bad: 2, of: 10), ["--max-bad", "1"]).code == 2)
    // Nor does a log's visitor who did not log in count.
    let line = "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"UA\"\n"
    let named = line.replacing("- - [", with: "- bob [")
    let log = try await load(
      "a.log", String(repeating: line, count: 1000) + named, ["--log-user", "remote_user"])
    #expect(log.code == 0)
    #expect(log.errors.contains("1 new pageview, 1,000 faulty lines quarantined (null_user 1,000)"), "\(log.errors)")
  }

  @Test func whatIsLeftOutIsCountedByReason() async throws {
    func line(_ target: String, _ status: Int) -> String {
      "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET \(target) HTTP/1.1\" \(status) 1 \"-\" \"UA\"\n"
    }
    let run = try await load(
      "a.log", line("/", 200) + line("/b", 301) + line("/c.png", 200) + line("/d", 404) + line("/e?q", 200),
      ["--only", "path <> '/'"])
    #expect(
      run.errors.contains(
        "1 new pageview, 4 requests left out (by --only 1, by status 1, redirects 1, no pages by suffix 1) in "))
    #expect(run.errors.contains("read as --log-format COMBINED"))
    #expect(run.errors.contains("the query was cut from 1 page"))
  }

  @Test func integerIDsOfAFirstFileAreNoticed() async throws {
    let text = Self.header + "1,u,2026-01-01,/\n2,u,2026-01-01,/\n"
    let words = "create with --event-id-type integer compares them by value"
    #expect(try await load("v.csv", text).errors.contains(words))
    #expect(try await !load("v.csv", text, create: ["--event-id-type", "integer"]).errors.contains(words))
    #expect(try await !load("v.csv", text, before: Self.header + "x,u,2026-01-01,/\n").errors.contains(words))
    #expect(try await !load("v.csv", text + "x,u,2026-01-01,/\n").errors.contains(words))
  }

  /// The text of a line that cannot be read at all is in quarantine, cut.
  @Test func quarantineKeepsTheText() async throws {
    let folder = try TemporaryFolder()
    let database = folder.path + "/a.db"
    let good = "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"UA\"\n"
    let file = try folder.file(
      "a.log", String(repeating: good, count: 20) + "not a line\n" + String(repeating: "x", count: 3000) + "\n")
    for arguments in [["create"], ["load", file]] {
      #expect(await ToolRun(arguments + ["--target", database]).code == 0)
    }
    // The test needs the sqlite3 shell.
    let rows = try Command.run(
      [
        "/usr/bin/env", "sqlite3", database,
        "select reason, line, page from session_quarantine where line = 21 "
          + "union all select reason, line, length(page) from session_quarantine where line = 22",
      ])
    #expect(rows == "bad_log_line|21|not a line\nbad_log_line|22|1024\n", "\(rows)")
  }

  /// Everything may stand in the job file.
  @Test func theJobFileSaysHowFilesAreRead() async throws {
    let folder = try TemporaryFolder()
    let job = try folder.file(
      "j.yml",
      """
      target: sqlite:\(folder.path)/a.db
      attributes:
        campaign: utm
      files:
        delim: ;
        map: {user_id: who, page_view_at: day+hour}
        time_format: "%d/%m/%Y %H:%M"
        time_zone: Europe/Madrid
        only: kind = 'view'
      """)
    let file = try folder.file(
      "v.csv", "who;day;hour;page;kind;utm\nu;01/07/2026;12:00;/;view;x\nu;01/07/2026;12:01;/;click;y\n")
    for arguments in [["create"], ["load", file], ["run"]] {
      let run = await ToolRun(arguments + ["--job", job])
      #expect(run.code == 0, "\(run.errors)")
    }
    let sessions = await ToolRun("sessions", "--job", job, "--format", "jsonl")
    #expect(sessions.output.contains(#""started_at":"2026-07-01 10:00:00.000000""#), "\(sessions.output)")
    #expect(sessions.output.contains(#""campaign":"x""#), "\(sessions.output)")
    #expect(sessions.output.contains(#""pageviews":1"#), "\(sessions.output)")
  }

  /// Settings of a source table are refused for the tool's own table, by every command and wherever they are said.
  @Test(arguments: [
    "time_zone: Europe/Madrid", "time_format: epoch_s", "user_id: who", "event_id: none", "page: none",
    "page_view_at: t",
  ]) func settingsOfASourceTable(setting: String) async throws {
    let folder = try TemporaryFolder()
    let target = "target: sqlite:\(folder.path)/a.db\n"
    let own = try folder.file("own.yml", target + "source:\n  \(setting)\n")
    for command in ["create", "run", "verify"] {
      let run = await ToolRun(command, "--job", own)
      #expect(run.code != 0)
      #expect(run.errors.contains("the tool's own table"), "\(run.errors)")
      #expect(run.errors.contains("for the files of load write files."), "\(run.errors)")
    }
    // With a table, and with the default, they stand.
    let named = await ToolRun("plan", "--job", own, "--source-table", "visits")
    #expect(!named.errors.contains("own table"), "\(named.errors)")
    let usual = try folder.file("usual.yml", target + "source:\n  time_zone: UTC\n  user_id: user_id\n")
    #expect(await ToolRun("create", "--job", usual).code == 0)
  }
}
