/// Mistakes in the SQL that a run sends to MariaDB.
extension SQLMutant {
  static let onMariaDB: [SQLMutant] = Engine.mariadbs.isEmpty ? [] : mistakes

  private static let order = "ORDER BY `r`.`user_id`, `r`.`page_view_at`"
  private static let folded = "CONVERT(`r`.`user_id` USING utf8mb4) COLLATE utf8mb4_general_ci"

  private static let mistakes = [
    SQLMutant(
      .contextWithoutEnds, on: .mariadb, (">= `g`.`sz_from_at`", "> `g`.`sz_from_at`"),
      ("<= `g`.`sz_to_at`", "< `g`.`sz_to_at`")),
    SQLMutant(.holeWithoutStitching, on: .mariadb, ("`h`.`sz_anchor_before` = `h`.`anchor`", "0")),
    SQLMutant(
      .boundaryFlipped, on: .mariadb, (" >= `h`.`sz_before` + ", " !!! "),
      (" > `h`.`sz_before` + ", " >= `h`.`sz_before` + "), (" !!! ", " > `h`.`sz_before` + ")),
    SQLMutant(.wholeSeconds, on: .mariadb, ("timestampdiff(MICROSECOND, ", "1000000 * timestampdiff(SECOND, ")),
    SQLMutant(.tieWithoutEventID, on: .mariadb, (order + ", `r`.`event_id`", order)),
    // What the server's own collation takes for one.
    SQLMutant(
      .caseFoldedUsers, on: .mariadb,
      ("OVER (PARTITION BY `r`.`user_id` ORDER BY `r`.`user_id`", "OVER (PARTITION BY \(folded) ORDER BY \(folded)")),
    SQLMutant(.followerLeftBehind, on: .mariadb, ("`l`.`became` = `m`.`anchor`", "0")),
    SQLMutant(.versionOfUntouchedIsland, on: .mariadb, ("WHERE `gaining`.`sz_gained` = 1", "WHERE 1")),
    SQLMutant(.nullArrivalSkipped, on: .mariadb, (" OR `p`.`arrival` IS NULL", "")),
    SQLMutant(
      .windowEndIncluded, on: .mariadb, ("`m`.`page_view_at` < CAST", "`m`.`page_view_at` <= CAST")),
    SQLMutant(
      .emptyPageIsNull, on: .mariadb,
      ("`t`.`page` <=> `s`.`page`", "coalesce(`t`.`page`, '') = coalesce(`s`.`page`, '')"),
      ("`c`.`page` <=> `c`.`sz_first_page`", "coalesce(`c`.`page`, '') = coalesce(`c`.`sz_first_page`, '')")),
    SQLMutant(.quarantineRepeated, on: .mariadb, ("`q`.`reason` = `k`.`reason`", "0 AND `q`.`reason` = `k`.`reason`")),
    SQLMutant(.unfinishedRunsSeen, on: .mariadb),
  ]
}
