import PlanSamples
import SessionPlan
import Testing

/// Whatever the settings and the engine: every plan is well-formed, and is the same each time.
@Suite struct EveryPlanTests {
  @Test(arguments: UInt64(1)...100) func passesTheChecker(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let bound = RandomJob.bound(&random)
    let profile = RandomJob.profile(&random)
    let planner = try Planner(bound, profile: profile)
    for plan in try EveryPlan.plans(planner) { try PlanChecker().check(plan) }
    #expect(try EveryPlan.plans(planner) == EveryPlan.plans(Planner(bound, profile: profile)))
  }

  @Test(arguments: ["page", "Run_ID", "sz_position", "event_id"]) func refusesAnAttributeCalledLikeAColumn(name: String)
  {
    let job = SessionJob(attributes: [Attribute(name: name, column: "x")])
    #expect { try Planner(.assumed(job), profile: .everything) } throws: {
      ($0 as? PlanError)?.code == .wrongSetting && "\($0)".contains(name)
    }
  }

  @Test func refusesTwoAttributesOfOneName() {
    let job = SessionJob(attributes: ["bo\u{301}b", "b\u{F3}b"].map { Attribute(name: $0, column: "x") })
    #expect(throws: PlanError.self) { try Planner(.assumed(job), profile: .everything) }
  }

  @Test func refusesAZoneThatTheEngineCannotConvert() throws {
    var profile = PlanProfile.everything
    let job = SessionJob(source: PageviewSource(timeZone: "Europe/Berlin"))
    _ = try Planner(.assumed(job), profile: profile)
    profile.hasNamedTimeZones = false
    #expect { try Planner(.assumed(job), profile: profile) } throws: { ($0 as? PlanError)?.code == .unsupported }
    let wrong = SessionJob(source: PageviewSource(timeZone: "'; x"))
    #expect { try Planner(.assumed(wrong), profile: .everything) } throws: {
      ($0 as? PlanError)?.code == .wrongSetting
    }
  }

  /// Lineage first, then rows; where the finished row makes both count and no step is kept, the rows, from which the
  /// lineage is found.
  @Test(arguments: UInt64(1)...50) func lineageBeforeRows(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let planner = try Planner(RandomJob.bound(&random), profile: RandomJob.profile(&random))
    let names = try planner.runPlan(.whole, RunIdentity(job: "", engine: "", toolVersion: "")).steps.map(\.name)
    let lineage = try #require(names.firstIndex(of: "lineage"))
    let rows = try #require(names.firstIndex(of: "rows"))
    #expect((lineage < rows) != planner.profile.writesRowsFirst)
    #expect(names.first == "started" && names.last == "finished")
  }
}

extension PlanProfile {
  static let everything = PlanProfile(
    steps: .scratchTables, islands: .positions, hasCorrelatedLookup: true, enforcesKeys: true, hasSHA256: true,
    hasArrivalColumn: true, hasNamedTimeZones: true, hasStrictTypes: true, buildsKeysLate: true)
}
