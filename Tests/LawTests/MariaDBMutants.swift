/// Mistakes in the SQL that a run sends to MariaDB.
extension SQLMutant {
  static let onMariaDB: [SQLMutant] = Engine.mariadbs.isEmpty ? [] : mistakes

  private static let order = "ORDER BY page_view_at, event_id"
  private static let folded = "CONVERT(user_id USING utf8mb4) COLLATE utf8mb4_general_ci"

  private static let mistakes = [
    SQLMutant(
      .contextWithoutEnds, on: .mariadb, (">= g.sz_from_at", "> g.sz_from_at"), ("<= g.sz_to_at", "< g.sz_to_at")),
    SQLMutant(.holeWithoutStitching, on: .mariadb, ("lag(anchor) OVER w = anchor", "0")),
    SQLMutant(
      .boundaryFlipped, on: .mariadb, (" >= lag(sz_instant) OVER w + ", " !!! "),
      (" > lag(sz_instant) OVER w + ", " >= lag(sz_instant) OVER w + "), (" !!! ", " > lag(sz_instant) OVER w + ")),
    SQLMutant(.wholeSeconds, on: .mariadb, ("timestampdiff(MICROSECOND, ", "1000000 * timestampdiff(SECOND, ")),
    SQLMutant(.tieWithoutEventID, on: .mariadb, (order, "ORDER BY page_view_at")),
    // What the server's own collation takes for one.
    SQLMutant(.caseFoldedUsers, on: .mariadb, ("PARTITION BY user_id", "PARTITION BY " + folded)),
    SQLMutant(.followerLeftBehind, on: .mariadb, ("l.became = m.anchor", "0")),
    SQLMutant(.versionOfUntouchedIsland, on: .mariadb, ("WHERE sz_gained = 1", "WHERE 1")),
    SQLMutant(.nullArrivalSkipped, on: .mariadb, (" OR p.arrival IS NULL", "")),
    SQLMutant(.windowEndIncluded, on: .mariadb, ("page_view_at < CAST", "page_view_at <= CAST")),
    SQLMutant(
      .emptyPageIsNull, on: .mariadb,
      ("t.page <=> judged.page", "coalesce(t.page, '') = coalesce(judged.page, '')"),
      ("user_id, page)", "user_id, coalesce(page, ''))")),
    SQLMutant(.quarantineRepeated, on: .mariadb, ("q.reason = keyed.reason", "0 AND q.reason = keyed.reason")),
    SQLMutant(.unfinishedRunsSeen, on: .mariadb),
  ]
}
