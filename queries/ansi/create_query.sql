-- create_query.sql for Standard SQL (dialect ansi); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 41 answers assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  the engine's own client, with create_query.sql

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS "pageviews" (
  "event_id" VARCHAR(4000),
  "user_id" VARCHAR(4000),
  "page_view_at" TIMESTAMP(6),
  "sequence" BIGINT,
  "page" VARCHAR(4000)
);

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS "session_table" (
  "event_id" VARCHAR(1024) NOT NULL,
  "session_id" VARCHAR(1024) NOT NULL,
  "user_id" VARCHAR(1024) NOT NULL,
  "page_view_at" TIMESTAMP(6) NOT NULL,
  "sequence" BIGINT,
  "page" VARCHAR(4000),
  "run_id" BIGINT NOT NULL,
  PRIMARY KEY ("event_id", "run_id")
);

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS "session_lineage" (
  "session_id" VARCHAR(1024) NOT NULL,
  "became" VARCHAR(1024) NOT NULL,
  "run_id" BIGINT NOT NULL
);

-- session_versions: One row for each session that a run made or changed.
CREATE TABLE IF NOT EXISTS "session_versions" (
  "anchor" VARCHAR(1024) NOT NULL,
  "run_id" BIGINT NOT NULL,
  "session_id" VARCHAR(1024) NOT NULL,
  "user_id" VARCHAR(1024) NOT NULL,
  "started_at" TIMESTAMP(6) NOT NULL,
  "ended_at" TIMESTAMP(6) NOT NULL,
  "last_event_id" VARCHAR(1024) NOT NULL,
  "first_sequence" BIGINT,
  "last_sequence" BIGINT,
  "pageviews" BIGINT NOT NULL,
  "anchors" BIGINT NOT NULL,
  "entry_page" VARCHAR(4000),
  "exit_page" VARCHAR(4000),
  PRIMARY KEY ("anchor", "run_id")
);

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS "session_runs" (
  "run_id" BIGINT NOT NULL,
  "state" VARCHAR(1024) NOT NULL,
  "recorded_at" TIMESTAMP(6) NOT NULL,
  "job" VARCHAR(4000) NOT NULL,
  "mode" VARCHAR(4000) NOT NULL,
  "window_from" TIMESTAMP(6),
  "window_to" TIMESTAMP(6),
  "arrival_mark" BIGINT,
  "arrival_mark_at" TIMESTAMP(6),
  "pageviews" BIGINT,
  "sessions" BIGINT,
  "lineage_rows" BIGINT,
  "quarantined" BIGINT,
  "layout" BIGINT,
  "engine" VARCHAR(4000) NOT NULL,
  "tool_version" VARCHAR(4000) NOT NULL,
  PRIMARY KEY ("run_id", "state")
);

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS "session_quarantine" (
  "reason" VARCHAR(1024) NOT NULL,
  "event_id" VARCHAR(4000),
  "user_id" VARCHAR(4000),
  "page_view_at" VARCHAR(4000),
  "page" VARCHAR(4000),
  "source_file" VARCHAR(4000),
  "line" BIGINT,
  "run_id" BIGINT,
  "row_key" VARCHAR(1024) NOT NULL
);

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW "session_events" AS
WITH "ranked" AS (
  SELECT "event_id", "session_id", "user_id", "page_view_at", "sequence", "page", "run_id",
    row_number() OVER (PARTITION BY "event_id" ORDER BY "run_id") AS "sz_rank"
  FROM "session_table" AS "t"
  WHERE EXISTS (
      SELECT 1 FROM "session_runs" AS "finished_run"
      WHERE "finished_run"."state" = 'finished' AND "finished_run"."run_id" = "t"."run_id"
    )
),
"ranked_2" AS (
  SELECT "session_id", "became",
    row_number() OVER (PARTITION BY "session_id" ORDER BY "run_id" DESC, "became") AS "sz_rank"
  FROM "session_lineage" AS "l"
  WHERE EXISTS (
      SELECT 1 FROM "session_runs" AS "finished_run"
      WHERE "finished_run"."state" = 'finished' AND "finished_run"."run_id" = "l"."run_id"
    )
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
  FROM "session_versions" AS "v"
  WHERE EXISTS (
      SELECT 1 FROM "session_runs" AS "finished_run"
      WHERE "finished_run"."state" = 'finished' AND "finished_run"."run_id" = "v"."run_id"
    )
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
  FROM "session_versions" AS "v"
  WHERE EXISTS (
      SELECT 1 FROM "session_runs" AS "finished_run"
      WHERE "finished_run"."state" = 'finished' AND "finished_run"."run_id" = "v"."run_id"
    )
)
SELECT "session_id", "user_id", "started_at", "ended_at",
  CAST((CAST(extract(DAY FROM ("ended_at" - "started_at") DAY(9) TO SECOND(6)) * 86400000000
    + extract(HOUR FROM ("ended_at" - "started_at") DAY(9) TO SECOND(6)) * 3600000000
    + extract(MINUTE FROM ("ended_at" - "started_at") DAY(9) TO SECOND(6)) * 60000000
    + extract(SECOND FROM ("ended_at" - "started_at") DAY(9) TO SECOND(6)) * 1000000 AS BIGINT)) / 1000000.0 AS DECIMAL(20, 6)) AS "duration",
  CAST(extract(DAY FROM ("ended_at" - "started_at") DAY(9) TO SECOND(6)) * 86400000000
    + extract(HOUR FROM ("ended_at" - "started_at") DAY(9) TO SECOND(6)) * 3600000000
    + extract(MINUTE FROM ("ended_at" - "started_at") DAY(9) TO SECOND(6)) * 60000000
    + extract(SECOND FROM ("ended_at" - "started_at") DAY(9) TO SECOND(6)) * 1000000 AS BIGINT) AS "duration_microseconds",
  "pageviews", "entry_page", "exit_page", CASE WHEN "pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
FROM "ranked"
WHERE "sz_rank" = 1
  AND NOT EXISTS (
    SELECT 1 FROM "session_lineage" AS "l"
    WHERE EXISTS (
        SELECT 1 FROM "session_runs" AS "finished_run"
        WHERE "finished_run"."state" = 'finished' AND "finished_run"."run_id" = "l"."run_id"
      )
      AND "l"."session_id" = "ranked"."anchor"
  );
