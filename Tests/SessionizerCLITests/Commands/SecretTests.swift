import Foundation
import SQLiteBackend
import Testing
import WarehouseDriver

@testable import SessionizerCLI

/// No text that comes from a target is printed as it stands, by no command, at no verbosity.
@Suite struct SecretTests {
  /// What passwords are made of. The middle is looked for: a part of it is as bad as the whole.
  private static let secrets = [
    "hunter2@zebra", "hunter2/zebra", "hunter2#zebra", "hunter2%zebra", "hunter2;zebra", "hunter2?zebra",
    "hunter2 zebra",
    "hunter2:zebra", "hunter2'zebra", "hunter2}zebra", "hunter2&zebra=1", "hunter2",
  ]

  /// Targets that were mistyped in the ways in which people mistype them.
  private static func targets(_ secret: String) -> [String] {
    [
      "DSN=shop;UID=me;PWD=\(secret)", "host=db user=me password=\(secret)", "me:\(secret)@db/web",
      "postgres://me:\(secret)@127.0.0.1:1/web", "postgre://me:\(secret)@db/web", "postgresql//me:\(secret)@db/web",
      "odbc+nosuch:DSN=shop;PWD=\(secret)", "odbc+\(secret):DSN=shop", "odbc:DSN=nosuch;PWD=\(secret)", "\(secret):x",
      "mysql://me:\(secret)@db/web", "jdbc:postgresql://me:\(secret)@db/web", secret,
    ]
  }

  private static let commands: [[String]] = [
    ["create"], ["generate", "--events", "1"], ["load", "x.csv"], ["run"], ["run", "--dry-run"], ["agg"], ["sessions"],
    ["events"], ["verify"], ["explain-session", "1"], ["status"], ["doctor"], ["conformance"],
  ]

  private func check(_ arguments: [String], variables: [String: String] = [:]) async {
    let run = await ToolRun(arguments, variables: variables)
    let all = run.output + run.errors
    #expect(run.code != 0)
    #expect(!all.contains("hunter2") && !all.contains("zebra"), "\(arguments): \(all)")
  }

  /// Each target with some of the commands; over all secrets, each command meets each form of a target.
  @Test(arguments: secrets.indices) func mistypedTargetsAreNotRepeated(number: Int) async throws {
    let secret = Self.secrets[number]
    for (index, target) in Self.targets(secret).enumerated() {
      await check(Self.commands[(index + number) % Self.commands.count] + ["--verbose", "--target", target])
      guard index == number else { continue }
      await check(["compare", "--targets", "\(target),sqlite:/nowhere/a.db"])
      // As an argument in the wrong place, and as the value of an option that there is none of. A bare word could be
      // anything.
      guard target != secret else { continue }
      await check(["run", target])
      await check([target])
      await check(["run", "--taget=\(target)"])
    }
  }

  /// In a job file, by itself and by way of a variable.
  @Test(arguments: ["hunter2@zebra", "hunter2/zebra", "hunter2;zebra", "hunter2'zebra"])
  func targetsOfJobFilesAreNotRepeated(secret: String) async throws {
    let folder = try TemporaryFolder()
    for (index, target) in (Self.targets(secret) + Self.targets("${SECRET}")).enumerated() {
      let quoted = "'" + target.replacing("'", with: "''") + "'"
      let texts = [
        "targets:\n  prod: \(quoted)\n", "target: \(quoted)\n", "targets:\n  prod: \(quoted)\ntarget: prod\n",
      ]
      let file = try folder.file("\(index).yml", texts[index % 3])
      let command = [["run"], ["doctor"], ["create"]][index / 3 % 3]
      await check(command + ["--verbose", "--job", file], variables: ["SECRET": secret])
    }
  }
}
