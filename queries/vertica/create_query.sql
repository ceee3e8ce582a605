-- create_query.sql for Vertica 12 (dialect vertica); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 1 answer documented, 48 assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  vsql -X -v ON_ERROR_STOP=on -f create_query.sql

SET TIME ZONE TO 'UTC';

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS pageviews (
  event_id VARCHAR(65000),
  user_id VARCHAR(65000),
  page_view_at TIMESTAMP,
  sequence INTEGER,
  page VARCHAR(65000)
);

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS session_table (
  event_id VARCHAR(1024) NOT NULL,
  session_id VARCHAR(1024) NOT NULL,
  user_id VARCHAR(1024) NOT NULL,
  page_view_at TIMESTAMP NOT NULL,
  sequence INTEGER,
  page VARCHAR(65000),
  run_id INTEGER NOT NULL,
  PRIMARY KEY (event_id) ENABLED
)
ORDER BY user_id, page_view_at, event_id;

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS session_lineage (
  session_id VARCHAR(1024) NOT NULL,
  became VARCHAR(1024) NOT NULL,
  run_id INTEGER NOT NULL
)
ORDER BY session_id, run_id;

-- session_versions: One row for each session that a run made or changed.
CREATE TABLE IF NOT EXISTS session_versions (
  anchor VARCHAR(1024) NOT NULL,
  run_id INTEGER NOT NULL,
  session_id VARCHAR(1024) NOT NULL,
  user_id VARCHAR(1024) NOT NULL,
  started_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP NOT NULL,
  last_event_id VARCHAR(1024) NOT NULL,
  first_sequence INTEGER,
  last_sequence INTEGER,
  pageviews INTEGER NOT NULL,
  anchors INTEGER NOT NULL,
  entry_page VARCHAR(65000),
  exit_page VARCHAR(65000),
  PRIMARY KEY (anchor, run_id) ENABLED
)
ORDER BY anchor, run_id;

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS session_runs (
  run_id INTEGER NOT NULL,
  state VARCHAR(1024) NOT NULL,
  recorded_at TIMESTAMP NOT NULL,
  job VARCHAR(65000) NOT NULL,
  mode VARCHAR(65000) NOT NULL,
  window_from TIMESTAMP,
  window_to TIMESTAMP,
  arrival_mark INTEGER,
  arrival_mark_at TIMESTAMP,
  pageviews INTEGER,
  sessions INTEGER,
  lineage_rows INTEGER,
  quarantined INTEGER,
  layout INTEGER,
  engine VARCHAR(65000) NOT NULL,
  tool_version VARCHAR(65000) NOT NULL,
  PRIMARY KEY (run_id, state) ENABLED
)
ORDER BY run_id, state;

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS session_quarantine (
  reason VARCHAR(1024) NOT NULL,
  event_id VARCHAR(65000),
  user_id VARCHAR(65000),
  page_view_at VARCHAR(65000),
  page VARCHAR(65000),
  source_file VARCHAR(65000),
  line INTEGER,
  run_id INTEGER,
  row_key VARCHAR(1024) NOT NULL
)
ORDER BY row_key;

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW session_events AS
WITH ranked AS (
  SELECT session_id, became,
    row_number() OVER (PARTITION BY session_id ORDER BY run_id DESC) AS sz_rank
  FROM session_lineage
),
resolution AS (SELECT session_id, became FROM ranked WHERE sz_rank = 1),
anchored AS (
  SELECT t.event_id, t.user_id, t.page_view_at, t.sequence, t.page, t.run_id,
    coalesce(resolution.became, t.session_id) AS anchor
  FROM session_table AS t LEFT JOIN resolution ON resolution.session_id = t.session_id
),
ranked_2 AS (
  SELECT anchor, session_id, row_number() OVER (PARTITION BY anchor ORDER BY run_id DESC) AS sz_rank
  FROM session_versions
),
s AS (SELECT anchor, session_id FROM ranked_2 WHERE sz_rank = 1)
SELECT anchored.event_id, coalesce(s.session_id, anchored.anchor) AS session_id, anchored.user_id,
  anchored.page_view_at, anchored.sequence, anchored.page, anchored.run_id
FROM anchored LEFT JOIN s ON s.anchor = anchored.anchor;

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW sessions AS
WITH ranked AS (
  SELECT anchor, session_id, user_id, started_at, ended_at, pageviews, entry_page, exit_page,
    row_number() OVER (PARTITION BY anchor ORDER BY run_id DESC) AS sz_rank
  FROM session_versions
)
SELECT session_id, user_id, started_at, ended_at,
  CAST(CAST((TIMESTAMPDIFF(MICROSECOND, started_at, ended_at)) AS NUMERIC(26, 6)) / 1000000 AS NUMERIC(20, 6)) AS "duration",
  TIMESTAMPDIFF(MICROSECOND, started_at, ended_at) AS duration_microseconds, pageviews, entry_page,
  exit_page, CASE WHEN pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM ranked
WHERE sz_rank = 1 AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.session_id = ranked.anchor);
