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
  [page] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NULL,
  [run_id] bigint NOT NULL
)
WITH (DISTRIBUTION = HASH([user_id]));
GO

-- session_lineage: Which session ids were superseded, and by which.
IF OBJECT_ID(N'[session_lineage]', N'U') IS NULL
CREATE TABLE [session_lineage] (
  [session_id] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [became] nvarchar(1024) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [became_at] datetime2(6) NOT NULL,
  [reason] nvarchar(4000) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [run_id] bigint NOT NULL
)
WITH (DISTRIBUTION = HASH([session_id]));
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
  [lineage_rows] bigint NULL,
  [quarantined] bigint NULL,
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
  [run_id] bigint NULL
)
WITH (DISTRIBUTION = HASH([reason]));
GO

-- session_events: Each sessionized pageview with its current session.
IF OBJECT_ID(N'[session_events]', N'V') IS NULL
EXEC (N'CREATE VIEW ' + N'[session_events]' + N' AS ' + N'SELECT
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
    coalesce([v].[became], [t].[session_id]) AS [current_session]
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
  LEFT JOIN (
    SELECT [k].[session_id] AS [session_id], [k].[became] AS [became]
    FROM (
      SELECT
        [l].[session_id] AS [session_id],
        [l].[became] AS [became],
        [l].[became_at] AS [became_at],
        [l].[reason] AS [reason],
        [l].[run_id] AS [run_id],
        row_number() OVER (
          PARTITION BY [l].[session_id], [l].[session_id] + CHAR(1)
          ORDER BY [l].[became_at], [l].[became] + CHAR(1)
        ) AS [rank]
      FROM [session_lineage] AS [l]
    ) AS [k]
    WHERE [k].[rank] = 1
  ) AS [v]
    ON [v].[session_id] = [t].[session_id] AND [v].[session_id] + CHAR(1) = [t].[session_id] + CHAR(1)
) AS [r]');
GO

-- sessions: One row for each current session.
IF OBJECT_ID(N'[sessions]', N'V') IS NULL
EXEC (N'CREATE VIEW ' + N'[sessions]' + N' AS ' + N'SELECT
  [g].[session_id] AS [session_id],
  [f].[user_id] AS [user_id],
  [f].[page_view_at] AS [started_at],
  [g].[ended_at] AS [ended_at],
  CAST(CAST((DATEDIFF_BIG(microsecond, [f].[page_view_at], [g].[ended_at])) AS decimal(26, 6)) / 1000000 AS decimal(20, 6)) AS [duration],
  DATEDIFF_BIG(microsecond, [f].[page_view_at], [g].[ended_at]) AS [duration_microseconds],
  [g].[pageviews] AS [pageviews],
  [f].[page] AS [entry_page],
  [x].[page] AS [exit_page],
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
        coalesce([v].[became], [t].[session_id]) AS [current_session]
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
      LEFT JOIN (
        SELECT [k].[session_id] AS [session_id], [k].[became] AS [became]
        FROM (
          SELECT
            [l].[session_id] AS [session_id],
            [l].[became] AS [became],
            [l].[became_at] AS [became_at],
            [l].[reason] AS [reason],
            [l].[run_id] AS [run_id],
            row_number() OVER (
              PARTITION BY [l].[session_id], [l].[session_id] + CHAR(1)
              ORDER BY [l].[became_at], [l].[became] + CHAR(1)
            ) AS [rank]
          FROM [session_lineage] AS [l]
        ) AS [k]
        WHERE [k].[rank] = 1
      ) AS [v]
        ON [v].[session_id] = [t].[session_id] AND [v].[session_id] + CHAR(1) = [t].[session_id] + CHAR(1)
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
) AS [f] ON [f].[event_id] = [g].[session_id] AND [f].[event_id] + CHAR(1) = [g].[session_id] + CHAR(1)
JOIN (
  SELECT [y].[user_id] AS [user_id], [y].[page_view_at] AS [page_view_at], [y].[page] AS [page]
  FROM (
    SELECT
      [x].[event_id] AS [event_id],
      [x].[session_id] AS [session_id],
      [x].[user_id] AS [user_id],
      [x].[page_view_at] AS [page_view_at],
      [x].[page] AS [page],
      [x].[run_id] AS [run_id],
      row_number() OVER (
        PARTITION BY [x].[user_id], [x].[user_id] + CHAR(1), [x].[page_view_at]
        ORDER BY [x].[event_id] + CHAR(1) DESC
      ) AS [rank]
    FROM [session_table] AS [x]
  ) AS [y]
  WHERE [y].[rank] = 1
) AS [x]
  ON [x].[user_id] = [f].[user_id] AND [x].[user_id] + CHAR(1) = [f].[user_id] + CHAR(1)
  AND [x].[page_view_at] = [g].[ended_at]');
GO
