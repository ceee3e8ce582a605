import AggregateOracle
import BackendConformance
import Foundation
import HistoryMutants
import SessionPlan
import TestFixtures
import TestNeeds
import Testing

@Suite struct CaseTests {
  @Test(arguments: ConformanceCase.own)
  func ownCase(conformance: ConformanceCase) async {
    var model = LedgerModel(job: conformance.history.job)
    for (index, step) in conformance.history.steps.enumerated() {
      switch step {
      case .insert(let rows): model.insert(rows)
      case .run(let mode), .killed(let mode): model.run(mode, id: Int64(index))
      }
    }
    // What people counted, and what the oracle says.
    #expect(model.sessions().sessionsCSV == CanonicalExport.sessions(conformance.sessions))
    #expect(model.quarantine.sorted() == conformance.quarantine.sorted())
    #expect(await counterexample(conformance.history, player: MemoryPlayer()) == nil)
  }

  /// Every file is part of the program, and each case has an id of its own that begins with the file's name.
  @Test func everyFileIsBuiltIn() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources/BackendConformance/Cases/Files").path
    let own = ConformanceCase.own
    #expect(Set(own.map(\.id)).count == own.count)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }
    #expect(files.count >= 9)
    for file in files {
      let cases = try ConformanceCase.read(path: folder + "/" + file)
      #expect(!cases.isEmpty)
      for item in cases {
        #expect(item.id.hasPrefix(file.dropLast(5) + "/") && own.contains(item), "\(item.id)")
      }
    }
  }

  /// What is wrong with a file of cases is said in one line, with the case and the key.
  @Test(arguments: [
    (#"{"about": "", "cases": [{"id": "x/y", "meaning": "", "steps": [{"run": "often"}], "sessions": []}]}"#, "often"),
    (#"{"about": "", "cases": [{"id": "x/y", "meaning": "", "steps": [{"load": [[1, 2]]}], "sessions": []}]}"#, "x/y"),
    (#"{"about": "", "cases": [{"id": "x/y", "meaning": ""}]}"#, "steps is missing"),
    (
      #"{"about": "", "cases": [{"id": "x/y", "meaning": "", "job": {"gap": "1y"}, "steps": [], "sessions": []}]}"#,
      "1y"
    ),
    ("[", "file"),
  ])
  func aWrongFileIsOneError(text: String, says: String) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("cases-\(UUID().uuidString).json")
    try text.write(to: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: path) }
    #expect {
      try ConformanceCase.read(path: path.path)
    } throws: { error in
      let line = "\(error)"
      return error is CaseFileError && line.contains(says) && line.contains(path.lastPathComponent)
        && !line.contains("\n")
    }
  }

  @Test(.needs(SharedFolder.fixturesAbsence)) func publishedCases() async throws {
    let cases = try PublishedCase.all()
    #expect(cases.count >= 6)
    for published in cases {
      let job = published.job
      var model = LedgerModel(job: job)
      for (index, batch) in published.batches.enumerated() {
        model.insert(batch)
        model.run(.whole, id: Int64(index + 1))
        guard index < published.sessionsAfterBatch.count else { continue }
        let found = Set(model.sessions().sessions.map(PublishedCase.Session.init))
        #expect(found == published.sessionsAfterBatch[index], "\(published.name) after batch \(index + 1)")
      }
      let scratch = model.sessions()
      #expect(Set(scratch.sessions.map(PublishedCase.Session.init)) == published.sessions, "\(published.name)")
      let starts = Dictionary(scratch.sessions.map { ($0.id, $0.startedAt) }, uniquingKeysWith: { first, _ in first })
      for event in scratch.events {
        #expect(starts[event.sessionID] == published.starts[ByteKey(event.pageview.id.bytes)], "\(published.name)")
      }
      #expect(await counterexample(published.history, player: MemoryPlayer()) == nil)
    }
  }

  @Test(.needs(SharedFolder.pageviewsAbsence)) func realPageviews() throws {
    let rows = try RealPageviews.all()
    #expect(rows.count == 63_524)
    var model = LedgerModel(job: HistoryJob(idType: .integer))
    model.insert(rows)
    let outcome = model.run(.whole, id: 1)
    #expect(outcome.pageviews == 63_524 && outcome.quarantined == 0)
    let scratch = model.sessions()
    let totals = AggregateOracle(scratch)
    #expect(totals.sessions == 22_226)
    #expect(totals.users == 10_000)
    // 20.68 % of pageviews are in one-page sessions: hundredths of a percent, half up.
    #expect((20_000 * totals.bounces + totals.pageviews) / (2 * totals.pageviews) == 2068)
    #expect(FromScratch(model.pageviews(), gap: .standard, boundary: .same).sessions.count == 22_224)
  }
}
