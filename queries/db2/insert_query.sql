-- insert_query.sql for Db2 11.5 (dialect db2); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 49 answers assumed.
--
-- One run: puts the pageviews of a window that are not in the ledger yet into their sessions.
-- Insert-only: nothing that is there is changed or removed, and a second run adds no pageview.
-- Put in {{ start_time }} and {{ end_time }} first: YYYY-MM-DD HH:MM:SS in UTC, the end not included.
-- Late pageviews are found by a run over the window that they belong to.
--
-- Needs: SELECT on the source, SELECT and INSERT on the ledgers, a user temporary tablespace and a
--   system temporary tablespace with pages of 32K, and extended_row_sz ENABLE.
-- Two runs at once: safe; the second one waits for the lock on session_runs.
-- A run that died: leaves nothing; run it again. Its temporary tables go with its session.
-- Run it:  db2 +c -s -td@ -vf insert_query.sql

LOCK TABLE "session_runs" IN EXCLUSIVE MODE@

-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "layout", "engine",
  "tool_version"
)
SELECT coalesce(max("run_id"), 0) + 1, 'started', CURRENT TIMESTAMP - CURRENT TIMEZONE,
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.sequence":"sequence","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}',
  'window', TIMESTAMP '{{ start_time }}', TIMESTAMP '{{ end_time }}', 2, 'Db2 11.5', 'script'
FROM "session_runs"@

-- picked: Source rows that the ledger does not simply know.
DECLARE GLOBAL TEMPORARY TABLE "picked" (
  "event_id" VARCHAR(8000), "user_id" VARCHAR(8000), "page_view_at" TIMESTAMP(6), "sequence" BIGINT,
  "page" VARCHAR(8000), "reason" VARCHAR(8000)
) ON COMMIT PRESERVE ROWS NOT LOGGED@
INSERT INTO SESSION."picked"
WITH "mapped" AS (
  SELECT CAST("p"."event_id" AS VARCHAR(8000)) AS "event_id",
    CAST("p"."user_id" AS VARCHAR(8000)) AS "user_id",
    CASE WHEN "p"."page_view_at" >= TIMESTAMP '0001-01-02 00:00:00' AND "p"."page_view_at" < TIMESTAMP '9999-12-31 00:00:00' THEN TIMESTAMP("p"."page_view_at", 6) END AS "page_view_at",
    CAST("p"."page" AS VARCHAR(8000)) AS "page", CAST("p"."sequence" AS BIGINT) AS "sequence"
  FROM "pageviews" AS "p"
  WHERE "p"."page_view_at" >= TIMESTAMP '{{ start_time }}'
    AND "p"."page_view_at" < TIMESTAMP '{{ end_time }}'
),
"judged" AS (
  SELECT "event_id", "user_id", "page_view_at", "sequence", "page",
    CASE WHEN "event_id" IS NULL OR "event_id" = '' AND OCTET_LENGTH("event_id") = OCTET_LENGTH('') THEN 'null_event_id'
      WHEN "user_id" IS NULL OR "user_id" = '' AND OCTET_LENGTH("user_id") = OCTET_LENGTH('') THEN 'null_user'
      WHEN OCTET_LENGTH("event_id") > 1024 OR OCTET_LENGTH("user_id") > 1024 THEN 'key_too_long' END AS "reason"
  FROM "mapped"
  WHERE "page_view_at" >= TIMESTAMP '{{ start_time }}' AND "page_view_at" < TIMESTAMP '{{ end_time }}'
)
SELECT "judged"."event_id", "judged"."user_id", "judged"."page_view_at", "judged"."sequence",
  "judged"."page",
  coalesce("judged"."reason", CASE WHEN "t"."run_id" IS NOT NULL THEN 'duplicate_event_id' END) AS "reason"
FROM "judged"
LEFT JOIN "session_table" AS "t"
  ON "judged"."reason" IS NULL
  AND "t"."event_id" = "judged"."event_id" AND OCTET_LENGTH("t"."event_id") = OCTET_LENGTH("judged"."event_id")
WHERE ("t"."run_id" IS NULL
    OR NOT ("t"."user_id" = "judged"."user_id" AND OCTET_LENGTH("t"."user_id") = OCTET_LENGTH("judged"."user_id")
      AND "t"."page_view_at" = "judged"."page_view_at"
      AND CASE WHEN ("t"."page" = "judged"."page" AND OCTET_LENGTH("t"."page") = OCTET_LENGTH("judged"."page")) OR ("t"."page" IS NULL AND "judged"."page" IS NULL) THEN 1 ELSE 0 END = 1))@

