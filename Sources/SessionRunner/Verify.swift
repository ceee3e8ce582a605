public import SessionPlan
internal import WarehouseDriver

/// What `verify` is to check.
public struct VerifyRequest: Sendable {
  public var from: Timestamp?
  public var to: Timestamp?
  /// Whether pending, changed and retired rows are faults too.
  public var isComplete: Bool
  /// How many examples of each finding to keep.
  public var samples: Int
  /// Pending, changed and retired rows before this time are not counted: what the source need not keep.
  public var ignoredBefore: Timestamp?

  public init(
    from: Timestamp? = nil, to: Timestamp? = nil, isComplete: Bool = false, samples: Int = 5,
    ignoredBefore: Timestamp? = nil
  ) {
    self.ignoredBefore = ignoredBefore
    self.from = from
    self.to = to
    self.isComplete = isComplete
    self.samples = samples
  }
}

/// How far `verify` is.
public struct VerifyProgress: Hashable, Sendable {
  /// What is being looked at.
  public var check: String
  /// Its number, from 1, and how many there are.
  public var number: Int
  public var count: Int
}

/// What `verify` found.
public struct VerifyReport: Sendable {
  public struct Finding: Sendable {
    public var name: String
    public var meaning: String
    /// Whether a row of it makes the result wrong; else it is only counted.
    public var isFault: Bool
    public var count: Int
    public var samples: [Sample]
  }

  public struct Sample: Hashable, Sendable {
    /// The event or session.
    public var subject: String
    public var expected: String
    public var found: String
  }

  public var findings: [Finding]

  public var isClean: Bool { findings.allSatisfy { !$0.isFault || $0.count == 0 } }
}

extension JobContext {
  /// Recomputes the sessions inside the database, in another way than a run does, and reports every difference.
  ///
  /// - Parameter progress: called before each check
  public func verify(
    _ request: VerifyRequest = VerifyRequest(), progress: (@Sendable (VerifyProgress) -> Void)? = nil
  ) async throws -> VerifyReport {
    try await WorkPhase.$current.withValue(.read) { try await carryOut(request, progress) }
  }

  private func carryOut(
    _ request: VerifyRequest, _ progress: (@Sendable (VerifyProgress) -> Void)?
  ) async throws -> VerifyReport {
    let bound = try await boundToSource()
    var planner = try await verifier(bound)
    guard try await connection.describe(job.names[.sessionTable]) != nil else {
      throw RunnerError("there is no table \(job.names[.sessionTable])", remedy: createFirst)
    }
    try await connection.begin(.read)
    do {
      try await requireSameJob(bound)
      planner.floor = try await floor(planner)
      let checks = try planner.verifyChecks(
        from: request.from.map { .timestamp($0) }, to: request.to.map { .timestamp($0) },
        belowMark: try await markLessOverlap(planner, bound),
        ignoringBefore: request.ignoredBefore.map { .timestamp($0) })
      var report = VerifyReport(findings: [])
      for (index, check) in checks.enumerated() {
        progress?(VerifyProgress(check: check.name, number: index + 1, count: checks.count))
        report.findings.append(try await finding(of: check, isComplete: request.isComplete, samples: request.samples))
      }
      try await connection.rollback()
      return report
    } catch {
      try? await connection.rollback()
      throw error
    }
  }

  /// How many pageviews of the ledger are gone from the source.
  ///
  /// - Parameter ignored: those before this time are not counted; nil counts all
  public func retired(since ignored: Timestamp? = nil) async throws -> Int {
    try await WorkPhase.$current.withValue(.read) {
      let planner = try await verifier(try await boundToSource())
      let checks = try planner.verifyChecks(ignoringBefore: ignored.map { .timestamp($0) })
      guard let check = checks.first(where: { $0.name == "retired" }) else { return 0 }
      return try await connection.transaction(.read) {
        try await finding(of: check, isComplete: false, samples: 0).count
      }
    }
  }

  /// Look-ups by a key that is missing would be a scan for each row: joins are not.
  private func verifier(_ bound: BoundJob) async throws -> Planner {
    var profile = profile
    var looksUp = true
    for ledger in [ObjectNames.Object.sessionTable, .sessionVersions] {
      guard let table = try await connection.describe(job.names[ledger]), table.primaryKey.isEmpty else { continue }
      profile.hasCorrelatedLookup = false
      looksUp = false
    }
    var planner = try Planner(bound, profile: profile)
    planner.looksUp = looksUp
    return planner
  }

  func finding(of check: VerifyCheck, isComplete: Bool, samples: Int) async throws -> VerifyReport.Finding {
    var finding = VerifyReport.Finding(
      name: check.name, meaning: check.meaning, isFault: check.kind == .fault || isComplete, count: 0, samples: [])
    try await connection.query(check.query, path: "verify/" + check.name) { batch in
      for row in 0..<max(0, min(batch.rowCount, samples - finding.samples.count)) {
        let texts = batch.row(row).map { value in if case .text(let text)? = value { text } else { "" } }
        finding.samples.append(.init(subject: texts[0], expected: texts[1], found: texts[2]))
      }
      finding.count += batch.rowCount
    }
    return finding
  }
}
