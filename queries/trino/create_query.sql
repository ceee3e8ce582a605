-- create_query.sql for Trino (Iceberg), Starburst (dialect trino); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 24 answers documented, 25 assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  trino --catalog my_catalog --schema my_schema -f create_query.sql

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS pageviews (
  event_id varchar,
  user_id varchar,
  page_view_at timestamp(6),
  sequence bigint,
  page varchar
);

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS session_table (
  event_id varchar NOT NULL,
  session_id varchar NOT NULL,
  user_id varchar NOT NULL,
  page_view_at timestamp(6) NOT NULL,
  sequence bigint,
  page varchar,
  run_id bigint NOT NULL
);

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS session_lineage (
  session_id varchar NOT NULL,
  became varchar NOT NULL,
  run_id bigint NOT NULL
);

-- session_versions: One row for each session that a run made or changed.
CREATE TABLE IF NOT EXISTS session_versions (
  anchor varchar NOT NULL,
  run_id bigint NOT NULL,
  session_id varchar NOT NULL,
  user_id varchar NOT NULL,
  started_at timestamp(6) NOT NULL,
  ended_at timestamp(6) NOT NULL,
  last_event_id varchar NOT NULL,
  first_sequence bigint,
  last_sequence bigint,
  pageviews bigint NOT NULL,
  anchors bigint NOT NULL,
  entry_page varchar,
  exit_page varchar
);

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS session_runs (
  run_id bigint NOT NULL,
  state varchar NOT NULL,
  recorded_at timestamp(6) NOT NULL,
  job varchar NOT NULL,
  mode varchar NOT NULL,
  window_from timestamp(6),
  window_to timestamp(6),
  arrival_mark bigint,
  arrival_mark_at timestamp(6),
  pageviews bigint,
  sessions bigint,
  lineage_rows bigint,
  quarantined bigint,
  layout bigint,
  engine varchar NOT NULL,
  tool_version varchar NOT NULL
);

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS session_quarantine (
  reason varchar NOT NULL,
  event_id varchar,
  user_id varchar,
  page_view_at varchar,
  page varchar,
  source_file varchar,
  line bigint,
  run_id bigint,
  row_key varchar NOT NULL
);

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW session_events AS
WITH finished_run AS (SELECT run_id FROM session_runs WHERE state = 'finished'),
finished_run_2 AS (SELECT DISTINCT run_id FROM finished_run),
ranked AS (
  SELECT t.event_id, t.session_id, t.user_id, t.page_view_at, t.sequence, t.page, t.run_id,
    row_number() OVER (PARTITION BY t.event_id ORDER BY t.run_id) AS sz_rank
  FROM session_table AS t JOIN finished_run_2 AS finished_run ON finished_run.run_id = t.run_id
),
ranked_2 AS (
  SELECT l.session_id, l.became,
    row_number() OVER (PARTITION BY l.session_id ORDER BY l.run_id DESC, l.became) AS sz_rank
  FROM session_lineage AS l JOIN finished_run_2 AS finished_run ON finished_run.run_id = l.run_id
),
resolution AS (SELECT session_id, became FROM ranked_2 WHERE sz_rank = 1),
anchored AS (
  SELECT ranked.event_id, ranked.user_id, ranked.page_view_at, ranked.sequence, ranked.page,
    ranked.run_id, coalesce(resolution.became, ranked.session_id) AS anchor
  FROM ranked LEFT JOIN resolution ON resolution.session_id = ranked.session_id
  WHERE ranked.sz_rank = 1
),
ranked_3 AS (
  SELECT v.anchor, v.session_id, row_number() OVER w AS sz_rank
  FROM session_versions AS v JOIN finished_run_2 AS finished_run ON finished_run.run_id = v.run_id
  WINDOW w AS (PARTITION BY v.anchor ORDER BY v.run_id DESC, v.pageviews DESC, v.session_id)
),
s AS (SELECT anchor, session_id FROM ranked_3 WHERE sz_rank = 1)
SELECT anchored.event_id, coalesce(s.session_id, anchored.anchor) AS session_id, anchored.user_id,
  anchored.page_view_at, anchored.sequence, anchored.page, anchored.run_id
FROM anchored LEFT JOIN s ON s.anchor = anchored.anchor;

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW sessions AS
WITH finished_run AS (SELECT run_id FROM session_runs WHERE state = 'finished'),
finished_run_2 AS (SELECT DISTINCT run_id FROM finished_run),
ranked AS (
  SELECT v.anchor, v.session_id, v.user_id, v.started_at, v.ended_at, v.pageviews, v.entry_page,
    v.exit_page, row_number() OVER w AS sz_rank
  FROM session_versions AS v JOIN finished_run_2 AS finished_run ON finished_run.run_id = v.run_id
  WINDOW w AS (PARTITION BY v.anchor ORDER BY v.run_id DESC, v.pageviews DESC, v.session_id)
),
l AS (
  SELECT l.session_id
  FROM session_lineage AS l JOIN finished_run_2 AS finished_run ON finished_run.run_id = l.run_id
)
SELECT ranked.session_id, ranked.user_id, ranked.started_at, ranked.ended_at,
  CAST(CAST(((date_diff('second', date_trunc('second', ranked.started_at), date_trunc('second', ranked.ended_at)) * 1000000
    + CAST(substr(CAST(ranked.ended_at AS varchar), 21, 6) AS bigint) - CAST(substr(CAST(ranked.started_at AS varchar), 21, 6) AS bigint))) AS decimal(26, 6)) / 1000000 AS decimal(20, 6)) AS "duration",
  (date_diff('second', date_trunc('second', ranked.started_at), date_trunc('second', ranked.ended_at)) * 1000000
    + CAST(substr(CAST(ranked.ended_at AS varchar), 21, 6) AS bigint) - CAST(substr(CAST(ranked.started_at AS varchar), 21, 6) AS bigint)) AS duration_microseconds,
  ranked.pageviews, ranked.entry_page, ranked.exit_page,
  CASE WHEN ranked.pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM ranked LEFT JOIN l ON l.session_id = ranked.anchor
WHERE ranked.sz_rank = 1 AND l.session_id IS NULL;
