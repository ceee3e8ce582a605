-- create_query.sql for Exasol 8 (dialect exasol); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 49 answers assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  exaplus -c my_host:8563 -u me -autocommit OFF -x -f create_query.sql

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
WITH "ranked" AS (
  SELECT "session_id", "became",
    row_number() OVER (PARTITION BY "session_id" ORDER BY "run_id" DESC) AS "sz_rank"
  FROM "session_lineage"
),
"resolution" AS (SELECT "session_id", "became" FROM "ranked" WHERE "sz_rank" = 1),
"anchored" AS (
  SELECT "t"."event_id", "t"."user_id", "t"."page_view_at", "t"."sequence", "t"."page",
    "t"."run_id", coalesce("resolution"."became", "t"."session_id") AS "anchor"
  FROM "session_table" AS "t" LEFT JOIN "resolution" ON "resolution"."session_id" = "t"."session_id"
),
"ranked_2" AS (
  SELECT "anchor", "session_id",
    row_number() OVER (PARTITION BY "anchor" ORDER BY "run_id" DESC) AS "sz_rank"
  FROM "session_versions"
),
"s" AS (SELECT "anchor", "session_id" FROM "ranked_2" WHERE "sz_rank" = 1)
SELECT "anchored"."event_id", coalesce("s"."session_id", "anchored"."anchor") AS "session_id",
  "anchored"."user_id", "anchored"."page_view_at", "anchored"."sequence", "anchored"."page",
  "anchored"."run_id"
FROM "anchored" LEFT JOIN "s" ON "s"."anchor" = "anchored"."anchor";

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW "sessions" AS
WITH "ranked" AS (
  SELECT "anchor", "session_id", "user_id", "started_at", "ended_at", "pageviews", "entry_page",
    "exit_page", row_number() OVER (PARTITION BY "anchor" ORDER BY "run_id" DESC) AS "sz_rank"
  FROM "session_versions"
)
SELECT "session_id", "user_id", "started_at", "ended_at",
  CAST(((CAST(ROUND(SECONDS_BETWEEN(DATE_TRUNC('second', "ended_at"), DATE_TRUNC('second', "started_at"))) AS DECIMAL(19, 0)) * 1000000
    + CAST(TO_CHAR("ended_at", 'FF6') AS DECIMAL(19, 0)) - CAST(TO_CHAR("started_at", 'FF6') AS DECIMAL(19, 0)))) / 1000000 AS DECIMAL(20, 6)) AS "duration",
  (CAST(ROUND(SECONDS_BETWEEN(DATE_TRUNC('second', "ended_at"), DATE_TRUNC('second', "started_at"))) AS DECIMAL(19, 0)) * 1000000
    + CAST(TO_CHAR("ended_at", 'FF6') AS DECIMAL(19, 0)) - CAST(TO_CHAR("started_at", 'FF6') AS DECIMAL(19, 0))) AS "duration_microseconds",
  "pageviews", "entry_page", "exit_page", CASE WHEN "pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
FROM "ranked"
WHERE "sz_rank" = 1
  AND NOT EXISTS (SELECT 1 FROM "session_lineage" AS "l" WHERE "l"."session_id" = "ranked"."anchor");

COMMIT;
