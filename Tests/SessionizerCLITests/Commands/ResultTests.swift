import Foundation
import PrivateServer
import TestNeeds
import Testing

@testable import SessionizerCLI

/// What programs read of a command: its result, its log, its metrics.
@Suite struct ResultTests {
  private func object(_ line: some StringProtocol) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  private func loaded(_ folder: borrowing TemporaryFolder) async throws -> String {
    let target = "sqlite:" + folder.path + "/a.db"
    let file = try folder.file("views.csv", EndToEndTests.fiveRows)
    for arguments in [["create"], ["load", file]] {
      #expect(await ToolRun(arguments + ["--target", target]).code == 0)
    }
    return target
  }

  @Test func everyCommandHasAResult() async throws {
    let folder = try TemporaryFolder()
    let target = "sqlite:" + folder.path + "/a.db"
    let create = try object(await ToolRun("create", "--target", target, "--format", "jsonl").output)
    #expect(create["result"] as? String == "create" && create["exit_code"] as? Int == 0)
    #expect((create["made"] as? String)?.contains("session_table") ?? false)
    let file = try folder.file("views.csv", EndToEndTests.fiveRows + "6,,2020-02-02 12:55:18,/\n")
    let load = try object(await ToolRun("load", file, "--target", target, "--format", "jsonl").output)
    #expect(load["pageviews"] as? Int == 5 && load["quarantined"] as? Int == 1 && load["files"] as? Int == 1)
    let run = try object(await ToolRun("run", "--target", target, "--format", "jsonl").output)
    #expect(run["run_id"] as? Int == 1 && run["mode"] as? String == "whole" && run["reason"] as? String == "done")
    #expect(run["pageviews"] as? Int == 5 && run["sessions"] as? Int == 3 && run["late_sessions"] as? Int == 0)
    #expect(run["message"] is NSNull && run["rows_written"] as? Int ?? 0 >= 8 && run["rows_read"] is Int)
    #expect((run["duration_seconds"] as? Double ?? -1) >= 0)
    // A late pageview that joins nothing, and two that extend a session.
    let late = try folder.file(
      "late.csv", "event_id,user_id,page_view_at,page\n0,123,2020-02-02 12:40:00,/\n9,123,2020-02-02 13:00:00,/\n")
    #expect(await ToolRun("load", late, "--target", target).code == 0)
    let second = try object(await ToolRun("run", "--new", "--target", target, "--format", "jsonl").output)
    #expect(second["mode"] as? String == "new" && second["pageviews"] as? Int == 2)
    #expect(second["late_sessions"] as? Int == 1 && second["merged_sessions"] as? Int == 0)
    let verify = await ToolRun("verify", "--target", target, "--format", "json")
    let all = try #require(try JSONSerialization.jsonObject(with: Data(verify.output.utf8)) as? [[String: Any]])
    #expect(all.dropLast().allSatisfy { $0["check"] is String } && all.last?["result"] as? String == "verify")
    #expect(all.last?["faults"] as? Int == 0 && all.last?["checks"] as? Int == all.count - 1)
    // Without a format for programs nothing is added.
    #expect(await !ToolRun("verify", "--target", target, "--format", "csv").output.contains("result"))
    #expect(await ToolRun("run", "--target", target).output.isEmpty)
  }

  @Test func aFailureHasAResultToo() async throws {
    let folder = try TemporaryFolder()
    let target = "sqlite:" + folder.path + "/a.db"
    let failed = await ToolRun("run", "--target", target, "--format", "json")
    let all = try #require(try JSONSerialization.jsonObject(with: Data(failed.output.utf8)) as? [[String: Any]])
    #expect(failed.code == 2 && all.count == 1)
    #expect(all[0]["exit_code"] as? Int == 2 && all[0]["reason"] as? String == "failed")
    #expect(failed.errors.contains(try #require(all[0]["message"] as? String)))
    #expect(await ToolRun("run", "--target", target, "--dry-run", "--format", "json").code == 64)
    #expect(await ToolRun("run", "--target", target, "--format", "csv").code == 64)
  }

