/// Mistakes in the SQL that a run sends to PostgreSQL.
extension SQLMutant {
  static let onPostgres: [SQLMutant] = Engine.postgres.isEmpty ? [] : all

  private static let order = "ORDER BY page_view_at, event_id"

  private static let all = [
    SQLMutant(
      .contextWithoutEnds, on: .postgresC, (">= g.sz_from_at", "> g.sz_from_at"), ("<= g.sz_to_at", "< g.sz_to_at")),
    SQLMutant(.holeWithoutStitching, on: .postgresC, ("lag(anchor) OVER w = anchor", "false")),
    SQLMutant(
      .boundaryFlipped, on: .postgresC, (" >= lag(page_view_at) OVER w + ", " !!! "),
      (" > lag(page_view_at) OVER w + ", " >= lag(page_view_at) OVER w + "),
      (" !!! ", " > lag(page_view_at) OVER w + ")),
    SQLMutant(
      .wholeSeconds, on: .postgresC,
      (
        "page_view_at >= lag(page_view_at) OVER w + ",
        "page_view_at::timestamp(0) >= lag(page_view_at::timestamp(0)) OVER w + "
      ), ("page_view_at AS sz_instant", "page_view_at::timestamp(0) AS sz_instant")),
    SQLMutant(.tieWithoutEventID, on: .postgresC, (order, "ORDER BY page_view_at")),
    SQLMutant(.idsOutOfOrder, on: .postgresICU, (order, order + #"::text COLLATE "en-US-x-icu""#)),
    SQLMutant(
      .caseFoldedUsers, on: .postgresICU, ("PARTITION BY user_id", "PARTITION BY user_id COLLATE public.folding")),
    SQLMutant(.followerLeftBehind, on: .postgresC, ("l.became = m.anchor", "false")),
    SQLMutant(
      .versionOfUntouchedIsland, on: .postgresC, ("WHERE sz_gained = 1", "WHERE true")),
    SQLMutant(.nullArrivalSkipped, on: .postgresC, (" OR p.arrival IS NULL", "")),
    SQLMutant(.windowEndIncluded, on: .postgresC, ("page_view_at < TIMESTAMP", "page_view_at <= TIMESTAMP")),
    SQLMutant(
      .emptyPageIsNull, on: .postgresC, (" AND (t.page IS NULL) = (judged.page IS NULL)", ""),
      ("user_id, page NULLS FIRST)", "user_id, coalesce(page, ''))")),
    SQLMutant(
      .quarantineRepeated, on: .postgresC, ("q.reason = keyed.reason", "false AND q.reason = keyed.reason")),
    SQLMutant(.unfinishedRunsSeen, on: .postgresC),
  ]
}
