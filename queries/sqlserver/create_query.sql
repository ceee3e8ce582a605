-- create_query.sql for SQL Server 2019 (dialect sqlserver); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 24 answers documented, 25 assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  sqlcmd -b -x -I -i create_query.sql

SET XACT_ABORT ON;
GO

-- pageviews: The source: everything that was loaded.
IF OBJECT_ID(N'pageviews', N'U') IS NULL
CREATE TABLE pageviews (
  arrival_id bigint IDENTITY(1, 1) NOT NULL PRIMARY KEY,
  event_id varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  user_id varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  page_view_at datetime2(6) NULL,
  sequence bigint NULL,
  page varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL
);
GO

-- session_table: One row for each sessionized pageview.
IF OBJECT_ID(N'session_table', N'U') IS NULL
CREATE TABLE session_table (
  event_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  session_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  user_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  page_view_at datetime2(6) NOT NULL,
  sequence bigint NULL,
  page varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  run_id bigint NOT NULL
);
GO

-- session_lineage: Which anchors were merged, and into which.
IF OBJECT_ID(N'session_lineage', N'U') IS NULL
CREATE TABLE session_lineage (
  session_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  became varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  run_id bigint NOT NULL
);
GO

-- session_versions: One row for each session that a run made or changed.
IF OBJECT_ID(N'session_versions', N'U') IS NULL
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
  entry_page varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  exit_page varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL
);
GO

-- session_runs: Two rows for each run.
IF OBJECT_ID(N'session_runs', N'U') IS NULL
CREATE TABLE session_runs (
  run_id bigint NOT NULL,
  state varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  recorded_at datetime2(6) NOT NULL,
  job varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  mode varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  window_from datetime2(6) NULL,
  window_to datetime2(6) NULL,
  arrival_mark bigint NULL,
  arrival_mark_at datetime2(6) NULL,
  pageviews bigint NULL,
  sessions bigint NULL,
  lineage_rows bigint NULL,
  quarantined bigint NULL,
  layout bigint NULL,
  engine varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  tool_version varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL
);
GO

-- session_quarantine: What cannot be sessionized, and why.
IF OBJECT_ID(N'session_quarantine', N'U') IS NULL
CREATE TABLE session_quarantine (
  reason varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  event_id varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  user_id varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  page_view_at varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  page varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  source_file varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  line bigint NULL,
  run_id bigint NULL,
  row_key varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL
);
GO

-- session_table_by_user_id: Keeps a run's cost with the new data.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'session_table_by_user_id' AND object_id = OBJECT_ID(N'session_table'))
CREATE INDEX session_table_by_user_id ON session_table (user_id, page_view_at) INCLUDE (event_id);
GO

-- session_versions_by_user_id: Keeps a run's cost with the new data.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'session_versions_by_user_id' AND object_id = OBJECT_ID(N'session_versions'))
CREATE INDEX session_versions_by_user_id ON session_versions (user_id) INCLUDE (started_at);
GO

-- session_versions_by_session_id: Keeps a run's cost with the new data.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'session_versions_by_session_id' AND object_id = OBJECT_ID(N'session_versions'))
CREATE INDEX session_versions_by_session_id ON session_versions (session_id) INCLUDE (run_id);
GO

-- session_table_by_event_id: Keeps a run's cost with the new data.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'session_table_by_event_id' AND object_id = OBJECT_ID(N'session_table'))
CREATE INDEX session_table_by_event_id ON session_table (event_id) INCLUDE (run_id);
GO

-- session_versions_by_anchor: Keeps a run's cost with the new data.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'session_versions_by_anchor' AND object_id = OBJECT_ID(N'session_versions'))
CREATE INDEX session_versions_by_anchor ON session_versions (anchor) INCLUDE (run_id);
GO

-- session_lineage_by_session_id: Keeps a run's cost with the new data.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'session_lineage_by_session_id' AND object_id = OBJECT_ID(N'session_lineage'))
CREATE INDEX session_lineage_by_session_id ON session_lineage (session_id) INCLUDE (run_id);
GO

-- session_lineage_by_became: Keeps a run's cost with the new data.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'session_lineage_by_became' AND object_id = OBJECT_ID(N'session_lineage'))
CREATE INDEX session_lineage_by_became ON session_lineage (became) INCLUDE (session_id);
GO

-- session_quarantine_by_row_key: Keeps a run's cost with the new data.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'session_quarantine_by_row_key' AND object_id = OBJECT_ID(N'session_quarantine'))
CREATE INDEX session_quarantine_by_row_key ON session_quarantine (row_key) INCLUDE (reason);
GO

-- session_events: Each sessionized pageview with its current session.
CREATE OR ALTER VIEW session_events AS
WITH ranked AS (
  SELECT event_id, session_id, user_id, page_view_at, sequence, page, run_id,
    row_number() OVER (PARTITION BY event_id, event_id + CHAR(1) ORDER BY run_id) AS sz_rank
  FROM session_table
),
anchored AS (
  SELECT event_id, user_id, page_view_at, sequence, page, run_id,
    coalesce((
      SELECT TOP (1) l.became FROM session_lineage AS l
      WHERE l.session_id = ranked.session_id AND l.session_id + CHAR(1) = ranked.session_id + CHAR(1)
      ORDER BY l.run_id DESC
    ), session_id) AS anchor
  FROM ranked WHERE sz_rank = 1
)
SELECT event_id,
  coalesce((
    SELECT TOP (1) v.session_id FROM session_versions AS v
    WHERE v.anchor = anchored.anchor AND v.anchor + CHAR(1) = anchored.anchor + CHAR(1)
    ORDER BY v.run_id DESC
  ), anchor) AS session_id,
  user_id, page_view_at, sequence, page, run_id
FROM anchored;
GO

-- sessions: One row for each current session.
CREATE OR ALTER VIEW sessions AS
SELECT session_id, user_id, started_at, ended_at,
  CAST(CAST((DATEDIFF_BIG(microsecond, started_at, ended_at)) AS decimal(26, 6)) / 1000000 AS decimal(20, 6)) AS [duration],
  DATEDIFF_BIG(microsecond, started_at, ended_at) AS duration_microseconds, pageviews, entry_page,
  exit_page, CASE WHEN pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM session_versions AS v
WHERE NOT EXISTS (
    SELECT 1 FROM session_versions AS w
    WHERE w.anchor = v.anchor AND w.anchor + CHAR(1) = v.anchor + CHAR(1) AND w.run_id > v.run_id
  )
  AND NOT EXISTS (
    SELECT 1 FROM session_lineage AS l
    WHERE l.session_id = v.anchor AND l.session_id + CHAR(1) = v.anchor + CHAR(1)
  );
GO