-- duplicates: Their rows; the first counts.
DECLARE GLOBAL TEMPORARY TABLE "duplicates" (
  "event_id" VARCHAR(8000), "user_id" VARCHAR(8000), "page_view_at" TIMESTAMP(6), "sequence" BIGINT,
  "page" VARCHAR(8000), "sz_rank" BIGINT, "sz_variant" BIGINT
) ON COMMIT PRESERVE ROWS NOT LOGGED@
INSERT INTO SESSION."duplicates"
WITH "repeated" AS (  -- Event ids that came more than once.
  SELECT "event_id" FROM SESSION."picked" WHERE "reason" IS NULL
  GROUP BY "event_id", "event_id" || CHR(1) HAVING count_big(*) > 1
)
SELECT "event_id", "user_id", "page_view_at", "sequence", "page",
  row_number() OVER (
    PARTITION BY "event_id", "event_id" || CHR(1)
    ORDER BY "page_view_at", "user_id" || CHR(1), "page" || CHR(1) NULLS FIRST, "sequence" NULLS FIRST
  ) AS "sz_rank",
  dense_rank() OVER (
    PARTITION BY "event_id", "event_id" || CHR(1)
    ORDER BY "page_view_at", "user_id" || CHR(1), "page" || CHR(1) NULLS FIRST
  ) AS "sz_variant"
FROM SESSION."picked" AS "k"
WHERE "reason" IS NULL
  AND EXISTS (
    SELECT 1 FROM "repeated" AS "d"
    WHERE "d"."event_id" = "k"."event_id" AND OCTET_LENGTH("d"."event_id") = OCTET_LENGTH("k"."event_id")
  )@

