-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "sessions", "lineage_rows", "quarantined", "layout", "engine",
  "tool_version"
)
SELECT
  coalesce((SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") + 1, 1) AS "run_id",
  'started' AS "state",
  clock_timestamp() AT TIME ZONE 'UTC' AS "recorded_at",
  '{…}' AS "job",
  'whole' AS "mode",
  NULL::timestamp AS "window_from",
  NULL::timestamp AS "window_to",
  (SELECT max("p"."arrival_id") AS "mark" FROM "pageviews" AS "p") AS "arrival_mark",
  NULL::timestamp AS "arrival_mark_at",
  NULL::bigint AS "pageviews",
  NULL::bigint AS "sessions",
  NULL::bigint AS "lineage_rows",
  NULL::bigint AS "quarantined",
  2 AS "layout",
  'PostgreSQL 15' AS "engine",
  '1' AS "tool_version"
FROM (SELECT 1 AS "one") AS "o";

-- rows: The pageviews, each with the anchor of its session.
INSERT INTO "session_table" (
  "event_id", "session_id", "user_id", "page_view_at", "sequence", "page", "run_id"
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
    "n"."event_id" AS "event_id",
    "n"."user_id" AS "user_id",
    "n"."page_view_at" AS "page_view_at",
    "n"."sequence" AS "sequence",
    "n"."page" AS "page",
    "n"."sz_starts" AS "sz_starts",
    "n"."sz_number" AS "sz_number",
    first_value("n"."event_id") OVER (
      PARTITION BY "n"."user_id", "n"."sz_number"
      ORDER BY "n"."user_id", "n"."page_view_at", "n"."sequence" NULLS FIRST, "n"."event_id"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "session_id"
  FROM (
    SELECT
      "q"."event_id" AS "event_id",
      "q"."user_id" AS "user_id",
      "q"."page_view_at" AS "page_view_at",
      "q"."sequence" AS "sequence",
      "q"."page" AS "page",
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
        CASE
          WHEN "h"."sz_before" IS NULL THEN 1
          WHEN "h"."sz_instant" >= "h"."sz_before" + INTERVAL '1800000000 microseconds' THEN 1
          ELSE 0
        END AS "sz_starts"
      FROM (
        SELECT
          "g"."event_id" AS "event_id",
          "g"."user_id" AS "user_id",
          "g"."page_view_at" AS "page_view_at",
          "g"."sequence" AS "sequence",
          "g"."page" AS "page",
          "g"."sz_instant" AS "sz_instant",
          lag("g"."sz_instant") OVER (
            PARTITION BY "g"."user_id"
            ORDER BY "g"."user_id", "g"."page_view_at", "g"."sequence" NULLS FIRST, "g"."event_id"
          ) AS "sz_before"
        FROM (
          SELECT
            "s"."event_id" AS "event_id",
            "s"."user_id" AS "user_id",
            "s"."page_view_at" AS "page_view_at",
            "s"."sequence" AS "sequence",
            "s"."page" AS "page",
            "s"."page_view_at" AS "sz_instant"
          FROM (
            SELECT
              "j"."event_id" AS "event_id",
              "j"."user_id" AS "user_id",
              "j"."page_view_at" AS "page_view_at",
              "j"."sequence" AS "sequence",
              "j"."page" AS "page",
              "j"."reason" AS "reason",
              CASE WHEN "j"."reason" IS NOT NULL THEN "j"."sz_source_event_id" ELSE NULL::text COLLATE "C" END AS "sz_raw_event_id",
              CASE
                WHEN "j"."reason" IS NOT NULL THEN "j"."sz_source_time"::text COLLATE "C"
                ELSE NULL::text COLLATE "C"
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
                  WHEN "m"."event_id" IS NULL OR "m"."event_id" = '' THEN 'null_event_id'
                  WHEN "m"."user_id" IS NULL OR "m"."user_id" = '' THEN 'null_user'
                  WHEN "m"."page_view_at" IS NULL THEN CASE
                      WHEN "m"."sz_source_time"::text COLLATE "C" IS NULL OR "m"."sz_source_time"::text COLLATE "C" = '' THEN 'null_time'
                      WHEN ("m"."sz_source_time" IS NOT NULL) THEN 'time_out_of_range'
                      ELSE 'bad_time'
                    END
                  WHEN octet_length("m"."event_id") > 1024 OR octet_length("m"."user_id") > 1024 THEN 'key_too_long'
                  ELSE NULL::text COLLATE "C"
                END AS "reason"
              FROM (
                SELECT
                  "p"."user_id"::text COLLATE "C" AS "user_id",
                  CASE WHEN "p"."page_view_at" >= '0001-01-02' AND "p"."page_view_at" < '9999-12-31' THEN "p"."page_view_at"::timestamp END AS "page_view_at",
                  "p"."page"::text COLLATE "C" AS "page",
                  "p"."page_view_at" AS "sz_source_time",
                  "p"."sequence"::bigint AS "sequence",
                  "p"."event_id"::text COLLATE "C" AS "event_id",
                  NULL::text COLLATE "C" AS "sz_source_event_id",
                  "p"."arrival_id" AS "sz_arrival"
                FROM "pageviews" AS "p"
              ) AS "m"
            ) AS "j"
          ) AS "s"
          WHERE "s"."reason" IS NULL
        ) AS "g"
      ) AS "h"
    ) AS "q"
  ) AS "n"
) AS "x";

-- versions: Each session, as it stands now.
INSERT INTO "session_versions" (
  "anchor", "run_id", "session_id", "user_id", "started_at", "ended_at", "last_event_id",
  "first_sequence", "last_sequence", "pageviews", "anchors", "entry_page", "exit_page"
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
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."session_id" ELSE NULL::text COLLATE "C" END) AS "session_id",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."started_at" ELSE NULL::timestamp END) AS "started_at",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."first_sequence" ELSE NULL::bigint END) AS "first_sequence",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."entry_page" ELSE NULL::text COLLATE "C" END) AS "entry_page",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."ended_at" ELSE NULL::timestamp END) AS "ended_at",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."last_event_id" ELSE NULL::text COLLATE "C" END) AS "last_event_id",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."last_sequence" ELSE NULL::bigint END) AS "last_sequence",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."exit_page" ELSE NULL::text COLLATE "C" END) AS "exit_page",
      coalesce(sum("m"."pageviews"), 0)::bigint AS "pageviews",
      coalesce(sum("m"."anchors"), 0)::bigint AS "anchors"
    FROM (
      SELECT
        "e"."session_id" AS "sz_island",
        "e"."session_id" AS "sz_survivor",
        "e"."user_id" AS "user_id",
        "e"."sz_first_rank" AS "sz_first_rank",
        "e"."sz_last_rank" AS "sz_last_rank",
        "e"."event_id" AS "session_id",
        "e"."page_view_at" AS "started_at",
        "e"."page_view_at" AS "ended_at",
        "e"."event_id" AS "last_event_id",
        CASE WHEN "e"."sz_last_rank" = 1 THEN "e"."sz_number" ELSE 0 END - CASE WHEN "e"."sz_first_rank" = 1 THEN "e"."sz_number" - 1 ELSE 0 END AS "pageviews",
        0 AS "anchors",
        "e"."page" AS "entry_page",
        "e"."page" AS "exit_page",
        "e"."sequence" AS "first_sequence",
        "e"."sequence" AS "last_sequence"
      FROM (
        SELECT
          "b"."event_id" AS "event_id",
          "b"."user_id" AS "user_id",
          "b"."page_view_at" AS "page_view_at",
          "b"."sequence" AS "sequence",
          "b"."page" AS "page",
          "b"."session_id" AS "session_id",
          "b"."sz_number" AS "sz_number",
          CASE WHEN "b"."sz_session_before" = "b"."session_id" THEN 0 ELSE 1 END AS "sz_first_rank",
          CASE WHEN "b"."sz_next_session" = "b"."session_id" THEN 0 ELSE 1 END AS "sz_last_rank"
        FROM (
          SELECT
            "t"."event_id" AS "event_id",
            "t"."session_id" AS "session_id",
            "t"."user_id" AS "user_id",
            "t"."page_view_at" AS "page_view_at",
            "t"."sequence" AS "sequence",
            "t"."page" AS "page",
            "t"."run_id" AS "run_id",
            row_number() OVER (
              PARTITION BY "t"."user_id"
              ORDER BY "t"."user_id", "t"."page_view_at", "t"."sequence" NULLS FIRST, "t"."event_id"
            ) AS "sz_number",
            lag("t"."session_id") OVER (
              PARTITION BY "t"."user_id"
              ORDER BY "t"."user_id", "t"."page_view_at", "t"."sequence" NULLS FIRST, "t"."event_id"
            ) AS "sz_session_before",
            lead("t"."session_id") OVER (
              PARTITION BY "t"."user_id"
              ORDER BY "t"."user_id", "t"."page_view_at", "t"."sequence" NULLS FIRST, "t"."event_id"
            ) AS "sz_next_session"
          FROM "session_table" AS "t"
        ) AS "b"
      ) AS "e"
      WHERE ("e"."sz_first_rank" = 1 OR "e"."sz_last_rank" = 1)
    ) AS "m"
    GROUP BY "m"."sz_island", "m"."sz_survivor", "m"."user_id"
  ) AS "g"
) AS "x";

