import Foundation
import SessionPlan
import TestFixtures
import TestNeeds
import Testing

@testable import PageviewFiles

@Suite struct SharedFilesTests {
  @Test(.needs(SharedFolder.pageviewsAbsence))
  func `all real pageviews are read`() throws {
    let options = LoadOptions(attributes: [Attribute(name: "key", column: "user_key")], eventIDType: .integer)
    let loaded = try drain(PageviewFileReader(path: SharedFolder.realPageviews, options: options))
    #expect(loaded.rows.count == 63_524 && loaded.faults.isEmpty)
    #expect(Set(loaded.rows.map(\.event)).count == 63_524)
    #expect(Set(loaded.rows.map(\.user)).count == 10_000)
    #expect(Set(loaded.rows.map(\.attributes)).count == 10_000)
    let times = loaded.rows.map(\.time)
    let range = at("2014-01-07")..<at("2014-01-23")
    #expect(times.allSatisfy(range.contains))
  }

  @Test(.needs(SharedFolder.fixturesAbsence))
  func `the events of every fixture are read`() throws {
    let cases = try PublishedCase.all()
    #expect(!cases.isEmpty)
    for name in cases.map(\.name) {
      let path = "\(SharedFolder.fixtures)/\(name)/events.csv"
      let loaded = try drain(PageviewFileReader(path: path))
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
      #expect(loaded.rows.count == lines.count - 1 && loaded.faults.isEmpty, "\(name)")
    }
  }
}
