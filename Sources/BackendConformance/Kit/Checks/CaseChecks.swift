internal import SQLRendering
internal import SessionPlan

/// The cases of a few lines.
struct CaseChecks {
  let work: KitWork
  private let engine: KitEngine

  init(work: KitWork) {
    self.work = work
    engine = KitEngine(work)
  }

  func carryOut() async throws {
    let (known, others) = work.options.cases.partitioned { work.expected[$0.id] != nil }
    // A case that is known to fail would take its group with it.
    for item in known where try await isAskable(item) { try await check([item], alone: true) }
    var askable: [ConformanceCase] = []
    for item in others where try await isAskable(item) { askable.append(item) }
    for group in CaseGroup.groups(of: askable) { try await check(group.cases, alone: group.cases.count == 1) }
  }

  /// Notes a case as skipped where the dialect cannot do what it needs.
  private func isAskable(_ item: ConformanceCase) async throws -> Bool {
    let needs = item.needs.compactMap { Capability(rawValue: $0) }
    guard needs.contains(where: { !work.dialect.support(for: $0).isUsable }) else { return true }
    try await work.check(item.id, item.meaning, proves: item.traps, needs: needs) { nil }
    return false
  }

  private func check(_ cases: [ConformanceCase], alone: Bool) async throws {
    try Task.checkCancellation()
    let start = ContinuousClock.now
    let failure = try await failure(of: cases)
    let took = (ContinuousClock.now - start) / cases.count
    if failure == nil || alone {
      for item in cases {
        work.add(
          item.id, item.meaning, item.traps + item.needs, failure.map { .failed($0) } ?? .passed, took)
      }
      return
    }
    // Which of them it was.
    var found = false
    for item in cases {
      let before = work.results.count
      try await check([item], alone: true)
      found = found || work.results[before...].contains { $0.outcome != .passed }
    }
    if !found {
      work.add(
        "cases/together", "Users do not change each other's sessions.", [],
        .failed("each case passes alone, and together they fail: \(failure ?? "")"), took)
    }
  }

  /// What is wrong with cases that share a job; nil where nothing is.
  private func failure(of cases: [ConformanceCase]) async throws -> String? {
    guard let first = cases.first else { return nil }
    var group = CaseGroup(first)
    for item in cases.dropFirst() { group.add(item) }
    let player = SQLPlayer(engine, faults: .without(work))
    var detail = await checkHistory(group.history, player: player).map { "\($0)" }
    if Task.isCancelled { throw CancellationError() }
    if detail == nil {
      do {
        let found = try await player.exportSessions(asOf: nil)
        if found != group.sessionsCSV {
          detail =
            "the sessions that people counted:\n" + LineDifference.text(expected: group.sessionsCSV, actual: found)
        }
        let rows = try await player.quarantine().sorted()
        if detail == nil, rows != group.quarantineRows {
          detail = "quarantine: expected \(group.quarantineRows), found \(rows)"
        }
      } catch {
        detail = KitWork.text(error)
      }
    }
    await player.close()
    return detail
  }
}

extension InterposedConnection.Faults {
  /// An engine without transactions keeps what a killed run has written.
  static func without(_ work: KitWork) -> Self {
    var faults = InterposedConnection.Faults()
    faults.hasTransactions = work.dialect.support(for: .transactions).isUsable
    return faults
  }
}

extension Array {
  fileprivate func partitioned(_ isFirst: (Element) -> Bool) -> ([Element], [Element]) {
    (filter(isFirst), filter { !isFirst($0) })
  }
}
