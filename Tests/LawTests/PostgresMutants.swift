/// Mistakes in the SQL that a run sends to PostgreSQL.
extension SQLMutant {
  static let onPostgres: [SQLMutant] = Engine.postgres.isEmpty ? [] : all

  private static let order = #"ORDER BY "r"."user_id", "r"."page_view_at""#

  private static let folded =
    #"OVER (PARTITION BY "r"."user_id" COLLATE public.folding ORDER BY "r"."user_id" COLLATE public.folding"#

  private static let all = [
    SQLMutant(
      .contextWithoutEnds, on: .postgresC, (#">= "g"."sz_from_at""#, #"> "g"."sz_from_at""#),
      (#"<= "g"."sz_to_at""#, #"< "g"."sz_to_at""#)),
    SQLMutant(.holeWithoutStitching, on: .postgresC, (#""h"."sz_anchor_before" = "h"."anchor""#, "false")),
    SQLMutant(
      .boundaryFlipped, on: .postgresC, (#" >= "h"."sz_before" + "#, " !!! "),
      (#" > "h"."sz_before" + "#, #" >= "h"."sz_before" + "#), (" !!! ", #" > "h"."sz_before" + "#)),
    SQLMutant(
      .wholeSeconds, on: .postgresC,
      (#""page_view_at" AS "sz_instant""#, #""page_view_at"::timestamp(0) AS "sz_instant""#)),
    SQLMutant(.tieWithoutEventID, on: .postgresC, (order + #", "r"."event_id""#, order)),
    SQLMutant(
      .idsOutOfOrder, on: .postgresICU,
      (order + #", "r"."event_id""#, order + #", "r"."event_id"::text COLLATE "en-US-x-icu""#)),
    SQLMutant(
      .caseFoldedUsers, on: .postgresICU,
      (#"OVER (PARTITION BY "r"."user_id" ORDER BY "r"."user_id""#, folded)),
    SQLMutant(.followerLeftBehind, on: .postgresC, (#""l"."became" = "m"."anchor""#, "false")),
    SQLMutant(.versionOfUntouchedIsland, on: .postgresC, (#"WHERE "gaining"."sz_gained" = 1"#, "WHERE true")),
    SQLMutant(.nullArrivalSkipped, on: .postgresC, (#" OR "p"."arrival" IS NULL"#, "")),
    SQLMutant(
      .windowEndIncluded, on: .postgresC, (#""m"."page_view_at" < TIMESTAMP"#, #""m"."page_view_at" <= TIMESTAMP"#)),
    SQLMutant(
      .emptyPageIsNull, on: .postgresC, (#" AND ("t"."page" IS NULL) = ("s"."page" IS NULL)"#, ""),
      (#" AND ("c"."page" IS NULL) = ("c"."sz_first_page" IS NULL)"#, "")),
    SQLMutant(
      .quarantineRepeated, on: .postgresC, (#""q"."reason" = "k"."reason""#, #"false AND "q"."reason" = "k"."reason""#)),
    SQLMutant(.unfinishedRunsSeen, on: .postgresC),
  ]
}
