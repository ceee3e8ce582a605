-- create_query.sql for Amazon Redshift (dialect redshift); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 25 answers documented, 24 assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  psql -X -v ON_ERROR_STOP=1 -f create_query.sql

SET TIMEZONE TO 'UTC';

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS pageviews (
  event_id VARCHAR(65535) COLLATE CASE_SENSITIVE,
  user_id VARCHAR(65535) COLLATE CASE_SENSITIVE,
  page_view_at TIMESTAMP,
  sequence BIGINT,
  page VARCHAR(65535) COLLATE CASE_SENSITIVE
);

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS session_table (
  event_id VARCHAR(1024) COLLATE CASE_SENSITIVE NOT NULL,
  session_id VARCHAR(1024) COLLATE CASE_SENSITIVE NOT NULL,
  user_id VARCHAR(1024) COLLATE CASE_SENSITIVE NOT NULL,
  page_view_at TIMESTAMP NOT NULL,
  sequence BIGINT,
  page VARCHAR(65535) COLLATE CASE_SENSITIVE,
  run_id BIGINT NOT NULL
)
COMPOUND SORTKEY (user_id, page_view_at, event_id);

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS session_lineage (
  session_id VARCHAR(1024) COLLATE CASE_SENSITIVE NOT NULL,
  became VARCHAR(1024) COLLATE CASE_SENSITIVE NOT NULL,
  run_id BIGINT NOT NULL
)
COMPOUND SORTKEY (session_id, run_id);

-- session_versions: One row for each session that a run made or changed.
CREATE TABLE IF NOT EXISTS session_versions (
  anchor VARCHAR(1024) COLLATE CASE_SENSITIVE NOT NULL,
  run_id BIGINT NOT NULL,
  session_id VARCHAR(1024) COLLATE CASE_SENSITIVE NOT NULL,
  user_id VARCHAR(1024) COLLATE CASE_SENSITIVE NOT NULL,
  started_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP NOT NULL,
  last_event_id VARCHAR(1024) COLLATE CASE_SENSITIVE NOT NULL,
  first_sequence BIGINT,
  last_sequence BIGINT,
  pageviews BIGINT NOT NULL,
  anchors BIGINT NOT NULL,
  entry_page VARCHAR(65535) COLLATE CASE_SENSITIVE,
  exit_page VARCHAR(65535) COLLATE CASE_SENSITIVE
)
COMPOUND SORTKEY (anchor, run_id);

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS session_runs (
  run_id BIGINT NOT NULL,
  state VARCHAR(1024) COLLATE CASE_SENSITIVE NOT NULL,
  recorded_at TIMESTAMP NOT NULL,
  job VARCHAR(65535) COLLATE CASE_SENSITIVE NOT NULL,
  mode VARCHAR(65535) COLLATE CASE_SENSITIVE NOT NULL,
  window_from TIMESTAMP,
  window_to TIMESTAMP,
  arrival_mark BIGINT,
  arrival_mark_at TIMESTAMP,
  pageviews BIGINT,
  sessions BIGINT,
  lineage_rows BIGINT,
  quarantined BIGINT,
  layout BIGINT,
  engine VARCHAR(65535) COLLATE CASE_SENSITIVE NOT NULL,
  tool_version VARCHAR(65535) COLLATE CASE_SENSITIVE NOT NULL
)
COMPOUND SORTKEY (run_id, state);

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS session_quarantine (
  reason VARCHAR(1024) COLLATE CASE_SENSITIVE NOT NULL,
  event_id VARCHAR(65535) COLLATE CASE_SENSITIVE,
  user_id VARCHAR(65535) COLLATE CASE_SENSITIVE,
  page_view_at VARCHAR(65535) COLLATE CASE_SENSITIVE,
  page VARCHAR(65535) COLLATE CASE_SENSITIVE,
  source_file VARCHAR(65535) COLLATE CASE_SENSITIVE,
  line BIGINT,
  run_id BIGINT,
  row_key VARCHAR(1024) COLLATE CASE_SENSITIVE NOT NULL
)
COMPOUND SORTKEY (row_key);

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW session_events AS
WITH ranked AS (
  SELECT event_id, session_id, user_id, page_view_at, sequence, page, run_id,
    row_number() OVER (PARTITION BY event_id, event_id || CHR(1) ORDER BY run_id) AS sz_rank
  FROM session_table
),
ranked_2 AS (
  SELECT session_id, became,
    row_number() OVER (
      PARTITION BY session_id, session_id || CHR(1) ORDER BY run_id DESC, became || CHR(1)
    ) AS sz_rank
  FROM session_lineage
),
resolution AS (SELECT session_id, became FROM ranked_2 WHERE sz_rank = 1),
anchored AS (
  SELECT ranked.event_id, ranked.user_id, ranked.page_view_at, ranked.sequence, ranked.page,
    ranked.run_id, coalesce(resolution.became, ranked.session_id) AS anchor
  FROM ranked
  LEFT JOIN resolution
    ON resolution.session_id = ranked.session_id AND OCTET_LENGTH(resolution.session_id) = OCTET_LENGTH(ranked.session_id)
  WHERE ranked.sz_rank = 1
),
ranked_3 AS (
  SELECT anchor, session_id,
    row_number() OVER (
      PARTITION BY anchor, anchor || CHR(1) ORDER BY run_id DESC, pageviews DESC, session_id || CHR(1)
    ) AS sz_rank
  FROM session_versions
),
s AS (SELECT anchor, session_id FROM ranked_3 WHERE sz_rank = 1)
SELECT anchored.event_id, coalesce(s.session_id, anchored.anchor) AS session_id, anchored.user_id,
  anchored.page_view_at, anchored.sequence, anchored.page, anchored.run_id
FROM anchored
LEFT JOIN s ON s.anchor = anchored.anchor AND OCTET_LENGTH(s.anchor) = OCTET_LENGTH(anchored.anchor);

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW sessions AS
WITH ranked AS (
  SELECT anchor, session_id, user_id, started_at, ended_at, pageviews, entry_page, exit_page,
    row_number() OVER (
      PARTITION BY anchor, anchor || CHR(1) ORDER BY run_id DESC, pageviews DESC, session_id || CHR(1)
    ) AS sz_rank
  FROM session_versions
)
SELECT ranked.session_id, ranked.user_id, ranked.started_at, ranked.ended_at,
  CAST(CAST((DATEDIFF(microsecond, ranked.started_at, ranked.ended_at)) AS DECIMAL(26, 6)) / 1000000 AS DECIMAL(20, 6)) AS "duration",
  DATEDIFF(microsecond, ranked.started_at, ranked.ended_at) AS duration_microseconds,
  ranked.pageviews, ranked.entry_page, ranked.exit_page,
  CASE WHEN ranked.pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM ranked
LEFT JOIN session_lineage AS l
  ON l.session_id = ranked.anchor AND OCTET_LENGTH(l.session_id) = OCTET_LENGTH(ranked.anchor)
WHERE ranked.sz_rank = 1 AND l.session_id IS NULL;
