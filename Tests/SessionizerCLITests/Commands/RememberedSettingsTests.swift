import Foundation
import Testing

@testable import SessionizerCLI

/// What `create` was told need not be told again, and cannot be contradicted; `adopt` takes other names over.
@Suite struct RememberedSettingsTests {
  private static let views = """
    id,user_id,page_view_at,page,utm
    10,a,2020-02-02 12:00:00,/,spring
    8,a,2020-02-02 12:40:00,/b,summer
    9,a,2020-02-02 13:30:00,/c,

    """

  private func run(_ arguments: String..., expecting code: Int32 = 0) async -> ToolRun {
    let run = await ToolRun(arguments)
    #expect(run.code == code, "\(arguments): \(run.errors)")
    return run
  }

  @Test func createIsToldOnce() async throws {
    let folder = try TemporaryFolder()
    let target = "sqlite:" + folder.path + "/a.db"
    let file = try folder.file("views.csv", Self.views)
    _ = await run(
      "create", "--target", target, "--gap", "45m", "--event-id-type", "integer", "--attribute", "campaign=utm")
    _ = await run("load", file, "--target", target, "--map", "event_id=id")
    #expect(await run("run", "--target", target).errors.contains("3 new pageviews, 2 sessions"))
    _ = await run("verify", "--target", target, "--complete")
    #expect(await run("doctor", "--target", target).output.contains("the runs are of this job"))
    _ = await run("create", "--target", target, "--finish")
    let sessions = await run("sessions", "--target", target, "--format", "csv").output.split(separator: "\n")
    #expect(
      sessions.map { $0.split(separator: ",", omittingEmptySubsequences: false).last } == ["campaign", "spring", ""])
    // What is said and contradicts it is one line, whatever the command.
    for (words, line) in [
      (["load", file, "--map", "event_id=id", "--gap", "30m"], "gap is 30m, theirs is 45m"),
      (["run", "--event-id-type", "text"], "event_id_type is text, theirs is integer"),
      (["verify", "--attribute", "utm"], "attributes.campaign is unset, theirs is campaign"),
      (["create", "--filter", "page <> '/'"], "source.filter is \"page\" <> '/', theirs is none"),
      (["run", "--attribute", "campaign", "--attribute", "device"], "attributes.device is device, theirs is unset; "),
    ] {
      let wrong = await ToolRun(words + ["--target", target])
      #expect(wrong.code == 2 && wrong.errors.contains(line), "\(words): \(wrong.errors)")
      #expect(wrong.errors.split(separator: "\n").count == 1, "\(wrong.errors)")
    }
    // Another file calls the field otherwise; that is no contradiction.
    let other = try folder.file(
      "other.csv", Self.views.replacing("utm", with: "source").replacing("2020", with: "2021"))
    let load = await run("load", other, "--target", target, "--map", "event_id=id", "--attribute", "campaign=source")
    #expect(load.errors.contains("3 new pageviews"))
  }

  @Test func adoptTakesOverAnAttribute() async throws {
    let folder = try TemporaryFolder()
    let target = "sqlite:" + folder.path + "/a.db"
    let file = try folder.file("views.csv", Self.views)
    _ = await run("create", "--target", target)
    _ = await run("load", file, "--target", target, "--map", "event_id=id")
    _ = await run("run", "--target", target)
    #expect(
      await run("adopt", "--target", target, "--gap", "45m", expecting: 2).errors.contains(
        "gap is 45m, the ledgers' is 30m, and that decides which pageviews count, or what is a session"))
    let adopted = await run("adopt", "--target", target, "--attribute", "campaign=utm")
    #expect(adopted.errors.contains("run 2 (adopt): attributes.campaign is campaign, was unset"), "\(adopted.errors)")
    #expect(adopted.errors.contains("new columns: campaign, last_campaign"), "\(adopted.errors)")
    #expect(await run("adopt", "--target", target).errors == "the ledgers have these settings already\n")
    // load knows the field from there.
    let late = try folder.file(
      "late.csv",
      Self.views.replacing("2020", with: "2021").replacing("\n1", with: "\n7")
        .replacing("\n8", with: "\n78").replacing("\n9", with: "\n79"))
    _ = await run("load", late, "--target", target, "--map", "event_id=id")
    _ = await run("run", "--target", target)
    _ = await run("verify", "--target", target, "--complete")
    let sessions = await run("sessions", "--target", target, "--format", "csv").output.split(separator: "\n")
    #expect(
      sessions.map { $0.split(separator: ",", omittingEmptySubsequences: false).last }
        == ["campaign", "", "", "", "spring", "summer", ""])
    let status = await run("status", "--target", target, "--format", "csv").output.split(separator: "\n")
    #expect(status.map { $0.split(separator: ",")[2] } == ["mode", "whole", "adopt", "whole"])
  }
}