-- key of session_table: Builds the primary key from the rows.
ALTER TABLE "session_table" ADD PRIMARY KEY ("event_id");

-- key of session_versions: Builds the primary key from the rows.
ALTER TABLE "session_versions" ADD PRIMARY KEY ("anchor", "run_id");

-- session_table_by_user_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS "session_table_by_user_id" ON "session_table" ("user_id", "page_view_at", "event_id");

-- session_versions_by_user_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS "session_versions_by_user_id" ON "session_versions" ("user_id", "started_at");

-- session_versions_by_session_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS "session_versions_by_session_id" ON "session_versions" ("session_id", "run_id");

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMPORARY TABLE "rejected" (
  "reason" text COLLATE "C",
  "event_id" text COLLATE "C",
  "user_id" text COLLATE "C",
  "page_view_at" text COLLATE "C",
  "page" text COLLATE "C",
  "row_key" text COLLATE "C"
) ON COMMIT DROP;
INSERT INTO pg_temp."rejected" ("reason", "event_id", "user_id", "page_view_at", "page", "row_key")
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
      ELSE octet_length("b"."reason")::text || ':' || CASE WHEN octet_length("b"."reason") <= 180 THEN "b"."reason" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."event_id" IS NULL THEN '-'
      ELSE octet_length("b"."event_id")::text || ':' || CASE WHEN octet_length("b"."event_id") <= 180 THEN "b"."event_id" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."user_id" IS NULL THEN '-'
      ELSE octet_length("b"."user_id")::text || ':' || CASE WHEN octet_length("b"."user_id") <= 180 THEN "b"."user_id" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."page_view_at" IS NULL THEN '-'
      ELSE octet_length("b"."page_view_at")::text || ':' || CASE WHEN octet_length("b"."page_view_at") <= 180 THEN "b"."page_view_at" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."page" IS NULL THEN '-'
      ELSE octet_length("b"."page")::text || ':' || CASE WHEN octet_length("b"."page") <= 180 THEN "b"."page" ELSE '#' END
    END AS "row_key"
  FROM (
    SELECT DISTINCT
      "s"."reason" AS "reason",
      CASE
        WHEN "s"."event_id" IS NOT NULL AND "s"."event_id" <> '' THEN "s"."event_id"
        ELSE NULL::text COLLATE "C"
      END AS "event_id",
      CASE
        WHEN "s"."user_id" IS NOT NULL AND "s"."user_id" <> '' THEN "s"."user_id"
        ELSE NULL::text COLLATE "C"
      END AS "user_id",
      CASE
        WHEN "s"."page_view_at" IS NOT NULL THEN to_char("s"."page_view_at", 'YYYY-MM-DD HH24:MI:SS.US')
        ELSE CASE
            WHEN "s"."sz_raw_time" IS NOT NULL AND "s"."sz_raw_time" <> '' THEN "s"."sz_raw_time"
            ELSE NULL::text COLLATE "C"
          END
      END AS "page_view_at",
      "s"."page" AS "page"
    FROM (
      SELECT
        "j"."event_id" AS "event_id",
        "j"."user_id" AS "user_id",
        "j"."page_view_at" AS "page_view_at",
        "j"."sequence" AS "sequence",
        "j"."page" AS "page",
        "j"."reason" AS "reason",
        CASE WHEN "j"."reason" IS NOT NULL THEN "j"."sz_source_event_id" ELSE NULL::text COLLATE "C" END AS "sz_raw_event_id",
        CASE
          WHEN "j"."reason" IS NOT NULL THEN "j"."sz_source_time"::text COLLATE "C"
          ELSE NULL::text COLLATE "C"
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
            WHEN "m"."event_id" IS NULL OR "m"."event_id" = '' THEN 'null_event_id'
            WHEN "m"."user_id" IS NULL OR "m"."user_id" = '' THEN 'null_user'
            WHEN "m"."page_view_at" IS NULL THEN CASE
                WHEN "m"."sz_source_time"::text COLLATE "C" IS NULL OR "m"."sz_source_time"::text COLLATE "C" = '' THEN 'null_time'
                WHEN ("m"."sz_source_time" IS NOT NULL) THEN 'time_out_of_range'
                ELSE 'bad_time'
              END
            WHEN octet_length("m"."event_id") > 1024 OR octet_length("m"."user_id") > 1024 THEN 'key_too_long'
            ELSE NULL::text COLLATE "C"
          END AS "reason"
        FROM (
          SELECT
            "p"."user_id"::text COLLATE "C" AS "user_id",
            CASE WHEN "p"."page_view_at" >= '0001-01-02' AND "p"."page_view_at" < '9999-12-31' THEN "p"."page_view_at"::timestamp END AS "page_view_at",
            "p"."page"::text COLLATE "C" AS "page",
            "p"."page_view_at" AS "sz_source_time",
            "p"."sequence"::bigint AS "sequence",
            "p"."event_id"::text COLLATE "C" AS "event_id",
            NULL::text COLLATE "C" AS "sz_source_event_id",
            "p"."arrival_id" AS "sz_arrival"
          FROM "pageviews" AS "p"
        ) AS "m"
        OFFSET 0
      ) AS "j"
    ) AS "s"
    WHERE "s"."reason" IS NOT NULL
  ) AS "b"
  OFFSET 0
) AS "k"
WHERE NOT EXISTS (
    SELECT 1
    FROM "session_quarantine" AS "q"
    WHERE "q"."row_key" = "k"."row_key"
      AND "q"."reason" = "k"."reason"
      AND coalesce("q"."event_id", '') = coalesce("k"."event_id", '') AND ("q"."event_id" IS NULL) = ("k"."event_id" IS NULL)
      AND coalesce("q"."user_id", '') = coalesce("k"."user_id", '') AND ("q"."user_id" IS NULL) = ("k"."user_id" IS NULL)
      AND coalesce("q"."page_view_at", '') = coalesce("k"."page_view_at", '') AND ("q"."page_view_at" IS NULL) = ("k"."page_view_at" IS NULL)
      AND coalesce("q"."page", '') = coalesce("k"."page", '') AND ("q"."page" IS NULL) = ("k"."page" IS NULL)
  );

