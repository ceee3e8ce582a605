-- create_query.sql for Exasol 8 (dialect exasol)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 38 answers assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  exaplus -c my_host:8563 -u me -autocommit OFF -x -f create_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

ALTER SESSION SET TIME_ZONE = 'UTC';

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS "pageviews" (
  "event_id" VARCHAR(2000000),
  "user_id" VARCHAR(2000000),
  "page_view_at" TIMESTAMP(6),
  "sequence" DECIMAL(19, 0),
  "page" VARCHAR(2000000)
);

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS "session_table" (
  "event_id" VARCHAR(1024) NOT NULL,
  "session_id" VARCHAR(1024) NOT NULL,
  "user_id" VARCHAR(1024) NOT NULL,
  "page_view_at" TIMESTAMP(6) NOT NULL,
  "sequence" DECIMAL(19, 0),
  "page" VARCHAR(2000000),
  "run_id" DECIMAL(19, 0) NOT NULL,
  PRIMARY KEY ("event_id") ENABLE
);

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS "session_lineage" (
  "session_id" VARCHAR(1024) NOT NULL,
  "became" VARCHAR(1024) NOT NULL,
  "run_id" DECIMAL(19, 0) NOT NULL
);

-- session_versions: One row for each session that a run made or changed.
CREATE TABLE IF NOT EXISTS "session_versions" (
  "anchor" VARCHAR(1024) NOT NULL,
  "run_id" DECIMAL(19, 0) NOT NULL,
  "session_id" VARCHAR(1024) NOT NULL,
  "user_id" VARCHAR(1024) NOT NULL,
  "started_at" TIMESTAMP(6) NOT NULL,
  "ended_at" TIMESTAMP(6) NOT NULL,
  "last_event_id" VARCHAR(1024) NOT NULL,
  "first_sequence" DECIMAL(19, 0),
  "last_sequence" DECIMAL(19, 0),
  "pageviews" DECIMAL(19, 0) NOT NULL,
  "anchors" DECIMAL(19, 0) NOT NULL,
  "entry_page" VARCHAR(2000000),
  "exit_page" VARCHAR(2000000),
  PRIMARY KEY ("anchor", "run_id") ENABLE
);

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS "session_runs" (
  "run_id" DECIMAL(19, 0) NOT NULL,
  "state" VARCHAR(1024) NOT NULL,
  "recorded_at" TIMESTAMP(6) NOT NULL,
  "job" VARCHAR(2000000) NOT NULL,
  "mode" VARCHAR(2000000) NOT NULL,
  "window_from" TIMESTAMP(6),
  "window_to" TIMESTAMP(6),
  "arrival_mark" DECIMAL(19, 0),
  "arrival_mark_at" TIMESTAMP(6),
  "pageviews" DECIMAL(19, 0),
  "sessions" DECIMAL(19, 0),
  "lineage_rows" DECIMAL(19, 0),
  "quarantined" DECIMAL(19, 0),
  "layout" DECIMAL(19, 0),
  "engine" VARCHAR(2000000) NOT NULL,
  "tool_version" VARCHAR(2000000) NOT NULL,
  PRIMARY KEY ("run_id", "state") ENABLE
);

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS "session_quarantine" (
  "reason" VARCHAR(1024) NOT NULL,
  "event_id" VARCHAR(2000000),
  "user_id" VARCHAR(2000000),
  "page_view_at" VARCHAR(2000000),
  "page" VARCHAR(2000000),
  "source_file" VARCHAR(2000000),
  "line" DECIMAL(19, 0),
  "run_id" DECIMAL(19, 0),
  "row_key" VARCHAR(1024) NOT NULL
);

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW "session_events" AS
SELECT
  "a"."event_id" AS "event_id",
  "s"."session_id" AS "session_id",
  "a"."user_id" AS "user_id",
  "a"."page_view_at" AS "page_view_at",
  "a"."sequence" AS "sequence",
  "a"."page" AS "page",
  "a"."run_id" AS "run_id"
