/// Plays a history and holds the player to the laws after every run; nil where all hold.
///
/// L1: exports are the from-scratch sessions of the ledger's pageviews, to the byte. L2: ledger rows never change. L3: a
/// run without new rows adds nothing. L4: a killed run leaves nothing, or what the next run repairs. L8: quarantine is
/// as the rules say. L9: a run writes one version for each session that gained a pageview, and as many lineage rows as the
/// union by size does. At the end, the exports as of every run are what they were after it, and so is what changed since.
public func checkHistory(_ history: History, player: any HistoryPlayer) async -> HistoryFailure? {
  var check = HistoryCheck(history: history, player: player)
  do {
    return try await check.play()
  } catch {
    return HistoryFailure(law: "error thrown", step: check.step, detail: "  \(error)")
  }
}

private struct HistoryCheck {
  let history: History
  let player: any HistoryPlayer
  var step = 0
  private var model: LedgerModel
  private var lastRun: Int64 = 0
  private var finished: [(runID: Int64, sessions: [UInt8], events: [UInt8])] = []
  private var dump: [String: Set<ByteKey>] = [:]

  init(history: History, player: any HistoryPlayer) {
    self.history = history
    self.player = player
    let job = history.job
    model = LedgerModel(job: job) { player.spelling($0, job) }
  }

  mutating func play() async throws -> HistoryFailure? {
    try await player.reset(history.job)
    dump = try await player.ledgerDump()
    for (index, next) in history.steps.enumerated() {
      step = index
      switch next {
      case .insert(let rows):
        model.insert(rows)
        try await player.insert(rows)
      case .run(let mode):
        if let failure = try await run(mode) { return failure }
      case .killed(let mode):
        let before = try await player.ledgerDump()
        let wasKilled = try await player.killedRun(mode)
        if wasKilled, player.isTransactional {
          if try await player.ledgerDump() != before { return failure("L4 a killed run left rows", "") }
          if let failure = try await exports() { return failure }
        }
        let leavesSomething = wasKilled && !player.isTransactional
        let hides = try await player.hidesUnfinishedRuns()
        if leavesSomething, hides {
          if let failure = try await exports() { return failure }
          let later = try await player.ledgerDump()
          if let failure = rowsGone(later) { return failure }
          dump = later
        }
        if let failure = try await run(mode, afterKill: leavesSomething, isExact: !leavesSomething || hides) {
          return failure
        }
      }
    }
    for run in finished {
      let sessions = try await player.exportSessions(asOf: run.runID)
      if sessions != run.sessions { return different("as of run \(run.runID): sessions", run.sessions, sessions) }
      let events = try await player.exportEvents(asOf: run.runID)
      if events != run.events { return different("as of run \(run.runID): events", run.events, events) }
    }
    return try await changes()
  }

  /// - Parameter isExact: whether it must count and write as if nothing had been killed before it
  private mutating func run(
    _ mode: RunMode, afterKill: Bool = false, isExact: Bool = true
  ) async throws -> HistoryFailure? {
    let outcome = try await player.run(mode)
    guard afterKill ? outcome.runID > lastRun : outcome.runID == lastRun + 1 else {
      return failure("run ids grow by one", "  run \(outcome.runID) after run \(lastRun)")
    }
    lastRun = outcome.runID
    let expected = model.run(mode, id: lastRun)
    if let failure = try await exports() { return failure }
    let sessions = model.sessions()
    finished.append((lastRun, sessions.sessionsCSV, sessions.eventsCSV))
    // A player without transactions may have written rows before it was killed, and then counts differently.
    if isExact, let failure = counts(outcome, expected) { return failure }
    if let failure = try await quarantine() { return failure }
    if let failure = try await ledgers(expected, isExact: isExact) { return failure }
    let isClean = try await player.verify()
    switch (model.missed, isClean) {
    case (.no, false): return failure("verify", "  differences where there are none")
    case (.yes, true): return failure("verify", "  a row below the mark minus the overlap is not reported")
    default: return nil
    }
  }

