-- insert_query.sql for SQLite 3.40 (dialect sqlite)
-- Evidence: tested live, that is, the project's tests run it on the engine.
-- Of what is known of the engine: 34 answers tested live, 3 documented, 1 assumed.
--
-- One run: puts the pageviews of a window that are not in the ledger yet into their sessions.
-- Insert-only: nothing that is there is changed or removed, and a second run adds no pageview.
--
-- Put in {{ start_time }} and {{ end_time }} first: YYYY-MM-DD HH:MM:SS in UTC, the end not included.
-- Late pageviews are found by a run over the window that they belong to.
--
-- The run ledger gets two rows: started, finished.
--
-- Run it:  sqlite3 my.db < insert_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

BEGIN IMMEDIATE;

-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "lineage_rows", "quarantined", "engine", "tool_version"
)
SELECT
  coalesce((SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") + 1, 1) AS "run_id",
  'started' AS "state",
  strftime('%Y-%m-%d %H:%M:%f', 'now') || '000' AS "recorded_at",
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}' AS "job",
  'window' AS "mode",
  '{{ start_time }}' AS "window_from",
  '{{ end_time }}' AS "window_to",
  NULL AS "arrival_mark",
  NULL AS "arrival_mark_at",
  NULL AS "pageviews",
  NULL AS "lineage_rows",
  NULL AS "quarantined",
  'SQLite 3.40' AS "engine",
  'script' AS "tool_version"
FROM (SELECT 1 AS "one") AS "o";

-- lineage: Session ids that were superseded, and by which.
WITH "picked" AS (
  SELECT
    "s"."event_id" AS "event_id",
    "s"."user_id" AS "user_id",
    "s"."page_view_at" AS "page_view_at",
    "s"."page" AS "page",
    CASE
      WHEN "s"."reason" IS NOT NULL THEN "s"."reason"
      WHEN "t"."run_id" IS NOT NULL THEN 'duplicate_event_id'
      ELSE NULL
    END AS "reason",
    "s"."raw_event_id" AS "raw_event_id",
    "s"."raw_time" AS "raw_time"
  FROM (
    SELECT
      "j"."event_id" AS "event_id",
      "j"."user_id" AS "user_id",
      "j"."page_view_at" AS "page_view_at",
      "j"."page" AS "page",
      "j"."reason" AS "reason",
      CASE WHEN "j"."reason" IS NOT NULL THEN "j"."source_event_id" ELSE NULL END AS "raw_event_id",
      CASE WHEN "j"."reason" IS NOT NULL THEN CAST("j"."source_time" AS TEXT) COLLATE BINARY ELSE NULL END AS "raw_time"
    FROM (
      SELECT
        "m"."event_id" AS "event_id",
        "m"."user_id" AS "user_id",
        "m"."page_view_at" AS "page_view_at",
        "m"."page" AS "page",
        "m"."source_event_id" AS "source_event_id",
        "m"."source_time" AS "source_time",
        CASE
          WHEN "m"."event_id" IS NULL OR "m"."event_id" = '' THEN 'null_event_id'
          WHEN "m"."user_id" IS NULL OR "m"."user_id" = '' THEN 'null_user'
          WHEN "m"."page_view_at" IS NULL THEN CASE
              WHEN CAST("m"."source_time" AS TEXT) COLLATE BINARY IS NULL
                  OR CAST("m"."source_time" AS TEXT) COLLATE BINARY = '' THEN 'null_time'
              WHEN ("m"."source_time" GLOB '[-+]*[0-9]-[0-9][0-9]-[0-9][0-9]*'
                  OR "m"."source_time" GLOB '[0-9][0-9][0-9][0-9][0-9]*-[0-9][0-9]-[0-9][0-9]*'
                  OR "m"."source_time" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*BC'
                  OR lower("m"."source_time") IN ('infinity', '-infinity')
                  OR "m"."source_time" GLOB '0000-[01][0-9]-[0-3][0-9]*' OR "m"."source_time" GLOB '0001-01-0[12]*' OR "m"."source_time" GLOB '9999-12-3[01]*') THEN 'time_out_of_range'
              ELSE 'bad_time'
            END
          WHEN length(CAST("m"."event_id" AS BLOB)) > 1024 OR length(CAST("m"."user_id" AS BLOB)) > 1024 THEN 'key_too_long'
          ELSE NULL
        END AS "reason"
      FROM (
        SELECT
          CAST("p"."user_id" AS TEXT) COLLATE BINARY AS "user_id",
          CASE
            WHEN "p"."page_view_at" GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-2][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]'
              AND typeof("p"."page_view_at") = 'text' AND length(CAST("p"."page_view_at" AS BLOB)) = 26
              AND substr("p"."page_view_at", 6, 2) BETWEEN '01' AND '12'
              AND substr("p"."page_view_at", 9, 2) BETWEEN '01' AND '28'
              AND substr("p"."page_view_at", 12, 2) < '24'
              AND "p"."page_view_at" >= '0001-01-02'
            THEN "p"."page_view_at"
            WHEN "p"."page_view_at" IS NULL OR "p"."page_view_at" = '' THEN NULL
            ELSE (
              SELECT CASE WHEN moment >= '0001-01-02' AND moment < '9999-12-31' THEN moment END
              FROM (
                SELECT strftime('%Y-%m-%d %H:%M:%S', unixepoch(day || ' ' || clock || ':' || second) - shift, 'unixepoch')
                  || '.' || substr(fraction || '000000', 1, 6) AS moment
                FROM (
                  SELECT day, clock, second, fraction,
                    CASE
                      WHEN zone = '' THEN 0
                      WHEN zone IN ('Z', 'z') THEN 0
                      WHEN zone GLOB '[+-][01][0-9]' OR zone GLOB '[+-][01][0-9][0-5][0-9]'
                        OR zone GLOB '[+-][01][0-9]:[0-5][0-9]'
                      THEN
                        CASE
                          WHEN substr(zone, 2, 2) <= '15'
                          THEN (substr(zone, 2, 2) * 3600 + substr(replace(zone, ':', ''), 4) * 60)
                            * CASE substr(zone, 1, 1) WHEN '-' THEN -1 ELSE 1 END
                        END
                    END AS shift
                  FROM (
                    SELECT day, clock, second,
                      CASE
                        WHEN rest GLOB '.[0-9]*'
                        THEN substr(rest, 2, length(rest) - 1 - length(ltrim(substr(rest, 2), '0123456789')))
                        ELSE ''
                      END AS fraction,
                      CASE WHEN rest GLOB '.[0-9]*' THEN ltrim(substr(rest, 2), '0123456789') ELSE rest END AS zone
                    FROM (
                      SELECT substr(t, 1, 10) AS day,
                        CASE WHEN length(t) = 10 THEN '00:00' ELSE substr(t, 12, 5) END AS clock,
                        CASE WHEN substr(t, 17, 1) = ':' THEN substr(t, 18, 2) ELSE '00' END AS second,
                        CASE WHEN substr(t, 17, 1) = ':' THEN substr(t, 20) ELSE substr(t, 17) END AS rest,
                        t
                      FROM (SELECT CAST("p"."page_view_at" AS TEXT) AS t)
                      WHERE length(t) = 10 OR substr(t, 11, 1) IN (' ', 'T', 't')
                    )
                    WHERE day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' AND date(day, '+0 days') = day
                      AND clock GLOB '[0-2][0-9]:[0-5][0-9]' AND clock < '24' AND second GLOB '[0-5][0-9]'
                      AND (substr(t, 17, 1) = ':' OR rest NOT GLOB '.*')
                  )
                )
                WHERE shift IS NOT NULL
              )
            )
          END AS "page_view_at",
          CAST("p"."page" AS TEXT) COLLATE BINARY AS "page",
          "p"."page_view_at" AS "source_time",
          CAST("p"."event_id" AS TEXT) COLLATE BINARY AS "event_id",
          NULL AS "source_event_id"
        FROM "pageviews" AS "p"
      ) AS "m"
      WHERE "m"."page_view_at" >= '{{ start_time }}'
        AND "m"."page_view_at" < '{{ end_time }}'
      LIMIT -1
    ) AS "j"
    WHERE 1
  ) AS "s"
  LEFT JOIN "session_table" AS "t" ON "s"."reason" IS NULL AND "t"."event_id" = "s"."event_id"
  WHERE ("t"."run_id" IS NULL
      OR NOT ("t"."user_id" = "s"."user_id"
        AND "t"."page_view_at" = "s"."page_view_at"
        AND "t"."page" IS "s"."page"))
),
"repeated" AS (
  SELECT "g"."event_id" AS "event_id"
  FROM (
    SELECT "k"."event_id" AS "event_id", count(*) AS "copies"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
    GROUP BY "k"."event_id"
  ) AS "g"
  WHERE "g"."copies" > 1
),
"copies" AS (
  SELECT
    "w"."event_id" AS "event_id",
    "w"."user_id" AS "user_id",
    "w"."page_view_at" AS "page_view_at",
    "w"."page" AS "page",
    "w"."rank" AS "rank",
    "w"."first_user_id" AS "first_user_id",
    "w"."first_page_view_at" AS "first_page_view_at",
    "w"."first_page" AS "first_page"
  FROM (
    SELECT
      "k"."event_id" AS "event_id",
      "k"."user_id" AS "user_id",
      "k"."page_view_at" AS "page_view_at",
      "k"."page" AS "page",
      "k"."reason" AS "reason",
      "k"."raw_event_id" AS "raw_event_id",
      "k"."raw_time" AS "raw_time",
      row_number() OVER (PARTITION BY "k"."event_id" ORDER BY "k"."page_view_at", "k"."user_id", "k"."page") AS "rank",
      first_value("k"."user_id") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "first_user_id",
      first_value("k"."page_view_at") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "first_page_view_at",
      first_value("k"."page") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "first_page"
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
    "f"."page" AS "page",
    "f"."instant" AS "instant"
  FROM (
    SELECT
      "k"."event_id" AS "event_id",
      "k"."user_id" AS "user_id",
      "k"."page_view_at" AS "page_view_at",
      "k"."page" AS "page",
      unixepoch(substr("k"."page_view_at", 1, 19)) * 1000000 + substr("k"."page_view_at", 21) AS "instant"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
      AND NOT EXISTS (SELECT 1 FROM "copies" AS "d" WHERE "d"."event_id" = "k"."event_id")
    UNION ALL
    SELECT
      "c"."event_id" AS "event_id",
      "c"."user_id" AS "user_id",
      "c"."page_view_at" AS "page_view_at",
      "c"."page" AS "page",
      unixepoch(substr("c"."page_view_at", 1, 19)) * 1000000 + substr("c"."page_view_at", 21) AS "instant"
    FROM "copies" AS "c"
    WHERE "c"."rank" = 1
  ) AS "f"
),
"ranges" AS (
  SELECT
    "k"."user_id" AS "user_id",
    strftime('%Y-%m-%d %H:%M:%S', (("k"."first" + (-1800000000)) - ((("k"."first" + (-1800000000)) % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch') || printf('.%06d', ((("k"."first" + (-1800000000)) % 1000000) + 1000000) % 1000000) AS "from_at",
    strftime('%Y-%m-%d %H:%M:%S', (("k"."last" + (1800000000)) - ((("k"."last" + (1800000000)) % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch') || printf('.%06d', ((("k"."last" + (1800000000)) % 1000000) + 1000000) % 1000000) AS "to_at"
  FROM (
    SELECT
      "n"."user_id" AS "user_id",
      "n"."cluster" AS "cluster",
      min("n"."instant") AS "first",
      max("n"."instant") AS "last"
    FROM (
      SELECT
        "q"."event_id" AS "event_id",
        "q"."user_id" AS "user_id",
        "q"."page_view_at" AS "page_view_at",
        "q"."instant" AS "instant",
        "q"."starts" AS "starts",
        sum("q"."starts") OVER (
          PARTITION BY "q"."user_id"
          ORDER BY "q"."user_id", "q"."page_view_at", "q"."event_id"
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS "cluster"
      FROM (
        SELECT
          "h"."event_id" AS "event_id",
          "h"."user_id" AS "user_id",
          "h"."page_view_at" AS "page_view_at",
          "h"."instant" AS "instant",
          CASE
            WHEN "h"."before" IS NULL OR ("h"."instant" + (-1800000000)) > ("h"."before" + (1800000000)) THEN 1
            ELSE 0
          END AS "starts"
        FROM (
          SELECT
            "f"."event_id" AS "event_id",
            "f"."user_id" AS "user_id",
            "f"."page_view_at" AS "page_view_at",
            "f"."page" AS "page",
            "f"."instant" AS "instant",
            lag("f"."instant") OVER (PARTITION BY "f"."user_id" ORDER BY "f"."user_id", "f"."page_view_at", "f"."event_id") AS "before"
          FROM "fresh" AS "f"
        ) AS "h"
      ) AS "q"
    ) AS "n"
    GROUP BY "n"."user_id", "n"."cluster"
  ) AS "k"
),
"context" AS (
  SELECT
    "t"."event_id" AS "event_id",
    "t"."user_id" AS "user_id",
    "t"."page_view_at" AS "page_view_at",
    unixepoch(substr("t"."page_view_at", 1, 19)) * 1000000 + substr("t"."page_view_at", 21) AS "instant",
    coalesce((
      SELECT "l"."became"
      FROM "session_lineage" AS "l"
      WHERE "l"."session_id" = "t"."session_id"
      ORDER BY "l"."became_at", "l"."became"
      LIMIT 1
    ), "t"."session_id") AS "current_session"
  FROM "ranges" AS "g"
  CROSS JOIN "session_table" AS "t"
    ON "t"."user_id" = "g"."user_id"
    AND "t"."page_view_at" >= "g"."from_at"
    AND "t"."page_view_at" <= "g"."to_at"
),
"neighbours" AS (
  SELECT
    "u"."event_id" AS "event_id",
    "u"."user_id" AS "user_id",
    "u"."page_view_at" AS "page_view_at",
    "u"."page" AS "page",
    "u"."instant" AS "instant",
    "u"."is_new" AS "is_new",
    "u"."current_session" AS "current_session"
  FROM (
    SELECT
      "f"."event_id" AS "event_id",
      "f"."user_id" AS "user_id",
      "f"."page_view_at" AS "page_view_at",
      "f"."page" AS "page",
      "f"."instant" AS "instant",
      1 AS "is_new",
      NULL AS "current_session"
    FROM "fresh" AS "f"
    UNION ALL
    SELECT
      "c"."event_id" AS "event_id",
      "c"."user_id" AS "user_id",
      "c"."page_view_at" AS "page_view_at",
      NULL AS "page",
      "c"."instant" AS "instant",
      0 AS "is_new",
      "c"."current_session" AS "current_session"
    FROM "context" AS "c"
  ) AS "u"
),
"islands" AS (
  SELECT
    "i"."event_id" AS "event_id",
    "i"."user_id" AS "user_id",
    "i"."page_view_at" AS "page_view_at",
    "i"."page" AS "page",
    "i"."is_new" AS "is_new",
    "i"."current_session" AS "current_session",
    "i"."target" AS "target",
    "i"."first_at" AS "first_at",
    "i"."target_is_new" AS "target_is_new"
  FROM (
    SELECT
      "n"."event_id" AS "event_id",
      "n"."user_id" AS "user_id",
      "n"."page_view_at" AS "page_view_at",
      "n"."page" AS "page",
      "n"."instant" AS "instant",
      "n"."is_new" AS "is_new",
      "n"."current_session" AS "current_session",
      "n"."starts" AS "starts",
      "n"."island" AS "island",
      first_value(coalesce("n"."current_session", "n"."event_id")) OVER (
        PARTITION BY "n"."user_id", "n"."island"
        ORDER BY "n"."user_id", "n"."page_view_at", "n"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "target",
      first_value("n"."page_view_at") OVER (
        PARTITION BY "n"."user_id", "n"."island"
        ORDER BY "n"."user_id", "n"."page_view_at", "n"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "first_at",
      first_value("n"."is_new") OVER (
        PARTITION BY "n"."user_id", "n"."island"
        ORDER BY "n"."user_id", "n"."page_view_at", "n"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "target_is_new"
    FROM (
      SELECT
        "q"."event_id" AS "event_id",
        "q"."user_id" AS "user_id",
        "q"."page_view_at" AS "page_view_at",
        "q"."page" AS "page",
        "q"."instant" AS "instant",
        "q"."is_new" AS "is_new",
        "q"."current_session" AS "current_session",
        "q"."starts" AS "starts",
        sum("q"."starts") OVER (
          PARTITION BY "q"."user_id"
          ORDER BY "q"."user_id", "q"."page_view_at", "q"."event_id"
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS "island"
      FROM (
        SELECT
          "h"."event_id" AS "event_id",
          "h"."user_id" AS "user_id",
          "h"."page_view_at" AS "page_view_at",
          "h"."page" AS "page",
          "h"."instant" AS "instant",
          "h"."is_new" AS "is_new",
          "h"."current_session" AS "current_session",
          CASE
            WHEN "h"."before" IS NULL
                OR ("h"."instant" >= "h"."before" + 1800000000
                  AND NOT ("h"."before_is_new" = 0 AND "h"."is_new" = 0 AND "h"."before_session" IS "h"."current_session")) THEN 1
            ELSE 0
          END AS "starts"
        FROM (
          SELECT
            "r"."event_id" AS "event_id",
            "r"."user_id" AS "user_id",
            "r"."page_view_at" AS "page_view_at",
            "r"."page" AS "page",
            "r"."instant" AS "instant",
            "r"."is_new" AS "is_new",
            "r"."current_session" AS "current_session",
            lag("r"."instant") OVER (PARTITION BY "r"."user_id" ORDER BY "r"."user_id", "r"."page_view_at", "r"."event_id") AS "before",
            lag("r"."is_new") OVER (PARTITION BY "r"."user_id" ORDER BY "r"."user_id", "r"."page_view_at", "r"."event_id") AS "before_is_new",
            lag("r"."current_session") OVER (PARTITION BY "r"."user_id" ORDER BY "r"."user_id", "r"."page_view_at", "r"."event_id") AS "before_session"
          FROM "neighbours" AS "r"
        ) AS "h"
      ) AS "q"
    ) AS "n"
  ) AS "i"
),
"moved" AS (
  SELECT DISTINCT
    "m"."current_session" AS "current_session",
    "m"."target" AS "target",
    "m"."target_at" AS "target_at",
    CASE WHEN "m"."target_is_new" = 1 THEN 'extended' ELSE 'merged' END AS "reason"
  FROM (
    SELECT
      "i"."current_session" AS "current_session",
      "i"."target" AS "target",
      CASE WHEN "i"."target_is_new" = 1 THEN "i"."first_at" ELSE "o"."page_view_at" END AS "target_at",
      "i"."target_is_new" AS "target_is_new"
    FROM "islands" AS "i"
    LEFT JOIN "session_table" AS "o" ON "o"."event_id" = "i"."target"
    WHERE "i"."is_new" = 0
  ) AS "m"
  WHERE "m"."current_session" <> "m"."target"
),
"superseded" AS (
  SELECT DISTINCT
    "u"."session_id" AS "session_id",
    "u"."became" AS "became",
    "u"."became_at" AS "became_at",
    "u"."reason" AS "reason"
  FROM (
    SELECT
      "m"."current_session" AS "session_id",
      "m"."target" AS "became",
      "m"."target_at" AS "became_at",
      "m"."reason" AS "reason"
    FROM "moved" AS "m"
    UNION ALL
    SELECT
      "l"."session_id" AS "session_id",
      "m"."target" AS "became",
      "m"."target_at" AS "became_at",
      "m"."reason" AS "reason"
    FROM "moved" AS "m"
    CROSS JOIN "session_lineage" AS "l" ON "l"."became" = "m"."current_session"
  ) AS "u"
)
INSERT INTO "session_lineage" ("session_id", "became", "became_at", "reason", "run_id")
SELECT
  "x"."session_id" AS "session_id",
  "x"."became" AS "became",
  "x"."became_at" AS "became_at",
  "x"."reason" AS "reason",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id"
FROM "superseded" AS "x";

-- rows: The new pageviews, each with its session.
WITH "picked" AS (
  SELECT
    "s"."event_id" AS "event_id",
    "s"."user_id" AS "user_id",
    "s"."page_view_at" AS "page_view_at",
    "s"."page" AS "page",
    CASE
      WHEN "s"."reason" IS NOT NULL THEN "s"."reason"
      WHEN "t"."run_id" IS NOT NULL THEN 'duplicate_event_id'
      ELSE NULL
    END AS "reason",
    "s"."raw_event_id" AS "raw_event_id",
    "s"."raw_time" AS "raw_time"
  FROM (
    SELECT
      "j"."event_id" AS "event_id",
      "j"."user_id" AS "user_id",
      "j"."page_view_at" AS "page_view_at",
      "j"."page" AS "page",
      "j"."reason" AS "reason",
      CASE WHEN "j"."reason" IS NOT NULL THEN "j"."source_event_id" ELSE NULL END AS "raw_event_id",
      CASE WHEN "j"."reason" IS NOT NULL THEN CAST("j"."source_time" AS TEXT) COLLATE BINARY ELSE NULL END AS "raw_time"
    FROM (
      SELECT
        "m"."event_id" AS "event_id",
        "m"."user_id" AS "user_id",
        "m"."page_view_at" AS "page_view_at",
        "m"."page" AS "page",
        "m"."source_event_id" AS "source_event_id",
        "m"."source_time" AS "source_time",
        CASE
          WHEN "m"."event_id" IS NULL OR "m"."event_id" = '' THEN 'null_event_id'
          WHEN "m"."user_id" IS NULL OR "m"."user_id" = '' THEN 'null_user'
          WHEN "m"."page_view_at" IS NULL THEN CASE
              WHEN CAST("m"."source_time" AS TEXT) COLLATE BINARY IS NULL
                  OR CAST("m"."source_time" AS TEXT) COLLATE BINARY = '' THEN 'null_time'
              WHEN ("m"."source_time" GLOB '[-+]*[0-9]-[0-9][0-9]-[0-9][0-9]*'
                  OR "m"."source_time" GLOB '[0-9][0-9][0-9][0-9][0-9]*-[0-9][0-9]-[0-9][0-9]*'
                  OR "m"."source_time" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*BC'
                  OR lower("m"."source_time") IN ('infinity', '-infinity')
                  OR "m"."source_time" GLOB '0000-[01][0-9]-[0-3][0-9]*' OR "m"."source_time" GLOB '0001-01-0[12]*' OR "m"."source_time" GLOB '9999-12-3[01]*') THEN 'time_out_of_range'
              ELSE 'bad_time'
            END
          WHEN length(CAST("m"."event_id" AS BLOB)) > 1024 OR length(CAST("m"."user_id" AS BLOB)) > 1024 THEN 'key_too_long'
          ELSE NULL
        END AS "reason"
      FROM (
        SELECT
          CAST("p"."user_id" AS TEXT) COLLATE BINARY AS "user_id",
          CASE
            WHEN "p"."page_view_at" GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-2][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]'
              AND typeof("p"."page_view_at") = 'text' AND length(CAST("p"."page_view_at" AS BLOB)) = 26
              AND substr("p"."page_view_at", 6, 2) BETWEEN '01' AND '12'
              AND substr("p"."page_view_at", 9, 2) BETWEEN '01' AND '28'
              AND substr("p"."page_view_at", 12, 2) < '24'
              AND "p"."page_view_at" >= '0001-01-02'
            THEN "p"."page_view_at"
            WHEN "p"."page_view_at" IS NULL OR "p"."page_view_at" = '' THEN NULL
            ELSE (
              SELECT CASE WHEN moment >= '0001-01-02' AND moment < '9999-12-31' THEN moment END
              FROM (
                SELECT strftime('%Y-%m-%d %H:%M:%S', unixepoch(day || ' ' || clock || ':' || second) - shift, 'unixepoch')
                  || '.' || substr(fraction || '000000', 1, 6) AS moment
                FROM (
                  SELECT day, clock, second, fraction,
                    CASE
                      WHEN zone = '' THEN 0
                      WHEN zone IN ('Z', 'z') THEN 0
                      WHEN zone GLOB '[+-][01][0-9]' OR zone GLOB '[+-][01][0-9][0-5][0-9]'
                        OR zone GLOB '[+-][01][0-9]:[0-5][0-9]'
                      THEN
                        CASE
                          WHEN substr(zone, 2, 2) <= '15'
                          THEN (substr(zone, 2, 2) * 3600 + substr(replace(zone, ':', ''), 4) * 60)
                            * CASE substr(zone, 1, 1) WHEN '-' THEN -1 ELSE 1 END
                        END
                    END AS shift
                  FROM (
                    SELECT day, clock, second,
                      CASE
                        WHEN rest GLOB '.[0-9]*'
                        THEN substr(rest, 2, length(rest) - 1 - length(ltrim(substr(rest, 2), '0123456789')))
                        ELSE ''
                      END AS fraction,
                      CASE WHEN rest GLOB '.[0-9]*' THEN ltrim(substr(rest, 2), '0123456789') ELSE rest END AS zone
                    FROM (
                      SELECT substr(t, 1, 10) AS day,
                        CASE WHEN length(t) = 10 THEN '00:00' ELSE substr(t, 12, 5) END AS clock,
                        CASE WHEN substr(t, 17, 1) = ':' THEN substr(t, 18, 2) ELSE '00' END AS second,
                        CASE WHEN substr(t, 17, 1) = ':' THEN substr(t, 20) ELSE substr(t, 17) END AS rest,
                        t
                      FROM (SELECT CAST("p"."page_view_at" AS TEXT) AS t)
                      WHERE length(t) = 10 OR substr(t, 11, 1) IN (' ', 'T', 't')
                    )
                    WHERE day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' AND date(day, '+0 days') = day
                      AND clock GLOB '[0-2][0-9]:[0-5][0-9]' AND clock < '24' AND second GLOB '[0-5][0-9]'
                      AND (substr(t, 17, 1) = ':' OR rest NOT GLOB '.*')
                  )
                )
                WHERE shift IS NOT NULL
              )
            )
          END AS "page_view_at",
          CAST("p"."page" AS TEXT) COLLATE BINARY AS "page",
          "p"."page_view_at" AS "source_time",
          CAST("p"."event_id" AS TEXT) COLLATE BINARY AS "event_id",
          NULL AS "source_event_id"
        FROM "pageviews" AS "p"
      ) AS "m"
      WHERE "m"."page_view_at" >= '{{ start_time }}'
        AND "m"."page_view_at" < '{{ end_time }}'
      LIMIT -1
    ) AS "j"
    WHERE 1
  ) AS "s"
  LEFT JOIN "session_table" AS "t" ON "s"."reason" IS NULL AND "t"."event_id" = "s"."event_id"
  WHERE ("t"."run_id" IS NULL
      OR NOT ("t"."user_id" = "s"."user_id"
        AND "t"."page_view_at" = "s"."page_view_at"
        AND "t"."page" IS "s"."page"))
),
"repeated" AS (
  SELECT "g"."event_id" AS "event_id"
  FROM (
    SELECT "k"."event_id" AS "event_id", count(*) AS "copies"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
    GROUP BY "k"."event_id"
  ) AS "g"
  WHERE "g"."copies" > 1
),
"copies" AS (
  SELECT
    "w"."event_id" AS "event_id",
    "w"."user_id" AS "user_id",
    "w"."page_view_at" AS "page_view_at",
    "w"."page" AS "page",
    "w"."rank" AS "rank",
    "w"."first_user_id" AS "first_user_id",
    "w"."first_page_view_at" AS "first_page_view_at",
    "w"."first_page" AS "first_page"
  FROM (
    SELECT
      "k"."event_id" AS "event_id",
      "k"."user_id" AS "user_id",
      "k"."page_view_at" AS "page_view_at",
      "k"."page" AS "page",
      "k"."reason" AS "reason",
      "k"."raw_event_id" AS "raw_event_id",
      "k"."raw_time" AS "raw_time",
      row_number() OVER (PARTITION BY "k"."event_id" ORDER BY "k"."page_view_at", "k"."user_id", "k"."page") AS "rank",
      first_value("k"."user_id") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "first_user_id",
      first_value("k"."page_view_at") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "first_page_view_at",
      first_value("k"."page") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "first_page"
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
    "f"."page" AS "page",
    "f"."instant" AS "instant"
  FROM (
    SELECT
      "k"."event_id" AS "event_id",
      "k"."user_id" AS "user_id",
      "k"."page_view_at" AS "page_view_at",
      "k"."page" AS "page",
      unixepoch(substr("k"."page_view_at", 1, 19)) * 1000000 + substr("k"."page_view_at", 21) AS "instant"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
      AND NOT EXISTS (SELECT 1 FROM "copies" AS "d" WHERE "d"."event_id" = "k"."event_id")
    UNION ALL
    SELECT
      "c"."event_id" AS "event_id",
      "c"."user_id" AS "user_id",
      "c"."page_view_at" AS "page_view_at",
      "c"."page" AS "page",
      unixepoch(substr("c"."page_view_at", 1, 19)) * 1000000 + substr("c"."page_view_at", 21) AS "instant"
    FROM "copies" AS "c"
    WHERE "c"."rank" = 1
  ) AS "f"
),
"ranges" AS (
  SELECT
    "k"."user_id" AS "user_id",
    strftime('%Y-%m-%d %H:%M:%S', (("k"."first" + (-1800000000)) - ((("k"."first" + (-1800000000)) % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch') || printf('.%06d', ((("k"."first" + (-1800000000)) % 1000000) + 1000000) % 1000000) AS "from_at",
    strftime('%Y-%m-%d %H:%M:%S', (("k"."last" + (1800000000)) - ((("k"."last" + (1800000000)) % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch') || printf('.%06d', ((("k"."last" + (1800000000)) % 1000000) + 1000000) % 1000000) AS "to_at"
  FROM (
    SELECT
      "n"."user_id" AS "user_id",
      "n"."cluster" AS "cluster",
      min("n"."instant") AS "first",
      max("n"."instant") AS "last"
    FROM (
      SELECT
        "q"."event_id" AS "event_id",
        "q"."user_id" AS "user_id",
        "q"."page_view_at" AS "page_view_at",
        "q"."instant" AS "instant",
        "q"."starts" AS "starts",
        sum("q"."starts") OVER (
          PARTITION BY "q"."user_id"
          ORDER BY "q"."user_id", "q"."page_view_at", "q"."event_id"
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS "cluster"
      FROM (
        SELECT
          "h"."event_id" AS "event_id",
          "h"."user_id" AS "user_id",
          "h"."page_view_at" AS "page_view_at",
          "h"."instant" AS "instant",
          CASE
            WHEN "h"."before" IS NULL OR ("h"."instant" + (-1800000000)) > ("h"."before" + (1800000000)) THEN 1
            ELSE 0
          END AS "starts"
        FROM (
          SELECT
            "f"."event_id" AS "event_id",
            "f"."user_id" AS "user_id",
            "f"."page_view_at" AS "page_view_at",
            "f"."page" AS "page",
            "f"."instant" AS "instant",
            lag("f"."instant") OVER (PARTITION BY "f"."user_id" ORDER BY "f"."user_id", "f"."page_view_at", "f"."event_id") AS "before"
          FROM "fresh" AS "f"
        ) AS "h"
      ) AS "q"
    ) AS "n"
    GROUP BY "n"."user_id", "n"."cluster"
  ) AS "k"
),
"context" AS (
  SELECT
    "t"."event_id" AS "event_id",
    "t"."user_id" AS "user_id",
    "t"."page_view_at" AS "page_view_at",
    unixepoch(substr("t"."page_view_at", 1, 19)) * 1000000 + substr("t"."page_view_at", 21) AS "instant",
    coalesce((
      SELECT "l"."became"
      FROM "session_lineage" AS "l"
      WHERE "l"."session_id" = "t"."session_id"
      ORDER BY "l"."became_at", "l"."became"
      LIMIT 1
    ), "t"."session_id") AS "current_session"
  FROM "ranges" AS "g"
  CROSS JOIN "session_table" AS "t"
    ON "t"."user_id" = "g"."user_id"
    AND "t"."page_view_at" >= "g"."from_at"
    AND "t"."page_view_at" <= "g"."to_at"
),
"neighbours" AS (
  SELECT
    "u"."event_id" AS "event_id",
    "u"."user_id" AS "user_id",
    "u"."page_view_at" AS "page_view_at",
    "u"."page" AS "page",
    "u"."instant" AS "instant",
    "u"."is_new" AS "is_new",
    "u"."current_session" AS "current_session"
  FROM (
    SELECT
      "f"."event_id" AS "event_id",
      "f"."user_id" AS "user_id",
      "f"."page_view_at" AS "page_view_at",
      "f"."page" AS "page",
      "f"."instant" AS "instant",
      1 AS "is_new",
      NULL AS "current_session"
    FROM "fresh" AS "f"
    UNION ALL
    SELECT
      "c"."event_id" AS "event_id",
      "c"."user_id" AS "user_id",
      "c"."page_view_at" AS "page_view_at",
      NULL AS "page",
      "c"."instant" AS "instant",
      0 AS "is_new",
      "c"."current_session" AS "current_session"
    FROM "context" AS "c"
  ) AS "u"
),
"islands" AS (
  SELECT
    "i"."event_id" AS "event_id",
    "i"."user_id" AS "user_id",
    "i"."page_view_at" AS "page_view_at",
    "i"."page" AS "page",
    "i"."is_new" AS "is_new",
    "i"."current_session" AS "current_session",
    "i"."target" AS "target",
    "i"."first_at" AS "first_at",
    "i"."target_is_new" AS "target_is_new"
  FROM (
    SELECT
      "n"."event_id" AS "event_id",
      "n"."user_id" AS "user_id",
      "n"."page_view_at" AS "page_view_at",
      "n"."page" AS "page",
      "n"."instant" AS "instant",
      "n"."is_new" AS "is_new",
      "n"."current_session" AS "current_session",
      "n"."starts" AS "starts",
      "n"."island" AS "island",
      first_value(coalesce("n"."current_session", "n"."event_id")) OVER (
        PARTITION BY "n"."user_id", "n"."island"
        ORDER BY "n"."user_id", "n"."page_view_at", "n"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "target",
      first_value("n"."page_view_at") OVER (
        PARTITION BY "n"."user_id", "n"."island"
        ORDER BY "n"."user_id", "n"."page_view_at", "n"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "first_at",
      first_value("n"."is_new") OVER (
        PARTITION BY "n"."user_id", "n"."island"
        ORDER BY "n"."user_id", "n"."page_view_at", "n"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "target_is_new"
    FROM (
      SELECT
        "q"."event_id" AS "event_id",
        "q"."user_id" AS "user_id",
        "q"."page_view_at" AS "page_view_at",
        "q"."page" AS "page",
        "q"."instant" AS "instant",
        "q"."is_new" AS "is_new",
        "q"."current_session" AS "current_session",
        "q"."starts" AS "starts",
        sum("q"."starts") OVER (
          PARTITION BY "q"."user_id"
          ORDER BY "q"."user_id", "q"."page_view_at", "q"."event_id"
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS "island"
      FROM (
        SELECT
          "h"."event_id" AS "event_id",
          "h"."user_id" AS "user_id",
          "h"."page_view_at" AS "page_view_at",
          "h"."page" AS "page",
          "h"."instant" AS "instant",
          "h"."is_new" AS "is_new",
          "h"."current_session" AS "current_session",
          CASE
            WHEN "h"."before" IS NULL
                OR ("h"."instant" >= "h"."before" + 1800000000
                  AND NOT ("h"."before_is_new" = 0 AND "h"."is_new" = 0 AND "h"."before_session" IS "h"."current_session")) THEN 1
            ELSE 0
          END AS "starts"
        FROM (
          SELECT
            "r"."event_id" AS "event_id",
            "r"."user_id" AS "user_id",
            "r"."page_view_at" AS "page_view_at",
            "r"."page" AS "page",
            "r"."instant" AS "instant",
            "r"."is_new" AS "is_new",
            "r"."current_session" AS "current_session",
            lag("r"."instant") OVER (PARTITION BY "r"."user_id" ORDER BY "r"."user_id", "r"."page_view_at", "r"."event_id") AS "before",
            lag("r"."is_new") OVER (PARTITION BY "r"."user_id" ORDER BY "r"."user_id", "r"."page_view_at", "r"."event_id") AS "before_is_new",
            lag("r"."current_session") OVER (PARTITION BY "r"."user_id" ORDER BY "r"."user_id", "r"."page_view_at", "r"."event_id") AS "before_session"
          FROM "neighbours" AS "r"
        ) AS "h"
      ) AS "q"
    ) AS "n"
  ) AS "i"
)
INSERT INTO "session_table" ("event_id", "session_id", "user_id", "page_view_at", "page", "run_id")
SELECT
  "x"."event_id" AS "event_id",
  "x"."session_id" AS "session_id",
  "x"."user_id" AS "user_id",
  "x"."page_view_at" AS "page_view_at",
  "x"."page" AS "page",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id"
FROM (
  SELECT
    "i"."event_id" AS "event_id",
    "i"."user_id" AS "user_id",
    "i"."page_view_at" AS "page_view_at",
    "i"."page" AS "page",
    "i"."target" AS "session_id"
  FROM "islands" AS "i"
  WHERE "i"."is_new" = 1
) AS "x";

-- quarantine: What cannot be sessionized, and why.
WITH "picked" AS (
  SELECT
    "s"."event_id" AS "event_id",
    "s"."user_id" AS "user_id",
    "s"."page_view_at" AS "page_view_at",
    "s"."page" AS "page",
    CASE
      WHEN "s"."reason" IS NOT NULL THEN "s"."reason"
      WHEN "t"."run_id" IS NOT NULL THEN 'duplicate_event_id'
      ELSE NULL
    END AS "reason",
    "s"."raw_event_id" AS "raw_event_id",
    "s"."raw_time" AS "raw_time"
  FROM (
    SELECT
      "j"."event_id" AS "event_id",
      "j"."user_id" AS "user_id",
      "j"."page_view_at" AS "page_view_at",
      "j"."page" AS "page",
      "j"."reason" AS "reason",
      CASE WHEN "j"."reason" IS NOT NULL THEN "j"."source_event_id" ELSE NULL END AS "raw_event_id",
      CASE WHEN "j"."reason" IS NOT NULL THEN CAST("j"."source_time" AS TEXT) COLLATE BINARY ELSE NULL END AS "raw_time"
    FROM (
      SELECT
        "m"."event_id" AS "event_id",
        "m"."user_id" AS "user_id",
        "m"."page_view_at" AS "page_view_at",
        "m"."page" AS "page",
        "m"."source_event_id" AS "source_event_id",
        "m"."source_time" AS "source_time",
        CASE
          WHEN "m"."event_id" IS NULL OR "m"."event_id" = '' THEN 'null_event_id'
          WHEN "m"."user_id" IS NULL OR "m"."user_id" = '' THEN 'null_user'
          WHEN "m"."page_view_at" IS NULL THEN CASE
              WHEN CAST("m"."source_time" AS TEXT) COLLATE BINARY IS NULL
                  OR CAST("m"."source_time" AS TEXT) COLLATE BINARY = '' THEN 'null_time'
              WHEN ("m"."source_time" GLOB '[-+]*[0-9]-[0-9][0-9]-[0-9][0-9]*'
                  OR "m"."source_time" GLOB '[0-9][0-9][0-9][0-9][0-9]*-[0-9][0-9]-[0-9][0-9]*'
                  OR "m"."source_time" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*BC'
                  OR lower("m"."source_time") IN ('infinity', '-infinity')
                  OR "m"."source_time" GLOB '0000-[01][0-9]-[0-3][0-9]*' OR "m"."source_time" GLOB '0001-01-0[12]*' OR "m"."source_time" GLOB '9999-12-3[01]*') THEN 'time_out_of_range'
              ELSE 'bad_time'
            END
          WHEN length(CAST("m"."event_id" AS BLOB)) > 1024 OR length(CAST("m"."user_id" AS BLOB)) > 1024 THEN 'key_too_long'
          ELSE NULL
        END AS "reason"
      FROM (
        SELECT
          CAST("p"."user_id" AS TEXT) COLLATE BINARY AS "user_id",
          CASE
            WHEN "p"."page_view_at" GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-2][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]'
              AND typeof("p"."page_view_at") = 'text' AND length(CAST("p"."page_view_at" AS BLOB)) = 26
              AND substr("p"."page_view_at", 6, 2) BETWEEN '01' AND '12'
              AND substr("p"."page_view_at", 9, 2) BETWEEN '01' AND '28'
              AND substr("p"."page_view_at", 12, 2) < '24'
              AND "p"."page_view_at" >= '0001-01-02'
            THEN "p"."page_view_at"
            WHEN "p"."page_view_at" IS NULL OR "p"."page_view_at" = '' THEN NULL
            ELSE (
              SELECT CASE WHEN moment >= '0001-01-02' AND moment < '9999-12-31' THEN moment END
              FROM (
                SELECT strftime('%Y-%m-%d %H:%M:%S', unixepoch(day || ' ' || clock || ':' || second) - shift, 'unixepoch')
                  || '.' || substr(fraction || '000000', 1, 6) AS moment
                FROM (
                  SELECT day, clock, second, fraction,
                    CASE
                      WHEN zone = '' THEN 0
                      WHEN zone IN ('Z', 'z') THEN 0
                      WHEN zone GLOB '[+-][01][0-9]' OR zone GLOB '[+-][01][0-9][0-5][0-9]'
                        OR zone GLOB '[+-][01][0-9]:[0-5][0-9]'
                      THEN
                        CASE
                          WHEN substr(zone, 2, 2) <= '15'
                          THEN (substr(zone, 2, 2) * 3600 + substr(replace(zone, ':', ''), 4) * 60)
                            * CASE substr(zone, 1, 1) WHEN '-' THEN -1 ELSE 1 END
                        END
                    END AS shift
                  FROM (
                    SELECT day, clock, second,
                      CASE
                        WHEN rest GLOB '.[0-9]*'
                        THEN substr(rest, 2, length(rest) - 1 - length(ltrim(substr(rest, 2), '0123456789')))
                        ELSE ''
                      END AS fraction,
                      CASE WHEN rest GLOB '.[0-9]*' THEN ltrim(substr(rest, 2), '0123456789') ELSE rest END AS zone
                    FROM (
                      SELECT substr(t, 1, 10) AS day,
                        CASE WHEN length(t) = 10 THEN '00:00' ELSE substr(t, 12, 5) END AS clock,
                        CASE WHEN substr(t, 17, 1) = ':' THEN substr(t, 18, 2) ELSE '00' END AS second,
                        CASE WHEN substr(t, 17, 1) = ':' THEN substr(t, 20) ELSE substr(t, 17) END AS rest,
                        t
                      FROM (SELECT CAST("p"."page_view_at" AS TEXT) AS t)
                      WHERE length(t) = 10 OR substr(t, 11, 1) IN (' ', 'T', 't')
                    )
                    WHERE day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' AND date(day, '+0 days') = day
                      AND clock GLOB '[0-2][0-9]:[0-5][0-9]' AND clock < '24' AND second GLOB '[0-5][0-9]'
                      AND (substr(t, 17, 1) = ':' OR rest NOT GLOB '.*')
                  )
                )
                WHERE shift IS NOT NULL
              )
            )
          END AS "page_view_at",
          CAST("p"."page" AS TEXT) COLLATE BINARY AS "page",
          "p"."page_view_at" AS "source_time",
          CAST("p"."event_id" AS TEXT) COLLATE BINARY AS "event_id",
          NULL AS "source_event_id"
        FROM "pageviews" AS "p"
      ) AS "m"
      WHERE "m"."page_view_at" >= '{{ start_time }}'
        AND "m"."page_view_at" < '{{ end_time }}'
      LIMIT -1
    ) AS "j"
    WHERE 1
  ) AS "s"
  LEFT JOIN "session_table" AS "t" ON "s"."reason" IS NULL AND "t"."event_id" = "s"."event_id"
  WHERE ("t"."run_id" IS NULL
      OR NOT ("t"."user_id" = "s"."user_id"
        AND "t"."page_view_at" = "s"."page_view_at"
        AND "t"."page" IS "s"."page"))
),
"repeated" AS (
  SELECT "g"."event_id" AS "event_id"
  FROM (
    SELECT "k"."event_id" AS "event_id", count(*) AS "copies"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
    GROUP BY "k"."event_id"
  ) AS "g"
  WHERE "g"."copies" > 1
),
"copies" AS (
  SELECT
    "w"."event_id" AS "event_id",
    "w"."user_id" AS "user_id",
    "w"."page_view_at" AS "page_view_at",
    "w"."page" AS "page",
    "w"."rank" AS "rank",
    "w"."first_user_id" AS "first_user_id",
    "w"."first_page_view_at" AS "first_page_view_at",
    "w"."first_page" AS "first_page"
  FROM (
    SELECT
      "k"."event_id" AS "event_id",
      "k"."user_id" AS "user_id",
      "k"."page_view_at" AS "page_view_at",
      "k"."page" AS "page",
      "k"."reason" AS "reason",
      "k"."raw_event_id" AS "raw_event_id",
      "k"."raw_time" AS "raw_time",
      row_number() OVER (PARTITION BY "k"."event_id" ORDER BY "k"."page_view_at", "k"."user_id", "k"."page") AS "rank",
      first_value("k"."user_id") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "first_user_id",
      first_value("k"."page_view_at") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "first_page_view_at",
      first_value("k"."page") OVER (
        PARTITION BY "k"."event_id"
        ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "first_page"
    FROM "picked" AS "k"
    WHERE "k"."reason" IS NULL
      AND EXISTS (SELECT 1 FROM "repeated" AS "d" WHERE "d"."event_id" = "k"."event_id")
  ) AS "w"
),
"rejected" AS (
  SELECT
    "b"."reason" AS "reason",
    "b"."event_id" AS "event_id",
    "b"."user_id" AS "user_id",
    "b"."page_view_at" AS "page_view_at",
    "b"."page" AS "page"
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
        CASE WHEN "k"."event_id" IS NOT NULL AND "k"."event_id" <> '' THEN "k"."event_id" ELSE NULL END AS "event_id",
        CASE WHEN "k"."user_id" IS NOT NULL AND "k"."user_id" <> '' THEN "k"."user_id" ELSE NULL END AS "user_id",
        CASE
          WHEN "k"."page_view_at" IS NOT NULL THEN "k"."page_view_at"
          ELSE CASE WHEN "k"."raw_time" IS NOT NULL AND "k"."raw_time" <> '' THEN "k"."raw_time" ELSE NULL END
        END AS "page_view_at",
        "k"."page" AS "page"
      FROM "picked" AS "k"
      WHERE "k"."reason" IS NOT NULL
      UNION ALL
      SELECT
        'duplicate_event_id' AS "reason",
        "c"."event_id" AS "event_id",
        "c"."user_id" AS "user_id",
        "c"."page_view_at" AS "page_view_at",
        "c"."page" AS "page"
      FROM "copies" AS "c"
      WHERE NOT ("c"."user_id" = "c"."first_user_id"
          AND "c"."page_view_at" = "c"."first_page_view_at"
          AND "c"."page" IS "c"."first_page")
    ) AS "b"
  ) AS "b"
  WHERE NOT EXISTS (
      SELECT 1
      FROM "session_quarantine" AS "q"
      WHERE "q"."reason" = "b"."reason"
        AND "q"."event_id" IS "b"."event_id"
        AND "q"."user_id" IS "b"."user_id"
        AND "q"."page_view_at" IS "b"."page_view_at"
        AND "q"."page" IS "b"."page"
    )
)
INSERT INTO "session_quarantine" (
  "reason", "event_id", "user_id", "page_view_at", "page", "source_file", "line", "run_id"
)
SELECT
  "x"."reason" AS "reason",
  "x"."event_id" AS "event_id",
  "x"."user_id" AS "user_id",
  "x"."page_view_at" AS "page_view_at",
  "x"."page" AS "page",
  NULL AS "source_file",
  NULL AS "line",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id"
FROM "rejected" AS "x";

-- finished: Closes the run.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "lineage_rows", "quarantined", "engine", "tool_version"
)
SELECT
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  'finished' AS "state",
  strftime('%Y-%m-%d %H:%M:%f', 'now') || '000' AS "recorded_at",
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}' AS "job",
  'window' AS "mode",
  '{{ start_time }}' AS "window_from",
  '{{ end_time }}' AS "window_to",
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
    FROM "session_lineage" AS "w"
    WHERE "w"."run_id" = (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run")
  ) AS "lineage_rows",
  (
    SELECT count(*) AS "n"
    FROM "session_quarantine" AS "w"
    WHERE "w"."run_id" = (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run")
  ) AS "quarantined",
  'SQLite 3.40' AS "engine",
  'script' AS "tool_version"
FROM (SELECT 1 AS "one") AS "o";

COMMIT;