-- quarantine: What cannot be sessionized, and why.
INSERT INTO "session_quarantine" (
  "reason", "event_id", "user_id", "page_view_at", "page", "source_file", "line", "run_id", "row_key"
)
SELECT
  "x"."reason" AS "reason",
  "x"."event_id" AS "event_id",
  "x"."user_id" AS "user_id",
  "x"."page_view_at" AS "page_view_at",
  "x"."page" AS "page",
  NULL::text COLLATE "C" AS "source_file",
  NULL::bigint AS "line",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  "x"."row_key" AS "row_key"
FROM pg_temp."rejected" AS "x";

-- finished: Closes the run.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "sessions", "lineage_rows", "quarantined", "layout", "engine",
  "tool_version"
)
SELECT
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  'finished' AS "state",
  clock_timestamp() AT TIME ZONE 'UTC' AS "recorded_at",
  '{…}' AS "job",
  'whole' AS "mode",
  NULL::timestamp AS "window_from",
  NULL::timestamp AS "window_to",
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
  (SELECT count(*) AS "n" FROM "session_table" AS "w") AS "pageviews",
  (SELECT count(*) AS "n" FROM "session_versions" AS "w") AS "sessions",
  0 AS "lineage_rows",
  (SELECT count(*) AS "n" FROM pg_temp."rejected" AS "x") AS "quarantined",
  2 AS "layout",
  'PostgreSQL 15' AS "engine",
  '1' AS "tool_version"
FROM (SELECT 1 AS "one") AS "o";
