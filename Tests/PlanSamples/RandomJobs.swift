package import SessionPlan

/// Seeded random numbers (SplitMix64), so that a failure can be played again.
package struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Names and texts that try to end their own quotes.
package let hostileTexts = [
  "a\"b", "a\"\u{301}b", "\"", "a'b", "a'\u{301}b", "'; DROP TABLE x; --", "line\nbreak", "cr\r\nlf", "back\\slash",
  "\\'", "{a}", "{name}", "{{ start_time }}", "\u{1}", "\u{1}2", "a\u{1}1\u{1}2", "tab\t", "bo\u{301}b", "b\u{F3}b",
  "😀",
  "semi;colon", "-- note", "/* note */", "[x]", "`x`", "]]", " lead and trail ", "%s", "$1", "?", ":p",
]

package enum RandomJob {
  /// A job and its source, in every combination that settings allow.
  package static func bound(_ random: inout SeededRandom) -> BoundJob {
    let derives = Int.random(in: 0..<4, using: &random) == 0
    let arrival: Arrival? =
      switch Int.random(in: 0..<3, using: &random) {
      case 0: nil
      case 1: Arrival(column: "loaded_id")
      default: Arrival(column: "loaded_at", kind: .time)
      }
    let format = TimeFormat.allCases.randomElement(using: &random) ?? .timestamp
    let source = PageviewSource(
      table: Bool.random(using: &random) ? nil : ObjectName(parts: ["web", name(&random)]),
      eventID: derives ? nil : name(&random), userID: "visitor " + name(&random), pageViewAt: "time " + name(&random),
      page: Bool.random(using: &random) ? "page " + name(&random) : nil, timeFormat: format,
      timeZone: ["UTC", "+02:00", "-05:30"].randomElement(using: &random) ?? "UTC", filter: filter(&random, depth: 2),
      arrival: arrival)
    let attributes = (0..<Int.random(in: 0...2, using: &random)).map {
      Attribute(name: "attribute \($0) " + name(&random), column: name(&random))
    }
    let job = SessionJob(
      gap: Gap(microseconds: Int64.random(in: Gap.allowed, using: &random)) ?? .standard,
      boundary: GapBoundary.allCases.randomElement(using: &random) ?? .new,
      eventIDType: EventIDType.allCases.randomElement(using: &random) ?? .text, source: source, attributes: attributes,
      names: ObjectNames(
        prefix: Bool.random(using: &random) ? "" : name(&random),
        schema: Bool.random(using: &random) ? nil : ObjectName(name(&random))))
    return .assumed(job)
  }

  package static func profile(_ random: inout SeededRandom) -> PlanProfile {
    var profile = PlanProfile(
      steps: Bool.random(using: &random) ? .scratchTables : .inline,
      islands: Bool.random(using: &random) ? .positions : .windows, hasCorrelatedLookup: Bool.random(using: &random),
      enforcesKeys: Bool.random(using: &random), hasSHA256: Bool.random(using: &random),
      hasArrivalColumn: Bool.random(using: &random), hasNamedTimeZones: Bool.random(using: &random),
      hasStrictTypes: Bool.random(using: &random), buildsKeysLate: Bool.random(using: &random))
    profile.commitPoint = Bool.random(using: &random) ? .transaction : .finishedRow
    return profile
  }

  private static func name(_ random: inout SeededRandom) -> String {
    hostileTexts.randomElement(using: &random) ?? "x"
  }

  private static func filter(_ random: inout SeededRandom, depth: Int) -> SourceFilter? {
    guard depth > 0, Bool.random(using: &random) else { return nil }
    let some = SourceFilter.compare(
      column: "site", SourceFilter.Comparison.allCases.randomElement(using: &random) ?? .equal, .text(name(&random)))
    let other = filter(&random, depth: depth - 1) ?? .isIn(column: "status", [.integer(200), .integer(304)])
    return switch Int.random(in: 0..<5, using: &random) {
    case 0: .and(some, other)
    case 1: .or(some, other)
    case 2: .not(.or(other, .isNull(column: "site")))
    case 3: .isNotNull(column: "site")
    default: some
    }
  }
}
