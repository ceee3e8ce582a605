import Foundation
import SQLiteBackend
import Testing
import WarehouseDriver

@testable import SessionizerCLI

/// The kit as a command; what it checks is the matter of its own tests.
@Suite struct ConformanceCommandTests {
  private struct Row: Decodable {
    var topic: String
    var item: String
    var result: String
  }

  /// A section passes, leaves nothing, and its evidence is what a dialect's file takes.
  @Test func evidence() async throws {
    let folder = try TemporaryFolder()
    let (target, proven) = ("sqlite:" + folder.path + "/kit.db", folder.path + "/proven.yaml")
    let run = await ToolRun(
      "conformance", "--target", target, "--section", "transactions", "--section", "lock", "--format", "json",
      "--evidence", proven)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.errors.hasPrefix("sessionizer: everything made here is called szkit_"))
    let rows = try JSONDecoder().decode([Row].self, from: Data(run.output.utf8))
    #expect(rows.contains { $0.topic == "lock" && $0.item == "lock/exclusive" && $0.result == "passed" })
    #expect(Set(rows.map(\.topic)) == ["transactions", "lock", "capability", "trap"])
    #expect(rows.contains { $0.topic == "capability" && $0.item == "job_lock" && $0.result == "proven" })

    let connection = try await SQLiteBackend().connect(to: Target(url: target), options: ConnectionOptions())
    let cursor = try await connection.open("SELECT name FROM sqlite_master", types: [.text])
    #expect(try await cursor.next() == nil)
    await connection.close()

    let lines = try String(contentsOfFile: proven, encoding: .utf8)
    #expect(lines.contains("\n  job_lock: {state: full, evidence: tested live}\n"), "\(lines)")
    let head = "format: 1\nname: mine\ntitle: Mine\nextends: sqlite\nevidence: assumed\n"
    let dialect = try folder.file("mine.yaml", head + lines)
    let checked = await ToolRun("dialect", "check", dialect)
    #expect(checked.code == 0, "\(checked.output)\(checked.errors)")
  }

  /// What is said to fail, and does not, is a fault.
  @Test func aSurprisePass() async throws {
    let folder = try TemporaryFolder()
    let expected = try folder.file(
      "known.json", #"{"expected_failures": [{"check": "lock/exclusive", "reason": "it was said so"}]}"#)
    let run = await ToolRun(
      "conformance", "--target", "sqlite:" + folder.path + "/kit.db", "--section", "lock", "--expect", expected,
      "--format", "csv")
    #expect(run.code == 1 && run.output.contains("it was said so"), "\(run.output)\(run.errors)")
  }

  @Test func wrongUse() async throws {
    let folder = try TemporaryFolder()
    let target = "sqlite:" + folder.path + "/kit.db"
    func oneLine(_ run: ToolRun, _ code: Int32, _ words: String...) {
      #expect(run.code == code && run.errors.split(separator: "\n").count == 1, "\(run.code): \(run.errors)")
      for word in words { #expect(run.errors.contains(word), "\(run.errors)") }
    }
    #expect(await ToolRun("conformance", "--target", target, "--section", "nothing").code == 64)
    #expect(await ToolRun("conformance", "--target", target, "--histories", "-1").code == 64)
    oneLine(await ToolRun("conformance", "--target", target, "--clean-up", "mine"), 2, "mine", "szkit_")
    let none = await ToolRun("conformance", "--target", target, "--clean-up", "szkit_00000000")
    #expect(none.code == 0 && none.errors == "0 objects removed\n")
    let broken = try folder.file("broken.json", "{\"expected_failures\": 3}")
    oneLine(await ToolRun("conformance", "--target", target, "--expect", broken), 2, "broken.json")
    oneLine(await ToolRun("conformance", "--target", target, "--expect", folder.path + "/none.json"), 2, "none.json")
    oneLine(await ToolRun("conformance", "--target", "nowhere:x"), 2, "no backend")
  }
}
