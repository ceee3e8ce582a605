import BackendConformance
import HistoryMutants
import Testing

/// A mistake in the SQL that a run really sends: texts, and what stands in their place.
struct SQLMutant: Sendable, CustomTestStringConvertible {
  var engine: Engine
  var mutant: Mutant
  var changes: [(old: String, new: String)]
  /// A server is slower than an engine in the process: there we begin with histories that are known to be telling.
  var seeds: ClosedRange<UInt64> {
    switch (engine, mutant) {
    case (.sqlite, _): 1...300
    case (_, .holeWithoutStitching): 90...390
    default: 25...325
    }
  }

  var testDescription: String { "\(mutant.rawValue) on \(engine)" }

  init(_ mutant: Mutant, on engine: Engine = .sqlite, _ changes: (String, String)...) {
    self.engine = engine
    self.mutant = mutant
    self.changes = changes.map { (old: $0.0, new: $0.1) }
  }

  private static let order = "ORDER BY user_id, page_view_at, event_id"

  static let onSQLite = [
    SQLMutant(
      .contextWithoutEnds, (">= g.sz_from_at", "> g.sz_from_at"), ("<= g.sz_to_at", "< g.sz_to_at")),
    SQLMutant(.holeWithoutStitching, ("lag(anchor) OVER w = anchor", "0")),
    SQLMutant(
      .boundaryFlipped, (" >= lag(sz_instant) OVER w + ", " !!! "),
      (" > lag(sz_instant) OVER w + ", " >= lag(sz_instant) OVER w + "), (" !!! ", " > lag(sz_instant) OVER w + ")),
    SQLMutant(.wholeSeconds, (") AS sz_instant", ") / 1000000 * 1000000 AS sz_instant")),
    SQLMutant(.tieWithoutEventID, (order, "ORDER BY user_id, page_view_at")),
    SQLMutant(.idsOutOfOrder, (order, "ORDER BY user_id, page_view_at, CAST(event_id AS TEXT) COLLATE NOCASE")),
    SQLMutant(.followerLeftBehind, ("l.became = m.anchor", "0")),
    SQLMutant(
      .versionMissesMergedPart,
      ("sum(pageviews)", "sum(CASE WHEN anchor <> sz_survivor THEN 0 ELSE pageviews END)")),
    SQLMutant(.versionOfUntouchedIsland, ("WHERE sz_gained = 1", "WHERE 1")),
    SQLMutant(
      .caseFoldedUsers, ("b.user_id <> r.user_id", "b.user_id <> r.user_id COLLATE NOCASE"),
      ("ORDER BY user_id", "ORDER BY user_id COLLATE NOCASE")),
    SQLMutant(
      .trailingBlanksIgnored, ("b.user_id <> r.user_id", "b.user_id <> r.user_id COLLATE RTRIM"),
      ("ORDER BY user_id", "ORDER BY user_id COLLATE RTRIM")),
    SQLMutant(.caseFoldedIDs, ("t.event_id = judged.event_id", "t.event_id = judged.event_id COLLATE NOCASE")),
    SQLMutant(.nullArrivalSkipped, (" OR p.arrival IS NULL", "")),
    SQLMutant(.windowEndIncluded, (" page_view_at < '", " page_view_at <= '")),
    SQLMutant(
      .wrongCopy, ("ORDER BY page_view_at, user_id", "ORDER BY page_view_at DESC, user_id")),
    SQLMutant(
      .emptyPageIsNull, ("t.page IS judged.page", "coalesce(t.page, '') = coalesce(judged.page, '')"),
      ("user_id, page)", "user_id, coalesce(page, ''))")),
    SQLMutant(
      .duplicatesNotQuarantined, ("WHERE k.reason IS NOT NULL", "WHERE k.reason <> 'duplicate_event_id'")),
    SQLMutant(.quarantineRepeated, ("q.reason = keyed.reason", "0 AND q.reason = keyed.reason")),
    SQLMutant(
      .occurrencePastMark,
      (
        "AS sz_source_time\n  FROM source_rows AS p LIMIT -1\n),\nrecent AS (",
        "AS sz_source_time, p.arrival AS sz_arrival\n  FROM source_rows AS p LIMIT -1\n),\nrecent AS ("
      ), ("(recent.sz_arrival >= ", "(uncounted.sz_arrival >= "),
      (" OR recent.sz_arrival IS NULL)", " OR uncounted.sz_arrival IS NULL)")),
    // Rows that are an hour older than the newest that is known.
    SQLMutant(
      .lookBackLimit,
      (
        "WHERE (t.run_id IS NULL",
        """
        WHERE coalesce(sessionizer_micros(judged.page_view_at) >= (SELECT max(sessionizer_micros(page_view_at)) \
        FROM session_table) - 3600000000, 1) AND (t.run_id IS NULL
        """
      )),
    SQLMutant(.markMovedByWindow, ("mode = 'whole'", "mode IN ('whole', 'window')")),
    SQLMutant(.overlapIgnored),
    SQLMutant(.unfinishedRunsSeen),
  ]

  /// A windowed run's `started` row with the mark that other runs set.
  private static func withMark(_ text: String) -> String {
    guard text.contains("'started'"), text.contains("'window'") else { return text }
    // A source without arrival finds the column in the row around it, which is NULL.
    func mark(_ type: String) -> String {
      """
      (SELECT (SELECT CASE typeof(max(arrival)) WHEN '\(type)' THEN max(arrival) END FROM source_rows) \
      FROM (SELECT NULL AS arrival))
      """
    }
    return text.replacing("NULL AS arrival_mark,", with: mark("integer") + " AS arrival_mark,")
      .replacing("NULL AS arrival_mark_at,", with: mark("text") + " AS arrival_mark_at,")
  }

  var player: SQLPlayer {
    var faults = InterposedConnection.Faults()
    let changes = changes
    let setsMarks = mutant == .markMovedByWindow
    faults.rewrite = { _, text in
      let text = setsMarks ? Self.withMark(text) : text
      return changes.reduce(text) { $0.replacing($1.old, with: $1.new) }
    }
    if mutant == .unfinishedRunsSeen {
      faults.hasTransactions = false
      faults.delayed = (table: .init("session_lineage"), until: .init("session_table"))
    }
    let ignoresOverlap = mutant == .overlapIgnored
    // The plan of a first run counts on a rollback, so that an engine without transactions does not have it.
    let shape = mutant == .unfinishedRunsSeen ? Shape.generalFirstRun : .usual
    return SQLPlayer(Variant(on: engine, shape: shape).engine, faults: faults) {
      if ignoresOverlap { $0.source.arrival?.overlap = 0 }
    }
  }
}

/// The histories see a mistake wherever it is planted in the plan's own SQL.
@Suite(.fewAtOnce) struct SQLMutantTests {
  @Test(arguments: SQLMutant.onSQLite + SQLMutant.onPostgres + SQLMutant.onMariaDB) func isCaught(planted: SQLMutant)
    async
  {
    let player = planted.player
    for seed in planted.seeds {
      let history = planted.engine.histories.history(seed: seed)
      if let failure = await checkHistory(history, player: player) {
        print("\(planted.mutant): caught by history \(seed), \(failure.law)")
        // A statement that the engine does not even compile would be no mistake but nonsense.
        let isNonsense = ["syntax error", "no such", "does not exist", "refused"].contains(
          where: failure.detail.contains)
        #expect(!isNonsense, "\(failure.detail)")
        await player.close()
        return
      }
    }
    Issue.record("\(planted.mutant) survives")
  }
}