  @Test func comparingHasAResult() async throws {
    let folder = try TemporaryFolder()
    let a = try await loaded(folder)
    let b = "sqlite:" + folder.path + "/b.db"
    let equal = await ToolRun("compare", "--targets", a + "," + b, "--format", "jsonl")
    let last = try object(try #require(equal.output.split(separator: "\n").last))
    #expect(equal.code == 0 && last["result"] as? String == "compare" && last["only_here"] as? Int == 0)
    let late = try folder.file("late.csv", "event_id,user_id,page_view_at,page\n7,123,2020-02-02 12:56:00,/\n")
    for arguments in [["load", late], ["run"]] {
      #expect(await ToolRun(arguments + ["--target", b]).code == 0)
    }
    let other = await ToolRun("compare", "--targets", a + "," + b, "--existing", "--format", "jsonl")
    let result = try object(try #require(other.output.split(separator: "\n").last))
    #expect(other.code == 1 && result["reason"] as? String == "different" && result["changed"] as? Int == 1)
  }

  @Test func emptyRunsCanFail() async throws {
    let folder = try TemporaryFolder()
    let target = try await loaded(folder)
    #expect(await ToolRun("run", "--fail-if-empty", "--target", target).code == 0)
    let empty = await ToolRun("run", "--fail-if-empty", "--target", target, "--format", "jsonl")
    #expect(empty.code == 1 && empty.errors.contains("--fail-if-empty"))
    let result = try object(empty.output)
    #expect(result["reason"] as? String == "empty" && result["exit_code"] as? Int == 1 && result["run_id"] as? Int == 2)
  }

  /// What is gone from the source, and a mark that went back, are said.
  @Test func aSourceThatLostRowsIsNoticed() async throws {
    let folder = try TemporaryFolder()
    let target = try await loaded(folder)
    let database = folder.path + "/a.db"
    #expect(await ToolRun("run", "--target", target).code == 0)
    _ = try Command.run(["/usr/bin/env", "sqlite3", database, "delete from pageviews where arrival_id > 3"])
    let run = await ToolRun("run", "--target", target, "--check-retired", "--format", "jsonl")
    #expect(run.code == 0)
    #expect(run.errors.contains("warning: the source's greatest arrival is 3, and was 5 at run 1"), "\(run.errors)")
    #expect(run.errors.contains("warning: 2 pageviews of the ledger are gone from the source"))
    #expect(try object(run.output)["retired"] as? Int == 2)
    // It is said once.
    #expect(await !ToolRun("run", "--target", target).errors.contains("warning"))
    let verify = ["verify", "--target", target, "--complete"]
    #expect(await ToolRun(verify).code == 1)
    #expect(await ToolRun(verify + ["--ignore-before", "2020-02-02 12:55:18"]).code == 1)
    #expect(await ToolRun(verify + ["--ignore-before", "2020-02-03"]).code == 0)
  }

  @Test func aLogHasTimesAndEverything() async throws {
    let folder = try TemporaryFolder()
    let target = try await loaded(folder)
    let log = folder.path + "/log"
    let run = await ToolRun("run", "--target", target, "--quiet", "--log-file", log, "--log-format", "json")
    #expect(run.code == 0 && run.errors.isEmpty)
    let bad = await ToolRun("sessions", "--target", target, "--as-of", "9", "--log-file", log, "--log-format", "json")
    let shown = try object(bad.errors)
    #expect(shown["level"] as? String == "error" && (shown["message"] as? String)?.contains("no run 9") ?? false)
    let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map { try object($0) }
    #expect(lines.map { $0["level"] as? String } == ["info", "info", "error"])
    #expect(lines[1]["result"] as? String == "run" && lines[1]["pageviews"] as? Int == 5)
    let form = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/
    #expect(lines.allSatisfy { ($0["time"] as? String)?.wholeMatch(of: form) != nil })
    let mode = try FileManager.default.attributesOfItem(atPath: log)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let text = await ToolRun("run", "--target", target, "--log-format", "text")
    let first = try #require(text.errors.split(separator: "\n").first)
    #expect(first.contains(/^\d{4}-\d\d-\d\dT[\d:.]+Z info: run 2 \(whole\): 0 new pageviews/), "\(first)")
    #expect(await ToolRun("run", "--target", target, "--log-file", folder.path + "/no/log").code == 2)
    // In `load` that option says how an access log is written.
    let file = folder.path + "/views.csv"
    let load = await ToolRun("load", file, "--target", target, "--message-format", "json")
    #expect(try load.errors.split(separator: "\n").allSatisfy { try object($0)["level"] as? String == "info" })
  }

  // MARK: Metrics

  private static let python =
    ProcessInfo.processInfo.environment["SESSIONIZER_PYTHON"]
    ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../.build-python/bin/python3").path

  /// A parser that shares nothing with the tool.
  private static let parserAbsence: String? = {
    guard FileManager.default.isExecutableFile(atPath: python) else { return "there is no Python at \(python)" }
    let found = try? Command.run([python, "-c", "import prometheus_client.openmetrics.parser"])
    return found == nil ? "prometheus_client not in Python" : nil
  }()

  @Test(.needs(parserAbsence)) func metricsAreOpenMetrics() async throws {
    let folder = try TemporaryFolder()
    let target = try await loaded(folder)
    let reader = """
      import sys
      from prometheus_client.openmetrics.parser import text_string_to_metric_families
      for family in text_string_to_metric_families(open(sys.argv[1]).read()):
          for sample in family.samples:
              print(family.type, sample.name, *(f"{k}={v}" for k, v in sorted(sample.labels.items())), sample.value)
      """
    for (prefix, ledger) in [("", "session_runs"), (#"odd "\"#, #""odd ""\session_runs""#)] {
      let names = prefix.isEmpty ? [] : ["--prefix", prefix]
      #expect(await ToolRun(["create", "--target", target] + names).code == 0)
      if prefix.isEmpty { #expect(await ToolRun("run", "--target", target).code == 0) }
      let status = await ToolRun(["status", "--target", target, "--format", "openmetrics"] + names)
      #expect(status.code == 0, "\(status.errors)")
      let file = try folder.file("metrics", status.output)
      let read = try Command.run([Self.python, "-c", reader, file]).split(separator: "\n")
      #expect(read.contains { $0.hasPrefix("gauge sessionizer_runs_unfinished ledger=\(ledger) 0") }, "\(read)")
      guard prefix.isEmpty else { continue }
      #expect(read.contains("counter sessionizer_runs_total ledger=session_runs mode=whole 1"))
      #expect(read.contains("counter sessionizer_pageviews_total ledger=session_runs 5"))
      #expect(read.contains("gauge sessionizer_last_run_sessions ledger=session_runs 3"))
      #expect(read.contains("gauge sessionizer_arrival_mark ledger=session_runs 5"))
      let finished = try #require(
        read.first { $0.contains("finished_timestamp_seconds") }?.split(separator: " ").last.flatMap { Double($0) })
      #expect(abs(finished - Date().timeIntervalSince1970) < 600)
    }
  }

  @Test func oldRunsAreNoticed() async throws {
    let folder = try TemporaryFolder()
    let target = try await loaded(folder)
    let status = ["status", "--target", target, "--max-age", "26h"]
    let none = await ToolRun(status)
    #expect(none.code == 1 && none.errors.contains("no run has finished"))
    #expect(await ToolRun("run", "--target", target).code == 0)
    #expect(await ToolRun(status).code == 0)
    _ = try Command.run(
      [
        "/usr/bin/env", "sqlite3", folder.path + "/a.db",
        "update session_runs set recorded_at = '2020-01-01 00:00:00.000000' where state = 'finished'",
      ])
    let old = await ToolRun(status)
    #expect(old.code == 1 && old.errors.contains("more than 26 h 0 min (--max-age)"), "\(old.errors)")
    #expect(await ToolRun("status", "--target", target, "--max-age", "26").code == 64)
  }

  @Test func quarantineIsExplained() async throws {
    let folder = try TemporaryFolder()
    let target = "sqlite:" + folder.path + "/a.db"
    let file = try folder.file(
      "views.csv",
      "event_id,user_id,page_view_at,page\n1,u,2020-02-02 12:55:16,/\n2,u,yesterday,/a\n3,,2020-02-02 12:55:16,/b\n\"4\"x,u\n"
    )
    for arguments in [["create"], ["load", file]] {
      #expect(await ToolRun(arguments + ["--target", target]).code == 0)
    }
    let counts = await ToolRun("quarantine", "--target", target, "--format", "csv")
    #expect(counts.code == 0 && counts.errors == "3 rows in quarantine\n")
    #expect(counts.output.contains("\nbad_time,1,,,the time is not a valid one,\"correct it in the source;"))
    #expect(counts.output.contains("\nbad_quote,1,,,something follows a closing quote,"))
    let rows = await ToolRun("quarantine", "--rows", "--target", target, "--format", "jsonl")
    #expect(
      try rows.output.split(separator: "\n").map { try object($0) }.map { $0["line"] as? Int } == [3, 4, 5])
    let unread = await ToolRun("quarantine", "--rows", "--target", target, "--format", "jsonl", "--reason", "bad_quote")
    let line = try object(unread.output)
    #expect(
      line["line_text"] as? String == "\"4\"x,u" && line["page"] is NSNull && line["source_file"] as? String == file)
    #expect(await ToolRun("quarantine", "--target", target, "--reason", "bad_tim").errors.contains("bad_time"))
    #expect(await ToolRun("quarantine", "--target", target, "--run", "7").errors == "nothing is in quarantine\n")
    #expect(
      await ToolRun("quarantine", "--target", target, "--rows", "--limit", "1", "--format", "csv").output
        .split(separator: "\n").count == 2)
  }
}