-- islands: New rows and context, each with the island that it lies on: what is one session now.
DECLARE GLOBAL TEMPORARY TABLE "islands" (
  "event_id" VARCHAR(1024), "user_id" VARCHAR(1024), "page_view_at" TIMESTAMP(6), "sequence" BIGINT,
  "page" VARCHAR(8000), "sz_new" SMALLINT, "anchor" VARCHAR(1024), "sz_island" VARCHAR(1024),
  "sz_gained" SMALLINT
) ON COMMIT PRESERVE ROWS NOT LOGGED@
INSERT INTO SESSION."islands"
WITH "fresh" AS (  -- The new rows, fixed once for the whole run.
  SELECT "event_id", "user_id", "page_view_at", "sequence", "page" FROM SESSION."picked" AS "k"
  WHERE "reason" IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM SESSION."duplicates" AS "d"
      WHERE "d"."event_id" = "k"."event_id" AND OCTET_LENGTH("d"."event_id") = OCTET_LENGTH("k"."event_id")
    )
  UNION ALL
  SELECT "event_id", "user_id", "page_view_at", "sequence", "page" FROM SESSION."duplicates"
  WHERE "sz_rank" = 1
),
"behind" AS (
  SELECT "event_id", "user_id", "page_view_at", "sequence",
    lag("page_view_at") OVER (
      PARTITION BY "user_id", "user_id" || CHR(1)
      ORDER BY "page_view_at", "sequence" NULLS FIRST, "event_id" || CHR(1)
    ) AS "sz_before"
  FROM "fresh"
),
"flagged" AS (
  SELECT "event_id", "user_id", "page_view_at", "sequence",
    CASE WHEN "sz_before" IS NULL THEN 1
      WHEN ("page_view_at" + (-1800) SECONDS + (0) MICROSECONDS) > ("sz_before" + (1800) SECONDS + (0) MICROSECONDS) THEN 1
      ELSE 0 END AS "sz_starts"
  FROM "behind"
),
"in_clusters" AS (
  SELECT "user_id", "page_view_at",
    sum("sz_starts") OVER (
      PARTITION BY "user_id", "user_id" || CHR(1)
      ORDER BY "page_view_at", "sequence" NULLS FIRST, "event_id" || CHR(1) ROWS UNBOUNDED PRECEDING
    ) AS "sz_cluster"
  FROM "flagged"
),
"ranges" AS (  -- Where in time the new rows may touch the ledger.
  SELECT "user_id", min("page_view_at") + (-1800) SECONDS + (0) MICROSECONDS AS "sz_from_at",
    max("page_view_at") + (1800) SECONDS + (0) MICROSECONDS AS "sz_to_at"
  FROM "in_clusters" GROUP BY "user_id", "user_id" || CHR(1), "sz_cluster"
),
"context" AS (  -- The ledger's rows there, each with its current anchor.
  SELECT "t"."event_id", "t"."user_id", "t"."page_view_at", "t"."sequence",
    coalesce((
      SELECT "l"."became" FROM "session_lineage" AS "l"
      WHERE "l"."session_id" = "t"."session_id" AND OCTET_LENGTH("l"."session_id") = OCTET_LENGTH("t"."session_id")
      ORDER BY "l"."run_id" DESC FETCH FIRST 1 ROWS ONLY
    ), "t"."session_id") AS "anchor"
  FROM "ranges" AS "g"
  JOIN "session_table" AS "t"
    ON "t"."user_id" = "g"."user_id" AND OCTET_LENGTH("t"."user_id") = OCTET_LENGTH("g"."user_id")
    AND "t"."page_view_at" >= "g"."sz_from_at"
    AND "t"."page_view_at" <= "g"."sz_to_at"
),
"neighbours" AS (  -- New rows and context together.
  SELECT "event_id", "user_id", "page_view_at", "sequence", "page", 1 AS "sz_new",
    CAST(NULL AS VARCHAR(8000)) AS "anchor"
  FROM "fresh"
  UNION ALL
  SELECT "event_id", "user_id", "page_view_at", "sequence", CAST(NULL AS VARCHAR(8000)) AS "page",
    0 AS "sz_new", "anchor"
  FROM "context"
),
"behind_2" AS (
  SELECT "event_id", "user_id", "page_view_at", "sequence", "page", "sz_new", "anchor",
    lag("page_view_at") OVER (
      PARTITION BY "user_id", "user_id" || CHR(1)
      ORDER BY "page_view_at", "sequence" NULLS FIRST, "event_id" || CHR(1)
    ) AS "sz_before",
    lag("anchor") OVER (
      PARTITION BY "user_id", "user_id" || CHR(1)
      ORDER BY "page_view_at", "sequence" NULLS FIRST, "event_id" || CHR(1)
    ) AS "sz_anchor_before"
  FROM "neighbours"
),
"flagged_2" AS (
  SELECT "event_id", "user_id", "page_view_at", "sequence", "page", "sz_new", "anchor",
    CASE WHEN "sz_before" IS NULL THEN 1
      WHEN "sz_anchor_before" = "anchor" AND OCTET_LENGTH("sz_anchor_before") = OCTET_LENGTH("anchor") THEN 0
      WHEN "page_view_at" >= "sz_before" + (1800) SECONDS + (0) MICROSECONDS THEN 1 ELSE 0 END AS "sz_starts"
  FROM "behind_2"
),
"numbered" AS (
  SELECT "event_id", "user_id", "page_view_at", "sequence", "page", "sz_new", "anchor",
    sum("sz_starts") OVER (
      PARTITION BY "user_id", "user_id" || CHR(1)
      ORDER BY "page_view_at", "sequence" NULLS FIRST, "event_id" || CHR(1) ROWS UNBOUNDED PRECEDING
    ) AS "sz_number"
  FROM "flagged_2"
)
SELECT "event_id", "user_id", "page_view_at", "sequence", "page", "sz_new", "anchor",
  first_value("event_id") OVER (
    PARTITION BY "user_id", "user_id" || CHR(1), "sz_number"
    ORDER BY "page_view_at", "sequence" NULLS FIRST, "event_id" || CHR(1) ROWS UNBOUNDED PRECEDING
  ) AS "sz_island",
  first_value("sz_new") OVER (
    PARTITION BY "user_id", "user_id" || CHR(1), "sz_number" ORDER BY "sz_new" DESC
    ROWS UNBOUNDED PRECEDING
  ) AS "sz_gained"
FROM "numbered"@

