-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "lineage_rows", "quarantined", "engine", "tool_version"
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
  NULL AS "lineage_rows",
  NULL AS "quarantined",
  'SQLite 3.40' AS "engine",
  '1' AS "tool_version"
FROM (SELECT 1 AS "one") AS "o";

-- fresh: The new rows, fixed once for the whole run.
CREATE TEMP TABLE "fresh" (
  "position" INTEGER PRIMARY KEY,
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "instant" INTEGER
);
INSERT INTO temp."fresh" ("event_id", "user_id", "page_view_at", "page", "instant")
SELECT
  "s"."event_id" AS "event_id",
  "s"."user_id" AS "user_id",
  "s"."page_view_at" AS "page_view_at",
  "s"."page" AS "page",
  sessionizer_micros("s"."page_view_at") AS "instant"
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
        sessionizer_time("p"."page_view_at", 0) AS "page_view_at",
        CAST("p"."page" AS TEXT) COLLATE BINARY AS "page",
        "p"."page_view_at" AS "source_time",
        CAST("p"."event_id" AS TEXT) COLLATE BINARY AS "event_id",
        NULL AS "source_event_id",
        "p"."arrival_id" AS "arrival"
      FROM "pageviews" AS "p"
    ) AS "m"
  ) AS "j"
) AS "s"
WHERE "s"."reason" IS NULL
ORDER BY "user_id", "page_view_at", "event_id";

-- islands: Where sessions start, and the session id of each.
CREATE TEMP TABLE "islands" (
  "number" INTEGER PRIMARY KEY,
  "first_position" INTEGER,
  "target" TEXT
);
INSERT INTO temp."islands" ("first_position", "target")
SELECT "r"."position" AS "first_position", "r"."event_id" AS "target"
FROM temp."fresh" AS "r"
LEFT JOIN temp."fresh" AS "b" ON "b"."position" = ("r"."position" - 1)
WHERE ("b"."position" IS NULL
    OR "b"."user_id" <> "r"."user_id"
    OR "r"."instant" >= "b"."instant" + 1800000000)
ORDER BY "first_position";

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMP TABLE "rejected" (
  "reason" TEXT,
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT
);
INSERT INTO temp."rejected" ("reason", "event_id", "user_id", "page_view_at", "page")
SELECT
  "b"."reason" AS "reason",
  "b"."event_id" AS "event_id",
  "b"."user_id" AS "user_id",
  "b"."page_view_at" AS "page_view_at",
  "b"."page" AS "page"
FROM (
  SELECT DISTINCT
    "s"."reason" AS "reason",
    CASE WHEN "s"."event_id" IS NOT NULL AND "s"."event_id" <> '' THEN "s"."event_id" ELSE NULL END AS "event_id",
    CASE WHEN "s"."user_id" IS NOT NULL AND "s"."user_id" <> '' THEN "s"."user_id" ELSE NULL END AS "user_id",
    CASE
      WHEN "s"."page_view_at" IS NOT NULL THEN "s"."page_view_at"
      ELSE CASE WHEN "s"."raw_time" IS NOT NULL AND "s"."raw_time" <> '' THEN "s"."raw_time" ELSE NULL END
    END AS "page_view_at",
    "s"."page" AS "page"
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
          sessionizer_time("p"."page_view_at", 0) AS "page_view_at",
          CAST("p"."page" AS TEXT) COLLATE BINARY AS "page",
          "p"."page_view_at" AS "source_time",
          CAST("p"."event_id" AS TEXT) COLLATE BINARY AS "event_id",
          NULL AS "source_event_id",
          "p"."arrival_id" AS "arrival"
        FROM "pageviews" AS "p"
      ) AS "m"
      LIMIT -1
    ) AS "j"
    WHERE 1
  ) AS "s"
  WHERE "s"."reason" IS NOT NULL
) AS "b"
WHERE NOT EXISTS (
    SELECT 1
    FROM "session_quarantine" AS "q"
    WHERE "q"."reason" = "b"."reason"
      AND "q"."event_id" IS "b"."event_id"
      AND "q"."user_id" IS "b"."user_id"
      AND "q"."page_view_at" IS "b"."page_view_at"
      AND "q"."page" IS "b"."page"
  );

-- rows: The pageviews, each with its session.
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
    "r"."event_id" AS "event_id",
    "r"."user_id" AS "user_id",
    "r"."page_view_at" AS "page_view_at",
    "r"."page" AS "page",
    "i"."target" AS "session_id"
  FROM temp."islands" AS "i"
  LEFT JOIN temp."islands" AS "n" ON "n"."number" = ("i"."number" + 1)
  CROSS JOIN temp."fresh" AS "r"
    ON "r"."position" >= "i"."first_position"
    AND "r"."position" < coalesce("n"."first_position", 9223372036854775807)
) AS "x";

-- quarantine: What cannot be sessionized, and why.
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
FROM temp."rejected" AS "x";

-- finished: Closes the run.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "lineage_rows", "quarantined", "engine", "tool_version"
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
  coalesce((SELECT max("last"."position") AS "position" FROM temp."fresh" AS "last"), 0) AS "pageviews",
  0 AS "lineage_rows",
  (SELECT count(*) AS "n" FROM temp."rejected" AS "x") AS "quarantined",
  'SQLite 3.40' AS "engine",
  '1' AS "tool_version"
FROM (SELECT 1 AS "one") AS "o";
