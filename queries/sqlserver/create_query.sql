-- create_query.sql for SQL Server 2019 (dialect sqlserver)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 1 answers documented, 37 assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  sqlcmd -b -I -i create_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

SET XACT_ABORT ON;
GO

-- pageviews: The source: everything that was loaded.
IF OBJECT_ID(N'[pageviews]', N'U') IS NULL
CREATE TABLE [pageviews] (
  [arrival_id] bigint IDENTITY(1, 1) NOT NULL PRIMARY KEY,
  [event_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [user_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [page_view_at] datetime2(6) NULL,
  [page] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL
);
GO

-- session_table: One row for each sessionized pageview.
IF OBJECT_ID(N'[session_table]', N'U') IS NULL
CREATE TABLE [session_table] (
  [event_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  [session_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  [user_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  [page_view_at] datetime2(6) NOT NULL,
  [page] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [run_id] bigint NOT NULL
);
GO

-- session_lineage: Which session ids were superseded, and by which.
IF OBJECT_ID(N'[session_lineage]', N'U') IS NULL
CREATE TABLE [session_lineage] (
  [session_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  [became] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  [became_at] datetime2(6) NOT NULL,
  [reason] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  [run_id] bigint NOT NULL
);
GO

-- session_runs: Two rows for each run.
IF OBJECT_ID(N'[session_runs]', N'U') IS NULL
CREATE TABLE [session_runs] (
  [run_id] bigint NOT NULL,
  [state] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  [recorded_at] datetime2(6) NOT NULL,
  [job] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  [mode] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  [window_from] datetime2(6) NULL,
  [window_to] datetime2(6) NULL,
  [arrival_mark] bigint NULL,
  [arrival_mark_at] datetime2(6) NULL,
  [pageviews] bigint NULL,
  [lineage_rows] bigint NULL,
  [quarantined] bigint NULL,
  [engine] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  [tool_version] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL
);
GO

-- session_quarantine: What cannot be sessionized, and why.
IF OBJECT_ID(N'[session_quarantine]', N'U') IS NULL
CREATE TABLE [session_quarantine] (
  [reason] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NOT NULL,
  [event_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [user_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [page_view_at] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [page] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [source_file] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [line] bigint NULL,
  [run_id] bigint NULL
);
GO

-- session_table_by_user_id: Keeps a run's cost with the new data.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'session_table_by_user_id' AND object_id = OBJECT_ID(N'[session_table]'))
CREATE INDEX [session_table_by_user_id] ON [session_table] ([user_id], [page_view_at]) INCLUDE ([event_id]);
GO

-- session_lineage_by_session_id: Keeps a run's cost with the new data.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'session_lineage_by_session_id' AND object_id = OBJECT_ID(N'[session_lineage]'))
CREATE INDEX [session_lineage_by_session_id] ON [session_lineage] ([session_id], [became_at]) INCLUDE ([became]);
GO

-- session_lineage_by_became: Keeps a run's cost with the new data.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE name = N'session_lineage_by_became' AND object_id = OBJECT_ID(N'[session_lineage]'))
CREATE INDEX [session_lineage_by_became] ON [session_lineage] ([became]) INCLUDE ([session_id]);
GO

-- session_events: Each sessionized pageview with its current session.
CREATE OR ALTER VIEW [session_events] AS
SELECT
  [r].[event_id] AS [event_id],
  [r].[current_session] AS [session_id],
  [r].[user_id] AS [user_id],
  [r].[page_view_at] AS [page_view_at],
  [r].[page] AS [page],
  [r].[first_session_id] AS [first_session_id],
  [r].[run_id] AS [run_id]
FROM (
  SELECT
    [t].[event_id] AS [event_id],
    [t].[user_id] AS [user_id],
    [t].[page_view_at] AS [page_view_at],
    [t].[page] AS [page],
    [t].[session_id] AS [first_session_id],
    [t].[run_id] AS [run_id],
    coalesce((
      SELECT TOP (1) [l].[became]
      FROM [session_lineage] AS [l]
      WHERE [l].[session_id] = [t].[session_id] AND [l].[session_id] + CHAR(1) = [t].[session_id] + CHAR(1)
      ORDER BY [l].[became_at], [l].[became] + CHAR(1)
    ), [t].[session_id]) AS [current_session]
  FROM (
    SELECT
      [d].[event_id] AS [event_id],
      [d].[session_id] AS [session_id],
      [d].[user_id] AS [user_id],
      [d].[page_view_at] AS [page_view_at],
      [d].[page] AS [page],
      [d].[run_id] AS [run_id]
    FROM (
      SELECT
        [t].[event_id] AS [event_id],
        [t].[session_id] AS [session_id],
        [t].[user_id] AS [user_id],
        [t].[page_view_at] AS [page_view_at],
        [t].[page] AS [page],
        [t].[run_id] AS [run_id],
        row_number() OVER (PARTITION BY [t].[event_id], [t].[event_id] + CHAR(1) ORDER BY [t].[run_id]) AS [copy]
      FROM [session_table] AS [t]
    ) AS [d]
    WHERE [d].[copy] = 1
  ) AS [t]
) AS [r];
GO

-- sessions: One row for each current session.
CREATE OR ALTER VIEW [sessions] AS
SELECT
  [g].[session_id] AS [session_id],
  [f].[user_id] AS [user_id],
  [f].[page_view_at] AS [started_at],
  [g].[ended_at] AS [ended_at],
  CAST(CAST((DATEDIFF_BIG(microsecond, [f].[page_view_at], [g].[ended_at])) AS decimal(26, 6)) / 1000000 AS decimal(20, 6)) AS [duration],
  DATEDIFF_BIG(microsecond, [f].[page_view_at], [g].[ended_at]) AS [duration_microseconds],
  [g].[pageviews] AS [pageviews],
  [f].[page] AS [entry_page],
  (
    SELECT TOP (1) [x].[page]
    FROM [session_table] AS [x]
    WHERE [x].[user_id] = [f].[user_id] AND [x].[user_id] + CHAR(1) = [f].[user_id] + CHAR(1)
      AND [x].[page_view_at] = [g].[ended_at]
    ORDER BY [x].[event_id] + CHAR(1) DESC
  ) AS [exit_page],
  CASE WHEN [g].[pageviews] = 1 THEN 1 ELSE 0 END AS [is_bounce]
FROM (
  SELECT [e].[session_id] AS [session_id], max([e].[page_view_at]) AS [ended_at], count_big(*) AS [pageviews]
  FROM (
    SELECT
      [r].[event_id] AS [event_id],
      [r].[current_session] AS [session_id],
      [r].[user_id] AS [user_id],
      [r].[page_view_at] AS [page_view_at],
      [r].[page] AS [page],
      [r].[first_session_id] AS [first_session_id],
      [r].[run_id] AS [run_id]
    FROM (
      SELECT
        [t].[event_id] AS [event_id],
        [t].[user_id] AS [user_id],
        [t].[page_view_at] AS [page_view_at],
        [t].[page] AS [page],
        [t].[session_id] AS [first_session_id],
        [t].[run_id] AS [run_id],
        coalesce((
          SELECT TOP (1) [l].[became]
          FROM [session_lineage] AS [l]
          WHERE [l].[session_id] = [t].[session_id] AND [l].[session_id] + CHAR(1) = [t].[session_id] + CHAR(1)
          ORDER BY [l].[became_at], [l].[became] + CHAR(1)
        ), [t].[session_id]) AS [current_session]
      FROM (
        SELECT
          [d].[event_id] AS [event_id],
          [d].[session_id] AS [session_id],
          [d].[user_id] AS [user_id],
          [d].[page_view_at] AS [page_view_at],
          [d].[page] AS [page],
          [d].[run_id] AS [run_id]
        FROM (
          SELECT
            [t].[event_id] AS [event_id],
            [t].[session_id] AS [session_id],
            [t].[user_id] AS [user_id],
            [t].[page_view_at] AS [page_view_at],
            [t].[page] AS [page],
            [t].[run_id] AS [run_id],
            row_number() OVER (PARTITION BY [t].[event_id], [t].[event_id] + CHAR(1) ORDER BY [t].[run_id]) AS [copy]
          FROM [session_table] AS [t]
        ) AS [d]
        WHERE [d].[copy] = 1
      ) AS [t]
    ) AS [r]
  ) AS [e]
  GROUP BY [e].[session_id], [e].[session_id] + CHAR(1)
) AS [g]
JOIN (
  SELECT
    [d].[event_id] AS [event_id],
    [d].[session_id] AS [session_id],
    [d].[user_id] AS [user_id],
    [d].[page_view_at] AS [page_view_at],
    [d].[page] AS [page],
    [d].[run_id] AS [run_id]
  FROM (
    SELECT
      [f].[event_id] AS [event_id],
      [f].[session_id] AS [session_id],
      [f].[user_id] AS [user_id],
      [f].[page_view_at] AS [page_view_at],
      [f].[page] AS [page],
      [f].[run_id] AS [run_id],
      row_number() OVER (PARTITION BY [f].[event_id], [f].[event_id] + CHAR(1) ORDER BY [f].[run_id]) AS [copy]
    FROM [session_table] AS [f]
  ) AS [d]
  WHERE [d].[copy] = 1
) AS [f] ON [f].[event_id] = [g].[session_id] AND [f].[event_id] + CHAR(1) = [g].[session_id] + CHAR(1);
GO
