import BackendConformance
import DialectFiles
import Foundation
import SQLRendering
import SessionPlan
import TestNeeds
import Testing

/// A smoke test for dialects whose engines do not run here: their scripts, translated to DuckDB, bring about what the
/// oracle says. It tells nothing of the engine itself, only that the dialect's SQL says what it should.
@Suite struct TranslationTests {
  /// Engines that run here, so that their dialects need no translation.
  static let withEngine = ["sqlite", "sqlite-embedded", "postgres", "mariadb", "duckdb"]
  static let withoutEngine = DialectLibrary().names.filter { !withEngine.contains($0) }
  /// Dialects that are not translated, and why.
  static let untranslated = ["clickhouse": "its engine runs the scripts itself, where it is in Python"]

  /// Cases that do not come out because of the translation, by dialect, with the reason.
  static let faults: [String: [String: String]] = [:]

  static let names = withoutEngine.filter { untranslated[$0] == nil }
  static let drawn = ScriptTests.drawn

  /// The kit's cases and some random histories, and that the dialect's file claims just that.
  @Test(.needs(PythonEngines.translationAbsence), arguments: names) func scriptsDoWhatTheyShould(name: String) throws {
    let dialect = try DialectLibrary().dialect(named: name)
    let run = try TranslatedRun(of: dialect, cases: ConformanceCase.own, drawn: Self.drawn)
    #expect(run.unused.isEmpty, "\(name): corrections.py has what no statement needs")
    let expected = Self.faults[name] ?? [:]
    for (id, difference) in run.failures where expected[id] == nil {
      Issue.record("\(name), \(id): \(difference)")
    }
    for id in expected.keys where run.failures[id] == nil { Issue.record("\(name), \(id): comes out after all") }
    #expect(run.cases >= 30 && run.drawn >= 5)
    try SmokeTestClaim(dialect).check(run.claim)
  }

  /// A dialect file of one's own (`SESSIONIZER_SMOKE_TEST`), by the translation of the built-in dialect that it is nearest
  /// to (`SESSIONIZER_SMOKE_TEST_AS`).
  @Test(.needs(own == nil ? "only where SESSIONIZER_SMOKE_TEST names a file" : PythonEngines.translationAbsence))
  func aFileOfOnesOwn() throws {
    let own = try #require(Self.own)
    var library = DialectLibrary()
    let name = try library.add(file: own.path)
    let dialect = try library.dialect(named: name)
    let run = try TranslatedRun(of: dialect, as: own.like, cases: ConformanceCase.own, drawn: Self.drawn)
    for (id, difference) in run.failures { Issue.record("\(dialect.name), \(id): \(difference)") }
    print("smoke_test: \(run.translation)")
  }

  static let own: (path: String, like: String)? = {
    let variables = ProcessInfo.processInfo.environment
    guard let path = variables["SESSIONIZER_SMOKE_TEST"] else { return nil }
    return (path, variables["SESSIONIZER_SMOKE_TEST_AS"] ?? "ansi")
  }()

  /// Nobody else claims to have had the test.
  @Test func othersClaimNothing() throws {
    for name in DialectLibrary().names where !Self.names.contains(name) {
      #expect(try DialectLibrary().dialect(named: name).smokeTest == nil, "\(name)")
    }
  }

  /// Mistakes in a dialect that the translated run must see.
  @Test(.needs(PythonEngines.translationAbsence), arguments: PlantedFault.all)
  func aPlantedFaultIsSeen(fault: PlantedFault) throws {
    var dialect = try DialectLibrary().dialect(named: fault.dialect)
    fault.change(&dialect)
    let named = ConformanceCase.own.filter { fault.cases.contains($0.id) }
    let played = try named.map { item in
      let history = try #require(ScriptedHistory(item.history, dialect))
      return (history, fault.changed(try history.play(name: item.id)))
    }
    let replies = try PythonEngines.translate(played.map(\.1), from: fault.dialect).replies
    #expect(replies.count == fault.cases.count && replies.count > 0)
    for ((history, _), reply) in zip(played, replies) {
      // Sessions of two users that are taken for one may have no first pageview, which their table refuses.
      if let error = reply.error {
        #expect(
          error.contains("NOT NULL constraint failed"), "\(fault), \(reply.name): something else was seen: \(error)")
        continue
      }
      #expect(reply.exports != history.expected, "\(fault), \(reply.name): nobody noticed")
    }
  }
}
