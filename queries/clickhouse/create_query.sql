-- create_query.sql for ClickHouse 26 (dialect clickhouse); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 2 answers documented, 47 assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  clickhouse-client --multiquery < create_query.sql

SET join_use_nulls = 1;

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS pageviews (
  event_id Nullable(String),
  user_id Nullable(String),
  page_view_at Nullable(DateTime64(6, 'UTC')),
  sequence Nullable(Int64),
  page Nullable(String)
)
ENGINE = MergeTree
ORDER BY tuple();

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS session_table (
  event_id String,
  session_id String,
  user_id String,
  page_view_at DateTime64(6, 'UTC'),
  sequence Nullable(Int64),
  page Nullable(String),
  run_id Int64
)
ENGINE = MergeTree
ORDER BY (user_id, page_view_at, event_id);

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS session_lineage (
  session_id String,
  became String,
  run_id Int64
)
ENGINE = MergeTree
ORDER BY (session_id, run_id);

-- session_versions: One row for each session that a run made or changed.
CREATE TABLE IF NOT EXISTS session_versions (
  anchor String,
  run_id Int64,
  session_id String,
  user_id String,
  started_at DateTime64(6, 'UTC'),
  ended_at DateTime64(6, 'UTC'),
  last_event_id String,
  first_sequence Nullable(Int64),
  last_sequence Nullable(Int64),
  pageviews Int64,
  anchors Int64,
  entry_page Nullable(String),
  exit_page Nullable(String)
)
ENGINE = MergeTree
ORDER BY (anchor, run_id);

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS session_runs (
  run_id Int64,
  state String,
  recorded_at DateTime64(6, 'UTC'),
  job String,
  mode String,
  window_from Nullable(DateTime64(6, 'UTC')),
  window_to Nullable(DateTime64(6, 'UTC')),
  arrival_mark Nullable(Int64),
  arrival_mark_at Nullable(DateTime64(6, 'UTC')),
  pageviews Nullable(Int64),
  sessions Nullable(Int64),
  lineage_rows Nullable(Int64),
  quarantined Nullable(Int64),
  layout Nullable(Int64),
  engine String,
  tool_version String
)
ENGINE = MergeTree
ORDER BY (run_id, state);

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS session_quarantine (
  reason String,
  event_id Nullable(String),
  user_id Nullable(String),
  page_view_at Nullable(String),
  page Nullable(String),
  source_file Nullable(String),
  line Nullable(Int64),
  run_id Nullable(Int64),
  row_key String
)
ENGINE = MergeTree
ORDER BY (row_key);

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW session_events AS
WITH finished_run AS (SELECT run_id AS run_id FROM session_runs WHERE state = 'finished'),
ranked AS (
  SELECT t.event_id AS event_id, t.session_id AS session_id, t.user_id AS user_id,
    t.page_view_at AS page_view_at, t.sequence AS sequence, t.page AS page, t.run_id AS run_id,
    row_number() OVER (PARTITION BY t.event_id ORDER BY t.run_id) AS sz_rank
  FROM session_table AS t LEFT SEMI JOIN finished_run ON finished_run.run_id = t.run_id
),
ranked_2 AS (
  SELECT l.session_id AS session_id, l.became AS became,
    row_number() OVER (PARTITION BY l.session_id ORDER BY l.run_id DESC, l.became) AS sz_rank
  FROM session_lineage AS l LEFT SEMI JOIN finished_run ON finished_run.run_id = l.run_id
),
resolution AS (
  SELECT session_id AS session_id, became AS became FROM ranked_2 WHERE sz_rank = 1
),
anchored AS (
  SELECT ranked.event_id AS event_id, ranked.user_id AS user_id,
    ranked.page_view_at AS page_view_at, ranked.sequence AS sequence, ranked.page AS page,
    ranked.run_id AS run_id, coalesce(resolution.became, ranked.session_id) AS anchor
  FROM ranked LEFT JOIN resolution ON resolution.session_id = ranked.session_id
  WHERE ranked.sz_rank = 1
),
ranked_3 AS (
  SELECT v.anchor AS anchor, v.session_id AS session_id, row_number() OVER w AS sz_rank
  FROM session_versions AS v LEFT SEMI JOIN finished_run ON finished_run.run_id = v.run_id
  WINDOW w AS (PARTITION BY v.anchor ORDER BY v.run_id DESC, v.pageviews DESC, v.session_id)
),
s AS (SELECT anchor AS anchor, session_id AS session_id FROM ranked_3 WHERE sz_rank = 1)
SELECT anchored.event_id AS event_id, coalesce(s.session_id, anchored.anchor) AS session_id,
  anchored.user_id AS user_id, anchored.page_view_at AS page_view_at, anchored.sequence AS sequence,
  anchored.page AS page, anchored.run_id AS run_id
FROM anchored LEFT JOIN s ON s.anchor = anchored.anchor
SETTINGS join_use_nulls = 1;

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW sessions AS
WITH finished_run AS (SELECT run_id AS run_id FROM session_runs WHERE state = 'finished'),
ranked AS (
  SELECT v.anchor AS anchor, v.session_id AS session_id, v.user_id AS user_id,
    v.started_at AS started_at, v.ended_at AS ended_at, v.pageviews AS pageviews,
    v.entry_page AS entry_page, v.exit_page AS exit_page, row_number() OVER w AS sz_rank
  FROM session_versions AS v LEFT SEMI JOIN finished_run ON finished_run.run_id = v.run_id
  WINDOW w AS (PARTITION BY v.anchor ORDER BY v.run_id DESC, v.pageviews DESC, v.session_id)
),
l AS (
  SELECT l.session_id AS session_id
  FROM session_lineage AS l LEFT SEMI JOIN finished_run ON finished_run.run_id = l.run_id
)
SELECT ranked.session_id AS session_id, ranked.user_id AS user_id,
  ranked.started_at AS started_at, ranked.ended_at AS ended_at,
  CAST(CAST((toUnixTimestamp64Micro(ranked.ended_at) - toUnixTimestamp64Micro(ranked.started_at)) AS Decimal(38, 6)) / 1000000 AS Decimal(20, 6)) AS `duration`,
  toUnixTimestamp64Micro(ranked.ended_at) - toUnixTimestamp64Micro(ranked.started_at) AS duration_microseconds,
  ranked.pageviews AS pageviews, ranked.entry_page AS entry_page, ranked.exit_page AS exit_page,
  CASE WHEN ranked.pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM ranked LEFT ANTI JOIN l ON l.session_id = ranked.anchor WHERE ranked.sz_rank = 1
SETTINGS join_use_nulls = 1;
