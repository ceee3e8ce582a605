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
  case sequenceIgnored
  /// Pageviews without a sequence come after the others of their moment.
  case sequenceNullLast

  // Steps 4 and 5: survivors, lineage, versions.
  /// The oldest anchor survives, not the one with the most followers. Only slower: found by counting rows.
  case survivorByAge
  /// Only the merged anchor itself gets a lineage row, not those that resolve to it.
  case followerLeftBehind
  /// A version adds the new rows to the survivor's part alone.
  case versionMissesMergedPart
  /// A version is made of the rows within a gap of the new ones, not of the whole session.
  case versionOfContext
  /// A version, too, for a session that is within a gap of new rows and gained none. Found by counting rows.
  case versionOfUntouchedIsland
  /// The first and last pageview of a version among those of one moment by their ids, without the sequence.
  case versionTieByEventID

  // Sections 6 and 9: what is read back.
  /// `--as-of` looks at the versions' run alone, and at all of the lineage.
  case asOfWithoutLineage
  /// Rows of a run that died are read where there are no transactions.
  case unfinishedRunsSeen
  /// The feed calls a retired id extended where its session's anchor survived, which depends on the runs before.
  case reasonByAnchor
  /// The feed has the sessions alone.
  case retiredNotNamed

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
  /// Of copies that differ in their sequence alone, the greatest counts.
  case lastSequenceOfCopies
  /// Copies that differ in their sequence alone are quarantined.
  case sequenceIsContent
  /// A NULL page and an empty page are called equal.
  case emptyPageIsNull
  case duplicatesNotQuarantined
  /// Quarantine rows are added again by every run.
  case quarantineRepeated
  /// `verify` does not look for rows below the mark minus the overlap.
  case missedRowsNotReported
}
