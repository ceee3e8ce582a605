/// Mistakes in the SQL that a run sends to PostgreSQL.
extension SQLMutant {
  static let onPostgres: [SQLMutant] = Engine.postgres.isEmpty ? [] : all

  private static let order = #"ORDER BY "r"."user_id", "r"."page_view_at""#

  private static let folded =
    #"OVER (PARTITION BY "r"."user_id" COLLATE public.folding ORDER BY "r"."user_id" COLLATE public.folding"#

  private static let all = [
    SQLMutant(
      .contextWithoutEnds, on: .postgresC, (#">= "g"."from_at""#, #"> "g"."from_at""#),
      (#"<= "g"."to_at""#, #"< "g"."to_at""#)),
    SQLMutant(.holeWithoutStitching, on: .postgresC, (#""h"."before_is_new" = 0"#, #""h"."before_is_new" = 2"#)),
    SQLMutant(
      .boundaryFlipped, on: .postgresC, (#""h"."instant" >= "h"."before" + "#, " !!! "),
      (#""h"."instant" > "h"."before" + "#, #""h"."instant" >= "h"."before" + "#),
      (" !!! ", #""h"."instant" > "h"."before" + "#)),
    SQLMutant(
      .wholeSeconds, on: .postgresC, (#""page_view_at" AS "instant""#, #""page_view_at"::timestamp(0) AS "instant""#)),
    SQLMutant(.tieWithoutEventID, on: .postgresC, (order + #", "r"."event_id""#, order)),
    SQLMutant(
      .idsOutOfOrder, on: .postgresICU,
      (order + #", "r"."event_id""#, order + #", "r"."event_id"::text COLLATE "en-US-x-icu""#)),
    SQLMutant(
      .caseFoldedUsers, on: .postgresICU,
      (#"OVER (PARTITION BY "r"."user_id" ORDER BY "r"."user_id""#, folded)),
    SQLMutant(.followerLeftBehind, on: .postgresC, (#""l"."became" = "m"."current_session""#, "false")),
    SQLMutant(.nullArrivalSkipped, on: .postgresC, (#" OR "p"."arrival" IS NULL"#, "")),
    SQLMutant(
      .windowEndIncluded, on: .postgresC, (#""m"."page_view_at" < TIMESTAMP"#, #""m"."page_view_at" <= TIMESTAMP"#)),
    SQLMutant(
      .emptyPageIsNull, on: .postgresC, (#" AND ("t"."page" IS NULL) = ("s"."page" IS NULL)"#, ""),
      (#" AND ("c"."page" IS NULL) = ("c"."first_page" IS NULL)"#, "")),
    SQLMutant(
      .quarantineRepeated, on: .postgresC, (#""q"."reason" = "b"."reason""#, #"false AND "q"."reason" = "b"."reason""#)),
    SQLMutant(.unfinishedRunsSeen, on: .postgresC),
  ]
}
