-- create_query.sql for Trino (Iceberg), Starburst (dialect trino)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 38 answers assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  trino --catalog my_catalog --schema my_schema -f create_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS "pageviews" (
  "event_id" varchar,
  "user_id" varchar,
  "page_view_at" timestamp(6),
  "page" varchar
);

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS "session_table" (
  "event_id" varchar NOT NULL,
  "session_id" varchar NOT NULL,
  "user_id" varchar NOT NULL,
  "page_view_at" timestamp(6) NOT NULL,
  "page" varchar,
  "run_id" bigint NOT NULL
);

-- session_lineage: Which session ids were superseded, and by which.
CREATE TABLE IF NOT EXISTS "session_lineage" (
  "session_id" varchar NOT NULL,
  "became" varchar NOT NULL,
  "became_at" timestamp(6) NOT NULL,
  "reason" varchar NOT NULL,
  "run_id" bigint NOT NULL
);

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS "session_runs" (
  "run_id" bigint NOT NULL,
  "state" varchar NOT NULL,
  "recorded_at" timestamp(6) NOT NULL,
  "job" varchar NOT NULL,
  "mode" varchar NOT NULL,
  "window_from" timestamp(6),
  "window_to" timestamp(6),
  "arrival_mark" bigint,
  "arrival_mark_at" timestamp(6),
  "pageviews" bigint,
  "lineage_rows" bigint,
  "quarantined" bigint,
  "engine" varchar NOT NULL,
  "tool_version" varchar NOT NULL
);

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS "session_quarantine" (
  "reason" varchar NOT NULL,
  "event_id" varchar,
  "user_id" varchar,
  "page_view_at" varchar,
  "page" varchar,
  "source_file" varchar,
  "line" bigint,
  "run_id" bigint
);

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW "session_events" AS
SELECT
  "r"."event_id" AS "event_id",
  "r"."current_session" AS "session_id",
  "r"."user_id" AS "user_id",
  "r"."page_view_at" AS "page_view_at",
  "r"."page" AS "page",
  "r"."first_session_id" AS "first_session_id",
  "r"."run_id" AS "run_id"
FROM (
  SELECT
    "t"."event_id" AS "event_id",
    "t"."user_id" AS "user_id",
    "t"."page_view_at" AS "page_view_at",
    "t"."page" AS "page",
    "t"."session_id" AS "first_session_id",
    "t"."run_id" AS "run_id",
    coalesce("v"."became", "t"."session_id") AS "current_session"
  FROM (
    SELECT
      "d"."event_id" AS "event_id",
      "d"."session_id" AS "session_id",
      "d"."user_id" AS "user_id",
      "d"."page_view_at" AS "page_view_at",
      "d"."page" AS "page",
      "d"."run_id" AS "run_id"
    FROM (
      SELECT
        "t"."event_id" AS "event_id",
        "t"."session_id" AS "session_id",
        "t"."user_id" AS "user_id",
        "t"."page_view_at" AS "page_view_at",
        "t"."page" AS "page",
        "t"."run_id" AS "run_id",
        row_number() OVER (PARTITION BY "t"."event_id" ORDER BY "t"."run_id") AS "copy"
      FROM "session_table" AS "t"
    ) AS "d"
    WHERE "d"."copy" = 1
  ) AS "t"
  LEFT JOIN (
    SELECT "k"."session_id" AS "session_id", "k"."became" AS "became"
    FROM (
      SELECT
        "l"."session_id" AS "session_id",
        "l"."became" AS "became",
        "l"."became_at" AS "became_at",
        "l"."reason" AS "reason",
        "l"."run_id" AS "run_id",
        row_number() OVER (PARTITION BY "l"."session_id" ORDER BY "l"."became_at", "l"."became") AS "rank"
      FROM "session_lineage" AS "l"
    ) AS "k"
    WHERE "k"."rank" = 1
  ) AS "v" ON "v"."session_id" = "t"."session_id"
) AS "r";

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW "sessions" AS
SELECT
  "g"."session_id" AS "session_id",
  "f"."user_id" AS "user_id",
  "f"."page_view_at" AS "started_at",
  "g"."ended_at" AS "ended_at",
  CAST(CAST(((date_diff('second', date_trunc('second', "f"."page_view_at"), date_trunc('second', "g"."ended_at")) * 1000000
    + CAST(substr(CAST("g"."ended_at" AS varchar), 21, 6) AS bigint) - CAST(substr(CAST("f"."page_view_at" AS varchar), 21, 6) AS bigint))) AS decimal(26, 6)) / 1000000 AS decimal(20, 6)) AS "duration",
  (date_diff('second', date_trunc('second', "f"."page_view_at"), date_trunc('second', "g"."ended_at")) * 1000000
    + CAST(substr(CAST("g"."ended_at" AS varchar), 21, 6) AS bigint) - CAST(substr(CAST("f"."page_view_at" AS varchar), 21, 6) AS bigint)) AS "duration_microseconds",
  "g"."pageviews" AS "pageviews",
  "f"."page" AS "entry_page",
  "x"."page" AS "exit_page",
  CASE WHEN "g"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
