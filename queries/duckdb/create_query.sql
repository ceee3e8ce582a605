-- create_query.sql for DuckDB 2 (dialect duckdb)
-- Evidence: tested live, that is, the project's tests run it on the engine.
-- Of what is known of the engine: 19 answers tested live, 19 assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  duckdb -bail my.duckdb < create_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS "pageviews" (
  "event_id" VARCHAR,
  "user_id" VARCHAR,
  "page_view_at" TIMESTAMP,
  "page" VARCHAR
);

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS "session_table" (
  "event_id" VARCHAR NOT NULL,
  "session_id" VARCHAR NOT NULL,
  "user_id" VARCHAR NOT NULL,
  "page_view_at" TIMESTAMP NOT NULL,
  "page" VARCHAR,
  "run_id" BIGINT NOT NULL,
  PRIMARY KEY ("event_id")
);

-- session_lineage: Which session ids were superseded, and by which.
CREATE TABLE IF NOT EXISTS "session_lineage" (
  "session_id" VARCHAR NOT NULL,
  "became" VARCHAR NOT NULL,
  "became_at" TIMESTAMP NOT NULL,
  "reason" VARCHAR NOT NULL,
  "run_id" BIGINT NOT NULL
);

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS "session_runs" (
  "run_id" BIGINT NOT NULL,
  "state" VARCHAR NOT NULL,
  "recorded_at" TIMESTAMP NOT NULL,
  "job" VARCHAR NOT NULL,
  "mode" VARCHAR NOT NULL,
  "window_from" TIMESTAMP,
  "window_to" TIMESTAMP,
  "arrival_mark" BIGINT,
  "arrival_mark_at" TIMESTAMP,
  "pageviews" BIGINT,
  "lineage_rows" BIGINT,
  "quarantined" BIGINT,
  "engine" VARCHAR NOT NULL,
  "tool_version" VARCHAR NOT NULL,
  PRIMARY KEY ("run_id", "state")
);

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS "session_quarantine" (
  "reason" VARCHAR NOT NULL,
  "event_id" VARCHAR,
  "user_id" VARCHAR,
  "page_view_at" VARCHAR,
  "page" VARCHAR,
  "source_file" VARCHAR,
  "line" BIGINT,
  "run_id" BIGINT
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
    coalesce((
      SELECT "l"."became"
      FROM "session_lineage" AS "l"
      WHERE "l"."session_id" = "t"."session_id"
      ORDER BY "l"."became_at", "l"."became"
      LIMIT 1
    ), "t"."session_id") AS "current_session"
  FROM "session_table" AS "t"
) AS "r";

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW "sessions" AS
SELECT
  "g"."session_id" AS "session_id",
  "f"."user_id" AS "user_id",
  "f"."page_view_at" AS "started_at",
  "g"."ended_at" AS "ended_at",
  CAST((date_diff('microsecond', "f"."page_view_at", "g"."ended_at")) * 0.000001 AS DECIMAL(20, 6)) AS "duration",
  date_diff('microsecond', "f"."page_view_at", "g"."ended_at") AS "duration_microseconds",
  "g"."pageviews" AS "pageviews",
  "f"."page" AS "entry_page",
  (
    SELECT "x"."page"
    FROM "session_table" AS "x"
    WHERE "x"."user_id" = "f"."user_id"
      AND "x"."page_view_at" = "g"."ended_at"
    ORDER BY "x"."event_id" DESC
    LIMIT 1
  ) AS "exit_page",
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
        coalesce((
          SELECT "l"."became"
          FROM "session_lineage" AS "l"
          WHERE "l"."session_id" = "t"."session_id"
          ORDER BY "l"."became_at", "l"."became"
          LIMIT 1
        ), "t"."session_id") AS "current_session"
      FROM "session_table" AS "t"
    ) AS "r"
  ) AS "e"
  GROUP BY "e"."session_id"
) AS "g"
JOIN "session_table" AS "f" ON "f"."event_id" = "g"."session_id";
