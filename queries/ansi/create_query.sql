-- create_query.sql for Standard SQL (dialect ansi)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 41 answers assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  the engine's own client, with create_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

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
  SELECT "t"."event_id", "t"."session_id", "t"."user_id", "t"."page_view_at", "t"."sequence",
    "t"."page", "t"."run_id",
    row_number() OVER (PARTITION BY "t"."event_id" ORDER BY "t"."run_id") AS "sz_rank"
  FROM "session_table" AS "t"
  WHERE EXISTS (
      SELECT 1 FROM "session_runs" AS "finished_run"
      WHERE "finished_run"."state" = 'finished' AND "finished_run"."run_id" = "t"."run_id"
    )
),
"ranked_2" AS (
  SELECT "l"."session_id", "l"."became",
    row_number() OVER (PARTITION BY "l"."session_id" ORDER BY "l"."run_id" DESC, "l"."became") AS "sz_rank"
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
  SELECT "v"."anchor", "v"."session_id",
    row_number() OVER (
      PARTITION BY "v"."anchor" ORDER BY "v"."run_id" DESC, "v"."pageviews" DESC, "v"."session_id"
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
  SELECT "v"."anchor", "v"."session_id", "v"."user_id", "v"."started_at", "v"."ended_at",
    "v"."pageviews", "v"."entry_page", "v"."exit_page",
    row_number() OVER (
      PARTITION BY "v"."anchor" ORDER BY "v"."run_id" DESC, "v"."pageviews" DESC, "v"."session_id"
    ) AS "sz_rank"
  FROM "session_versions" AS "v"
  WHERE EXISTS (
      SELECT 1 FROM "session_runs" AS "finished_run"
      WHERE "finished_run"."state" = 'finished' AND "finished_run"."run_id" = "v"."run_id"
    )
)
SELECT "ranked"."session_id", "ranked"."user_id", "ranked"."started_at", "ranked"."ended_at",
  CAST((CAST(extract(DAY FROM ("ranked"."ended_at" - "ranked"."started_at") DAY(9) TO SECOND(6)) * 86400000000
    + extract(HOUR FROM ("ranked"."ended_at" - "ranked"."started_at") DAY(9) TO SECOND(6)) * 3600000000
    + extract(MINUTE FROM ("ranked"."ended_at" - "ranked"."started_at") DAY(9) TO SECOND(6)) * 60000000
    + extract(SECOND FROM ("ranked"."ended_at" - "ranked"."started_at") DAY(9) TO SECOND(6)) * 1000000 AS BIGINT)) / 1000000.0 AS DECIMAL(20, 6)) AS "duration",
  CAST(extract(DAY FROM ("ranked"."ended_at" - "ranked"."started_at") DAY(9) TO SECOND(6)) * 86400000000
    + extract(HOUR FROM ("ranked"."ended_at" - "ranked"."started_at") DAY(9) TO SECOND(6)) * 3600000000
    + extract(MINUTE FROM ("ranked"."ended_at" - "ranked"."started_at") DAY(9) TO SECOND(6)) * 60000000
    + extract(SECOND FROM ("ranked"."ended_at" - "ranked"."started_at") DAY(9) TO SECOND(6)) * 1000000 AS BIGINT) AS "duration_microseconds",
  "ranked"."pageviews", "ranked"."entry_page", "ranked"."exit_page",
  CASE WHEN "ranked"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
FROM "ranked"
WHERE "ranked"."sz_rank" = 1
  AND NOT EXISTS (
    SELECT 1 FROM "session_lineage" AS "l"
    WHERE EXISTS (
        SELECT 1 FROM "session_runs" AS "finished_run"
        WHERE "finished_run"."state" = 'finished' AND "finished_run"."run_id" = "l"."run_id"
      )
      AND "l"."session_id" = "ranked"."anchor"
  );
