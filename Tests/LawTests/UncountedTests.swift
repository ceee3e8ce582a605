import BackendConformance
import Foundation
import PageviewFiles
import SessionRunner
import Testing
import WarehouseDriver

/// An engine that does not say how many rows it has changed: what is not known is not 0.
@Suite struct UncountedTests {
  @Test func loadDoesNotSayWhatItDoesNotKnow() async throws {
    let place = try await Place.make(on: .sqlite)
    defer { place.remove() }
    var faults = InterposedConnection.Faults()
    faults.countsNothing = true
    let context = JobContext(InterposedConnection(try await place.connect(), faults: faults))
    try await context.create()
    let path = FileManager.default.temporaryDirectory.appending(path: "uncounted-\(UUID().uuidString).csv").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    func load(_ text: String) async throws -> LoadReport {
      try Data(("event_id,user_id,page_view_at,page\n" + text).utf8).write(to: URL(fileURLWithPath: path))
      return try await context.load(files: [path], LoadRequest(options: LoadOptions()))[0]
    }
    // All rows of an empty table are new, whoever counts.
    let first = try await load("a,u,2026-03-01,/\nb,u,2026-03-02,/\n")
    #expect(first.loaded == 2 && first.known == 0)
    let second = try await load("b,u,2026-03-02,/\nc,u,2026-03-03,/\n")
    #expect(second.loaded == nil && second.known == nil && second.summary.rows == 2)
    #expect(try await context.connection.textRows("SELECT count(*) FROM pageviews") == [["3"]])
    // Nor is it nothing that a run did.
    let run = try await context.run()
    #expect(run.pageviews == 3)
    await context.connection.close()
  }
}
