-- create_query.sql for Teradata Vantage 17 (dialect teradata); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 49 answers assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  (cat logon.txt; echo '.SET ERRORLEVEL 3803 SEVERITY 0'; echo '.SET MAXERROR 1'; cat create_query.sql) | bteq

SET TIME ZONE INTERVAL '00:00' HOUR TO MINUTE;

-- pageviews: The source: everything that was loaded.
CREATE MULTISET TABLE pageviews (
  event_id VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  user_id VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  page_view_at TIMESTAMP(6),
  sequence BIGINT,
  page VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC
)
NO PRIMARY INDEX;

-- session_table: One row for each sessionized pageview.
CREATE MULTISET TABLE session_table (
  event_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  session_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  user_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  page_view_at TIMESTAMP(6) NOT NULL,
  sequence BIGINT,
  page VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  run_id BIGINT NOT NULL
)
PRIMARY INDEX (user_id);

-- session_lineage: Which anchors were merged, and into which.
CREATE MULTISET TABLE session_lineage (
  session_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  became VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  run_id BIGINT NOT NULL
)
PRIMARY INDEX (session_id);

-- session_versions: One row for each session that a run made or changed.
CREATE MULTISET TABLE session_versions (
  anchor VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  run_id BIGINT NOT NULL,
  session_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  user_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  started_at TIMESTAMP(6) NOT NULL,
  ended_at TIMESTAMP(6) NOT NULL,
  last_event_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  first_sequence BIGINT,
  last_sequence BIGINT,
  pageviews BIGINT NOT NULL,
  anchors BIGINT NOT NULL,
  entry_page VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  exit_page VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC
)
PRIMARY INDEX (anchor);

-- session_runs: Two rows for each run.
CREATE MULTISET TABLE session_runs (
  run_id BIGINT NOT NULL,
  state VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  recorded_at TIMESTAMP(6) NOT NULL,
  job VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  mode VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  window_from TIMESTAMP(6),
  window_to TIMESTAMP(6),
  arrival_mark BIGINT,
  arrival_mark_at TIMESTAMP(6),
  pageviews BIGINT,
  sessions BIGINT,
  lineage_rows BIGINT,
  quarantined BIGINT,
  layout BIGINT,
  engine VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  tool_version VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC NOT NULL
)
PRIMARY INDEX (run_id);

-- session_quarantine: What cannot be sessionized, and why.
CREATE MULTISET TABLE session_quarantine (
  reason VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  event_id VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  user_id VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  page_view_at VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  page VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  source_file VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  line BIGINT,
  run_id BIGINT,
  row_key VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL
)
PRIMARY INDEX (row_key);

-- session_events: Each sessionized pageview with its current session.
REPLACE VIEW session_events AS
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
    ON resolution.session_id = ranked.session_id AND CHARACTER_LENGTH(resolution.session_id) = CHARACTER_LENGTH(ranked.session_id)
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
LEFT JOIN s
  ON s.anchor = anchored.anchor AND CHARACTER_LENGTH(s.anchor) = CHARACTER_LENGTH(anchored.anchor);

-- sessions: One row for each current session.
REPLACE VIEW sessions AS
WITH ranked AS (
  SELECT anchor, session_id, user_id, started_at, ended_at, pageviews, entry_page, exit_page,
    row_number() OVER (
      PARTITION BY anchor, anchor || CHR(1) ORDER BY run_id DESC, pageviews DESC, session_id || CHR(1)
    ) AS sz_rank
  FROM session_versions
)
SELECT session_id, user_id, started_at, ended_at,
  CAST(CAST(((CAST(EXTRACT(DAY FROM ((ended_at - started_at) DAY(4) TO SECOND(6))) AS BIGINT) * 86400000000
    + EXTRACT(HOUR FROM ((ended_at - started_at) DAY(4) TO SECOND(6))) * 3600000000
    + EXTRACT(MINUTE FROM ((ended_at - started_at) DAY(4) TO SECOND(6))) * 60000000
    + CAST(EXTRACT(SECOND FROM ((ended_at - started_at) DAY(4) TO SECOND(6))) * 1000000 AS BIGINT))) AS DECIMAL(26, 6)) / 1000000 AS DECIMAL(20, 6)) AS "duration",
  (CAST(EXTRACT(DAY FROM ((ended_at - started_at) DAY(4) TO SECOND(6))) AS BIGINT) * 86400000000
    + EXTRACT(HOUR FROM ((ended_at - started_at) DAY(4) TO SECOND(6))) * 3600000000
    + EXTRACT(MINUTE FROM ((ended_at - started_at) DAY(4) TO SECOND(6))) * 60000000
    + CAST(EXTRACT(SECOND FROM ((ended_at - started_at) DAY(4) TO SECOND(6))) * 1000000 AS BIGINT)) AS duration_microseconds,
  pageviews, entry_page, exit_page, CASE WHEN pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM ranked
WHERE sz_rank = 1
  AND NOT EXISTS (
    SELECT 1 FROM session_lineage AS l
    WHERE l.session_id = ranked.anchor AND CHARACTER_LENGTH(l.session_id) = CHARACTER_LENGTH(ranked.anchor)
  );
