-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "sessions", "lineage_rows", "quarantined", "layout", "engine",
  "tool_version"
)
SELECT
  coalesce((SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") + 1, 1) AS "run_id",
  'started' AS "state",
  strftime('%Y-%m-%d %H:%M:%f', 'now') || '000' AS "recorded_at",
  '{…}' AS "job",
  'whole' AS "mode",
  NULL AS "window_from",
  NULL AS "window_to",
  (SELECT max("p"."arrival_id") AS "mark" FROM "pageviews" AS "p") AS "arrival_mark",
  NULL AS "arrival_mark_at",
  NULL AS "pageviews",
  NULL AS "sessions",
  NULL AS "lineage_rows",
  NULL AS "quarantined",
  2 AS "layout",
  'SQLite 3.40' AS "engine",
  '1' AS "tool_version"
FROM (SELECT 1 AS "one") AS "o";

-- fresh: The new rows, fixed once for the whole run.
CREATE TEMP TABLE "fresh" (
  "sz_position" INTEGER PRIMARY KEY,
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "sequence" INTEGER,
  "page" TEXT,
  "sz_instant" INTEGER
);
INSERT INTO temp."fresh" ("event_id", "user_id", "page_view_at", "sequence", "page", "sz_instant")
SELECT
  "s"."event_id" AS "event_id",
  "s"."user_id" AS "user_id",
  "s"."page_view_at" AS "page_view_at",
  "s"."sequence" AS "sequence",
  "s"."page" AS "page",
  sessionizer_micros("s"."page_view_at") AS "sz_instant"
FROM (
  SELECT
    "j"."event_id" AS "event_id",
    "j"."user_id" AS "user_id",
    "j"."page_view_at" AS "page_view_at",
    "j"."sequence" AS "sequence",
    "j"."page" AS "page",
    "j"."reason" AS "reason",
    CASE WHEN "j"."reason" IS NOT NULL THEN "j"."sz_source_event_id" ELSE NULL END AS "sz_raw_event_id",
    CASE
      WHEN "j"."reason" IS NOT NULL THEN CAST("j"."sz_source_time" AS TEXT) COLLATE BINARY
      ELSE NULL
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
            WHEN CAST("m"."sz_source_time" AS TEXT) COLLATE BINARY IS NULL
                OR CAST("m"."sz_source_time" AS TEXT) COLLATE BINARY = '' THEN 'null_time'
            WHEN ("m"."sz_source_time" GLOB '[-+]*[0-9]-[0-9][0-9]-[0-9][0-9]*'
                OR "m"."sz_source_time" GLOB '[0-9][0-9][0-9][0-9][0-9]*-[0-9][0-9]-[0-9][0-9]*'
                OR "m"."sz_source_time" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*BC'
                OR lower("m"."sz_source_time") IN ('infinity', '-infinity')
                OR "m"."sz_source_time" GLOB '0000-[01][0-9]-[0-3][0-9]*' OR "m"."sz_source_time" GLOB '0001-01-0[12]*' OR "m"."sz_source_time" GLOB '9999-12-3[01]*') THEN 'time_out_of_range'
            ELSE 'bad_time'
          END
        WHEN length(CAST("m"."event_id" AS BLOB)) > 1024 OR length(CAST("m"."user_id" AS BLOB)) > 1024 THEN 'key_too_long'
        ELSE NULL
      END AS "reason"
    FROM (
      SELECT
        CAST("p"."user_id" AS TEXT) COLLATE BINARY AS "user_id",
        sessionizer_time("p"."page_view_at", 0) AS "page_view_at",
        CAST("p"."page" AS TEXT) COLLATE BINARY AS "page",
        "p"."page_view_at" AS "sz_source_time",
        CASE WHEN typeof("p"."sequence") = 'integer' THEN "p"."sequence" END AS "sequence",
        CAST("p"."event_id" AS TEXT) COLLATE BINARY AS "event_id",
        NULL AS "sz_source_event_id",
        "p"."arrival_id" AS "sz_arrival"
      FROM "pageviews" AS "p"
    ) AS "m"
  ) AS "j"
) AS "s"
WHERE "s"."reason" IS NULL
ORDER BY "user_id", "page_view_at", "sequence", "event_id";

-- islands: New rows and context, each with the island that it lies on: what is one session now.
CREATE TEMP TABLE "islands" (
  "sz_number" INTEGER PRIMARY KEY,
  "sz_first_position" INTEGER,
  "sz_island" TEXT
);
INSERT INTO temp."islands" ("sz_first_position", "sz_island")
SELECT
  "r"."sz_position" AS "sz_first_position",
  "r"."event_id" AS "sz_island"
FROM temp."fresh" AS "r"
LEFT JOIN temp."fresh" AS "b" ON "b"."sz_position" = ("r"."sz_position" - 1)
WHERE ("b"."sz_position" IS NULL
    OR "b"."user_id" <> "r"."user_id"
    OR "r"."sz_instant" >= "b"."sz_instant" + 1800000000)
ORDER BY "sz_first_position";

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMP TABLE "rejected" (
  "reason" TEXT,
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "row_key" TEXT
);
INSERT INTO temp."rejected" ("reason", "event_id", "user_id", "page_view_at", "page", "row_key")
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
      ELSE CAST(length(CAST("b"."reason" AS BLOB)) AS TEXT) || ':' || CASE WHEN length(CAST("b"."reason" AS BLOB)) <= 180 THEN "b"."reason" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."event_id" IS NULL THEN '-'
      ELSE CAST(length(CAST("b"."event_id" AS BLOB)) AS TEXT) || ':' || CASE WHEN length(CAST("b"."event_id" AS BLOB)) <= 180 THEN "b"."event_id" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."user_id" IS NULL THEN '-'
      ELSE CAST(length(CAST("b"."user_id" AS BLOB)) AS TEXT) || ':' || CASE WHEN length(CAST("b"."user_id" AS BLOB)) <= 180 THEN "b"."user_id" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."page_view_at" IS NULL THEN '-'
      ELSE CAST(length(CAST("b"."page_view_at" AS BLOB)) AS TEXT) || ':' || CASE WHEN length(CAST("b"."page_view_at" AS BLOB)) <= 180 THEN "b"."page_view_at" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."page" IS NULL THEN '-'
      ELSE CAST(length(CAST("b"."page" AS BLOB)) AS TEXT) || ':' || CASE WHEN length(CAST("b"."page" AS BLOB)) <= 180 THEN "b"."page" ELSE '#' END
    END AS "row_key"
  FROM (
    SELECT DISTINCT
      "s"."reason" AS "reason",
      CASE WHEN "s"."event_id" IS NOT NULL AND "s"."event_id" <> '' THEN "s"."event_id" ELSE NULL END AS "event_id",
      CASE WHEN "s"."user_id" IS NOT NULL AND "s"."user_id" <> '' THEN "s"."user_id" ELSE NULL END AS "user_id",
      CASE
        WHEN "s"."page_view_at" IS NOT NULL THEN "s"."page_view_at"
        ELSE CASE
            WHEN "s"."sz_raw_time" IS NOT NULL AND "s"."sz_raw_time" <> '' THEN "s"."sz_raw_time"
            ELSE NULL
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
        CASE WHEN "j"."reason" IS NOT NULL THEN "j"."sz_source_event_id" ELSE NULL END AS "sz_raw_event_id",
        CASE
          WHEN "j"."reason" IS NOT NULL THEN CAST("j"."sz_source_time" AS TEXT) COLLATE BINARY
          ELSE NULL
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
                WHEN CAST("m"."sz_source_time" AS TEXT) COLLATE BINARY IS NULL
                    OR CAST("m"."sz_source_time" AS TEXT) COLLATE BINARY = '' THEN 'null_time'
                WHEN ("m"."sz_source_time" GLOB '[-+]*[0-9]-[0-9][0-9]-[0-9][0-9]*'
                    OR "m"."sz_source_time" GLOB '[0-9][0-9][0-9][0-9][0-9]*-[0-9][0-9]-[0-9][0-9]*'
                    OR "m"."sz_source_time" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*BC'
                    OR lower("m"."sz_source_time") IN ('infinity', '-infinity')
                    OR "m"."sz_source_time" GLOB '0000-[01][0-9]-[0-3][0-9]*' OR "m"."sz_source_time" GLOB '0001-01-0[12]*' OR "m"."sz_source_time" GLOB '9999-12-3[01]*') THEN 'time_out_of_range'
                ELSE 'bad_time'
              END
            WHEN length(CAST("m"."event_id" AS BLOB)) > 1024 OR length(CAST("m"."user_id" AS BLOB)) > 1024 THEN 'key_too_long'
            ELSE NULL
          END AS "reason"
        FROM (
          SELECT
            CAST("p"."user_id" AS TEXT) COLLATE BINARY AS "user_id",
            sessionizer_time("p"."page_view_at", 0) AS "page_view_at",
            CAST("p"."page" AS TEXT) COLLATE BINARY AS "page",
            "p"."page_view_at" AS "sz_source_time",
            CASE WHEN typeof("p"."sequence") = 'integer' THEN "p"."sequence" END AS "sequence",
            CAST("p"."event_id" AS TEXT) COLLATE BINARY AS "event_id",
            NULL AS "sz_source_event_id",
            "p"."arrival_id" AS "sz_arrival"
          FROM "pageviews" AS "p"
        ) AS "m"
        LIMIT -1
      ) AS "j"
      WHERE 1
    ) AS "s"
    WHERE "s"."reason" IS NOT NULL
  ) AS "b"
  LIMIT -1
) AS "k"
WHERE NOT EXISTS (
    SELECT 1
    FROM "session_quarantine" AS "q"
    WHERE "q"."row_key" = "k"."row_key"
      AND "q"."reason" = "k"."reason"
      AND "q"."event_id" IS "k"."event_id"
      AND "q"."user_id" IS "k"."user_id"
      AND "q"."page_view_at" IS "k"."page_view_at"
      AND "q"."page" IS "k"."page"
  );

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
    "r"."event_id" AS "event_id",
    "r"."user_id" AS "user_id",
    "r"."page_view_at" AS "page_view_at",
    "r"."sequence" AS "sequence",
    "r"."page" AS "page",
    "i"."sz_island" AS "session_id"
  FROM temp."islands" AS "i"
  LEFT JOIN temp."islands" AS "n" ON "n"."sz_number" = ("i"."sz_number" + 1)
  CROSS JOIN temp."fresh" AS "r"
    ON "r"."sz_position" >= "i"."sz_first_position"
    AND "r"."sz_position" < coalesce("n"."sz_first_position", 9223372036854775807)
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
    "f"."event_id" AS "anchor",
    "f"."event_id" AS "session_id",
    "f"."user_id" AS "user_id",
    "f"."page_view_at" AS "started_at",
    "l"."page_view_at" AS "ended_at",
    "l"."event_id" AS "last_event_id",
    ("l"."sz_position" - "f"."sz_position") + 1 AS "pageviews",
    1 AS "anchors",
    "f"."page" AS "entry_page",
    "l"."page" AS "exit_page",
    "f"."sequence" AS "first_sequence",
    "l"."sequence" AS "last_sequence"
  FROM temp."islands" AS "i"
  LEFT JOIN temp."islands" AS "n" ON "n"."sz_number" = ("i"."sz_number" + 1)
  CROSS JOIN temp."fresh" AS "f" ON "f"."sz_position" = "i"."sz_first_position"
  CROSS JOIN temp."fresh" AS "l"
    ON "l"."sz_position" = coalesce("n"."sz_first_position" - 1, coalesce((SELECT max("last"."sz_position") AS "sz_position" FROM temp."fresh" AS "last"), 0))
) AS "x";

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
  NULL AS "source_file",
  NULL AS "line",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  "x"."row_key" AS "row_key"
FROM temp."rejected" AS "x";

-- finished: Closes the run.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "sessions", "lineage_rows", "quarantined", "layout", "engine",
  "tool_version"
)
SELECT
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  'finished' AS "state",
  strftime('%Y-%m-%d %H:%M:%f', 'now') || '000' AS "recorded_at",
  '{…}' AS "job",
  'whole' AS "mode",
  NULL AS "window_from",
  NULL AS "window_to",
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
  coalesce((SELECT max("last"."sz_position") AS "sz_position" FROM temp."fresh" AS "last"), 0) AS "pageviews",
  (SELECT count(*) AS "n" FROM temp."islands" AS "x") AS "sessions",
  0 AS "lineage_rows",
  (SELECT count(*) AS "n" FROM temp."rejected" AS "x") AS "quarantined",
  2 AS "layout",
  'SQLite 3.40' AS "engine",
  '1' AS "tool_version"
FROM (SELECT 1 AS "one") AS "o";
