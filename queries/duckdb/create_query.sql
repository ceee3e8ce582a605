-- create_query.sql for DuckDB 1.5 and 2 (dialect duckdb); rendered by sessionizer, not edited by hand.
-- Evidence: tested live, that is, the project's tests run it on the engine.
-- Of what is known of the engine: 37 answers tested live, 12 assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  duckdb -bail my.duckdb < create_query.sql

-- pageviews: The source: everything that was loaded.
CREATE SEQUENCE IF NOT EXISTS pageviews_arrivals;
CREATE TABLE IF NOT EXISTS pageviews (
  arrival_id BIGINT NOT NULL DEFAULT nextval('pageviews_arrivals') PRIMARY KEY,
  event_id VARCHAR,
  user_id VARCHAR,
  page_view_at TIMESTAMP,
  sequence BIGINT,
  page VARCHAR
);

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS session_table (
  event_id VARCHAR NOT NULL,
  session_id VARCHAR NOT NULL,
  user_id VARCHAR NOT NULL,
  page_view_at TIMESTAMP NOT NULL,
  sequence BIGINT,
  page VARCHAR,
  run_id BIGINT NOT NULL,
  PRIMARY KEY (event_id)
);

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS session_lineage (
  session_id VARCHAR NOT NULL,
  became VARCHAR NOT NULL,
  run_id BIGINT NOT NULL
);

-- session_versions: One row for each session that a run made or changed.
CREATE TABLE IF NOT EXISTS session_versions (
  anchor VARCHAR NOT NULL,
  run_id BIGINT NOT NULL,
  session_id VARCHAR NOT NULL,
  user_id VARCHAR NOT NULL,
  started_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP NOT NULL,
  last_event_id VARCHAR NOT NULL,
  first_sequence BIGINT,
  last_sequence BIGINT,
  pageviews BIGINT NOT NULL,
  anchors BIGINT NOT NULL,
  entry_page VARCHAR,
  exit_page VARCHAR,
  PRIMARY KEY (anchor, run_id)
);

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS session_runs (
  run_id BIGINT NOT NULL,
  state VARCHAR NOT NULL,
  recorded_at TIMESTAMP NOT NULL,
  job VARCHAR NOT NULL,
  mode VARCHAR NOT NULL,
  window_from TIMESTAMP,
  window_to TIMESTAMP,
  arrival_mark BIGINT,
  arrival_mark_at TIMESTAMP,
  pageviews BIGINT,
  sessions BIGINT,
  lineage_rows BIGINT,
  quarantined BIGINT,
  layout BIGINT,
  engine VARCHAR NOT NULL,
  tool_version VARCHAR NOT NULL,
  PRIMARY KEY (run_id, state)
);

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS session_quarantine (
  reason VARCHAR NOT NULL,
  event_id VARCHAR,
  user_id VARCHAR,
  page_view_at VARCHAR,
  page VARCHAR,
  source_file VARCHAR,
  line BIGINT,
  run_id BIGINT,
  row_key VARCHAR NOT NULL
);

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW session_events AS
WITH anchored AS MATERIALIZED (
  SELECT event_id, user_id, page_view_at, sequence, page, run_id,
    coalesce((
      SELECT l.became FROM session_lineage AS l WHERE l.session_id = t.session_id ORDER BY l.run_id DESC
      LIMIT 1
    ), session_id) AS anchor
  FROM session_table AS t
)
SELECT event_id,
  coalesce((
    SELECT v.session_id FROM session_versions AS v WHERE v.anchor = anchored.anchor
    ORDER BY v.run_id DESC LIMIT 1
  ), anchor) AS session_id,
  user_id, page_view_at, sequence, page, run_id
FROM anchored;

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW sessions AS
SELECT session_id, user_id, started_at, ended_at,
  CAST((date_diff('microsecond', started_at, ended_at)) * 0.000001 AS DECIMAL(20, 6)) AS "duration",
  date_diff('microsecond', started_at, ended_at) AS duration_microseconds, pageviews, entry_page,
  exit_page, CASE WHEN pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM session_versions AS v
WHERE NOT EXISTS (SELECT 1 FROM session_versions AS w WHERE w.anchor = v.anchor AND w.run_id > v.run_id)
  AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.session_id = v.anchor);
