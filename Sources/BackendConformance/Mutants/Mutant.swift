/// A mistake planted on purpose: a law that no mutant breaks proves nothing.
public enum Mutant: String, Hashable, Sendable, CaseIterable {
  // Step 2: context.
  /// Context from after (first − gap) to before (last + gap).
  case contextWithoutEnds
  /// Only the ledger's rows after the last new row's time minus ten gaps; older new rows are dropped.
  case lookBackLimit

  // Step 3: islands.
  /// A session cut by the ranges falls apart.
  case holeWithoutStitching
  /// `<=` for `<` and the other way round.
  case boundaryFlipped
  /// Distances in whole seconds, as time-difference functions count.
  case wholeSeconds
  /// Pageviews of one moment in the order of their appearance.
  case tieWithoutEventID
  /// Integer ids in the order of their texts, text ids without case.
  case idsOutOfOrder

  // Step 5: lineage.
  /// Only the id itself is superseded, not those that resolve to it.
  case chainedLineage
  /// became_at is the time of the range's first row of the session, not of the session's first.
  case becameAtOfRange
  /// Every reason is `merged`.
  case reasonAlwaysMerged

  // Step 6: order of writing, and what is read back.
  /// New rows, then lineage, and a crash between.
  case rowsBeforeLineage
  /// `--as-of` looks at the rows' run alone, and at all of the lineage.
  case asOfWithoutLineage

  // Section 1: keys.
  case caseFoldedUsers
  case canonicalEquivalence
  case trailingBlanksIgnored
  case caseFoldedIDs

  // Section 5: which rows are new.
  case markMovedByWindow
  case overlapIgnored
  /// Rows whose arrival is NULL are looked at by whole runs alone.
  case nullArrivalSkipped
  /// The number n of a derived id counts the selected rows alone.
  case occurrencePastMark
  /// The window's end belongs to it.
  case windowEndIncluded
  /// Of differing copies, the last counts.
  case wrongCopy
  /// A NULL page and an empty page are called equal.
  case emptyPageIsNull
  case duplicatesNotQuarantined
  /// Quarantine rows are added again by every run.
  case quarantineRepeated
  /// `verify` does not look for rows below the mark minus the overlap.
  case missedRowsNotReported
}
