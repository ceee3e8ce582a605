-- create_query.sql for Spark SQL 4 (dialect spark); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 11 answers documented, 38 assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  spark-sql -f create_query.sql

SET spark.sql.variable.substitute = false;
SET TIME ZONE 'UTC';

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS pageviews (
  event_id STRING,
  user_id STRING,
  page_view_at TIMESTAMP_NTZ,
  sequence BIGINT,
  page STRING
)
USING parquet;

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS session_table (
  event_id STRING NOT NULL,
  session_id STRING NOT NULL,
  user_id STRING NOT NULL,
  page_view_at TIMESTAMP_NTZ NOT NULL,
  sequence BIGINT,
  page STRING,
  run_id BIGINT NOT NULL
)
USING parquet;

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS session_lineage (
  session_id STRING NOT NULL,
  became STRING NOT NULL,
  run_id BIGINT NOT NULL
)
USING parquet;

-- session_versions: One row for each session that a run made or changed.
CREATE TABLE IF NOT EXISTS session_versions (
  anchor STRING NOT NULL,
  run_id BIGINT NOT NULL,
  session_id STRING NOT NULL,
  user_id STRING NOT NULL,
  started_at TIMESTAMP_NTZ NOT NULL,
  ended_at TIMESTAMP_NTZ NOT NULL,
  last_event_id STRING NOT NULL,
  first_sequence BIGINT,
  last_sequence BIGINT,
  pageviews BIGINT NOT NULL,
  anchors BIGINT NOT NULL,
  entry_page STRING,
  exit_page STRING
)
USING parquet;

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS session_runs (
  run_id BIGINT NOT NULL,
  state STRING NOT NULL,
  recorded_at TIMESTAMP_NTZ NOT NULL,
  job STRING NOT NULL,
  mode STRING NOT NULL,
  window_from TIMESTAMP_NTZ,
  window_to TIMESTAMP_NTZ,
  arrival_mark BIGINT,
  arrival_mark_at TIMESTAMP_NTZ,
  pageviews BIGINT,
  sessions BIGINT,
  lineage_rows BIGINT,
  quarantined BIGINT,
  layout BIGINT,
  engine STRING NOT NULL,
  tool_version STRING NOT NULL
)
USING parquet;

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS session_quarantine (
  reason STRING NOT NULL,
  event_id STRING,
  user_id STRING,
  page_view_at STRING,
  page STRING,
  source_file STRING,
  line BIGINT,
  run_id BIGINT,
  row_key STRING NOT NULL
)
USING parquet;

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW session_events AS
WITH ranked AS (
  SELECT event_id, session_id, user_id, page_view_at, sequence, page, run_id,
    row_number() OVER (PARTITION BY event_id ORDER BY run_id) AS sz_rank
  FROM session_table AS t
  WHERE EXISTS (
      SELECT 1 FROM session_runs AS finished_run
      WHERE finished_run.state = 'finished' AND finished_run.run_id = t.run_id
    )
),
ranked_2 AS (
  SELECT session_id, became,
    row_number() OVER (PARTITION BY session_id ORDER BY run_id DESC, became) AS sz_rank
  FROM session_lineage AS l
  WHERE EXISTS (
      SELECT 1 FROM session_runs AS finished_run
      WHERE finished_run.state = 'finished' AND finished_run.run_id = l.run_id
    )
),
resolution AS (SELECT session_id, became FROM ranked_2 WHERE sz_rank = 1),
anchored AS (
  SELECT ranked.event_id, ranked.user_id, ranked.page_view_at, ranked.sequence, ranked.page,
    ranked.run_id, coalesce(resolution.became, ranked.session_id) AS anchor
  FROM ranked LEFT JOIN resolution ON resolution.session_id = ranked.session_id
  WHERE ranked.sz_rank = 1
),
ranked_3 AS (
  SELECT anchor, session_id, row_number() OVER w AS sz_rank FROM session_versions AS v
  WHERE EXISTS (
      SELECT 1 FROM session_runs AS finished_run
      WHERE finished_run.state = 'finished' AND finished_run.run_id = v.run_id
    )
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
  FROM session_versions AS v
  WHERE EXISTS (
      SELECT 1 FROM session_runs AS finished_run
      WHERE finished_run.state = 'finished' AND finished_run.run_id = v.run_id
    )
  WINDOW w AS (PARTITION BY anchor ORDER BY run_id DESC, pageviews DESC, session_id)
)
SELECT session_id, user_id, started_at, ended_at,
  CAST(CAST((timestampdiff(MICROSECOND, CAST(CAST(started_at AS STRING) || 'Z' AS TIMESTAMP), CAST(CAST(ended_at AS STRING) || 'Z' AS TIMESTAMP))) AS DECIMAL(20, 0)) / 1000000 AS DECIMAL(20, 6)) AS `duration`,
  timestampdiff(MICROSECOND, CAST(CAST(started_at AS STRING) || 'Z' AS TIMESTAMP), CAST(CAST(ended_at AS STRING) || 'Z' AS TIMESTAMP)) AS duration_microseconds,
  pageviews, entry_page, exit_page, CASE WHEN pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM ranked
WHERE sz_rank = 1
  AND NOT EXISTS (
    SELECT 1 FROM session_lineage AS l
    WHERE EXISTS (
        SELECT 1 FROM session_runs AS finished_run
        WHERE finished_run.state = 'finished' AND finished_run.run_id = l.run_id
      )
      AND l.session_id = ranked.anchor
  );