FROM (
  SELECT
    "t"."event_id" AS "event_id",
    "t"."user_id" AS "user_id",
    "t"."page_view_at" AS "page_view_at",
    "t"."sequence" AS "sequence",
    "t"."page" AS "page",
    "t"."run_id" AS "run_id",
    coalesce("r"."became", "t"."session_id") AS "anchor"
  FROM "session_table" AS "t"
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
) AS "a"
JOIN (
  SELECT "k"."anchor" AS "anchor", "k"."session_id" AS "session_id"
  FROM (
    SELECT
      "v"."anchor" AS "anchor",
      "v"."run_id" AS "run_id",
      "v"."session_id" AS "session_id",
      "v"."user_id" AS "user_id",
      "v"."started_at" AS "started_at",
      "v"."ended_at" AS "ended_at",
      "v"."last_event_id" AS "last_event_id",
      "v"."first_sequence" AS "first_sequence",
      "v"."last_sequence" AS "last_sequence",
      "v"."pageviews" AS "pageviews",
      "v"."anchors" AS "anchors",
      "v"."entry_page" AS "entry_page",
      "v"."exit_page" AS "exit_page",
      row_number() OVER (PARTITION BY "v"."anchor" ORDER BY "v"."run_id" DESC) AS "sz_rank"
    FROM "session_versions" AS "v"
  ) AS "k"
  WHERE "k"."sz_rank" = 1
) AS "s" ON "s"."anchor" = "a"."anchor";

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW "sessions" AS
SELECT
  "v"."session_id" AS "session_id",
  "v"."user_id" AS "user_id",
  "v"."started_at" AS "started_at",
  "v"."ended_at" AS "ended_at",
  CAST(((CAST(ROUND(SECONDS_BETWEEN(DATE_TRUNC('second', "v"."ended_at"), DATE_TRUNC('second', "v"."started_at"))) AS DECIMAL(19, 0)) * 1000000
    + CAST(TO_CHAR("v"."ended_at", 'FF6') AS DECIMAL(19, 0)) - CAST(TO_CHAR("v"."started_at", 'FF6') AS DECIMAL(19, 0)))) / 1000000 AS DECIMAL(20, 6)) AS "duration",
  (CAST(ROUND(SECONDS_BETWEEN(DATE_TRUNC('second', "v"."ended_at"), DATE_TRUNC('second', "v"."started_at"))) AS DECIMAL(19, 0)) * 1000000
    + CAST(TO_CHAR("v"."ended_at", 'FF6') AS DECIMAL(19, 0)) - CAST(TO_CHAR("v"."started_at", 'FF6') AS DECIMAL(19, 0))) AS "duration_microseconds",
  "v"."pageviews" AS "pageviews",
  "v"."entry_page" AS "entry_page",
  "v"."exit_page" AS "exit_page",
  CASE WHEN "v"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
FROM (
  SELECT
    "v"."anchor" AS "anchor",
    "v"."run_id" AS "run_id",
    "v"."session_id" AS "session_id",
    "v"."user_id" AS "user_id",
    "v"."started_at" AS "started_at",
    "v"."ended_at" AS "ended_at",
    "v"."last_event_id" AS "last_event_id",
    "v"."first_sequence" AS "first_sequence",
    "v"."last_sequence" AS "last_sequence",
    "v"."pageviews" AS "pageviews",
    "v"."anchors" AS "anchors",
    "v"."entry_page" AS "entry_page",
    "v"."exit_page" AS "exit_page"
  FROM (
    SELECT
      "k"."anchor" AS "anchor",
      "k"."run_id" AS "run_id",
      "k"."session_id" AS "session_id",
      "k"."user_id" AS "user_id",
      "k"."started_at" AS "started_at",
      "k"."ended_at" AS "ended_at",
      "k"."last_event_id" AS "last_event_id",
      "k"."first_sequence" AS "first_sequence",
      "k"."last_sequence" AS "last_sequence",
      "k"."pageviews" AS "pageviews",
      "k"."anchors" AS "anchors",
      "k"."entry_page" AS "entry_page",
      "k"."exit_page" AS "exit_page"
    FROM (
      SELECT
        "v"."anchor" AS "anchor",
        "v"."run_id" AS "run_id",
        "v"."session_id" AS "session_id",
        "v"."user_id" AS "user_id",
        "v"."started_at" AS "started_at",
        "v"."ended_at" AS "ended_at",
        "v"."last_event_id" AS "last_event_id",
        "v"."first_sequence" AS "first_sequence",
        "v"."last_sequence" AS "last_sequence",
        "v"."pageviews" AS "pageviews",
        "v"."anchors" AS "anchors",
        "v"."entry_page" AS "entry_page",
        "v"."exit_page" AS "exit_page",
        row_number() OVER (PARTITION BY "v"."anchor" ORDER BY "v"."run_id" DESC) AS "sz_rank"
      FROM "session_versions" AS "v"
    ) AS "k"
    WHERE "k"."sz_rank" = 1
  ) AS "v"
  WHERE NOT EXISTS (SELECT 1 FROM "session_lineage" AS "l" WHERE "l"."session_id" = "v"."anchor")
) AS "v";