  private func exports() async throws -> HistoryFailure? {
    let expected = model.sessions()
    let events = try await player.exportEvents(asOf: nil)
    if events != expected.eventsCSV { return different("L1 events", expected.eventsCSV, events) }
    let sessions = try await player.exportSessions(asOf: nil)
    if sessions != expected.sessionsCSV { return different("L1 sessions", expected.sessionsCSV, sessions) }
    return nil
  }

  private func counts(_ outcome: RunOutcome, _ expected: LedgerModel.Outcome) -> HistoryFailure? {
    if let pageviews = outcome.pageviews, pageviews != expected.pageviews {
      return failure("pageviews of the run", "  expected \(expected.pageviews), counted \(pageviews)")
    }
    if let quarantined = outcome.quarantined, quarantined != expected.quarantined {
      return failure("L8 quarantined by the run", "  expected \(expected.quarantined), counted \(quarantined)")
    }
    return nil
  }

  private func quarantine() async throws -> HistoryFailure? {
    let expected = model.quarantine.sorted()
    let actual = try await player.quarantine().sorted()
    guard actual != expected else { return nil }
    func text(_ rows: [QuarantineRow]) -> [UInt8] { Array(rows.map(\.description).joined(separator: "\n").utf8) }
    return different("L8 quarantine", text(expected), text(actual))
  }

  private func rowsGone(_ later: [String: Set<ByteKey>]) -> HistoryFailure? {
    for (table, rows) in dump {
      let gone = rows.subtracting(later[table] ?? [])
      if !gone.isEmpty { return failure("L2 rows of \(table) changed", "  gone: \(gone.sorted())") }
    }
    return nil
  }

  private mutating func ledgers(_ expected: LedgerModel.Outcome, isExact: Bool) async throws -> HistoryFailure? {
    let later = try await player.ledgerDump()
    defer { dump = later }
    if let failure = rowsGone(later) { return failure }
    guard isExact else { return nil }
    // Ledgers of the first layout have no versions, and chains of lineage.
    if later[LedgerTable.versions] != nil {
      for (table, rows) in [(LedgerTable.versions, expected.versions), (LedgerTable.lineage, expected.lineageRows)] {
        let added = (later[table] ?? []).subtracting(dump[table] ?? [])
        if added.count != rows {
          return failure("L9 rows written to \(table)", "  expected \(rows), found \(added.count): \(added.sorted())")
        }
      }
    }
    guard expected.pageviews == 0 else { return nil }
    var fixed = [LedgerTable.sessions, LedgerTable.lineage, LedgerTable.versions]
    if expected.quarantined == 0 { fixed.append(LedgerTable.quarantine) }
    for table in fixed where dump[table] != later[table] {
      let added = (later[table] ?? []).subtracting(dump[table] ?? [])
      return failure("L3 a run without new rows added to \(table)", "  added: \(added.sorted())")
    }
    return nil
  }

  /// What a downstream model reads: from every run to the next, and to the last.
  private func changes() async throws -> HistoryFailure? {
    // 0 is before the first.
    let runs = [0] + finished.map(\.runID)
    for (index, runID) in runs.enumerated().dropLast() {
      for end in Set([runs[index + 1], lastRun]).sorted() {
        guard let found = try await player.changedSessions(since: runID, until: end) else { return nil }
        let expected = model.changedSessions(since: runID, until: end)
        if found != expected {
          return different("changed since run \(runID) until \(end)", expected.lines, found.lines)
        }
      }
    }
    return nil
  }

  private func failure(_ law: String, _ detail: String) -> HistoryFailure {
    HistoryFailure(law: law, step: step, detail: detail)
  }

  private func different(_ law: String, _ expected: [UInt8], _ actual: [UInt8]) -> HistoryFailure {
    failure(law, LineDifference.text(expected: expected, actual: actual))
  }
}
