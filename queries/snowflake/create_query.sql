-- create_query.sql for Snowflake (dialect snowflake); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 23 answers documented, 26 assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  snowsql -o exit_on_error=true -o variable_substitution=false -f create_query.sql

ALTER SESSION SET TIMEZONE = 'UTC';

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS "pageviews" (
  "event_id" VARCHAR,
  "user_id" VARCHAR,
  "page_view_at" TIMESTAMP_NTZ(6),
  "sequence" BIGINT,
  "page" VARCHAR
);

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS "session_table" (
  "event_id" VARCHAR NOT NULL,
  "session_id" VARCHAR NOT NULL,
  "user_id" VARCHAR NOT NULL,
  "page_view_at" TIMESTAMP_NTZ(6) NOT NULL,
  "sequence" BIGINT,
  "page" VARCHAR,
  "run_id" BIGINT NOT NULL,
  PRIMARY KEY ("event_id")
);

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS "session_lineage" (
  "session_id" VARCHAR NOT NULL,
  "became" VARCHAR NOT NULL,
  "run_id" BIGINT NOT NULL
);

-- session_versions: One row for each session that a run made or changed.
CREATE TABLE IF NOT EXISTS "session_versions" (
  "anchor" VARCHAR NOT NULL,
  "run_id" BIGINT NOT NULL,
  "session_id" VARCHAR NOT NULL,
  "user_id" VARCHAR NOT NULL,
  "started_at" TIMESTAMP_NTZ(6) NOT NULL,
  "ended_at" TIMESTAMP_NTZ(6) NOT NULL,
  "last_event_id" VARCHAR NOT NULL,
  "first_sequence" BIGINT,
  "last_sequence" BIGINT,
  "pageviews" BIGINT NOT NULL,
  "anchors" BIGINT NOT NULL,
  "entry_page" VARCHAR,
  "exit_page" VARCHAR,
  PRIMARY KEY ("anchor", "run_id")
);

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS "session_runs" (
  "run_id" BIGINT NOT NULL,
  "state" VARCHAR NOT NULL,
  "recorded_at" TIMESTAMP_NTZ(6) NOT NULL,
  "job" VARCHAR NOT NULL,
  "mode" VARCHAR NOT NULL,
  "window_from" TIMESTAMP_NTZ(6),
  "window_to" TIMESTAMP_NTZ(6),
  "arrival_mark" BIGINT,
  "arrival_mark_at" TIMESTAMP_NTZ(6),
  "pageviews" BIGINT,
  "sessions" BIGINT,
  "lineage_rows" BIGINT,
  "quarantined" BIGINT,
  "layout" BIGINT,
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
  "run_id" BIGINT,
  "row_key" VARCHAR NOT NULL
);

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW "session_events" AS
WITH "ranked" AS (
  SELECT "event_id", "session_id", "user_id", "page_view_at", "sequence", "page", "run_id",
    row_number() OVER (PARTITION BY "event_id" ORDER BY "run_id") AS "sz_rank"
  FROM "session_table"
),
"ranked_2" AS (
  SELECT "session_id", "became",
    row_number() OVER (PARTITION BY "session_id" ORDER BY "run_id" DESC, "became") AS "sz_rank"
  FROM "session_lineage"
),
"resolution" AS (SELECT "session_id", "became" FROM "ranked_2" WHERE "sz_rank" = 1),
"anchored" AS (
  SELECT "ranked"."event_id", "ranked"."user_id", "ranked"."page_view_at", "ranked"."sequence",
    "ranked"."page", "ranked"."run_id",
    coalesce("resolution"."became", "ranked"."session_id") AS "anchor"
  FROM "ranked" LEFT JOIN "resolution" ON "resolution"."session_id" = "ranked"."session_id"
  WHERE "ranked"."sz_rank" = 1
),
"ranked_3" AS (
  SELECT "anchor", "session_id",
    row_number() OVER (
      PARTITION BY "anchor" ORDER BY "run_id" DESC, "pageviews" DESC, "session_id"
    ) AS "sz_rank"
  FROM "session_versions"
),
"s" AS (SELECT "anchor", "session_id" FROM "ranked_3" WHERE "sz_rank" = 1)
SELECT "anchored"."event_id", coalesce("s"."session_id", "anchored"."anchor") AS "session_id",
  "anchored"."user_id", "anchored"."page_view_at", "anchored"."sequence", "anchored"."page",
  "anchored"."run_id"
FROM "anchored" LEFT JOIN "s" ON "s"."anchor" = "anchored"."anchor";

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW "sessions" AS
WITH "ranked" AS (
  SELECT "anchor", "session_id", "user_id", "started_at", "ended_at", "pageviews", "entry_page",
    "exit_page",
    row_number() OVER (
      PARTITION BY "anchor" ORDER BY "run_id" DESC, "pageviews" DESC, "session_id"
    ) AS "sz_rank"
  FROM "session_versions"
)
SELECT "session_id", "user_id", "started_at", "ended_at",
  CAST((DATEDIFF(microsecond, "started_at", "ended_at")) / 1000000 AS NUMBER(20, 6)) AS "duration",
  DATEDIFF(microsecond, "started_at", "ended_at") AS "duration_microseconds", "pageviews",
  "entry_page", "exit_page", CASE WHEN "pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
FROM "ranked"
WHERE "sz_rank" = 1
  AND NOT EXISTS (SELECT 1 FROM "session_lineage" AS "l" WHERE "l"."session_id" = "ranked"."anchor");