-- merged: The same, ranked: the island's first part, its last, and the anchor that survives.
DECLARE GLOBAL TEMPORARY TABLE "merged" (
  "sz_island" VARCHAR(1024), "anchor" VARCHAR(1024), "anchors" BIGINT, "user_id" VARCHAR(1024),
  "started_at" TIMESTAMP(6), "session_id" VARCHAR(1024), "ended_at" TIMESTAMP(6),
  "first_sequence" BIGINT, "last_sequence" BIGINT, "last_event_id" VARCHAR(1024),
  "pageviews" BIGINT, "entry_page" VARCHAR(8000), "exit_page" VARCHAR(8000), "sz_first" BIGINT,
  "sz_last" BIGINT, "sz_survivor" VARCHAR(1024)
) ON COMMIT PRESERVE ROWS NOT LOGGED@
INSERT INTO SESSION."merged"
WITH "touched" AS (
  SELECT "sz_island", "anchor" FROM SESSION."islands" WHERE "sz_gained" = 1 AND "anchor" IS NOT NULL
),
"touched_2" AS (
  SELECT "sz_island", "anchor" FROM "touched"
  GROUP BY "sz_island", "sz_island" || CHR(1), "anchor", "anchor" || CHR(1)
),
"united" AS (  -- For each island that gained rows, what it is made of: its anchors' newest versions, and its new rows.
  SELECT "touched"."sz_island", "v"."anchor", "v"."anchors", "v"."user_id", "v"."started_at",
    "v"."session_id", "v"."ended_at", "v"."first_sequence", "v"."last_sequence", "v"."last_event_id",
    "v"."pageviews", "v"."entry_page", "v"."exit_page"
  FROM "touched_2" AS "touched"
  JOIN "session_versions" AS "v"
    ON "v"."anchor" = "touched"."anchor" AND OCTET_LENGTH("v"."anchor") = OCTET_LENGTH("touched"."anchor")
    AND "v"."run_id" = (
      SELECT "w"."run_id" FROM "session_versions" AS "w"
      WHERE "w"."anchor" = "touched"."anchor" AND OCTET_LENGTH("w"."anchor") = OCTET_LENGTH("touched"."anchor")
      ORDER BY "w"."run_id" DESC FETCH FIRST 1 ROWS ONLY
    )
  UNION ALL
  SELECT "sz_island", CAST(NULL AS VARCHAR(8000)) AS "anchor", 0 AS "anchors", "user_id",
    "page_view_at" AS "started_at", "event_id" AS "session_id", "page_view_at" AS "ended_at",
    "sequence" AS "first_sequence", "sequence" AS "last_sequence", "event_id" AS "last_event_id",
    1 AS "pageviews", "page" AS "entry_page", "page" AS "exit_page"
  FROM SESSION."islands" WHERE "sz_new" = 1
)
SELECT "sz_island", "anchor", "anchors", "user_id", "started_at", "session_id", "ended_at",
  "first_sequence", "last_sequence", "last_event_id", "pageviews", "entry_page", "exit_page",
  row_number() OVER (
    PARTITION BY "sz_island", "sz_island" || CHR(1)
    ORDER BY "started_at", "first_sequence" NULLS FIRST, "session_id" || CHR(1)
  ) AS "sz_first",
  row_number() OVER (
    PARTITION BY "sz_island", "sz_island" || CHR(1)
    ORDER BY "ended_at" DESC, "last_sequence" DESC NULLS LAST, "last_event_id" || CHR(1) DESC
  ) AS "sz_last",
  first_value(coalesce("anchor", "session_id")) OVER (
    PARTITION BY "sz_island", "sz_island" || CHR(1)
    ORDER BY "anchors" DESC, "started_at", "first_sequence" NULLS FIRST, "session_id" || CHR(1)
    ROWS UNBOUNDED PRECEDING
  ) AS "sz_survivor"
FROM "united"@

-- superseded: Anchors that were merged into another, with all that resolved to them.
DECLARE GLOBAL TEMPORARY TABLE "superseded" (
  "session_id" VARCHAR(1024), "became" VARCHAR(1024)
) ON COMMIT PRESERVE ROWS NOT LOGGED@
INSERT INTO SESSION."superseded"
SELECT "anchor" AS "session_id", "sz_survivor" AS "became" FROM SESSION."merged"
WHERE ("anchor" || CHR(1)) <> ("sz_survivor" || CHR(1))
UNION ALL
SELECT "l"."session_id", "m"."sz_survivor" AS "became"
FROM SESSION."merged" AS "m"
JOIN "session_lineage" AS "l"
  ON "l"."became" = "m"."anchor" AND OCTET_LENGTH("l"."became") = OCTET_LENGTH("m"."anchor")
WHERE ("m"."anchor" || CHR(1)) <> ("m"."sz_survivor" || CHR(1))@

