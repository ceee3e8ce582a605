import Foundation
import PrivateServer
import Testing

@testable import SessionizerCLI

@Suite struct EndToEndTests {
  static let fiveRows = """
    event_id,user_id,page_view_at,page
    1,123,2020-02-02 12:55:16,/contact
    2,123,2020-02-02 12:55:18,/home
    3,456,2020-02-02 12:55:18,/product/1
    4,456,2020-02-02 12:55:18,/product/2
    5,789,2020-02-02 12:55:18,/product/4

    """

  private func run(_ arguments: String..., expecting code: Int32 = 0) async -> ToolRun {
    let run = await ToolRun(arguments)
    #expect(run.code == code, "\(arguments): \(run.errors)")
    return run
  }

  @Test func fiveRowsFromFileToExport() async throws {
    let folder = try TemporaryFolder()
    let target = "sqlite:" + folder.path + "/a.db"
    let file = try folder.file("views.csv", Self.fiveRows)
    let empty = await run("create", "--target", target)
    #expect(empty.output.isEmpty)
    let header = "session_id,user_id,started_at,ended_at,duration_seconds,pageviews,entry_page,exit_page,is_bounce\n"
    #expect(await run("sessions", "--target", target, "--format", "csv").output == header)

    let load = await run("load", file, "--target", target)
    #expect(load.errors.contains("views.csv: 5 new pageviews in "))
    #expect(await run("load", file, "--target", target).errors.contains("0 new pageviews, 5 already there"))
    let dry = await run("run", "--dry-run", "--target", target)
    #expect(
      dry.output.hasPrefix(
        "-- would write: 5 new pageviews, 3 sessions new or changed, 0 merged, 0 newly quarantined\n"))
    #expect(
      await run("run", "--target", target).errors.contains(
        "run 1 (whole): 5 new pageviews, 3 sessions new or changed in "))
    #expect(await run("run", "--target", target, "--quiet").errors.isEmpty)

    #expect(
      await run("sessions", "--target", target, "--format", "csv").output
        == header + """
          1,123,2020-02-02 12:55:16.000000,2020-02-02 12:55:18.000000,2.000000,2,/contact,/home,0
          3,456,2020-02-02 12:55:18.000000,2020-02-02 12:55:18.000000,0.000000,2,/product/1,/product/2,0
          5,789,2020-02-02 12:55:18.000000,2020-02-02 12:55:18.000000,0.000000,1,/product/4,/product/4,1

          """)
    #expect(
      await run("events", "--target", target, "--format", "jsonl", "--as-of", "1").output.split(separator: "\n")[1]
        == #"{"event_id":"2","session_id":"1","user_id":"123","page_view_at":"2020-02-02 12:55:18.000000","page":"/home"}"#
    )
    #expect(await run("sessions", "--target", target, "--as-of", "9", expecting: 2).errors.contains("no run 9"))
    let totals = await run("agg", "totals", "--target", target, "--format", "jsonl")
    #expect(totals.output.contains(#"{"metric":"pageviews_per_session","value":1.666667}"#))
    #expect(await run("status", "--target", target, "--format", "jsonl").output.split(separator: "\n").count == 2)
    #expect(
      await run("run", "--target", target, "--gap", "45m", expecting: 2).errors.contains("gap is 45m, theirs is 30m"))
    #expect(await run("doctor", "--target", target).output.contains("ledgers"))
  }

  /// A session that was tampered with is found, and the exit code says so.
  @Test func verifyFindsWhatIsWrong() async throws {
    let folder = try TemporaryFolder()
    let database = folder.path + "/a.db"
    let file = try folder.file("views.csv", Self.fiveRows)
    for arguments in [["create"], ["load", file], ["run"]] {
      #expect(await ToolRun(arguments + ["--target", database]).code == 0)
    }
    let clean = await ToolRun("verify", "--target", database)
    #expect(clean.code == 0)
    #expect(clean.errors == "clean\n")
    // The test needs the sqlite3 shell.
    _ = try Command.run(
      ["/usr/bin/env", "sqlite3", database, "update session_table set session_id = '2' where event_id = '2'"])
    let wrong = await ToolRun("verify", "--target", database)
    #expect(wrong.code == 1)
    #expect(wrong.errors.hasPrefix("not clean: "))
    #expect(wrong.output.contains("wrong session"))
  }

  @Test func generatedFilesAndTargetsHoldTheSame() async throws {
    let folder = try TemporaryFolder()
    let target = "sqlite:" + folder.path + "/a.db"
    let csv = folder.path + "/g.csv"
    let options = ["--events", "500", "--seed", "9"]
    #expect(await ToolRun(["generate", "--output", csv] + options).code == 0)
    let written = try String(contentsOfFile: csv, encoding: .utf8)
    #expect(written.split(separator: "\n").count == 501)
    #expect(await ToolRun(["generate", "--format", "csv"] + options).output == written)
    #expect(await ToolRun("create", "--target", target).code == 0)
    #expect(await ToolRun(["generate", "--target", target] + options).code == 0)
    let again = await ToolRun("load", csv, "--target", target)
    #expect(again.errors.contains("0 new pageviews, 500 already there"), "\(again.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.hasSuffix(".part") })
  }

  /// A setting that was asked for, and that a reading command cannot honour, is refused; one that says what is there is
  /// not, nor is the job file's.
  @Test func readingCommandsHonourOrRefuse() async throws {
    let folder = try TemporaryFolder()
    let target = "sqlite:" + folder.path + "/a.db"
    let file = try folder.file("views.csv", Self.fiveRows)
    for arguments in [["create"], ["load", file], ["run"]] {
      #expect(await ToolRun(arguments + ["--target", target]).code == 0)
    }
    let job = try folder.file("j.yml", "gap: 45m\n")
    for command in [["sessions"], ["events"], ["agg"], ["agg", "totals"], ["status"], ["explain-session", "1"]] {
      let refused = await ToolRun(command + ["--target", target, "--gap", "10m"])
      #expect(refused.code == 64 && refused.output.isEmpty, "\(command)")
      #expect(refused.errors.contains("built with gap 30m") && refused.errors.contains("--gap"), "\(refused.errors)")
      #expect(await ToolRun(command + ["--target", target, "--gap-boundary", "same"]).code == 64)
      #expect(await ToolRun(command + ["--target", target, "--gap", "30m", "--gap-boundary", "new"]).code == 0)
      #expect(await ToolRun(command + ["--target", target, "--job", job]).code == 0)
    }
  }

  /// What `create` says it made has the names that it has.
  @Test func madeObjectsHaveTheirPrefix() async throws {
    let folder = try TemporaryFolder()
    let arguments = ["create", "--target", "sqlite:" + folder.path + "/a.db", "--prefix", "web_"]
    let made = await ToolRun(arguments)
    #expect(made.errors.contains("made web_pageviews, web_session_table"), "\(made.errors)")
    let again = await ToolRun(arguments)
    #expect(again.code == 0 && again.errors.contains("already there: web_pageviews, web_session_table"))
  }

  /// A command that is cancelled rolls back and exits with 130.
  @Test func interrupted() async throws {
    let folder = try TemporaryFolder()
    let target = "sqlite:" + folder.path + "/a.db"
    #expect(await ToolRun("create", "--target", target).code == 0)
    let task = Task { await ToolRun("generate", "--events", "2000000", "--target", target) }
    try await Task.sleep(for: .milliseconds(200))
    task.cancel()
    let run = await task.value
    #expect(run.code == 130)
    #expect(run.errors == "sessionizer: interrupted\n")
    #expect(await ToolRun("run", "--target", target).errors.contains("0 new pageviews"))
  }
}
