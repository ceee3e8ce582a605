-- create_query.sql for Azure Synapse dedicated SQL pool (dialect synapse)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 2 answers documented, 36 assumed.
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
  [event_id] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NULL,
  [user_id] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NULL,
  [page_view_at] datetime2(6) NULL,
  [sequence] bigint NULL,
  [page] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NULL
)
WITH (DISTRIBUTION = ROUND_ROBIN, HEAP);
GO

-- session_table: One row for each sessionized pageview.
IF OBJECT_ID(N'[session_table]', N'U') IS NULL
CREATE TABLE [session_table] (
  [event_id] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [session_id] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [user_id] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [page_view_at] datetime2(6) NOT NULL,
  [sequence] bigint NULL,
  [page] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NULL,
  [run_id] bigint NOT NULL
)
WITH (DISTRIBUTION = HASH([user_id]));
GO

-- session_lineage: Which anchors were merged, and into which.
IF OBJECT_ID(N'[session_lineage]', N'U') IS NULL
CREATE TABLE [session_lineage] (
  [session_id] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [became] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [run_id] bigint NOT NULL
)
WITH (DISTRIBUTION = HASH([session_id]));
GO

-- session_versions: One row for each session that a run made or changed.
IF OBJECT_ID(N'[session_versions]', N'U') IS NULL
CREATE TABLE [session_versions] (
  [anchor] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [run_id] bigint NOT NULL,
  [session_id] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [user_id] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [started_at] datetime2(6) NOT NULL,
  [ended_at] datetime2(6) NOT NULL,
  [last_event_id] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [first_sequence] bigint NULL,
  [last_sequence] bigint NULL,
  [pageviews] bigint NOT NULL,
  [anchors] bigint NOT NULL,
  [entry_page] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NULL,
  [exit_page] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NULL
)
WITH (DISTRIBUTION = HASH([anchor]));
GO

-- session_runs: Two rows for each run.
IF OBJECT_ID(N'[session_runs]', N'U') IS NULL
CREATE TABLE [session_runs] (
  [run_id] bigint NOT NULL,
  [state] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [recorded_at] datetime2(6) NOT NULL,
  [job] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [mode] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [window_from] datetime2(6) NULL,
  [window_to] datetime2(6) NULL,
  [arrival_mark] bigint NULL,
  [arrival_mark_at] datetime2(6) NULL,
  [pageviews] bigint NULL,
  [sessions] bigint NULL,
  [lineage_rows] bigint NULL,
  [quarantined] bigint NULL,
  [layout] bigint NULL,
  [engine] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [tool_version] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NOT NULL
)
WITH (DISTRIBUTION = HASH([run_id]));
GO

-- session_quarantine: What cannot be sessionized, and why.
IF OBJECT_ID(N'[session_quarantine]', N'U') IS NULL
CREATE TABLE [session_quarantine] (
  [reason] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [event_id] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NULL,
  [user_id] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NULL,
  [page_view_at] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NULL,
  [page] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NULL,
  [source_file] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NULL,
  [line] bigint NULL,
  [run_id] bigint NULL,
  [row_key] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL
)
WITH (DISTRIBUTION = HASH([row_key]));
GO

