-- insert_query.sql for Exasol 8 (dialect exasol)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 38 answers assumed.
--
-- One run: puts the pageviews of a window that are not in the ledger yet into their sessions.
-- Insert-only: nothing that is there is changed or removed, and a second run adds no pageview.
--
-- Put in {{ start_time }} and {{ end_time }} first: YYYY-MM-DD HH:MM:SS in UTC, the end not included.
-- Late pageviews are found by a run over the window that they belong to.
--
-- The run ledger gets two rows: started, finished.
--
-- Run it:  exaplus -c my_host:8563 -u me -autocommit OFF -x -f insert_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

ALTER SESSION SET TIME_ZONE = 'UTC';

-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "sessions", "lineage_rows", "quarantined", "layout", "engine",
  "tool_version"
)
SELECT
  coalesce((SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") + 1, 1) AS "run_id",
  'started' AS "state",
  CONVERT_TZ(CURRENT_TIMESTAMP(6), SESSIONTIMEZONE, 'UTC') AS "recorded_at",
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.sequence":"sequence","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}' AS "job",
  'window' AS "mode",
  TIMESTAMP '{{ start_time }}' AS "window_from",
  TIMESTAMP '{{ end_time }}' AS "window_to",
  CAST(NULL AS DECIMAL(19, 0)) AS "arrival_mark",
  CAST(NULL AS TIMESTAMP(6)) AS "arrival_mark_at",
  CAST(NULL AS DECIMAL(19, 0)) AS "pageviews",
  CAST(NULL AS DECIMAL(19, 0)) AS "sessions",
  CAST(NULL AS DECIMAL(19, 0)) AS "lineage_rows",
  CAST(NULL AS DECIMAL(19, 0)) AS "quarantined",
  2 AS "layout",
  'Exasol 8' AS "engine",
  'script' AS "tool_version"
FROM (SELECT 1 AS "one" FROM dual) AS "o";

-- versions: Each session that gained a pageview, as it stands now.
INSERT INTO "session_versions" (
  "anchor", "run_id", "session_id", "user_id", "started_at", "ended_at", "last_event_id",
  "first_sequence", "last_sequence", "pageviews", "anchors", "entry_page", "exit_page"
)
WITH "picked" AS (
  SELECT
    "s"."event_id" AS "event_id",
    "s"."user_id" AS "user_id",
    "s"."page_view_at" AS "page_view_at",
    "s"."sequence" AS "sequence",
    "s"."page" AS "page",
    CASE
      WHEN "s"."reason" IS NOT NULL THEN "s"."reason"
      WHEN "t"."run_id" IS NOT NULL THEN 'duplicate_event_id'
      ELSE CAST(NULL AS VARCHAR(2000000))
    END AS "reason",
    "s"."sz_raw_event_id" AS "sz_raw_event_id",
    "s"."sz_raw_time" AS "sz_raw_time"
  FROM (
    SELECT
      "j"."event_id" AS "event_id",
      "j"."user_id" AS "user_id",
      "j"."page_view_at" AS "page_view_at",
      "j"."sequence" AS "sequence",
      "j"."page" AS "page",
      "j"."reason" AS "reason",
      CASE
        WHEN "j"."reason" IS NOT NULL THEN "j"."sz_source_event_id"
        ELSE CAST(NULL AS VARCHAR(2000000))
      END AS "sz_raw_event_id",
      CASE
        WHEN "j"."reason" IS NOT NULL THEN CAST("j"."sz_source_time" AS VARCHAR(2000000))
        ELSE CAST(NULL AS VARCHAR(2000000))
      END AS "sz_raw_time"
    FROM (
      SELECT
        "m"."event_id" AS "event_id",
        "m"."user_id" AS "user_id",
        "m"."page_view_at" AS "page_view_at",
        "m"."sequence" AS "sequence",
        "m"."page" AS "page",
        "m"."sz_source_event_id" AS "sz_source_event_id",
        "m"."sz_source_time" AS "sz_source_time",
        CASE
          WHEN "m"."event_id" IS NULL OR "m"."event_id" IS NULL THEN 'null_event_id'
          WHEN "m"."user_id" IS NULL OR "m"."user_id" IS NULL THEN 'null_user'
          WHEN "m"."page_view_at" IS NULL THEN CASE
              WHEN CAST("m"."sz_source_time" AS VARCHAR(2000000)) IS NULL
                  OR CAST("m"."sz_source_time" AS VARCHAR(2000000)) IS NULL THEN 'null_time'
              WHEN ("m"."sz_source_time" IS NOT NULL) THEN 'time_out_of_range'
              ELSE 'bad_time'
            END
          WHEN octet_length("m"."event_id") > 1024 OR octet_length("m"."user_id") > 1024 THEN 'key_too_long'
          ELSE CAST(NULL AS VARCHAR(2000000))
        END AS "reason"
      FROM (
        SELECT
          CAST("p"."user_id" AS VARCHAR(2000000)) AS "user_id",
          CASE WHEN "p"."page_view_at" >= TIMESTAMP '0001-01-02 00:00:00' AND "p"."page_view_at" < TIMESTAMP '9999-12-31 00:00:00' THEN CAST(SUBSTR(TO_CHAR("p"."page_view_at", 'YYYY-MM-DD HH24:MI:SS.FF9'), 1, 26) AS TIMESTAMP(6)) END AS "page_view_at",
          CAST("p"."page" AS VARCHAR(2000000)) AS "page",
          "p"."page_view_at" AS "sz_source_time",
          CAST("p"."sequence" AS DECIMAL(19, 0)) AS "sequence",
          CAST("p"."event_id" AS VARCHAR(2000000)) AS "event_id",
          CAST(NULL AS VARCHAR(2000000)) AS "sz_source_event_id"
        FROM "pageviews" AS "p"
        WHERE "p"."page_view_at" >= TIMESTAMP '{{ start_time }}'
          AND "p"."page_view_at" < TIMESTAMP '{{ end_time }}'
      ) AS "m"
      WHERE "m"."page_view_at" >= TIMESTAMP '{{ start_time }}'
        AND "m"."page_view_at" < TIMESTAMP '{{ end_time }}'
    ) AS "j"
  ) AS "s"
  LEFT JOIN "session_table" AS "t" ON "s"."reason" IS NULL AND "t"."event_id" = "s"."event_id"
  WHERE ("t"."run_id" IS NULL
      OR NOT ("t"."user_id" = "s"."user_id"
        AND "t"."page_view_at" = "s"."page_view_at"
        AND CASE WHEN "t"."page" = "s"."page" OR ("t"."page" IS NULL AND "s"."page" IS NULL) THEN 1 ELSE 0 END = 1))
),
"repeated" AS (
  SELECT "g"."event_id" AS "event_id"
  FROM (
    SELECT "k"."event_id" AS "event_id", count(*) AS "sz_duplicates"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
    GROUP BY "k"."event_id"
  ) AS "g"
  WHERE "g"."sz_duplicates" > 1
),
"duplicates" AS (
  SELECT
    "w"."event_id" AS "event_id",
    "w"."user_id" AS "user_id",
    "w"."page_view_at" AS "page_view_at",
    "w"."sequence" AS "sequence",
    "w"."page" AS "page",
    "w"."sz_rank" AS "sz_rank",
    "w"."sz_first_user_id" AS "sz_first_user_id",
    "w"."sz_first_page_view_at" AS "sz_first_page_view_at",
    "w"."sz_first_page" AS "sz_first_page"
  FROM (
    SELECT
      "k"."event_id" AS "event_id",
      "k"."user_id" AS "user_id",
      "k"."page_view_at" AS "page_view_at",
      "k"."sequence" AS "sequence",
      "k"."page" AS "page",
      "k"."reason" AS "reason",
      "k"."sz_raw_event_id" AS "sz_raw_event_id",
      "k"."sz_raw_time" AS "sz_raw_time",
      row_number() OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
      ) AS "sz_rank",
      first_value("k"."user_id") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_first_user_id",
      first_value("k"."page_view_at") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_first_page_view_at",
      first_value("k"."page") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_first_page"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
      AND EXISTS (SELECT 1 FROM "repeated" AS "d" WHERE "d"."event_id" = "k"."event_id")
  ) AS "w"
),
"fresh" AS (
  SELECT
    "f"."event_id" AS "event_id",
    "f"."user_id" AS "user_id",
    "f"."page_view_at" AS "page_view_at",
    "f"."sequence" AS "sequence",
    "f"."page" AS "page",
    "f"."sz_instant" AS "sz_instant"
  FROM (
    SELECT
      "k"."event_id" AS "event_id",
      "k"."user_id" AS "user_id",
      "k"."page_view_at" AS "page_view_at",
      "k"."sequence" AS "sequence",
      "k"."page" AS "page",
      "k"."page_view_at" AS "sz_instant"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
      AND NOT EXISTS (SELECT 1 FROM "duplicates" AS "d" WHERE "d"."event_id" = "k"."event_id")
    UNION ALL
    SELECT
      "c"."event_id" AS "event_id",
      "c"."user_id" AS "user_id",
      "c"."page_view_at" AS "page_view_at",
      "c"."sequence" AS "sequence",
      "c"."page" AS "page",
      "c"."page_view_at" AS "sz_instant"
    FROM "duplicates" AS "c"
    WHERE "c"."sz_rank" = 1
  ) AS "f"
),
"ranges" AS (
  SELECT
    "k"."user_id" AS "user_id",
    (ADD_SECONDS("k"."sz_from_at", -1800.000000)) AS "sz_from_at",
    (ADD_SECONDS("k"."sz_to_at", 1800.000000)) AS "sz_to_at"
  FROM (
    SELECT
      "n"."user_id" AS "user_id",
      "n"."sz_cluster" AS "sz_cluster",
      min("n"."sz_instant") AS "sz_from_at",
      max("n"."sz_instant") AS "sz_to_at"
    FROM (
      SELECT
        "q"."event_id" AS "event_id",
        "q"."user_id" AS "user_id",
        "q"."page_view_at" AS "page_view_at",
        "q"."sequence" AS "sequence",
        "q"."sz_instant" AS "sz_instant",
        "q"."sz_starts" AS "sz_starts",
        sum("q"."sz_starts") OVER (
          PARTITION BY "q"."user_id"
          ORDER BY "q"."user_id", "q"."page_view_at", "q"."sequence" NULLS FIRST, "q"."event_id"
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS "sz_cluster"
      FROM (
        SELECT
          "h"."event_id" AS "event_id",
          "h"."user_id" AS "user_id",
          "h"."page_view_at" AS "page_view_at",
          "h"."sequence" AS "sequence",
          "h"."sz_instant" AS "sz_instant",
          CASE
            WHEN "h"."sz_before" IS NULL
                OR (ADD_SECONDS("h"."sz_instant", -1800.000000)) > (ADD_SECONDS("h"."sz_before", 1800.000000)) THEN 1
            ELSE 0
          END AS "sz_starts"
        FROM (
          SELECT
            "f"."event_id" AS "event_id",
            "f"."user_id" AS "user_id",
            "f"."page_view_at" AS "page_view_at",
            "f"."sequence" AS "sequence",
            "f"."page" AS "page",
            "f"."sz_instant" AS "sz_instant",
            lag("f"."sz_instant") OVER (
              PARTITION BY "f"."user_id"
              ORDER BY "f"."user_id", "f"."page_view_at", "f"."sequence" NULLS FIRST, "f"."event_id"
            ) AS "sz_before"
          FROM "fresh" AS "f"
        ) AS "h"
      ) AS "q"
    ) AS "n"
    GROUP BY "n"."user_id", "n"."sz_cluster"
  ) AS "k"
),
"context" AS (
  SELECT
    "t"."event_id" AS "event_id",
    "t"."user_id" AS "user_id",
    "t"."page_view_at" AS "page_view_at",
    "t"."sequence" AS "sequence",
    "t"."page_view_at" AS "sz_instant",
    coalesce("r"."became", "t"."session_id") AS "anchor"
  FROM "ranges" AS "g"
  JOIN "session_table" AS "t"
    ON "t"."user_id" = "g"."user_id"
    AND "t"."page_view_at" >= "g"."sz_from_at"
    AND "t"."page_view_at" <= "g"."sz_to_at"
  LEFT JOIN (
    SELECT "k"."session_id" AS "session_id", "k"."became" AS "became"
    FROM (
      SELECT
        "l"."session_id" AS "session_id",
        "l"."became" AS "became",
        "l"."run_id" AS "run_id",
        row_number() OVER (PARTITION BY "l"."session_id" ORDER BY "l"."run_id" DESC) AS "sz_rank"
      FROM "session_lineage" AS "l"
    ) AS "k"
    WHERE "k"."sz_rank" = 1
  ) AS "r" ON "r"."session_id" = "t"."session_id"
),
"neighbours" AS (
  SELECT
    "u"."event_id" AS "event_id",
    "u"."user_id" AS "user_id",
    "u"."page_view_at" AS "page_view_at",
    "u"."sequence" AS "sequence",
    "u"."page" AS "page",
    "u"."sz_instant" AS "sz_instant",
    "u"."sz_is_new" AS "sz_is_new",
    "u"."anchor" AS "anchor"
  FROM (
    SELECT
      "f"."event_id" AS "event_id",
      "f"."user_id" AS "user_id",
      "f"."page_view_at" AS "page_view_at",
      "f"."sequence" AS "sequence",
      "f"."page" AS "page",
      "f"."sz_instant" AS "sz_instant",
      1 AS "sz_is_new",
      CAST(NULL AS VARCHAR(2000000)) AS "anchor"
    FROM "fresh" AS "f"
    UNION ALL
    SELECT
      "c"."event_id" AS "event_id",
      "c"."user_id" AS "user_id",
      "c"."page_view_at" AS "page_view_at",
      "c"."sequence" AS "sequence",
      CAST(NULL AS VARCHAR(2000000)) AS "page",
      "c"."sz_instant" AS "sz_instant",
      0 AS "sz_is_new",
      "c"."anchor" AS "anchor"
    FROM "context" AS "c"
  ) AS "u"
),
"islands" AS (
  SELECT
    "i"."event_id" AS "event_id",
    "i"."user_id" AS "user_id",
    "i"."page_view_at" AS "page_view_at",
    "i"."sequence" AS "sequence",
    "i"."page" AS "page",
    "i"."sz_is_new" AS "sz_is_new",
    "i"."anchor" AS "anchor",
    "i"."sz_island" AS "sz_island"
  FROM (
    SELECT
      "n"."event_id" AS "event_id",
      "n"."user_id" AS "user_id",
      "n"."page_view_at" AS "page_view_at",
      "n"."sequence" AS "sequence",
      "n"."page" AS "page",
      "n"."sz_is_new" AS "sz_is_new",
      "n"."anchor" AS "anchor",
      "n"."sz_starts" AS "sz_starts",
      "n"."sz_number" AS "sz_number",
      first_value("n"."event_id") OVER (
        PARTITION BY "n"."user_id", "n"."sz_number"
        ORDER BY "n"."user_id", "n"."page_view_at", "n"."sequence" NULLS FIRST, "n"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_island"
    FROM (
      SELECT
        "q"."event_id" AS "event_id",
        "q"."user_id" AS "user_id",
        "q"."page_view_at" AS "page_view_at",
        "q"."sequence" AS "sequence",
        "q"."page" AS "page",
        "q"."sz_is_new" AS "sz_is_new",
        "q"."anchor" AS "anchor",
        "q"."sz_starts" AS "sz_starts",
        sum("q"."sz_starts") OVER (
          PARTITION BY "q"."user_id"
          ORDER BY "q"."user_id", "q"."page_view_at", "q"."sequence" NULLS FIRST, "q"."event_id"
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS "sz_number"
      FROM (
        SELECT
          "h"."event_id" AS "event_id",
          "h"."user_id" AS "user_id",
          "h"."page_view_at" AS "page_view_at",
          "h"."sequence" AS "sequence",
          "h"."page" AS "page",
          "h"."sz_is_new" AS "sz_is_new",
          "h"."anchor" AS "anchor",
          CASE
            WHEN "h"."sz_before" IS NULL THEN 1
            WHEN "h"."sz_anchor_before" = "h"."anchor" THEN 0
            WHEN "h"."sz_instant" >= ADD_SECONDS("h"."sz_before", 1800.000000) THEN 1
            ELSE 0
          END AS "sz_starts"
        FROM (
          SELECT
            "r"."event_id" AS "event_id",
            "r"."user_id" AS "user_id",
            "r"."page_view_at" AS "page_view_at",
            "r"."sequence" AS "sequence",
            "r"."page" AS "page",
            "r"."sz_instant" AS "sz_instant",
            "r"."sz_is_new" AS "sz_is_new",
            "r"."anchor" AS "anchor",
            lag("r"."sz_instant") OVER (
              PARTITION BY "r"."user_id"
              ORDER BY "r"."user_id", "r"."page_view_at", "r"."sequence" NULLS FIRST, "r"."event_id"
            ) AS "sz_before",
            lag("r"."anchor") OVER (
              PARTITION BY "r"."user_id"
              ORDER BY "r"."user_id", "r"."page_view_at", "r"."sequence" NULLS FIRST, "r"."event_id"
            ) AS "sz_anchor_before"
          FROM "neighbours" AS "r"
        ) AS "h"
      ) AS "q"
    ) AS "n"
  ) AS "i"
),
"united" AS (
  SELECT
    "u"."sz_island" AS "sz_island",
    "u"."anchor" AS "anchor",
    "u"."anchors" AS "anchors",
    "u"."user_id" AS "user_id",
    "u"."started_at" AS "started_at",
    "u"."session_id" AS "session_id",
    "u"."first_sequence" AS "first_sequence",
    "u"."last_sequence" AS "last_sequence",
    "u"."ended_at" AS "ended_at",
    "u"."last_event_id" AS "last_event_id",
    "u"."pageviews" AS "pageviews",
    "u"."entry_page" AS "entry_page",
    "u"."exit_page" AS "exit_page"
  FROM (
    SELECT
      "a"."sz_island" AS "sz_island",
      "v"."anchor" AS "anchor",
      "v"."anchors" AS "anchors",
      "v"."user_id" AS "user_id",
      "v"."started_at" AS "started_at",
      "v"."session_id" AS "session_id",
      "v"."first_sequence" AS "first_sequence",
      "v"."last_sequence" AS "last_sequence",
      "v"."ended_at" AS "ended_at",
      "v"."last_event_id" AS "last_event_id",
      "v"."pageviews" AS "pageviews",
      "v"."entry_page" AS "entry_page",
      "v"."exit_page" AS "exit_page"
    FROM (
      SELECT DISTINCT "gaining"."sz_island" AS "sz_island", "gaining"."anchor" AS "anchor"
      FROM (
        SELECT
          "n"."event_id" AS "event_id",
          "n"."user_id" AS "user_id",
          "n"."page_view_at" AS "page_view_at",
          "n"."sequence" AS "sequence",
          "n"."page" AS "page",
          "n"."sz_is_new" AS "sz_is_new",
          "n"."anchor" AS "anchor",
          "n"."sz_island" AS "sz_island",
          first_value(CASE WHEN "n"."sz_is_new" = 1 THEN 1 ELSE 0 END) OVER (
            PARTITION BY "n"."sz_island"
            ORDER BY CASE WHEN "n"."sz_is_new" = 1 THEN 1 ELSE 0 END DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
          ) AS "sz_gained"
        FROM "islands" AS "n"
      ) AS "gaining"
      WHERE "gaining"."sz_gained" = 1
        AND "gaining"."anchor" IS NOT NULL
    ) AS "a"
    JOIN (
      SELECT "k"."anchor" AS "anchor", "k"."run_id" AS "run_id"
      FROM (
        SELECT
          "w"."anchor" AS "anchor",
          "w"."run_id" AS "run_id",
          "w"."session_id" AS "session_id",
          "w"."user_id" AS "user_id",
          "w"."started_at" AS "started_at",
          "w"."ended_at" AS "ended_at",
          "w"."last_event_id" AS "last_event_id",
          "w"."first_sequence" AS "first_sequence",
          "w"."last_sequence" AS "last_sequence",
          "w"."pageviews" AS "pageviews",
          "w"."anchors" AS "anchors",
          "w"."entry_page" AS "entry_page",
          "w"."exit_page" AS "exit_page",
          row_number() OVER (PARTITION BY "w"."anchor" ORDER BY "w"."run_id" DESC) AS "sz_rank"
        FROM "session_versions" AS "w"
      ) AS "k"
      WHERE "k"."sz_rank" = 1
    ) AS "latest" ON "latest"."anchor" = "a"."anchor"
    JOIN "session_versions" AS "v" ON "v"."anchor" = "latest"."anchor" AND "v"."run_id" = "latest"."run_id"
    UNION ALL
    SELECT
      "i"."sz_island" AS "sz_island",
      CAST(NULL AS VARCHAR(2000000)) AS "anchor",
      0 AS "anchors",
      "i"."user_id" AS "user_id",
      "i"."page_view_at" AS "started_at",
      "i"."event_id" AS "session_id",
      "i"."sequence" AS "first_sequence",
      "i"."sequence" AS "last_sequence",
      "i"."page_view_at" AS "ended_at",
      "i"."event_id" AS "last_event_id",
      1 AS "pageviews",
      "i"."page" AS "entry_page",
      "i"."page" AS "exit_page"
    FROM "islands" AS "i"
    WHERE "i"."sz_is_new" = 1
  ) AS "u"
),
"merged" AS (
  SELECT
    "u"."sz_island" AS "sz_island",
    "u"."anchor" AS "anchor",
    "u"."anchors" AS "anchors",
    "u"."user_id" AS "user_id",
    "u"."started_at" AS "started_at",
    "u"."session_id" AS "session_id",
    "u"."first_sequence" AS "first_sequence",
    "u"."last_sequence" AS "last_sequence",
    "u"."ended_at" AS "ended_at",
    "u"."last_event_id" AS "last_event_id",
    "u"."pageviews" AS "pageviews",
    "u"."entry_page" AS "entry_page",
    "u"."exit_page" AS "exit_page",
    row_number() OVER (
      PARTITION BY "u"."sz_island"
      ORDER BY "u"."started_at", "u"."first_sequence" NULLS FIRST, "u"."session_id"
    ) AS "sz_first_rank",
    row_number() OVER (
      PARTITION BY "u"."sz_island"
      ORDER BY "u"."ended_at" DESC, CASE WHEN "u"."last_sequence" IS NULL THEN 0 ELSE 1 END DESC, "u"."last_sequence" DESC, "u"."last_event_id" DESC
    ) AS "sz_last_rank",
    first_value(coalesce("u"."anchor", "u"."session_id")) OVER (
      PARTITION BY "u"."sz_island"
      ORDER BY "u"."anchors" DESC, "u"."started_at", "u"."first_sequence" NULLS FIRST, "u"."session_id"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "sz_survivor"
  FROM "united" AS "u"
)
SELECT
  "x"."anchor" AS "anchor",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  "x"."session_id" AS "session_id",
  "x"."user_id" AS "user_id",
  "x"."started_at" AS "started_at",
  "x"."ended_at" AS "ended_at",
  "x"."last_event_id" AS "last_event_id",
  "x"."first_sequence" AS "first_sequence",
  "x"."last_sequence" AS "last_sequence",
  "x"."pageviews" AS "pageviews",
  "x"."anchors" AS "anchors",
  "x"."entry_page" AS "entry_page",
  "x"."exit_page" AS "exit_page"
FROM (
  SELECT
    "g"."sz_survivor" AS "anchor",
    "g"."user_id" AS "user_id",
    "g"."pageviews" AS "pageviews",
    CASE WHEN "g"."anchors" = 0 THEN 1 ELSE "g"."anchors" END AS "anchors",
    "g"."session_id" AS "session_id",
    "g"."started_at" AS "started_at",
    "g"."first_sequence" AS "first_sequence",
    "g"."entry_page" AS "entry_page",
    "g"."ended_at" AS "ended_at",
    "g"."last_event_id" AS "last_event_id",
    "g"."last_sequence" AS "last_sequence",
    "g"."exit_page" AS "exit_page"
  FROM (
    SELECT
      "m"."sz_island" AS "sz_island",
      "m"."sz_survivor" AS "sz_survivor",
      "m"."user_id" AS "user_id",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."session_id" ELSE CAST(NULL AS VARCHAR(2000000)) END) AS "session_id",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."started_at" ELSE CAST(NULL AS TIMESTAMP(6)) END) AS "started_at",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."first_sequence" ELSE CAST(NULL AS DECIMAL(19, 0)) END) AS "first_sequence",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."entry_page" ELSE CAST(NULL AS VARCHAR(2000000)) END) AS "entry_page",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."ended_at" ELSE CAST(NULL AS TIMESTAMP(6)) END) AS "ended_at",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."last_event_id" ELSE CAST(NULL AS VARCHAR(2000000)) END) AS "last_event_id",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."last_sequence" ELSE CAST(NULL AS DECIMAL(19, 0)) END) AS "last_sequence",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."exit_page" ELSE CAST(NULL AS VARCHAR(2000000)) END) AS "exit_page",
      coalesce(sum("m"."pageviews"), 0) AS "pageviews",
      coalesce(sum("m"."anchors"), 0) AS "anchors"
    FROM "merged" AS "m"
    GROUP BY "m"."sz_island", "m"."sz_survivor", "m"."user_id"
  ) AS "g"
) AS "x";

