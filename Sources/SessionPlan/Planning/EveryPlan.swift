/// Everything that the planner can say of a job: what a dialect is checked with, and the planner itself.
package enum EveryPlan {
  package static func plans(_ planner: Planner) throws -> [Plan] {
    let identity = RunIdentity(job: JobFingerprint(planner.bound).text, engine: "engine 1", toolVersion: "it's \"1\"")
    let from = Literal.timestamp(Timestamp(microseconds: -1))
    let to = Literal.timestamp(Timestamp(microseconds: 1_577_836_800_000_000))
    var modes: [RunMode] = [.whole, .window(from: from, to: to), .window(from: nil, to: to)]
    if let arrival = planner.bound.job.source.arrival {
      modes.append(.new(since: arrival.kind == .id ? .integer(-7) : from))
    }
    var plans = [try planner.createPlan(withSource: true), try planner.createPlan(withSource: false)]
    for mode in modes {
      plans.append(try planner.runPlan(mode, identity))
      if planner.hasFirstRunPlan { plans.append(try planner.firstRunPlan(mode, identity)) }
    }
    if planner.profile.commitPoint == .finishedRow { plans += try claimed(planner, identity) }
    plans += try upgrade(planner, identity)
    plans.append(try adopt(planner, identity))
    if planner.profile.keepsSteps {
      plans.append(
        Plan(
          name: "load",
          steps: [
            planner.loadedScratch(), planner.insertLoaded(), planner.faultsScratch(), planner.insertFaults(),
          ].enumerated().map { Plan.Step("\($0.offset)", "", $0.element) }))
    }
    plans.append(
      Plan(name: "queries", steps: try queries(planner).map { Plan.Step($0.name, "", .query($0.query)) }))
    return plans
  }

  /// What a run sends that has claimed its id.
  private static func claimed(_ planner: Planner, _ identity: RunIdentity) throws -> [Plan] {
    var planner = planner
    let claim = Claim(run: 3, token: "it's \"1\"", finishedBefore: 2)
    planner.claim = claim
    let queries = [
      planner.openClaims(), planner.finishedCount(), planner.finishedProbe(claim), planner.lastRun(),
    ]
    return [
      try planner.runPlan(.whole, identity),
      Plan(
        name: "claims",
        steps: [planner.abandon(run: 3, token: claim.token)]
          + queries.enumerated().map { Plan.Step("\($0.offset)", "", .query($0.element)) }),
    ]
  }

  private static func upgrade(_ planner: Planner, _ identity: RunIdentity) throws -> [Plan] {
    var bound = planner.bound
    bound.isUpgraded = true
    let planner = try Planner(bound, profile: planner.profile)
    let versions = Plan.Step("versions", "", planner.insertVersions(ofRun: .integer(3)))
    return [
      try planner.upgradeSchemaPlan { _, column in column.isNullable }, try planner.upgradeViewsPlan(),
      Plan(name: "upgrade", steps: [versions] + planner.upgradedRows(identity)),
      try planner.runPlan(.whole, identity),
    ]
  }

  /// `adopt`, and what `create` notes.
  private static func adopt(_ planner: Planner, _ identity: RunIdentity) throws -> Plan {
    let mark = (id: Literal.integer(5), time: Literal.timestamp(Timestamp(microseconds: 0)))
    return Plan(
      name: "adopt",
      steps: try planner.adoptSchemaPlan(ownsSource: true) { _, _ in true }.steps
        + planner.adoptedRows(identity, mark: mark) + [Plan.Step("created", "", planner.createdRow(identity))])
  }

  package static func queries(_ planner: Planner) throws -> [(name: String, query: Query)] {
    let run = Literal.integer(3)
    var result: [(String, Query)] = [
      ("status", planner.statusQuery()), ("changed", planner.changedSessions(since: run, until: .integer(5))),
      ("mark", planner.markQuery()), ("fingerprint", planner.fingerprintQuery()),
      ("settings", planner.settingsQuery()), ("retention", planner.floorQuery()), ("last run", planner.lastRun()),
      ("states", planner.runStates(of: run)), ("source probe", planner.sourceProbe()),
      ("freshness", planner.freshnessQuery()), ("layout", planner.layoutQuery()),
      ("finished runs", planner.finishedRuns()),
      ("ledger probe", planner.ledgerProbe()), ("source copy", planner.sourceCopy()),
    ]
    let filters = [QuarantineFilter(), QuarantineFilter(reason: "bad_time", run: 3, file: "it's")]
    result += filters.map { ("quarantine", planner.quarantined($0, limit: 5)) }
    result += filters.map { ("quarantine counts", planner.quarantineCounts($0)) }
    for isOrdered in [false, true] {
      result += [
        ("compared sessions", planner.comparedSessions(isOrdered: isOrdered)),
        ("compared events", planner.comparedEvents(isOrdered: isOrdered)),
        ("compared source", try planner.comparedSource(isOrdered: isOrdered)),
      ]
    }
    let session: Literal = planner.idType == .integer ? .integer(-5) : .text("it's")
    result += [
      ("session of an id", planner.session(ofID: session)), ("versions", planner.versions(ofAnchor: session)),
      (
        "pageviews",
        planner.pageviews(
          ofUser: .text("it's"), from: .timestamp(Timestamp(microseconds: 0)),
          to: .timestamp(Timestamp(microseconds: 1)))
      ),
    ]
    for asOf in [nil, run] {
      result += [("sessions", planner.sessionsExport(asOf: asOf)), ("events", planner.eventsExport(asOf: asOf))]
      result += AggregateKind.allCases.map { ("agg " + $0.rawValue, planner.aggregate($0, asOf: asOf)) }
    }
    let mark: Literal? = planner.bound.job.source.arrival.map {
      $0.kind == .id ? .integer(5) : .timestamp(Timestamp(microseconds: 0))
    }
    let from = Literal.timestamp(Timestamp(microseconds: 0))
    for checks in [
      try planner.verifyChecks(belowMark: mark), try planner.verifyChecks(from: from, to: nil, belowMark: mark),
    ] {
      result += checks.map { ("verify " + $0.name, $0.query) }
    }
    return result
  }
}
