import Foundation
import Testing

@testable import SessionizerCLI

/// Erasure and retention on the command line.
@Suite struct EraseCommandTests {
  private func started(_ folder: borrowing TemporaryFolder) async throws -> String {
    let target = "sqlite:" + folder.path + "/a.db"
    let file = try folder.file("views.csv", EndToEndTests.fiveRows)
    for arguments in [["create", "--guard"], ["load", file], ["run"]] {
      #expect(await ToolRun(arguments + ["--target", target]).code == 0)
    }
    return target
  }

  @Test func nothingGoesWithoutYes() async throws {
    let folder = try TemporaryFolder()
    let target = try await started(folder)
    let before = await ToolRun("events", "--target", target, "--format", "csv").output
    let shown = await ToolRun("erase", "--user", "123", "--target", target)
    #expect(shown.code == 0 && shown.errors.contains("nothing was removed"))
    for table in ["session_table", "session_versions", "session_lineage", "session_quarantine", "pageviews"] {
      #expect(shown.output.contains("DELETE FROM \(table)"), "\(shown.output)")
    }
    let retain = await ToolRun("retain", "--before", "2021-01-01", "--target", target)
    #expect(retain.code == 0 && retain.output.contains("DELETE FROM session_table"))
    #expect(await ToolRun("events", "--target", target, "--format", "csv").output == before)
    #expect(await ToolRun("status", "--target", target, "--format", "jsonl").output.split(separator: "\n").count == 1)
  }

  @Test func aUserIsErasedUnderAKeyedHash() async throws {
    let folder = try TemporaryFolder()
    let target = try await started(folder)
    let key = try folder.file("key", "0123456789abcdef0123456789abcdef\n")
    let users = try folder.file("users", "456\r\n789\n")
    #expect(await ToolRun("erase", "--user", "123", "--target", target, "--yes").code == 64)
    let weak = await ToolRun(
      ["erase", "--user", "123", "--target", target, "--yes"], variables: ["SESSIONIZER_ERASURE_KEY": "short"])
    #expect(weak.code == 64 && !weak.errors.contains("short"))
    let erase = ["erase", "--users", users, "--target", target, "--key-file", key, "--yes", "--format", "jsonl"]
    let run = await ToolRun(erase)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains(#""result":"erase","exit_code":0"#) && run.output.contains(#""users":2,"run_id":3"#))
    #expect(run.output.contains(#""pageviews":3,"sessions":2"#), "\(run.output)")
    #expect(
      await ToolRun("sessions", "--target", target, "--format", "csv").output.split(separator: "\n").count == 2)
    let feed = await ToolRun("sessions", "--changed-since", "1", "--target", target, "--format", "csv").output
    // printf 456 | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
    let lines = feed.split(separator: "\n").dropFirst()
    #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("erased,,,erased,hmac-sha256:") }, "\(feed)")
    #expect(await ToolRun("verify", "--complete", "--target", target).code == 0)
    #expect(feed.contains("hmac-sha256:c48ea2e8228f7d6315b33f4eb3c69a981e13d74d4fbeeeaefc6e7ac078b17f1c"))
  }

  @Test func whatIsArchivedIsNotOverwritten() async throws {
    let folder = try TemporaryFolder()
    let target = try await started(folder)
    let events = await ToolRun("events", "--target", target, "--format", "csv").output
    let archive = folder.path + "/old.csv"
    let retain = ["retain", "--before", "2021-01-01", "--target", target, "--archive", archive]
    #expect(await ToolRun(retain).code == 64)
    let run = await ToolRun(retain + ["--yes"])
    #expect(run.code == 0 && run.errors.contains("5 pageviews of 3 sessions removed, 5 source rows"), "\(run.errors)")
    #expect(try String(contentsOfFile: archive, encoding: .utf8) == events)
    let again = await ToolRun(retain + ["--yes"])
    #expect(again.code == 64 && again.errors.contains("exists already"))
    #expect(await ToolRun("sessions", "--target", target, "--format", "csv").output.split(separator: "\n").count == 4)
    #expect(await ToolRun("verify", "--complete", "--target", target).code == 0)
    let later = ["retain", "--before", "2020-12-31", "--target", target, "--yes"]
    #expect(await ToolRun(later).errors.contains("are removed already"))
  }
}
