-- create_query.sql for Microsoft Fabric warehouse (dialect fabric); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 4 answers documented, 45 assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  sqlcmd -b -x -I -i create_query.sql

SET XACT_ABORT ON;
GO

-- pageviews: The source: everything that was loaded.
IF OBJECT_ID('pageviews', 'U') IS NULL
CREATE TABLE pageviews (
  event_id varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  user_id varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  page_view_at datetime2(6) NULL,
  sequence bigint NULL,
  page varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL
);
GO

-- session_table: One row for each sessionized pageview.
IF OBJECT_ID('session_table', 'U') IS NULL
CREATE TABLE session_table (
  event_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  session_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  user_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  page_view_at datetime2(6) NOT NULL,
  sequence bigint NULL,
  page varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  run_id bigint NOT NULL
);
GO

-- session_lineage: Which anchors were merged, and into which.
IF OBJECT_ID('session_lineage', 'U') IS NULL
CREATE TABLE session_lineage (
  session_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  became varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  run_id bigint NOT NULL
);
GO

-- session_versions: One row for each session that a run made or changed.
IF OBJECT_ID('session_versions', 'U') IS NULL
CREATE TABLE session_versions (
  anchor varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  run_id bigint NOT NULL,
  session_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  user_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  started_at datetime2(6) NOT NULL,
  ended_at datetime2(6) NOT NULL,
  last_event_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  first_sequence bigint NULL,
  last_sequence bigint NULL,
  pageviews bigint NOT NULL,
  anchors bigint NOT NULL,
  entry_page varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  exit_page varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL
);
GO

-- session_runs: Two rows for each run.
IF OBJECT_ID('session_runs', 'U') IS NULL
CREATE TABLE session_runs (
  run_id bigint NOT NULL,
  state varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  recorded_at datetime2(6) NOT NULL,
  job varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  mode varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  window_from datetime2(6) NULL,
  window_to datetime2(6) NULL,
  arrival_mark bigint NULL,
  arrival_mark_at datetime2(6) NULL,
  pageviews bigint NULL,
  sessions bigint NULL,
  lineage_rows bigint NULL,
  quarantined bigint NULL,
  layout bigint NULL,
  engine varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  tool_version varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL
);
GO

-- session_quarantine: What cannot be sessionized, and why.
IF OBJECT_ID('session_quarantine', 'U') IS NULL
CREATE TABLE session_quarantine (
  reason varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  event_id varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  user_id varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  page_view_at varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  page varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  source_file varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  line bigint NULL,
  run_id bigint NULL,
  row_key varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL
);
GO

-- session_events: Each sessionized pageview with its current session.
CREATE OR ALTER VIEW session_events AS
WITH ranked AS (
  SELECT event_id, session_id, user_id, page_view_at, sequence, page, run_id,
    row_number() OVER (PARTITION BY event_id, event_id + CHAR(1) ORDER BY run_id) AS sz_rank
  FROM session_table
),
ranked_2 AS (
  SELECT session_id, became,
    row_number() OVER (
      PARTITION BY session_id, session_id + CHAR(1) ORDER BY run_id DESC, became + CHAR(1)
    ) AS sz_rank
  FROM session_lineage
),
resolution AS (SELECT session_id, became FROM ranked_2 WHERE sz_rank = 1),
anchored AS (
  SELECT ranked.event_id, ranked.user_id, ranked.page_view_at, ranked.sequence, ranked.page,
    ranked.run_id, coalesce(resolution.became, ranked.session_id) AS anchor
  FROM ranked
  LEFT JOIN resolution
    ON resolution.session_id = ranked.session_id AND resolution.session_id + CHAR(1) = ranked.session_id + CHAR(1)
  WHERE ranked.sz_rank = 1
),
ranked_3 AS (
  SELECT anchor, session_id,
    row_number() OVER (
      PARTITION BY anchor, anchor + CHAR(1) ORDER BY run_id DESC, pageviews DESC, session_id + CHAR(1)
    ) AS sz_rank
  FROM session_versions
),
s AS (SELECT anchor, session_id FROM ranked_3 WHERE sz_rank = 1)
SELECT anchored.event_id, coalesce(s.session_id, anchored.anchor) AS session_id, anchored.user_id,
  anchored.page_view_at, anchored.sequence, anchored.page, anchored.run_id
FROM anchored
LEFT JOIN s ON s.anchor = anchored.anchor AND s.anchor + CHAR(1) = anchored.anchor + CHAR(1);
GO

-- sessions: One row for each current session.
CREATE OR ALTER VIEW sessions AS
WITH ranked AS (
  SELECT anchor, session_id, user_id, started_at, ended_at, pageviews, entry_page, exit_page,
    row_number() OVER (
      PARTITION BY anchor, anchor + CHAR(1) ORDER BY run_id DESC, pageviews DESC, session_id + CHAR(1)
    ) AS sz_rank
  FROM session_versions
)
SELECT session_id, user_id, started_at, ended_at,
  CAST(CAST((DATEDIFF_BIG(microsecond, started_at, ended_at)) AS decimal(26, 6)) / 1000000 AS decimal(20, 6)) AS [duration],
  DATEDIFF_BIG(microsecond, started_at, ended_at) AS duration_microseconds, pageviews, entry_page,
  exit_page, CASE WHEN pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM ranked
WHERE sz_rank = 1
  AND NOT EXISTS (
    SELECT 1 FROM session_lineage AS l
    WHERE l.session_id = ranked.anchor AND l.session_id + CHAR(1) = ranked.anchor + CHAR(1)
  );
GO
