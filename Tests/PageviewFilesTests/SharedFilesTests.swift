import Foundation
import SessionPlan
import Testing

@testable import PageviewFiles

/// Files beside the repository, which not every machine has.
private enum Shared {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared")
  static let realPageviews = folder.appendingPathComponent("data/wikipedia_readers_pageviews.csv").path
  static let fixtures = folder.appendingPathComponent("fixtures").path

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

@Suite struct SharedFilesTests {
  @Test(.enabled(if: Shared.exists(Shared.realPageviews), "the real pageviews are not on this machine"))
  func `all real pageviews are read`() throws {
    let options = LoadOptions(attributes: [Attribute(name: "key", column: "user_key")], eventIDType: .integer)
    let loaded = try drain(PageviewFileReader(path: Shared.realPageviews, options: options))
    #expect(loaded.rows.count == 63_524 && loaded.faults.isEmpty)
    #expect(Set(loaded.rows.map(\.event)).count == 63_524)
    #expect(Set(loaded.rows.map(\.user)).count == 10_000)
    #expect(Set(loaded.rows.map(\.attributes)).count == 10_000)
    let times = loaded.rows.map(\.time)
    let range = at("2014-01-07")..<at("2014-01-23")
    #expect(times.allSatisfy(range.contains))
  }

  @Test(.enabled(if: Shared.exists(Shared.fixtures), "the fixtures are not on this machine"))
  func `the events of every fixture are read`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Shared.fixtures)
    var files = 0
    for folder in folders {
      let path = "\(Shared.fixtures)/\(folder)/events.csv"
      guard Shared.exists(path) else { continue }
      files += 1
      let loaded = try drain(PageviewFileReader(path: path))
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
      #expect(loaded.rows.count == lines.count - 1 && loaded.faults.isEmpty, "\(folder)")
    }
    #expect(files > 0)
  }
}