-- rejected: What goes to quarantine and is not there yet.
DECLARE GLOBAL TEMPORARY TABLE "rejected" (
  "reason" VARCHAR(8000), "event_id" VARCHAR(8000), "user_id" VARCHAR(8000),
  "page_view_at" VARCHAR(8000), "page" VARCHAR(8000), "row_key" VARCHAR(8000)
) ON COMMIT PRESERVE ROWS NOT LOGGED@
INSERT INTO SESSION."rejected"
WITH "bad" AS (
  SELECT "k"."reason",
    CASE WHEN ("k"."event_id" || CHR(1)) <> ('' || CHR(1)) THEN "k"."event_id" END AS "event_id",
    CASE WHEN ("k"."user_id" || CHR(1)) <> ('' || CHR(1)) THEN "k"."user_id" END AS "user_id",
    "k"."page",
    CASE WHEN "k"."page_view_at" IS NOT NULL THEN VARCHAR_FORMAT("k"."page_view_at", 'YYYY-MM-DD HH24:MI:SS.FF6') END AS "page_view_at"
  FROM SESSION."picked" AS "k" WHERE "k"."reason" IS NOT NULL
  UNION ALL
  SELECT 'duplicate_event_id' AS "reason", "c"."event_id", "c"."user_id", "c"."page",
    VARCHAR_FORMAT("c"."page_view_at", 'YYYY-MM-DD HH24:MI:SS.FF6') AS "page_view_at"
  FROM SESSION."duplicates" AS "c" WHERE "c"."sz_variant" > 1
),
"keyed" AS (
  SELECT "reason", "event_id", "user_id", "page_view_at", "page",
    "reason"
    || CASE WHEN OCTET_LENGTH("event_id") <= 180 THEN '|' || CAST(OCTET_LENGTH("event_id") AS VARCHAR(20)) || ':' || "event_id"
      WHEN "event_id" IS NOT NULL THEN '|' || CAST(OCTET_LENGTH("event_id") AS VARCHAR(20)) || ':#'
      ELSE '|-' END
    || CASE WHEN OCTET_LENGTH("user_id") <= 180 THEN '|' || CAST(OCTET_LENGTH("user_id") AS VARCHAR(20)) || ':' || "user_id"
      WHEN "user_id" IS NOT NULL THEN '|' || CAST(OCTET_LENGTH("user_id") AS VARCHAR(20)) || ':#'
      ELSE '|-' END
    || CASE WHEN OCTET_LENGTH("page_view_at") <= 180 THEN '|' || CAST(OCTET_LENGTH("page_view_at") AS VARCHAR(20)) || ':' || "page_view_at"
      WHEN "page_view_at" IS NOT NULL THEN '|' || CAST(OCTET_LENGTH("page_view_at") AS VARCHAR(20)) || ':#'
      ELSE '|-' END
    || CASE WHEN OCTET_LENGTH("page") <= 180 THEN '|' || CAST(OCTET_LENGTH("page") AS VARCHAR(20)) || ':' || "page"
      WHEN "page" IS NOT NULL THEN '|' || CAST(OCTET_LENGTH("page") AS VARCHAR(20)) || ':#' ELSE '|-' END AS "row_key"
  FROM "bad"
  GROUP BY "reason", "reason" || CHR(1), "event_id", "event_id" || CHR(1), "user_id", "user_id" || CHR(1), "page", "page" || CHR(1), "page_view_at", "page_view_at" || CHR(1)
)
SELECT "reason", "event_id", "user_id", "page_view_at", "page", "row_key" FROM "keyed"
WHERE NOT EXISTS (
    SELECT 1 FROM "session_quarantine" AS "q"
    WHERE "q"."row_key" = "keyed"."row_key" AND OCTET_LENGTH("q"."row_key") = OCTET_LENGTH("keyed"."row_key")
      AND "q"."reason" = "keyed"."reason" AND OCTET_LENGTH("q"."reason") = OCTET_LENGTH("keyed"."reason")
      AND CASE WHEN ("q"."event_id" = "keyed"."event_id" AND OCTET_LENGTH("q"."event_id") = OCTET_LENGTH("keyed"."event_id")) OR ("q"."event_id" IS NULL AND "keyed"."event_id" IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN ("q"."user_id" = "keyed"."user_id" AND OCTET_LENGTH("q"."user_id") = OCTET_LENGTH("keyed"."user_id")) OR ("q"."user_id" IS NULL AND "keyed"."user_id" IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN ("q"."page_view_at" = "keyed"."page_view_at" AND OCTET_LENGTH("q"."page_view_at") = OCTET_LENGTH("keyed"."page_view_at")) OR ("q"."page_view_at" IS NULL AND "keyed"."page_view_at" IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN ("q"."page" = "keyed"."page" AND OCTET_LENGTH("q"."page") = OCTET_LENGTH("keyed"."page")) OR ("q"."page" IS NULL AND "keyed"."page" IS NULL) THEN 1 ELSE 0 END = 1
  )@

-- lineage: Anchors that were merged, and which one survives.
INSERT INTO "session_lineage" ("session_id", "became", "run_id")
SELECT "session_id", "became", (SELECT max("run_id") FROM "session_runs")
FROM SESSION."superseded"@

-- rows: The new pageviews, each with the anchor of its session.
INSERT INTO "session_table" (
  "event_id", "session_id", "user_id", "page_view_at", "sequence", "page", "run_id"
)
SELECT "session_id", "sz_survivor", "user_id", "started_at", "first_sequence", "entry_page",
  (SELECT max("run_id") FROM "session_runs")
FROM SESSION."merged" WHERE "anchor" IS NULL@

-- versions: Each session that gained a pageview, as it stands now.
INSERT INTO "session_versions" (
  "anchor", "run_id", "session_id", "user_id", "started_at", "ended_at", "last_event_id",
  "first_sequence", "last_sequence", "pageviews", "anchors", "entry_page", "exit_page"
)
SELECT "sz_survivor", (SELECT max("run_id") FROM "session_runs"),
  max(CASE WHEN "sz_first" = 1 THEN "session_id" END), "user_id",
  max(CASE WHEN "sz_first" = 1 THEN "started_at" END),
  max(CASE WHEN "sz_last" = 1 THEN "ended_at" END),
  max(CASE WHEN "sz_last" = 1 THEN "last_event_id" END),
  max(CASE WHEN "sz_first" = 1 THEN "first_sequence" END),
  max(CASE WHEN "sz_last" = 1 THEN "last_sequence" END),
  coalesce(sum(CAST("pageviews" AS BIGINT)), 0),
  CASE WHEN coalesce(sum(CAST("anchors" AS BIGINT)), 0) = 0 THEN 1
    ELSE coalesce(sum(CAST("anchors" AS BIGINT)), 0) END,
  max(CASE WHEN "sz_first" = 1 THEN "entry_page" END),
  max(CASE WHEN "sz_last" = 1 THEN "exit_page" END)
FROM SESSION."merged"
GROUP BY "sz_island", "sz_island" || CHR(1), "sz_survivor", "sz_survivor" || CHR(1), "user_id", "user_id" || CHR(1)@

-- quarantine: What cannot be sessionized, and why.
INSERT INTO "session_quarantine" (
  "reason", "event_id", "user_id", "page_view_at", "page", "run_id", "row_key"
)
SELECT "reason", "event_id", "user_id", "page_view_at", "page",
  (SELECT max("run_id") FROM "session_runs"), "row_key"
FROM SESSION."rejected"@

-- finished: Closes the run.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "pageviews",
  "sessions", "lineage_rows", "quarantined", "layout", "engine", "tool_version"
)
SELECT "run_id", 'finished', CURRENT TIMESTAMP - CURRENT TIMEZONE, "job", "mode", "window_from",
  "window_to",
  (SELECT coalesce(sum(CAST("pageviews" AS BIGINT)), 0) FROM SESSION."merged" WHERE "anchor" IS NULL),
  (SELECT count_big(*) FROM SESSION."merged" WHERE "sz_first" = 1),
  (SELECT count_big(*) FROM SESSION."superseded"), (SELECT count_big(*) FROM SESSION."rejected"),
  "layout", "engine", "tool_version"
FROM "session_runs" WHERE "state" = 'started' AND OCTET_LENGTH("state") = OCTET_LENGTH('started')
ORDER BY "run_id" DESC FETCH FIRST 1 ROWS ONLY@

COMMIT@

-- The steps of the run are of no more use.
DROP TABLE SESSION."picked"@
DROP TABLE SESSION."duplicates"@
DROP TABLE SESSION."islands"@
DROP TABLE SESSION."merged"@
DROP TABLE SESSION."superseded"@
DROP TABLE SESSION."rejected"@
