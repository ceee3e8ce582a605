-- create_query.sql for BigQuery (dialect bigquery); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 26 answers documented, 23 assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Put in {{ dataset }} first: where the tables are, which a view must say.
--
-- Run it:  bq query --use_legacy_sql=false --dataset_id=my_dataset < create_query.sql

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS pageviews (
  event_id STRING,
  user_id STRING,
  page_view_at DATETIME,
  sequence INT64,
  page STRING
)
DEFAULT COLLATE '';

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS session_table (
  event_id STRING NOT NULL,
  session_id STRING NOT NULL,
  user_id STRING NOT NULL,
  page_view_at DATETIME NOT NULL,
  sequence INT64,
  page STRING,
  run_id INT64 NOT NULL
)
DEFAULT COLLATE ''
CLUSTER BY user_id, page_view_at, event_id;

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS session_lineage (
  session_id STRING NOT NULL,
  became STRING NOT NULL,
  run_id INT64 NOT NULL
)
DEFAULT COLLATE ''
CLUSTER BY session_id, run_id;

-- session_versions: One row for each session that a run made or changed.
CREATE TABLE IF NOT EXISTS session_versions (
  anchor STRING NOT NULL,
  run_id INT64 NOT NULL,
  session_id STRING NOT NULL,
  user_id STRING NOT NULL,
  started_at DATETIME NOT NULL,
  ended_at DATETIME NOT NULL,
  last_event_id STRING NOT NULL,
  first_sequence INT64,
  last_sequence INT64,
  pageviews INT64 NOT NULL,
  anchors INT64 NOT NULL,
  entry_page STRING,
  exit_page STRING
)
DEFAULT COLLATE ''
CLUSTER BY anchor, run_id;

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS session_runs (
  run_id INT64 NOT NULL,
  state STRING NOT NULL,
  recorded_at DATETIME NOT NULL,
  job STRING NOT NULL,
  mode STRING NOT NULL,
  window_from DATETIME,
  window_to DATETIME,
  arrival_mark INT64,
  arrival_mark_at DATETIME,
  pageviews INT64,
  sessions INT64,
  lineage_rows INT64,
  quarantined INT64,
  layout INT64,
  engine STRING NOT NULL,
  tool_version STRING NOT NULL
)
DEFAULT COLLATE ''
CLUSTER BY run_id, state;

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS session_quarantine (
  reason STRING NOT NULL,
  event_id STRING,
  user_id STRING,
  page_view_at STRING,
  page STRING,
  source_file STRING,
  line INT64,
  run_id INT64,
  row_key STRING NOT NULL
)
DEFAULT COLLATE ''
CLUSTER BY row_key;

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW session_events AS
WITH ranked AS (
  SELECT event_id, session_id, user_id, page_view_at, sequence, page, run_id,
    row_number() OVER (PARTITION BY event_id ORDER BY run_id) AS sz_rank
  FROM {{ dataset }}.session_table
),
ranked_2 AS (
  SELECT session_id, became,
    row_number() OVER (PARTITION BY session_id ORDER BY run_id DESC, became) AS sz_rank
  FROM {{ dataset }}.session_lineage
),
resolution AS (SELECT session_id, became FROM ranked_2 WHERE sz_rank = 1),
anchored AS (
  SELECT ranked.event_id, ranked.user_id, ranked.page_view_at, ranked.sequence, ranked.page,
    ranked.run_id, coalesce(resolution.became, ranked.session_id) AS anchor
  FROM ranked LEFT JOIN resolution ON resolution.session_id = ranked.session_id
  WHERE ranked.sz_rank = 1
),
ranked_3 AS (
  SELECT anchor, session_id, row_number() OVER w AS sz_rank FROM {{ dataset }}.session_versions
  WINDOW w AS (PARTITION BY anchor ORDER BY run_id DESC, pageviews DESC, session_id)
),
s AS (SELECT anchor, session_id FROM ranked_3 WHERE sz_rank = 1)
SELECT anchored.event_id, coalesce(s.session_id, anchored.anchor) AS session_id, anchored.user_id,
  anchored.page_view_at, anchored.sequence, anchored.page, anchored.run_id
FROM anchored LEFT JOIN s ON s.anchor = anchored.anchor;

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW sessions AS
WITH ranked AS (
  SELECT anchor, session_id, user_id, started_at, ended_at, pageviews, entry_page, exit_page,
    row_number() OVER w AS sz_rank
  FROM {{ dataset }}.session_versions
  WINDOW w AS (PARTITION BY anchor ORDER BY run_id DESC, pageviews DESC, session_id)
)
SELECT session_id, user_id, started_at, ended_at,
  CAST((DATETIME_DIFF(ended_at, started_at, MICROSECOND)) AS NUMERIC) / 1000000 AS `duration`,
  DATETIME_DIFF(ended_at, started_at, MICROSECOND) AS duration_microseconds, pageviews, entry_page,
  exit_page, CASE WHEN pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM ranked
WHERE sz_rank = 1
  AND NOT EXISTS (SELECT 1 FROM {{ dataset }}.session_lineage AS l WHERE l.session_id = ranked.anchor);