-- lineage: Anchors that were merged, and which one survives.
INSERT INTO "session_lineage" ("session_id", "became", "run_id")
WITH "picked" AS (
  SELECT
    "s"."event_id" AS "event_id",
    "s"."user_id" AS "user_id",
    "s"."page_view_at" AS "page_view_at",
    "s"."sequence" AS "sequence",
    "s"."page" AS "page",
    CASE
      WHEN "s"."reason" IS NOT NULL THEN "s"."reason"
      WHEN "t"."run_id" IS NOT NULL THEN 'duplicate_event_id'
      ELSE CAST(NULL AS VARCHAR(2000000))
    END AS "reason",
    "s"."sz_raw_event_id" AS "sz_raw_event_id",
    "s"."sz_raw_time" AS "sz_raw_time"
  FROM (
    SELECT
      "j"."event_id" AS "event_id",
      "j"."user_id" AS "user_id",
      "j"."page_view_at" AS "page_view_at",
      "j"."sequence" AS "sequence",
      "j"."page" AS "page",
      "j"."reason" AS "reason",
      CASE
        WHEN "j"."reason" IS NOT NULL THEN "j"."sz_source_event_id"
        ELSE CAST(NULL AS VARCHAR(2000000))
      END AS "sz_raw_event_id",
      CASE
        WHEN "j"."reason" IS NOT NULL THEN CAST("j"."sz_source_time" AS VARCHAR(2000000))
        ELSE CAST(NULL AS VARCHAR(2000000))
      END AS "sz_raw_time"
    FROM (
      SELECT
        "m"."event_id" AS "event_id",
        "m"."user_id" AS "user_id",
        "m"."page_view_at" AS "page_view_at",
        "m"."sequence" AS "sequence",
        "m"."page" AS "page",
        "m"."sz_source_event_id" AS "sz_source_event_id",
        "m"."sz_source_time" AS "sz_source_time",
        CASE
          WHEN "m"."event_id" IS NULL OR "m"."event_id" IS NULL THEN 'null_event_id'
          WHEN "m"."user_id" IS NULL OR "m"."user_id" IS NULL THEN 'null_user'
          WHEN "m"."page_view_at" IS NULL THEN CASE
              WHEN CAST("m"."sz_source_time" AS VARCHAR(2000000)) IS NULL
                  OR CAST("m"."sz_source_time" AS VARCHAR(2000000)) IS NULL THEN 'null_time'
              WHEN ("m"."sz_source_time" IS NOT NULL) THEN 'time_out_of_range'
              ELSE 'bad_time'
            END
          WHEN octet_length("m"."event_id") > 1024 OR octet_length("m"."user_id") > 1024 THEN 'key_too_long'
          ELSE CAST(NULL AS VARCHAR(2000000))
        END AS "reason"
      FROM (
        SELECT
          CAST("p"."user_id" AS VARCHAR(2000000)) AS "user_id",
          CASE WHEN "p"."page_view_at" >= TIMESTAMP '0001-01-02 00:00:00' AND "p"."page_view_at" < TIMESTAMP '9999-12-31 00:00:00' THEN CAST(SUBSTR(TO_CHAR("p"."page_view_at", 'YYYY-MM-DD HH24:MI:SS.FF9'), 1, 26) AS TIMESTAMP(6)) END AS "page_view_at",
          CAST("p"."page" AS VARCHAR(2000000)) AS "page",
          "p"."page_view_at" AS "sz_source_time",
          CAST("p"."sequence" AS DECIMAL(19, 0)) AS "sequence",
          CAST("p"."event_id" AS VARCHAR(2000000)) AS "event_id",
          CAST(NULL AS VARCHAR(2000000)) AS "sz_source_event_id"
        FROM "pageviews" AS "p"
        WHERE "p"."page_view_at" >= TIMESTAMP '{{ start_time }}'
          AND "p"."page_view_at" < TIMESTAMP '{{ end_time }}'
      ) AS "m"
      WHERE "m"."page_view_at" >= TIMESTAMP '{{ start_time }}'
        AND "m"."page_view_at" < TIMESTAMP '{{ end_time }}'
    ) AS "j"
  ) AS "s"
  LEFT JOIN "session_table" AS "t" ON "s"."reason" IS NULL AND "t"."event_id" = "s"."event_id"
  WHERE ("t"."run_id" IS NULL
      OR NOT ("t"."user_id" = "s"."user_id"
        AND "t"."page_view_at" = "s"."page_view_at"
        AND CASE WHEN "t"."page" = "s"."page" OR ("t"."page" IS NULL AND "s"."page" IS NULL) THEN 1 ELSE 0 END = 1))
),
"repeated" AS (
  SELECT "g"."event_id" AS "event_id"
  FROM (
    SELECT "k"."event_id" AS "event_id", count(*) AS "sz_duplicates"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
    GROUP BY "k"."event_id"
  ) AS "g"
  WHERE "g"."sz_duplicates" > 1
),
"duplicates" AS (
  SELECT
    "w"."event_id" AS "event_id",
    "w"."user_id" AS "user_id",
    "w"."page_view_at" AS "page_view_at",
    "w"."sequence" AS "sequence",
    "w"."page" AS "page",
    "w"."sz_rank" AS "sz_rank",
    "w"."sz_first_user_id" AS "sz_first_user_id",
    "w"."sz_first_page_view_at" AS "sz_first_page_view_at",
    "w"."sz_first_page" AS "sz_first_page"
  FROM (
    SELECT
      "k"."event_id" AS "event_id",
      "k"."user_id" AS "user_id",
      "k"."page_view_at" AS "page_view_at",
      "k"."sequence" AS "sequence",
      "k"."page" AS "page",
      "k"."reason" AS "reason",
      "k"."sz_raw_event_id" AS "sz_raw_event_id",
      "k"."sz_raw_time" AS "sz_raw_time",
      row_number() OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
      ) AS "sz_rank",
      first_value("k"."user_id") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_first_user_id",
      first_value("k"."page_view_at") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_first_page_view_at",
      first_value("k"."page") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_first_page"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
      AND EXISTS (SELECT 1 FROM "repeated" AS "d" WHERE "d"."event_id" = "k"."event_id")
  ) AS "w"
),
"fresh" AS (
  SELECT
    "f"."event_id" AS "event_id",
    "f"."user_id" AS "user_id",
    "f"."page_view_at" AS "page_view_at",
    "f"."sequence" AS "sequence",
    "f"."page" AS "page",
    "f"."sz_instant" AS "sz_instant"
  FROM (
    SELECT
      "k"."event_id" AS "event_id",
      "k"."user_id" AS "user_id",
      "k"."page_view_at" AS "page_view_at",
      "k"."sequence" AS "sequence",
      "k"."page" AS "page",
      "k"."page_view_at" AS "sz_instant"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
      AND NOT EXISTS (SELECT 1 FROM "duplicates" AS "d" WHERE "d"."event_id" = "k"."event_id")
    UNION ALL
    SELECT
      "c"."event_id" AS "event_id",
      "c"."user_id" AS "user_id",
      "c"."page_view_at" AS "page_view_at",
      "c"."sequence" AS "sequence",
      "c"."page" AS "page",
      "c"."page_view_at" AS "sz_instant"
    FROM "duplicates" AS "c"
    WHERE "c"."sz_rank" = 1
  ) AS "f"
),
"ranges" AS (
  SELECT
    "k"."user_id" AS "user_id",
    (ADD_SECONDS("k"."sz_from_at", -1800.000000)) AS "sz_from_at",
    (ADD_SECONDS("k"."sz_to_at", 1800.000000)) AS "sz_to_at"
  FROM (
    SELECT
      "n"."user_id" AS "user_id",
      "n"."sz_cluster" AS "sz_cluster",
      min("n"."sz_instant") AS "sz_from_at",
      max("n"."sz_instant") AS "sz_to_at"
    FROM (
      SELECT
        "q"."event_id" AS "event_id",
        "q"."user_id" AS "user_id",
        "q"."page_view_at" AS "page_view_at",
        "q"."sequence" AS "sequence",
        "q"."sz_instant" AS "sz_instant",
        "q"."sz_starts" AS "sz_starts",
        sum("q"."sz_starts") OVER (
          PARTITION BY "q"."user_id"
          ORDER BY "q"."user_id", "q"."page_view_at", "q"."sequence" NULLS FIRST, "q"."event_id"
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS "sz_cluster"
      FROM (
        SELECT
          "h"."event_id" AS "event_id",
          "h"."user_id" AS "user_id",
          "h"."page_view_at" AS "page_view_at",
          "h"."sequence" AS "sequence",
          "h"."sz_instant" AS "sz_instant",
          CASE
            WHEN "h"."sz_before" IS NULL
                OR (ADD_SECONDS("h"."sz_instant", -1800.000000)) > (ADD_SECONDS("h"."sz_before", 1800.000000)) THEN 1
            ELSE 0
          END AS "sz_starts"
        FROM (
          SELECT
            "f"."event_id" AS "event_id",
            "f"."user_id" AS "user_id",
            "f"."page_view_at" AS "page_view_at",
            "f"."sequence" AS "sequence",
            "f"."page" AS "page",
            "f"."sz_instant" AS "sz_instant",
            lag("f"."sz_instant") OVER (
              PARTITION BY "f"."user_id"
              ORDER BY "f"."user_id", "f"."page_view_at", "f"."sequence" NULLS FIRST, "f"."event_id"
            ) AS "sz_before"
          FROM "fresh" AS "f"
        ) AS "h"
      ) AS "q"
    ) AS "n"
    GROUP BY "n"."user_id", "n"."sz_cluster"
  ) AS "k"
),
"context" AS (
  SELECT
    "t"."event_id" AS "event_id",
    "t"."user_id" AS "user_id",
    "t"."page_view_at" AS "page_view_at",
    "t"."sequence" AS "sequence",
    "t"."page_view_at" AS "sz_instant",
    coalesce("r"."became", "t"."session_id") AS "anchor"
  FROM "ranges" AS "g"
  JOIN "session_table" AS "t"
    ON "t"."user_id" = "g"."user_id"
    AND "t"."page_view_at" >= "g"."sz_from_at"
    AND "t"."page_view_at" <= "g"."sz_to_at"
  LEFT JOIN (
    SELECT "k"."session_id" AS "session_id", "k"."became" AS "became"
    FROM (
      SELECT
        "l"."session_id" AS "session_id",
        "l"."became" AS "became",
        "l"."run_id" AS "run_id",
        row_number() OVER (PARTITION BY "l"."session_id" ORDER BY "l"."run_id" DESC) AS "sz_rank"
      FROM "session_lineage" AS "l"
    ) AS "k"
    WHERE "k"."sz_rank" = 1
  ) AS "r" ON "r"."session_id" = "t"."session_id"
),
"neighbours" AS (
  SELECT
    "u"."event_id" AS "event_id",
    "u"."user_id" AS "user_id",
    "u"."page_view_at" AS "page_view_at",
    "u"."sequence" AS "sequence",
    "u"."page" AS "page",
    "u"."sz_instant" AS "sz_instant",
    "u"."sz_is_new" AS "sz_is_new",
    "u"."anchor" AS "anchor"
  FROM (
    SELECT
      "f"."event_id" AS "event_id",
      "f"."user_id" AS "user_id",
      "f"."page_view_at" AS "page_view_at",
      "f"."sequence" AS "sequence",
      "f"."page" AS "page",
      "f"."sz_instant" AS "sz_instant",
      1 AS "sz_is_new",
      CAST(NULL AS VARCHAR(2000000)) AS "anchor"
    FROM "fresh" AS "f"
    UNION ALL
    SELECT
      "c"."event_id" AS "event_id",
      "c"."user_id" AS "user_id",
      "c"."page_view_at" AS "page_view_at",
      "c"."sequence" AS "sequence",
      CAST(NULL AS VARCHAR(2000000)) AS "page",
      "c"."sz_instant" AS "sz_instant",
      0 AS "sz_is_new",
      "c"."anchor" AS "anchor"
    FROM "context" AS "c"
  ) AS "u"
),
"islands" AS (
  SELECT
    "i"."event_id" AS "event_id",
    "i"."user_id" AS "user_id",
    "i"."page_view_at" AS "page_view_at",
    "i"."sequence" AS "sequence",
    "i"."page" AS "page",
    "i"."sz_is_new" AS "sz_is_new",
    "i"."anchor" AS "anchor",
    "i"."sz_island" AS "sz_island"
  FROM (
    SELECT
      "n"."event_id" AS "event_id",
      "n"."user_id" AS "user_id",
      "n"."page_view_at" AS "page_view_at",
      "n"."sequence" AS "sequence",
      "n"."page" AS "page",
      "n"."sz_is_new" AS "sz_is_new",
      "n"."anchor" AS "anchor",
      "n"."sz_starts" AS "sz_starts",
      "n"."sz_number" AS "sz_number",
      first_value("n"."event_id") OVER (
        PARTITION BY "n"."user_id", "n"."sz_number"
        ORDER BY "n"."user_id", "n"."page_view_at", "n"."sequence" NULLS FIRST, "n"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_island"
    FROM (
      SELECT
        "q"."event_id" AS "event_id",
        "q"."user_id" AS "user_id",
        "q"."page_view_at" AS "page_view_at",
        "q"."sequence" AS "sequence",
        "q"."page" AS "page",
        "q"."sz_is_new" AS "sz_is_new",
        "q"."anchor" AS "anchor",
        "q"."sz_starts" AS "sz_starts",
        sum("q"."sz_starts") OVER (
          PARTITION BY "q"."user_id"
          ORDER BY "q"."user_id", "q"."page_view_at", "q"."sequence" NULLS FIRST, "q"."event_id"
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS "sz_number"
      FROM (
        SELECT
          "h"."event_id" AS "event_id",
          "h"."user_id" AS "user_id",
          "h"."page_view_at" AS "page_view_at",
          "h"."sequence" AS "sequence",
          "h"."page" AS "page",
          "h"."sz_is_new" AS "sz_is_new",
          "h"."anchor" AS "anchor",
          CASE
            WHEN "h"."sz_before" IS NULL THEN 1
            WHEN "h"."sz_anchor_before" = "h"."anchor" THEN 0
            WHEN "h"."sz_instant" >= ADD_SECONDS("h"."sz_before", 1800.000000) THEN 1
            ELSE 0
          END AS "sz_starts"
        FROM (
          SELECT
            "r"."event_id" AS "event_id",
            "r"."user_id" AS "user_id",
            "r"."page_view_at" AS "page_view_at",
            "r"."sequence" AS "sequence",
            "r"."page" AS "page",
            "r"."sz_instant" AS "sz_instant",
            "r"."sz_is_new" AS "sz_is_new",
            "r"."anchor" AS "anchor",
            lag("r"."sz_instant") OVER (
              PARTITION BY "r"."user_id"
              ORDER BY "r"."user_id", "r"."page_view_at", "r"."sequence" NULLS FIRST, "r"."event_id"
            ) AS "sz_before",
            lag("r"."anchor") OVER (
              PARTITION BY "r"."user_id"
              ORDER BY "r"."user_id", "r"."page_view_at", "r"."sequence" NULLS FIRST, "r"."event_id"
            ) AS "sz_anchor_before"
          FROM "neighbours" AS "r"
        ) AS "h"
      ) AS "q"
    ) AS "n"
  ) AS "i"
),
"united" AS (
  SELECT
    "u"."sz_island" AS "sz_island",
    "u"."anchor" AS "anchor",
    "u"."anchors" AS "anchors",
    "u"."user_id" AS "user_id",
    "u"."started_at" AS "started_at",
    "u"."session_id" AS "session_id",
    "u"."first_sequence" AS "first_sequence",
    "u"."last_sequence" AS "last_sequence",
    "u"."ended_at" AS "ended_at",
    "u"."last_event_id" AS "last_event_id",
    "u"."pageviews" AS "pageviews",
    "u"."entry_page" AS "entry_page",
    "u"."exit_page" AS "exit_page"
  FROM (
    SELECT
      "a"."sz_island" AS "sz_island",
      "v"."anchor" AS "anchor",
      "v"."anchors" AS "anchors",
      "v"."user_id" AS "user_id",
      "v"."started_at" AS "started_at",
      "v"."session_id" AS "session_id",
      "v"."first_sequence" AS "first_sequence",
      "v"."last_sequence" AS "last_sequence",
      "v"."ended_at" AS "ended_at",
      "v"."last_event_id" AS "last_event_id",
      "v"."pageviews" AS "pageviews",
      "v"."entry_page" AS "entry_page",
      "v"."exit_page" AS "exit_page"
    FROM (
      SELECT DISTINCT "gaining"."sz_island" AS "sz_island", "gaining"."anchor" AS "anchor"
      FROM (
        SELECT
          "n"."event_id" AS "event_id",
          "n"."user_id" AS "user_id",
          "n"."page_view_at" AS "page_view_at",
          "n"."sequence" AS "sequence",
          "n"."page" AS "page",
          "n"."sz_is_new" AS "sz_is_new",
          "n"."anchor" AS "anchor",
          "n"."sz_island" AS "sz_island",
          first_value(CASE WHEN "n"."sz_is_new" = 1 THEN 1 ELSE 0 END) OVER (
            PARTITION BY "n"."sz_island"
            ORDER BY CASE WHEN "n"."sz_is_new" = 1 THEN 1 ELSE 0 END DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
          ) AS "sz_gained"
        FROM "islands" AS "n"
      ) AS "gaining"
      WHERE "gaining"."sz_gained" = 1
        AND "gaining"."anchor" IS NOT NULL
    ) AS "a"
    JOIN (
      SELECT "k"."anchor" AS "anchor", "k"."run_id" AS "run_id"
      FROM (
        SELECT
          "w"."anchor" AS "anchor",
          "w"."run_id" AS "run_id",
          "w"."session_id" AS "session_id",
          "w"."user_id" AS "user_id",
          "w"."started_at" AS "started_at",
          "w"."ended_at" AS "ended_at",
          "w"."last_event_id" AS "last_event_id",
          "w"."first_sequence" AS "first_sequence",
          "w"."last_sequence" AS "last_sequence",
          "w"."pageviews" AS "pageviews",
          "w"."anchors" AS "anchors",
          "w"."entry_page" AS "entry_page",
          "w"."exit_page" AS "exit_page",
          row_number() OVER (PARTITION BY "w"."anchor" ORDER BY "w"."run_id" DESC) AS "sz_rank"
        FROM "session_versions" AS "w"
      ) AS "k"
      WHERE "k"."sz_rank" = 1
    ) AS "latest" ON "latest"."anchor" = "a"."anchor"
    JOIN "session_versions" AS "v" ON "v"."anchor" = "latest"."anchor" AND "v"."run_id" = "latest"."run_id"
    UNION ALL
    SELECT
      "i"."sz_island" AS "sz_island",
      CAST(NULL AS VARCHAR(2000000)) AS "anchor",
      0 AS "anchors",
      "i"."user_id" AS "user_id",
      "i"."page_view_at" AS "started_at",
      "i"."event_id" AS "session_id",
      "i"."sequence" AS "first_sequence",
      "i"."sequence" AS "last_sequence",
      "i"."page_view_at" AS "ended_at",
      "i"."event_id" AS "last_event_id",
      1 AS "pageviews",
      "i"."page" AS "entry_page",
      "i"."page" AS "exit_page"
    FROM "islands" AS "i"
    WHERE "i"."sz_is_new" = 1
  ) AS "u"
),
"merged" AS (
  SELECT
    "u"."sz_island" AS "sz_island",
    "u"."anchor" AS "anchor",
    "u"."anchors" AS "anchors",
    "u"."user_id" AS "user_id",
    "u"."started_at" AS "started_at",
    "u"."session_id" AS "session_id",
    "u"."first_sequence" AS "first_sequence",
    "u"."last_sequence" AS "last_sequence",
    "u"."ended_at" AS "ended_at",
    "u"."last_event_id" AS "last_event_id",
    "u"."pageviews" AS "pageviews",
    "u"."entry_page" AS "entry_page",
    "u"."exit_page" AS "exit_page",
    row_number() OVER (
      PARTITION BY "u"."sz_island"
      ORDER BY "u"."started_at", "u"."first_sequence" NULLS FIRST, "u"."session_id"
    ) AS "sz_first_rank",
    row_number() OVER (
      PARTITION BY "u"."sz_island"
      ORDER BY "u"."ended_at" DESC, CASE WHEN "u"."last_sequence" IS NULL THEN 0 ELSE 1 END DESC, "u"."last_sequence" DESC, "u"."last_event_id" DESC
    ) AS "sz_last_rank",
    first_value(coalesce("u"."anchor", "u"."session_id")) OVER (
      PARTITION BY "u"."sz_island"
      ORDER BY "u"."anchors" DESC, "u"."started_at", "u"."first_sequence" NULLS FIRST, "u"."session_id"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "sz_survivor"
  FROM "united" AS "u"
),
"superseded" AS (
  SELECT
    "superseded"."session_id" AS "session_id",
    "superseded"."became" AS "became"
  FROM (
    SELECT "m"."anchor" AS "session_id", "m"."sz_survivor" AS "became"
    FROM "merged" AS "m"
    WHERE "m"."anchor" IS NOT NULL
      AND "m"."anchor" <> "m"."sz_survivor"
    UNION ALL
    SELECT "l"."session_id" AS "session_id", "m"."sz_survivor" AS "became"
    FROM "merged" AS "m"
    JOIN "session_lineage" AS "l" ON "l"."became" = "m"."anchor"
    WHERE "m"."anchor" IS NOT NULL
      AND "m"."anchor" <> "m"."sz_survivor"
  ) AS "superseded"
)
SELECT
  "x"."session_id" AS "session_id",
  "x"."became" AS "became",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id"
FROM (
  SELECT "s"."session_id" AS "session_id", "s"."became" AS "became"
  FROM "superseded" AS "s"
) AS "x";

-- rows: The new pageviews, each with the anchor of its session.
INSERT INTO "session_table" (
  "event_id", "session_id", "user_id", "page_view_at", "sequence", "page", "run_id"
)
WITH "picked" AS (
  SELECT
    "s"."event_id" AS "event_id",
    "s"."user_id" AS "user_id",
    "s"."page_view_at" AS "page_view_at",
    "s"."sequence" AS "sequence",
    "s"."page" AS "page",
    CASE
      WHEN "s"."reason" IS NOT NULL THEN "s"."reason"
      WHEN "t"."run_id" IS NOT NULL THEN 'duplicate_event_id'
      ELSE CAST(NULL AS VARCHAR(2000000))
    END AS "reason",
    "s"."sz_raw_event_id" AS "sz_raw_event_id",
    "s"."sz_raw_time" AS "sz_raw_time"
  FROM (
    SELECT
      "j"."event_id" AS "event_id",
      "j"."user_id" AS "user_id",
      "j"."page_view_at" AS "page_view_at",
      "j"."sequence" AS "sequence",
      "j"."page" AS "page",
      "j"."reason" AS "reason",
      CASE
        WHEN "j"."reason" IS NOT NULL THEN "j"."sz_source_event_id"
        ELSE CAST(NULL AS VARCHAR(2000000))
      END AS "sz_raw_event_id",
      CASE
        WHEN "j"."reason" IS NOT NULL THEN CAST("j"."sz_source_time" AS VARCHAR(2000000))
        ELSE CAST(NULL AS VARCHAR(2000000))
      END AS "sz_raw_time"
    FROM (
      SELECT
        "m"."event_id" AS "event_id",
        "m"."user_id" AS "user_id",
        "m"."page_view_at" AS "page_view_at",
        "m"."sequence" AS "sequence",
        "m"."page" AS "page",
        "m"."sz_source_event_id" AS "sz_source_event_id",
        "m"."sz_source_time" AS "sz_source_time",
        CASE
          WHEN "m"."event_id" IS NULL OR "m"."event_id" IS NULL THEN 'null_event_id'
          WHEN "m"."user_id" IS NULL OR "m"."user_id" IS NULL THEN 'null_user'
          WHEN "m"."page_view_at" IS NULL THEN CASE
              WHEN CAST("m"."sz_source_time" AS VARCHAR(2000000)) IS NULL
                  OR CAST("m"."sz_source_time" AS VARCHAR(2000000)) IS NULL THEN 'null_time'
              WHEN ("m"."sz_source_time" IS NOT NULL) THEN 'time_out_of_range'
              ELSE 'bad_time'
            END
          WHEN octet_length("m"."event_id") > 1024 OR octet_length("m"."user_id") > 1024 THEN 'key_too_long'
          ELSE CAST(NULL AS VARCHAR(2000000))
        END AS "reason"
      FROM (
        SELECT
          CAST("p"."user_id" AS VARCHAR(2000000)) AS "user_id",
          CASE WHEN "p"."page_view_at" >= TIMESTAMP '0001-01-02 00:00:00' AND "p"."page_view_at" < TIMESTAMP '9999-12-31 00:00:00' THEN CAST(SUBSTR(TO_CHAR("p"."page_view_at", 'YYYY-MM-DD HH24:MI:SS.FF9'), 1, 26) AS TIMESTAMP(6)) END AS "page_view_at",
          CAST("p"."page" AS VARCHAR(2000000)) AS "page",
          "p"."page_view_at" AS "sz_source_time",
          CAST("p"."sequence" AS DECIMAL(19, 0)) AS "sequence",
          CAST("p"."event_id" AS VARCHAR(2000000)) AS "event_id",
          CAST(NULL AS VARCHAR(2000000)) AS "sz_source_event_id"
        FROM "pageviews" AS "p"
        WHERE "p"."page_view_at" >= TIMESTAMP '{{ start_time }}'
          AND "p"."page_view_at" < TIMESTAMP '{{ end_time }}'
      ) AS "m"
      WHERE "m"."page_view_at" >= TIMESTAMP '{{ start_time }}'
        AND "m"."page_view_at" < TIMESTAMP '{{ end_time }}'
    ) AS "j"
  ) AS "s"
  LEFT JOIN "session_table" AS "t" ON "s"."reason" IS NULL AND "t"."event_id" = "s"."event_id"
  WHERE ("t"."run_id" IS NULL
      OR NOT ("t"."user_id" = "s"."user_id"
        AND "t"."page_view_at" = "s"."page_view_at"
        AND CASE WHEN "t"."page" = "s"."page" OR ("t"."page" IS NULL AND "s"."page" IS NULL) THEN 1 ELSE 0 END = 1))
),
"repeated" AS (
  SELECT "g"."event_id" AS "event_id"
  FROM (
    SELECT "k"."event_id" AS "event_id", count(*) AS "sz_duplicates"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
    GROUP BY "k"."event_id"
  ) AS "g"
  WHERE "g"."sz_duplicates" > 1
),
"duplicates" AS (
  SELECT
    "w"."event_id" AS "event_id",
    "w"."user_id" AS "user_id",
    "w"."page_view_at" AS "page_view_at",
    "w"."sequence" AS "sequence",
    "w"."page" AS "page",
    "w"."sz_rank" AS "sz_rank",
    "w"."sz_first_user_id" AS "sz_first_user_id",
    "w"."sz_first_page_view_at" AS "sz_first_page_view_at",
    "w"."sz_first_page" AS "sz_first_page"
  FROM (
    SELECT
      "k"."event_id" AS "event_id",
      "k"."user_id" AS "user_id",
      "k"."page_view_at" AS "page_view_at",
      "k"."sequence" AS "sequence",
      "k"."page" AS "page",
      "k"."reason" AS "reason",
      "k"."sz_raw_event_id" AS "sz_raw_event_id",
      "k"."sz_raw_time" AS "sz_raw_time",
      row_number() OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
      ) AS "sz_rank",
      first_value("k"."user_id") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_first_user_id",
      first_value("k"."page_view_at") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_first_page_view_at",
      first_value("k"."page") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_first_page"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
      AND EXISTS (SELECT 1 FROM "repeated" AS "d" WHERE "d"."event_id" = "k"."event_id")
  ) AS "w"
),
"fresh" AS (
  SELECT
    "f"."event_id" AS "event_id",
    "f"."user_id" AS "user_id",
    "f"."page_view_at" AS "page_view_at",
    "f"."sequence" AS "sequence",
    "f"."page" AS "page",
    "f"."sz_instant" AS "sz_instant"
  FROM (
    SELECT
      "k"."event_id" AS "event_id",
      "k"."user_id" AS "user_id",
      "k"."page_view_at" AS "page_view_at",
      "k"."sequence" AS "sequence",
      "k"."page" AS "page",
      "k"."page_view_at" AS "sz_instant"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
      AND NOT EXISTS (SELECT 1 FROM "duplicates" AS "d" WHERE "d"."event_id" = "k"."event_id")
    UNION ALL
    SELECT
      "c"."event_id" AS "event_id",
      "c"."user_id" AS "user_id",
      "c"."page_view_at" AS "page_view_at",
      "c"."sequence" AS "sequence",
      "c"."page" AS "page",
      "c"."page_view_at" AS "sz_instant"
    FROM "duplicates" AS "c"
    WHERE "c"."sz_rank" = 1
  ) AS "f"
),
"ranges" AS (
  SELECT
    "k"."user_id" AS "user_id",
    (ADD_SECONDS("k"."sz_from_at", -1800.000000)) AS "sz_from_at",
    (ADD_SECONDS("k"."sz_to_at", 1800.000000)) AS "sz_to_at"
  FROM (
    SELECT
      "n"."user_id" AS "user_id",
      "n"."sz_cluster" AS "sz_cluster",
      min("n"."sz_instant") AS "sz_from_at",
      max("n"."sz_instant") AS "sz_to_at"
    FROM (
      SELECT
        "q"."event_id" AS "event_id",
        "q"."user_id" AS "user_id",
        "q"."page_view_at" AS "page_view_at",
        "q"."sequence" AS "sequence",
        "q"."sz_instant" AS "sz_instant",
        "q"."sz_starts" AS "sz_starts",
        sum("q"."sz_starts") OVER (
          PARTITION BY "q"."user_id"
          ORDER BY "q"."user_id", "q"."page_view_at", "q"."sequence" NULLS FIRST, "q"."event_id"
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS "sz_cluster"
      FROM (
        SELECT
          "h"."event_id" AS "event_id",
          "h"."user_id" AS "user_id",
          "h"."page_view_at" AS "page_view_at",
          "h"."sequence" AS "sequence",
          "h"."sz_instant" AS "sz_instant",
          CASE
            WHEN "h"."sz_before" IS NULL
                OR (ADD_SECONDS("h"."sz_instant", -1800.000000)) > (ADD_SECONDS("h"."sz_before", 1800.000000)) THEN 1
            ELSE 0
          END AS "sz_starts"
        FROM (
          SELECT
            "f"."event_id" AS "event_id",
            "f"."user_id" AS "user_id",
            "f"."page_view_at" AS "page_view_at",
            "f"."sequence" AS "sequence",
            "f"."page" AS "page",
            "f"."sz_instant" AS "sz_instant",
            lag("f"."sz_instant") OVER (
              PARTITION BY "f"."user_id"
              ORDER BY "f"."user_id", "f"."page_view_at", "f"."sequence" NULLS FIRST, "f"."event_id"
            ) AS "sz_before"
          FROM "fresh" AS "f"
        ) AS "h"
      ) AS "q"
    ) AS "n"
    GROUP BY "n"."user_id", "n"."sz_cluster"
  ) AS "k"
),
"context" AS (
  SELECT
    "t"."event_id" AS "event_id",
    "t"."user_id" AS "user_id",
    "t"."page_view_at" AS "page_view_at",
    "t"."sequence" AS "sequence",
    "t"."page_view_at" AS "sz_instant",
    coalesce("r"."became", "t"."session_id") AS "anchor"
  FROM "ranges" AS "g"
  JOIN "session_table" AS "t"
    ON "t"."user_id" = "g"."user_id"
    AND "t"."page_view_at" >= "g"."sz_from_at"
    AND "t"."page_view_at" <= "g"."sz_to_at"
  LEFT JOIN (
    SELECT "k"."session_id" AS "session_id", "k"."became" AS "became"
    FROM (
      SELECT
        "l"."session_id" AS "session_id",
        "l"."became" AS "became",
        "l"."run_id" AS "run_id",
        row_number() OVER (PARTITION BY "l"."session_id" ORDER BY "l"."run_id" DESC) AS "sz_rank"
      FROM "session_lineage" AS "l"
    ) AS "k"
    WHERE "k"."sz_rank" = 1
  ) AS "r" ON "r"."session_id" = "t"."session_id"
),
"neighbours" AS (
  SELECT
    "u"."event_id" AS "event_id",
    "u"."user_id" AS "user_id",
    "u"."page_view_at" AS "page_view_at",
    "u"."sequence" AS "sequence",
    "u"."page" AS "page",
    "u"."sz_instant" AS "sz_instant",
    "u"."sz_is_new" AS "sz_is_new",
    "u"."anchor" AS "anchor"
  FROM (
    SELECT
      "f"."event_id" AS "event_id",
      "f"."user_id" AS "user_id",
      "f"."page_view_at" AS "page_view_at",
      "f"."sequence" AS "sequence",
      "f"."page" AS "page",
      "f"."sz_instant" AS "sz_instant",
      1 AS "sz_is_new",
      CAST(NULL AS VARCHAR(2000000)) AS "anchor"
    FROM "fresh" AS "f"
    UNION ALL
    SELECT
      "c"."event_id" AS "event_id",
      "c"."user_id" AS "user_id",
      "c"."page_view_at" AS "page_view_at",
      "c"."sequence" AS "sequence",
      CAST(NULL AS VARCHAR(2000000)) AS "page",
      "c"."sz_instant" AS "sz_instant",
      0 AS "sz_is_new",
      "c"."anchor" AS "anchor"
    FROM "context" AS "c"
  ) AS "u"
),
"islands" AS (
  SELECT
    "i"."event_id" AS "event_id",
    "i"."user_id" AS "user_id",
    "i"."page_view_at" AS "page_view_at",
    "i"."sequence" AS "sequence",
    "i"."page" AS "page",
    "i"."sz_is_new" AS "sz_is_new",
    "i"."anchor" AS "anchor",
    "i"."sz_island" AS "sz_island"
  FROM (
    SELECT
      "n"."event_id" AS "event_id",
      "n"."user_id" AS "user_id",
      "n"."page_view_at" AS "page_view_at",
      "n"."sequence" AS "sequence",
      "n"."page" AS "page",
      "n"."sz_is_new" AS "sz_is_new",
      "n"."anchor" AS "anchor",
      "n"."sz_starts" AS "sz_starts",
      "n"."sz_number" AS "sz_number",
      first_value("n"."event_id") OVER (
        PARTITION BY "n"."user_id", "n"."sz_number"
        ORDER BY "n"."user_id", "n"."page_view_at", "n"."sequence" NULLS FIRST, "n"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_island"
    FROM (
      SELECT
        "q"."event_id" AS "event_id",
        "q"."user_id" AS "user_id",
        "q"."page_view_at" AS "page_view_at",
        "q"."sequence" AS "sequence",
        "q"."page" AS "page",
        "q"."sz_is_new" AS "sz_is_new",
        "q"."anchor" AS "anchor",
        "q"."sz_starts" AS "sz_starts",
        sum("q"."sz_starts") OVER (
          PARTITION BY "q"."user_id"
          ORDER BY "q"."user_id", "q"."page_view_at", "q"."sequence" NULLS FIRST, "q"."event_id"
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS "sz_number"
      FROM (
        SELECT
          "h"."event_id" AS "event_id",
          "h"."user_id" AS "user_id",
          "h"."page_view_at" AS "page_view_at",
          "h"."sequence" AS "sequence",
          "h"."page" AS "page",
          "h"."sz_is_new" AS "sz_is_new",
          "h"."anchor" AS "anchor",
          CASE
            WHEN "h"."sz_before" IS NULL THEN 1
            WHEN "h"."sz_anchor_before" = "h"."anchor" THEN 0
            WHEN "h"."sz_instant" >= ADD_SECONDS("h"."sz_before", 1800.000000) THEN 1
            ELSE 0
          END AS "sz_starts"
        FROM (
          SELECT
            "r"."event_id" AS "event_id",
            "r"."user_id" AS "user_id",
            "r"."page_view_at" AS "page_view_at",
            "r"."sequence" AS "sequence",
            "r"."page" AS "page",
            "r"."sz_instant" AS "sz_instant",
            "r"."sz_is_new" AS "sz_is_new",
            "r"."anchor" AS "anchor",
            lag("r"."sz_instant") OVER (
              PARTITION BY "r"."user_id"
              ORDER BY "r"."user_id", "r"."page_view_at", "r"."sequence" NULLS FIRST, "r"."event_id"
            ) AS "sz_before",
            lag("r"."anchor") OVER (
              PARTITION BY "r"."user_id"
              ORDER BY "r"."user_id", "r"."page_view_at", "r"."sequence" NULLS FIRST, "r"."event_id"
            ) AS "sz_anchor_before"
          FROM "neighbours" AS "r"
        ) AS "h"
      ) AS "q"
    ) AS "n"
  ) AS "i"
),
"united" AS (
  SELECT
    "u"."sz_island" AS "sz_island",
    "u"."anchor" AS "anchor",
    "u"."anchors" AS "anchors",
    "u"."user_id" AS "user_id",
    "u"."started_at" AS "started_at",
    "u"."session_id" AS "session_id",
    "u"."first_sequence" AS "first_sequence",
    "u"."last_sequence" AS "last_sequence",
    "u"."ended_at" AS "ended_at",
    "u"."last_event_id" AS "last_event_id",
    "u"."pageviews" AS "pageviews",
    "u"."entry_page" AS "entry_page",
    "u"."exit_page" AS "exit_page"
  FROM (
    SELECT
      "a"."sz_island" AS "sz_island",
      "v"."anchor" AS "anchor",
      "v"."anchors" AS "anchors",
      "v"."user_id" AS "user_id",
      "v"."started_at" AS "started_at",
      "v"."session_id" AS "session_id",
      "v"."first_sequence" AS "first_sequence",
      "v"."last_sequence" AS "last_sequence",
      "v"."ended_at" AS "ended_at",
      "v"."last_event_id" AS "last_event_id",
      "v"."pageviews" AS "pageviews",
      "v"."entry_page" AS "entry_page",
      "v"."exit_page" AS "exit_page"
    FROM (
      SELECT DISTINCT "gaining"."sz_island" AS "sz_island", "gaining"."anchor" AS "anchor"
      FROM (
        SELECT
          "n"."event_id" AS "event_id",
          "n"."user_id" AS "user_id",
          "n"."page_view_at" AS "page_view_at",
          "n"."sequence" AS "sequence",
          "n"."page" AS "page",
          "n"."sz_is_new" AS "sz_is_new",
          "n"."anchor" AS "anchor",
          "n"."sz_island" AS "sz_island",
          first_value(CASE WHEN "n"."sz_is_new" = 1 THEN 1 ELSE 0 END) OVER (
            PARTITION BY "n"."sz_island"
            ORDER BY CASE WHEN "n"."sz_is_new" = 1 THEN 1 ELSE 0 END DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
          ) AS "sz_gained"
        FROM "islands" AS "n"
      ) AS "gaining"
      WHERE "gaining"."sz_gained" = 1
        AND "gaining"."anchor" IS NOT NULL
    ) AS "a"
    JOIN (
      SELECT "k"."anchor" AS "anchor", "k"."run_id" AS "run_id"
      FROM (
        SELECT
          "w"."anchor" AS "anchor",
          "w"."run_id" AS "run_id",
          "w"."session_id" AS "session_id",
          "w"."user_id" AS "user_id",
          "w"."started_at" AS "started_at",
          "w"."ended_at" AS "ended_at",
          "w"."last_event_id" AS "last_event_id",
          "w"."first_sequence" AS "first_sequence",
          "w"."last_sequence" AS "last_sequence",
          "w"."pageviews" AS "pageviews",
          "w"."anchors" AS "anchors",
          "w"."entry_page" AS "entry_page",
          "w"."exit_page" AS "exit_page",
          row_number() OVER (PARTITION BY "w"."anchor" ORDER BY "w"."run_id" DESC) AS "sz_rank"
        FROM "session_versions" AS "w"
      ) AS "k"
      WHERE "k"."sz_rank" = 1
    ) AS "latest" ON "latest"."anchor" = "a"."anchor"
    JOIN "session_versions" AS "v" ON "v"."anchor" = "latest"."anchor" AND "v"."run_id" = "latest"."run_id"
    UNION ALL
    SELECT
      "i"."sz_island" AS "sz_island",
      CAST(NULL AS VARCHAR(2000000)) AS "anchor",
      0 AS "anchors",
      "i"."user_id" AS "user_id",
      "i"."page_view_at" AS "started_at",
      "i"."event_id" AS "session_id",
      "i"."sequence" AS "first_sequence",
      "i"."sequence" AS "last_sequence",
      "i"."page_view_at" AS "ended_at",
      "i"."event_id" AS "last_event_id",
      1 AS "pageviews",
      "i"."page" AS "entry_page",
      "i"."page" AS "exit_page"
    FROM "islands" AS "i"
    WHERE "i"."sz_is_new" = 1
  ) AS "u"
),
"merged" AS (
  SELECT
    "u"."sz_island" AS "sz_island",
    "u"."anchor" AS "anchor",
    "u"."anchors" AS "anchors",
    "u"."user_id" AS "user_id",
    "u"."started_at" AS "started_at",
    "u"."session_id" AS "session_id",
    "u"."first_sequence" AS "first_sequence",
    "u"."last_sequence" AS "last_sequence",
    "u"."ended_at" AS "ended_at",
    "u"."last_event_id" AS "last_event_id",
    "u"."pageviews" AS "pageviews",
    "u"."entry_page" AS "entry_page",
    "u"."exit_page" AS "exit_page",
    row_number() OVER (
      PARTITION BY "u"."sz_island"
      ORDER BY "u"."started_at", "u"."first_sequence" NULLS FIRST, "u"."session_id"
    ) AS "sz_first_rank",
    row_number() OVER (
      PARTITION BY "u"."sz_island"
      ORDER BY "u"."ended_at" DESC, CASE WHEN "u"."last_sequence" IS NULL THEN 0 ELSE 1 END DESC, "u"."last_sequence" DESC, "u"."last_event_id" DESC
    ) AS "sz_last_rank",
    first_value(coalesce("u"."anchor", "u"."session_id")) OVER (
      PARTITION BY "u"."sz_island"
      ORDER BY "u"."anchors" DESC, "u"."started_at", "u"."first_sequence" NULLS FIRST, "u"."session_id"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "sz_survivor"
  FROM "united" AS "u"
)
SELECT
  "x"."event_id" AS "event_id",
  "x"."session_id" AS "session_id",
  "x"."user_id" AS "user_id",
  "x"."page_view_at" AS "page_view_at",
  "x"."sequence" AS "sequence",
  "x"."page" AS "page",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id"
FROM (
  SELECT
    "i"."event_id" AS "event_id",
    "i"."user_id" AS "user_id",
    "i"."page_view_at" AS "page_view_at",
    "i"."sequence" AS "sequence",
    "i"."page" AS "page",
    "m"."sz_survivor" AS "session_id"
  FROM "islands" AS "i"
  JOIN (
    SELECT "m"."sz_island" AS "sz_island", "m"."sz_survivor" AS "sz_survivor"
    FROM "merged" AS "m"
    WHERE "m"."sz_first_rank" = 1
  ) AS "m" ON "m"."sz_island" = "i"."sz_island"
  WHERE "i"."sz_is_new" = 1
) AS "x";

-- quarantine: What cannot be sessionized, and why.
INSERT INTO "session_quarantine" (
  "reason", "event_id", "user_id", "page_view_at", "page", "source_file", "line", "run_id", "row_key"
)
WITH "picked" AS (
  SELECT
    "s"."event_id" AS "event_id",
    "s"."user_id" AS "user_id",
    "s"."page_view_at" AS "page_view_at",
    "s"."sequence" AS "sequence",
    "s"."page" AS "page",
    CASE
      WHEN "s"."reason" IS NOT NULL THEN "s"."reason"
      WHEN "t"."run_id" IS NOT NULL THEN 'duplicate_event_id'
      ELSE CAST(NULL AS VARCHAR(2000000))
    END AS "reason",
    "s"."sz_raw_event_id" AS "sz_raw_event_id",
    "s"."sz_raw_time" AS "sz_raw_time"
  FROM (
    SELECT
      "j"."event_id" AS "event_id",
      "j"."user_id" AS "user_id",
      "j"."page_view_at" AS "page_view_at",
      "j"."sequence" AS "sequence",
      "j"."page" AS "page",
      "j"."reason" AS "reason",
      CASE
        WHEN "j"."reason" IS NOT NULL THEN "j"."sz_source_event_id"
        ELSE CAST(NULL AS VARCHAR(2000000))
      END AS "sz_raw_event_id",
      CASE
        WHEN "j"."reason" IS NOT NULL THEN CAST("j"."sz_source_time" AS VARCHAR(2000000))
        ELSE CAST(NULL AS VARCHAR(2000000))
      END AS "sz_raw_time"
    FROM (
      SELECT
        "m"."event_id" AS "event_id",
        "m"."user_id" AS "user_id",
        "m"."page_view_at" AS "page_view_at",
        "m"."sequence" AS "sequence",
        "m"."page" AS "page",
        "m"."sz_source_event_id" AS "sz_source_event_id",
        "m"."sz_source_time" AS "sz_source_time",
        CASE
          WHEN "m"."event_id" IS NULL OR "m"."event_id" IS NULL THEN 'null_event_id'
          WHEN "m"."user_id" IS NULL OR "m"."user_id" IS NULL THEN 'null_user'
          WHEN "m"."page_view_at" IS NULL THEN CASE
              WHEN CAST("m"."sz_source_time" AS VARCHAR(2000000)) IS NULL
                  OR CAST("m"."sz_source_time" AS VARCHAR(2000000)) IS NULL THEN 'null_time'
              WHEN ("m"."sz_source_time" IS NOT NULL) THEN 'time_out_of_range'
              ELSE 'bad_time'
            END
          WHEN octet_length("m"."event_id") > 1024 OR octet_length("m"."user_id") > 1024 THEN 'key_too_long'
          ELSE CAST(NULL AS VARCHAR(2000000))
        END AS "reason"
      FROM (
        SELECT
          CAST("p"."user_id" AS VARCHAR(2000000)) AS "user_id",
          CASE WHEN "p"."page_view_at" >= TIMESTAMP '0001-01-02 00:00:00' AND "p"."page_view_at" < TIMESTAMP '9999-12-31 00:00:00' THEN CAST(SUBSTR(TO_CHAR("p"."page_view_at", 'YYYY-MM-DD HH24:MI:SS.FF9'), 1, 26) AS TIMESTAMP(6)) END AS "page_view_at",
          CAST("p"."page" AS VARCHAR(2000000)) AS "page",
          "p"."page_view_at" AS "sz_source_time",
          CAST("p"."sequence" AS DECIMAL(19, 0)) AS "sequence",
          CAST("p"."event_id" AS VARCHAR(2000000)) AS "event_id",
          CAST(NULL AS VARCHAR(2000000)) AS "sz_source_event_id"
        FROM "pageviews" AS "p"
        WHERE "p"."page_view_at" >= TIMESTAMP '{{ start_time }}'
          AND "p"."page_view_at" < TIMESTAMP '{{ end_time }}'
      ) AS "m"
      WHERE "m"."page_view_at" >= TIMESTAMP '{{ start_time }}'
        AND "m"."page_view_at" < TIMESTAMP '{{ end_time }}'
    ) AS "j"
  ) AS "s"
  LEFT JOIN "session_table" AS "t" ON "s"."reason" IS NULL AND "t"."event_id" = "s"."event_id"
  WHERE ("t"."run_id" IS NULL
      OR NOT ("t"."user_id" = "s"."user_id"
        AND "t"."page_view_at" = "s"."page_view_at"
        AND CASE WHEN "t"."page" = "s"."page" OR ("t"."page" IS NULL AND "s"."page" IS NULL) THEN 1 ELSE 0 END = 1))
),
"repeated" AS (
  SELECT "g"."event_id" AS "event_id"
  FROM (
    SELECT "k"."event_id" AS "event_id", count(*) AS "sz_duplicates"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
    GROUP BY "k"."event_id"
  ) AS "g"
  WHERE "g"."sz_duplicates" > 1
),
"duplicates" AS (
  SELECT
    "w"."event_id" AS "event_id",
    "w"."user_id" AS "user_id",
    "w"."page_view_at" AS "page_view_at",
    "w"."sequence" AS "sequence",
    "w"."page" AS "page",
    "w"."sz_rank" AS "sz_rank",
    "w"."sz_first_user_id" AS "sz_first_user_id",
    "w"."sz_first_page_view_at" AS "sz_first_page_view_at",
    "w"."sz_first_page" AS "sz_first_page"
  FROM (
    SELECT
      "k"."event_id" AS "event_id",
      "k"."user_id" AS "user_id",
      "k"."page_view_at" AS "page_view_at",
      "k"."sequence" AS "sequence",
      "k"."page" AS "page",
      "k"."reason" AS "reason",
      "k"."sz_raw_event_id" AS "sz_raw_event_id",
      "k"."sz_raw_time" AS "sz_raw_time",
      row_number() OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
      ) AS "sz_rank",
      first_value("k"."user_id") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_first_user_id",
      first_value("k"."page_view_at") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_first_page_view_at",
      first_value("k"."page") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_first_page"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
      AND EXISTS (SELECT 1 FROM "repeated" AS "d" WHERE "d"."event_id" = "k"."event_id")
  ) AS "w"
),
"rejected" AS (
  SELECT
    "k"."reason" AS "reason",
    "k"."event_id" AS "event_id",
    "k"."user_id" AS "user_id",
    "k"."page_view_at" AS "page_view_at",
    "k"."page" AS "page",
    "k"."row_key" AS "row_key"
  FROM (
    SELECT
      "b"."reason" AS "reason",
      "b"."event_id" AS "event_id",
      "b"."user_id" AS "user_id",
      "b"."page_view_at" AS "page_view_at",
      "b"."page" AS "page",
      CASE
        WHEN "b"."reason" IS NULL THEN '-'
        ELSE TO_CHAR(octet_length("b"."reason")) || ':' || CASE WHEN octet_length("b"."reason") <= 180 THEN "b"."reason" ELSE '#' END
      END || '|' || CASE
        WHEN "b"."event_id" IS NULL THEN '-'
        ELSE TO_CHAR(octet_length("b"."event_id")) || ':' || CASE WHEN octet_length("b"."event_id") <= 180 THEN "b"."event_id" ELSE '#' END
      END || '|' || CASE
        WHEN "b"."user_id" IS NULL THEN '-'
        ELSE TO_CHAR(octet_length("b"."user_id")) || ':' || CASE WHEN octet_length("b"."user_id") <= 180 THEN "b"."user_id" ELSE '#' END
      END || '|' || CASE
        WHEN "b"."page_view_at" IS NULL THEN '-'
        ELSE TO_CHAR(octet_length("b"."page_view_at")) || ':' || CASE WHEN octet_length("b"."page_view_at") <= 180 THEN "b"."page_view_at" ELSE '#' END
      END || '|' || CASE
        WHEN "b"."page" IS NULL THEN '-'
        ELSE TO_CHAR(octet_length("b"."page")) || ':' || CASE WHEN octet_length("b"."page") <= 180 THEN "b"."page" ELSE '#' END
      END AS "row_key"
    FROM (
      SELECT DISTINCT
        "b"."reason" AS "reason",
        "b"."event_id" AS "event_id",
        "b"."user_id" AS "user_id",
        "b"."page_view_at" AS "page_view_at",
        "b"."page" AS "page"
      FROM (
        SELECT
          "k"."reason" AS "reason",
          CASE
            WHEN "k"."event_id" IS NOT NULL AND "k"."event_id" IS NOT NULL THEN "k"."event_id"
            ELSE CAST(NULL AS VARCHAR(2000000))
          END AS "event_id",
          CASE
            WHEN "k"."user_id" IS NOT NULL AND "k"."user_id" IS NOT NULL THEN "k"."user_id"
            ELSE CAST(NULL AS VARCHAR(2000000))
          END AS "user_id",
          CASE
            WHEN "k"."page_view_at" IS NOT NULL THEN TO_CHAR("k"."page_view_at", 'YYYY-MM-DD HH24:MI:SS.FF6')
            ELSE CASE
                WHEN "k"."sz_raw_time" IS NOT NULL AND "k"."sz_raw_time" IS NOT NULL THEN "k"."sz_raw_time"
                ELSE CAST(NULL AS VARCHAR(2000000))
              END
          END AS "page_view_at",
          "k"."page" AS "page"
        FROM "picked" AS "k"
        WHERE "k"."reason" IS NOT NULL
        UNION ALL
        SELECT
          'duplicate_event_id' AS "reason",
          "c"."event_id" AS "event_id",
          "c"."user_id" AS "user_id",
          TO_CHAR("c"."page_view_at", 'YYYY-MM-DD HH24:MI:SS.FF6') AS "page_view_at",
          "c"."page" AS "page"
        FROM "duplicates" AS "c"
        WHERE NOT ("c"."user_id" = "c"."sz_first_user_id"
            AND "c"."page_view_at" = "c"."sz_first_page_view_at"
            AND CASE WHEN "c"."page" = "c"."sz_first_page" OR ("c"."page" IS NULL AND "c"."sz_first_page" IS NULL) THEN 1 ELSE 0 END = 1)
      ) AS "b"
    ) AS "b"
  ) AS "k"
  WHERE NOT EXISTS (
      SELECT 1
      FROM "session_quarantine" AS "q"
      WHERE "q"."row_key" = "k"."row_key"
        AND "q"."reason" = "k"."reason"
        AND CASE WHEN "q"."event_id" = "k"."event_id" OR ("q"."event_id" IS NULL AND "k"."event_id" IS NULL) THEN 1 ELSE 0 END = 1
        AND CASE WHEN "q"."user_id" = "k"."user_id" OR ("q"."user_id" IS NULL AND "k"."user_id" IS NULL) THEN 1 ELSE 0 END = 1
        AND CASE WHEN "q"."page_view_at" = "k"."page_view_at" OR ("q"."page_view_at" IS NULL AND "k"."page_view_at" IS NULL) THEN 1 ELSE 0 END = 1
        AND CASE WHEN "q"."page" = "k"."page" OR ("q"."page" IS NULL AND "k"."page" IS NULL) THEN 1 ELSE 0 END = 1
    )
)
SELECT
  "x"."reason" AS "reason",
  "x"."event_id" AS "event_id",
  "x"."user_id" AS "user_id",
  "x"."page_view_at" AS "page_view_at",
  "x"."page" AS "page",
  CAST(NULL AS VARCHAR(2000000)) AS "source_file",
  CAST(NULL AS DECIMAL(19, 0)) AS "line",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  "x"."row_key" AS "row_key"
FROM "rejected" AS "x";

-- finished: Closes the run.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "sessions", "lineage_rows", "quarantined", "layout", "engine",
  "tool_version"
)
SELECT
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  'finished' AS "state",
  CONVERT_TZ(CURRENT_TIMESTAMP(6), SESSIONTIMEZONE, 'UTC') AS "recorded_at",
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.sequence":"sequence","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}' AS "job",
  'window' AS "mode",
  TIMESTAMP '{{ start_time }}' AS "window_from",
  TIMESTAMP '{{ end_time }}' AS "window_to",
  (
    SELECT
      "started_run"."arrival_mark" AS "arrival_mark"
    FROM "session_runs" AS "started_run"
    WHERE "started_run"."run_id" = (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run")
      AND "started_run"."state" = 'started'
  ) AS "arrival_mark",
  (
    SELECT
      "started_run"."arrival_mark_at" AS "arrival_mark_at"
    FROM "session_runs" AS "started_run"
    WHERE "started_run"."run_id" = (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run")
      AND "started_run"."state" = 'started'
  ) AS "arrival_mark_at",
  (
    SELECT count(*) AS "n"
    FROM "session_table" AS "w"
    WHERE "w"."run_id" = (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run")
  ) AS "pageviews",
  (
    SELECT count(*) AS "n"
    FROM "session_versions" AS "w"
    WHERE "w"."run_id" = (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run")
  ) AS "sessions",
  (
    SELECT count(*) AS "n"
    FROM "session_lineage" AS "w"
    WHERE "w"."run_id" = (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run")
  ) AS "lineage_rows",
  (
    SELECT count(*) AS "n"
    FROM "session_quarantine" AS "w"
    WHERE "w"."run_id" = (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run")
  ) AS "quarantined",
  2 AS "layout",
  'Exasol 8' AS "engine",
  'script' AS "tool_version"
FROM (SELECT 1 AS "one" FROM dual) AS "o";

COMMIT;