-- session_events: Each sessionized pageview with its current session.
IF OBJECT_ID(N'[session_events]', N'V') IS NULL
EXEC (N'CREATE VIEW ' + N'[session_events]' + N' AS ' + N'SELECT
  [a].[event_id] AS [event_id],
  [s].[session_id] AS [session_id],
  [a].[user_id] AS [user_id],
  [a].[page_view_at] AS [page_view_at],
  [a].[sequence] AS [sequence],
  [a].[page] AS [page],
  [a].[run_id] AS [run_id]
FROM (
  SELECT
    [t].[event_id] AS [event_id],
    [t].[user_id] AS [user_id],
    [t].[page_view_at] AS [page_view_at],
    [t].[sequence] AS [sequence],
    [t].[page] AS [page],
    [t].[run_id] AS [run_id],
    coalesce([r].[became], [t].[session_id]) AS [anchor]
  FROM (
    SELECT
      [d].[event_id] AS [event_id],
      [d].[session_id] AS [session_id],
      [d].[user_id] AS [user_id],
      [d].[page_view_at] AS [page_view_at],
      [d].[sequence] AS [sequence],
      [d].[page] AS [page],
      [d].[run_id] AS [run_id]
    FROM (
      SELECT
        [t].[event_id] AS [event_id],
        [t].[session_id] AS [session_id],
        [t].[user_id] AS [user_id],
        [t].[page_view_at] AS [page_view_at],
        [t].[sequence] AS [sequence],
        [t].[page] AS [page],
        [t].[run_id] AS [run_id],
        row_number() OVER (PARTITION BY [t].[event_id], [t].[event_id] + CHAR(1) ORDER BY [t].[run_id]) AS [sz_rank]
      FROM [session_table] AS [t]
    ) AS [d]
    WHERE [d].[sz_rank] = 1
  ) AS [t]
  LEFT JOIN (
    SELECT [k].[session_id] AS [session_id], [k].[became] AS [became]
    FROM (
      SELECT
        [l].[session_id] AS [session_id],
        [l].[became] AS [became],
        [l].[run_id] AS [run_id],
        row_number() OVER (PARTITION BY [l].[session_id], [l].[session_id] + CHAR(1) ORDER BY [l].[run_id] DESC) AS [sz_rank]
      FROM [session_lineage] AS [l]
    ) AS [k]
    WHERE [k].[sz_rank] = 1
  ) AS [r]
    ON [r].[session_id] = [t].[session_id] AND [r].[session_id] + CHAR(1) = [t].[session_id] + CHAR(1)
) AS [a]
JOIN (
  SELECT [k].[anchor] AS [anchor], [k].[session_id] AS [session_id]
  FROM (
    SELECT
      [v].[anchor] AS [anchor],
      [v].[run_id] AS [run_id],
      [v].[session_id] AS [session_id],
      [v].[user_id] AS [user_id],
      [v].[started_at] AS [started_at],
      [v].[ended_at] AS [ended_at],
      [v].[last_event_id] AS [last_event_id],
      [v].[first_sequence] AS [first_sequence],
      [v].[last_sequence] AS [last_sequence],
      [v].[pageviews] AS [pageviews],
      [v].[anchors] AS [anchors],
      [v].[entry_page] AS [entry_page],
      [v].[exit_page] AS [exit_page],
      row_number() OVER (PARTITION BY [v].[anchor], [v].[anchor] + CHAR(1) ORDER BY [v].[run_id] DESC) AS [sz_rank]
    FROM [session_versions] AS [v]
  ) AS [k]
  WHERE [k].[sz_rank] = 1
) AS [s] ON [s].[anchor] = [a].[anchor] AND [s].[anchor] + CHAR(1) = [a].[anchor] + CHAR(1)');
GO

-- sessions: One row for each current session.
IF OBJECT_ID(N'[sessions]', N'V') IS NULL
EXEC (N'CREATE VIEW ' + N'[sessions]' + N' AS ' + N'SELECT
  [v].[session_id] AS [session_id],
  [v].[user_id] AS [user_id],
  [v].[started_at] AS [started_at],
  [v].[ended_at] AS [ended_at],
  CAST(CAST((DATEDIFF_BIG(microsecond, [v].[started_at], [v].[ended_at])) AS decimal(26, 6)) / 1000000 AS decimal(20, 6)) AS [duration],
  DATEDIFF_BIG(microsecond, [v].[started_at], [v].[ended_at]) AS [duration_microseconds],
  [v].[pageviews] AS [pageviews],
  [v].[entry_page] AS [entry_page],
  [v].[exit_page] AS [exit_page],
  CASE WHEN [v].[pageviews] = 1 THEN 1 ELSE 0 END AS [is_bounce]
FROM (
  SELECT
    [v].[anchor] AS [anchor],
    [v].[run_id] AS [run_id],
    [v].[session_id] AS [session_id],
    [v].[user_id] AS [user_id],
    [v].[started_at] AS [started_at],
    [v].[ended_at] AS [ended_at],
    [v].[last_event_id] AS [last_event_id],
    [v].[first_sequence] AS [first_sequence],
    [v].[last_sequence] AS [last_sequence],
    [v].[pageviews] AS [pageviews],
    [v].[anchors] AS [anchors],
    [v].[entry_page] AS [entry_page],
    [v].[exit_page] AS [exit_page]
  FROM (
    SELECT
      [k].[anchor] AS [anchor],
      [k].[run_id] AS [run_id],
      [k].[session_id] AS [session_id],
      [k].[user_id] AS [user_id],
      [k].[started_at] AS [started_at],
      [k].[ended_at] AS [ended_at],
      [k].[last_event_id] AS [last_event_id],
      [k].[first_sequence] AS [first_sequence],
      [k].[last_sequence] AS [last_sequence],
      [k].[pageviews] AS [pageviews],
      [k].[anchors] AS [anchors],
      [k].[entry_page] AS [entry_page],
      [k].[exit_page] AS [exit_page]
    FROM (
      SELECT
        [v].[anchor] AS [anchor],
        [v].[run_id] AS [run_id],
        [v].[session_id] AS [session_id],
        [v].[user_id] AS [user_id],
        [v].[started_at] AS [started_at],
        [v].[ended_at] AS [ended_at],
        [v].[last_event_id] AS [last_event_id],
        [v].[first_sequence] AS [first_sequence],
        [v].[last_sequence] AS [last_sequence],
        [v].[pageviews] AS [pageviews],
        [v].[anchors] AS [anchors],
        [v].[entry_page] AS [entry_page],
        [v].[exit_page] AS [exit_page],
        row_number() OVER (PARTITION BY [v].[anchor], [v].[anchor] + CHAR(1) ORDER BY [v].[run_id] DESC) AS [sz_rank]
      FROM [session_versions] AS [v]
    ) AS [k]
    WHERE [k].[sz_rank] = 1
  ) AS [v]
  WHERE NOT EXISTS (
      SELECT 1
      FROM [session_lineage] AS [l]
      WHERE [l].[session_id] = [v].[anchor] AND [l].[session_id] + CHAR(1) = [v].[anchor] + CHAR(1)
    )
) AS [v]');
GO
