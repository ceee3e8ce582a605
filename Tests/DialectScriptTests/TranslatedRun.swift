import BackendConformance
import SQLRendering

/// Cases and random histories by the scripts of a dialect, translated to DuckDB.
struct TranslatedRun {
  /// How many were played, and what of them did not come out, by name.
  private(set) var cases = 0
  private(set) var drawn = 0
  private(set) var failures: [String: String] = [:]
  /// Corrections that no statement needed.
  let unused: [String]

  /// - Parameter name: the built-in dialect whose translation is taken; nil for that of its own name
  init(
    of dialect: Dialect, as name: String? = nil, cases: [ConformanceCase], drawn: [(name: String, history: History)]
  ) throws {
    let name = name ?? dialect.name
    let scripted = cases.compactMap { item in ScriptedHistory(item.history, dialect).map { (item.id, $0) } }
    let random = drawn.compactMap { item in ScriptedHistory(item.history, dialect).map { (item.name, $0) } }
    self.cases = scripted.count
    self.drawn = random.count
    // Cases that share a job are played at once; those of a group that does not come out, alone.
    let names = Set(scripted.map(\.0))
    let groups = CaseGroup.groups(of: cases.filter { names.contains($0.id) })
    let together = groups.enumerated().compactMap { index, group in
      ScriptedHistory(group.history, dialect).map { ("group \(index)", $0) }
    }
    let first = try Self.play(together + random, name)
    unused = first.unused
    failures = first.failures
    for (index, group) in groups.enumerated() where failures.removeValue(forKey: "group \(index)") != nil {
      let members = Set(group.cases.map(\.id))
      failures.merge(try Self.play(scripted.filter { members.contains($0.0) }, name).failures) { $1 }
    }
  }

  private static func play(
    _ histories: [(name: String, history: ScriptedHistory)], _ dialect: String
  ) throws -> (failures: [String: String], unused: [String]) {
    let cases = try histories.enumerated().map { index, item in
      try item.history.play(name: item.name, isWhole: index == 0)
    }
    let played = try PythonEngines.translate(cases, from: dialect)
    var failures: [String: String] = [:]
    for ((name, history), reply) in zip(histories, played.replies) where reply.exports != history.expected {
      failures[name] = reply.error ?? difference(reply.exports ?? [], history.expected)
    }
    return (failures, played.unused)
  }

  private static func difference(_ found: [[[String?]]], _ expected: [[[String?]]]) -> String {
    for (mine, theirs) in zip(found, expected) where mine != theirs {
      let wrong = mine.first { !theirs.contains($0) } ?? []
      let missing = theirs.first { !mine.contains($0) } ?? []
      return "found \(wrong.map { $0 ?? "NULL" }), expected \(missing.map { $0 ?? "NULL" })"
    }
    return "nothing came out"
  }

  /// What the dialect's file may say of it.
  var claim: String {
    let versions = PythonEngines.parsers.map { "\($0) \(PythonEngines.versions[$0] ?? "unknown")" }
    return "parsed by \(versions.joined(separator: " and ")); \(translation)"
  }

  /// The half of it that was seen here.
  var translation: String {
    let wrongCases = failures.keys.count { !$0.hasPrefix("seed ") }
    let wrongDrawn = failures.count - wrongCases
    let version = PythonEngines.versions["duckdb"] ?? "unknown"
    return "translated to DuckDB \(version), \(cases - wrongCases) of \(cases) cases and "
      + "\(drawn - wrongDrawn) of \(drawn) random histories come out as they must"
  }
}