FROM (
  SELECT "e"."session_id" AS "session_id", max("e"."page_view_at") AS "ended_at", count(*) AS "pageviews"
  FROM (
    SELECT
      "r"."event_id" AS "event_id",
      "r"."current_session" AS "session_id",
      "r"."user_id" AS "user_id",
      "r"."page_view_at" AS "page_view_at",
      "r"."page" AS "page",
      "r"."first_session_id" AS "first_session_id",
      "r"."run_id" AS "run_id"
    FROM (
      SELECT
        "t"."event_id" AS "event_id",
        "t"."user_id" AS "user_id",
        "t"."page_view_at" AS "page_view_at",
        "t"."page" AS "page",
        "t"."session_id" AS "first_session_id",
        "t"."run_id" AS "run_id",
        coalesce("v"."became", "t"."session_id") AS "current_session"
      FROM (
        SELECT
          "d"."event_id" AS "event_id",
          "d"."session_id" AS "session_id",
          "d"."user_id" AS "user_id",
          "d"."page_view_at" AS "page_view_at",
          "d"."page" AS "page",
          "d"."run_id" AS "run_id"
        FROM (
          SELECT
            "t"."event_id" AS "event_id",
            "t"."session_id" AS "session_id",
            "t"."user_id" AS "user_id",
            "t"."page_view_at" AS "page_view_at",
            "t"."page" AS "page",
            "t"."run_id" AS "run_id",
            row_number() OVER (PARTITION BY "t"."event_id" ORDER BY "t"."run_id") AS "copy"
          FROM "session_table" AS "t"
        ) AS "d"
        WHERE "d"."copy" = 1
      ) AS "t"
      LEFT JOIN (
        SELECT "k"."session_id" AS "session_id", "k"."became" AS "became"
        FROM (
          SELECT
            "l"."session_id" AS "session_id",
            "l"."became" AS "became",
            "l"."became_at" AS "became_at",
            "l"."reason" AS "reason",
            "l"."run_id" AS "run_id",
            row_number() OVER (PARTITION BY "l"."session_id" ORDER BY "l"."became_at", "l"."became") AS "rank"
          FROM "session_lineage" AS "l"
        ) AS "k"
        WHERE "k"."rank" = 1
      ) AS "v" ON "v"."session_id" = "t"."session_id"
    ) AS "r"
  ) AS "e"
  GROUP BY "e"."session_id"
) AS "g"
JOIN (
  SELECT
    "d"."event_id" AS "event_id",
    "d"."session_id" AS "session_id",
    "d"."user_id" AS "user_id",
    "d"."page_view_at" AS "page_view_at",
    "d"."page" AS "page",
    "d"."run_id" AS "run_id"
  FROM (
    SELECT
      "f"."event_id" AS "event_id",
      "f"."session_id" AS "session_id",
      "f"."user_id" AS "user_id",
      "f"."page_view_at" AS "page_view_at",
      "f"."page" AS "page",
      "f"."run_id" AS "run_id",
      row_number() OVER (PARTITION BY "f"."event_id" ORDER BY "f"."run_id") AS "copy"
    FROM "session_table" AS "f"
  ) AS "d"
  WHERE "d"."copy" = 1
) AS "f" ON "f"."event_id" = "g"."session_id"
JOIN (
  SELECT "y"."user_id" AS "user_id", "y"."page_view_at" AS "page_view_at", "y"."page" AS "page"
  FROM (
    SELECT
      "x"."event_id" AS "event_id",
      "x"."session_id" AS "session_id",
      "x"."user_id" AS "user_id",
      "x"."page_view_at" AS "page_view_at",
      "x"."page" AS "page",
      "x"."run_id" AS "run_id",
      row_number() OVER (PARTITION BY "x"."user_id", "x"."page_view_at" ORDER BY "x"."event_id" DESC) AS "rank"
    FROM "session_table" AS "x"
  ) AS "y"
  WHERE "y"."rank" = 1
) AS "x" ON "x"."user_id" = "f"."user_id" AND "x"."page_view_at" = "g"."ended_at";
