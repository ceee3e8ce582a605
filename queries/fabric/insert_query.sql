-- insert_query.sql for Microsoft Fabric warehouse (dialect fabric)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 3 answers documented, 35 assumed.
--
-- One run: puts the pageviews of a window that are not in the ledger yet into their sessions.
-- Insert-only: nothing that is there is changed or removed, and a second run adds no pageview.
--
-- Put in {{ start_time }} and {{ end_time }} first: YYYY-MM-DD HH:MM:SS in UTC, the end not included.
-- Late pageviews are found by a run over the window that they belong to.
--
-- The run ledger gets two rows: started, finished.
--
-- Run it:  sqlcmd -b -I -i insert_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

SET XACT_ABORT ON;
GO

-- picked: Source rows that the ledger does not simply know.
CREATE TABLE [#picked] (
  [event_id] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [user_id] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [page_view_at] datetime2(6) NULL,
  [page] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [reason] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [raw_event_id] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [raw_time] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL
)
WITH (DISTRIBUTION = ROUND_ROBIN);
GO
INSERT INTO [#picked] (
  [event_id], [user_id], [page_view_at], [page], [reason], [raw_event_id], [raw_time]
)
SELECT
  [s].[event_id] AS [event_id],
  [s].[user_id] AS [user_id],
  [s].[page_view_at] AS [page_view_at],
  [s].[page] AS [page],
  CASE
    WHEN [s].[reason] IS NOT NULL THEN [s].[reason]
    WHEN [t].[run_id] IS NOT NULL THEN 'duplicate_event_id'
    ELSE CAST(NULL AS varchar(8000))
  END AS [reason],
  [s].[raw_event_id] AS [raw_event_id],
  [s].[raw_time] AS [raw_time]
FROM (
  SELECT
    [j].[event_id] AS [event_id],
    [j].[user_id] AS [user_id],
    [j].[page_view_at] AS [page_view_at],
    [j].[page] AS [page],
    [j].[reason] AS [reason],
    CASE WHEN [j].[reason] IS NOT NULL THEN [j].[source_event_id] ELSE CAST(NULL AS varchar(8000)) END AS [raw_event_id],
    CASE
      WHEN [j].[reason] IS NOT NULL THEN CAST([j].[source_time] AS varchar(8000)) COLLATE Latin1_General_100_BIN2_UTF8
      ELSE CAST(NULL AS varchar(8000))
    END AS [raw_time]
  FROM (
    SELECT
      [m].[event_id] AS [event_id],
      [m].[user_id] AS [user_id],
      [m].[page_view_at] AS [page_view_at],
      [m].[page] AS [page],
      [m].[source_event_id] AS [source_event_id],
      [m].[source_time] AS [source_time],
      CASE
        WHEN [m].[event_id] IS NULL OR [m].[event_id] = '' AND [m].[event_id] + CHAR(1) = '' + CHAR(1) THEN 'null_event_id'
        WHEN [m].[user_id] IS NULL OR [m].[user_id] = '' AND [m].[user_id] + CHAR(1) = '' + CHAR(1) THEN 'null_user'
        WHEN [m].[page_view_at] IS NULL THEN CASE
            WHEN CAST([m].[source_time] AS varchar(8000)) COLLATE Latin1_General_100_BIN2_UTF8 IS NULL
                OR CAST([m].[source_time] AS varchar(8000)) COLLATE Latin1_General_100_BIN2_UTF8 = '' AND CAST([m].[source_time] AS varchar(8000)) COLLATE Latin1_General_100_BIN2_UTF8 + CHAR(1) = '' + CHAR(1) THEN 'null_time'
            WHEN ([m].[source_time] IS NOT NULL) THEN 'time_out_of_range'
            ELSE 'bad_time'
          END
        WHEN DATALENGTH([m].[event_id]) > 1024 OR DATALENGTH([m].[user_id]) > 1024 THEN 'key_too_long'
        ELSE CAST(NULL AS varchar(8000))
      END AS [reason]
    FROM (
      SELECT
        CAST([p].[user_id] AS varchar(8000)) COLLATE Latin1_General_100_BIN2_UTF8 AS [user_id],
        CASE
          WHEN [p].[page_view_at] >= CAST('0001-01-02' AS datetime2(6)) AND [p].[page_view_at] < CAST('9999-12-31' AS datetime2(6))
          THEN CAST(DATEADD(nanosecond, -(DATEPART(nanosecond, CAST([p].[page_view_at] AS datetime2(7))) % 1000), CAST([p].[page_view_at] AS datetime2(7))) AS datetime2(6))
        END AS [page_view_at],
        CAST([p].[page] AS varchar(8000)) COLLATE Latin1_General_100_BIN2_UTF8 AS [page],
        [p].[page_view_at] AS [source_time],
        CAST([p].[event_id] AS varchar(8000)) COLLATE Latin1_General_100_BIN2_UTF8 AS [event_id],
        CAST(NULL AS varchar(8000)) AS [source_event_id]
      FROM [pageviews] AS [p]
      WHERE [p].[page_view_at] >= CAST('{{ start_time }}' AS datetime2(6))
        AND [p].[page_view_at] < CAST('{{ end_time }}' AS datetime2(6))
    ) AS [m]
    WHERE [m].[page_view_at] >= CAST('{{ start_time }}' AS datetime2(6))
      AND [m].[page_view_at] < CAST('{{ end_time }}' AS datetime2(6))
  ) AS [j]
) AS [s]
LEFT JOIN [session_table] AS [t]
  ON [s].[reason] IS NULL
  AND [t].[event_id] = [s].[event_id] AND [t].[event_id] + CHAR(1) = [s].[event_id] + CHAR(1)
WHERE ([t].[run_id] IS NULL
    OR NOT ([t].[user_id] = [s].[user_id] AND [t].[user_id] + CHAR(1) = [s].[user_id] + CHAR(1)
      AND [t].[page_view_at] = [s].[page_view_at]
      AND CASE WHEN ([t].[page] = [s].[page] AND [t].[page] + CHAR(1) = [s].[page] + CHAR(1)) OR ([t].[page] IS NULL AND [s].[page] IS NULL) THEN 1 ELSE 0 END = 1));
GO

-- repeated: Event ids that came more than once.
CREATE TABLE [#repeated] (
  [event_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL
)
WITH (DISTRIBUTION = ROUND_ROBIN);
GO
INSERT INTO [#repeated] ([event_id])
SELECT [g].[event_id] AS [event_id]
FROM (
  SELECT [k].[event_id] AS [event_id], count_big(*) AS [copies]
  FROM [#picked] AS [k]
  WHERE [k].[reason] IS NULL
  GROUP BY [k].[event_id], [k].[event_id] + CHAR(1)
) AS [g]
WHERE [g].[copies] > 1;
GO

-- copies: Their rows; the first counts.
CREATE TABLE [#copies] (
  [event_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [user_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [page_view_at] datetime2(6) NULL,
  [page] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [rank] bigint NULL,
  [first_user_id] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [first_page_view_at] datetime2(6) NULL,
  [first_page] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL
)
WITH (DISTRIBUTION = ROUND_ROBIN);
GO
INSERT INTO [#copies] (
  [event_id], [user_id], [page_view_at], [page], [rank], [first_user_id], [first_page_view_at],
  [first_page]
)
SELECT
  [w].[event_id] AS [event_id],
  [w].[user_id] AS [user_id],
  [w].[page_view_at] AS [page_view_at],
  [w].[page] AS [page],
  [w].[rank] AS [rank],
  [w].[first_user_id] AS [first_user_id],
  [w].[first_page_view_at] AS [first_page_view_at],
  [w].[first_page] AS [first_page]
FROM (
  SELECT
    [k].[event_id] AS [event_id],
    [k].[user_id] AS [user_id],
    [k].[page_view_at] AS [page_view_at],
    [k].[page] AS [page],
    [k].[reason] AS [reason],
    [k].[raw_event_id] AS [raw_event_id],
    [k].[raw_time] AS [raw_time],
    row_number() OVER (
      PARTITION BY [k].[event_id], [k].[event_id] + CHAR(1)
      ORDER BY [k].[page_view_at], [k].[user_id] + CHAR(1), [k].[page] + CHAR(1)
    ) AS [rank],
    first_value([k].[user_id]) OVER (
      PARTITION BY [k].[event_id], [k].[event_id] + CHAR(1)
      ORDER BY [k].[page_view_at], [k].[user_id] + CHAR(1), [k].[page] + CHAR(1)
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS [first_user_id],
    first_value([k].[page_view_at]) OVER (
      PARTITION BY [k].[event_id], [k].[event_id] + CHAR(1)
      ORDER BY [k].[page_view_at], [k].[user_id] + CHAR(1), [k].[page] + CHAR(1)
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS [first_page_view_at],
    first_value([k].[page]) OVER (
      PARTITION BY [k].[event_id], [k].[event_id] + CHAR(1)
      ORDER BY [k].[page_view_at], [k].[user_id] + CHAR(1), [k].[page] + CHAR(1)
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS [first_page]
  FROM [#picked] AS [k]
  WHERE [k].[reason] IS NULL
    AND EXISTS (
      SELECT 1
      FROM [#repeated] AS [d]
      WHERE [d].[event_id] = [k].[event_id] AND [d].[event_id] + CHAR(1) = [k].[event_id] + CHAR(1)
    )
) AS [w];
GO

-- fresh: The new rows, fixed once for the whole run.
CREATE TABLE [#fresh] (
  [event_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [user_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [page_view_at] datetime2(6) NULL,
  [page] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [instant] datetime2(6) NULL
)
WITH (DISTRIBUTION = ROUND_ROBIN);
GO
INSERT INTO [#fresh] ([event_id], [user_id], [page_view_at], [page], [instant])
SELECT
  [f].[event_id] AS [event_id],
  [f].[user_id] AS [user_id],
  [f].[page_view_at] AS [page_view_at],
  [f].[page] AS [page],
  [f].[instant] AS [instant]
FROM (
  SELECT
    [k].[event_id] AS [event_id],
    [k].[user_id] AS [user_id],
    [k].[page_view_at] AS [page_view_at],
    [k].[page] AS [page],
    [k].[page_view_at] AS [instant]
  FROM [#picked] AS [k]
  WHERE [k].[reason] IS NULL
    AND NOT EXISTS (
      SELECT 1
      FROM [#copies] AS [d]
      WHERE [d].[event_id] = [k].[event_id] AND [d].[event_id] + CHAR(1) = [k].[event_id] + CHAR(1)
    )
  UNION ALL
  SELECT
    [c].[event_id] AS [event_id],
    [c].[user_id] AS [user_id],
    [c].[page_view_at] AS [page_view_at],
    [c].[page] AS [page],
    [c].[page_view_at] AS [instant]
  FROM [#copies] AS [c]
  WHERE [c].[rank] = 1
) AS [f];
GO

-- ranges: Where in time the new rows may touch the ledger.
CREATE TABLE [#ranges] (
  [user_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [from_at] datetime2(6) NULL,
  [to_at] datetime2(6) NULL
)
WITH (DISTRIBUTION = ROUND_ROBIN);
GO
INSERT INTO [#ranges] ([user_id], [from_at], [to_at])
SELECT
  [k].[user_id] AS [user_id],
  (DATEADD(microsecond, 0, DATEADD(second, -1800, [k].[first]))) AS [from_at],
  (DATEADD(microsecond, 0, DATEADD(second, 1800, [k].[last]))) AS [to_at]
FROM (
  SELECT
    [n].[user_id] AS [user_id],
    [n].[cluster] AS [cluster],
    min([n].[instant]) AS [first],
    max([n].[instant]) AS [last]
  FROM (
    SELECT
      [q].[event_id] AS [event_id],
      [q].[user_id] AS [user_id],
      [q].[page_view_at] AS [page_view_at],
      [q].[instant] AS [instant],
      [q].[starts] AS [starts],
      sum([q].[starts]) OVER (
        PARTITION BY [q].[user_id], [q].[user_id] + CHAR(1)
        ORDER BY [q].[user_id] + CHAR(1), [q].[page_view_at], [q].[event_id] + CHAR(1)
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS [cluster]
    FROM (
      SELECT
        [h].[event_id] AS [event_id],
        [h].[user_id] AS [user_id],
        [h].[page_view_at] AS [page_view_at],
        [h].[instant] AS [instant],
        CASE
          WHEN [h].[before] IS NULL
              OR (DATEADD(microsecond, 0, DATEADD(second, -1800, [h].[instant]))) > (DATEADD(microsecond, 0, DATEADD(second, 1800, [h].[before]))) THEN 1
          ELSE 0
        END AS [starts]
      FROM (
        SELECT
          [f].[event_id] AS [event_id],
          [f].[user_id] AS [user_id],
          [f].[page_view_at] AS [page_view_at],
          [f].[page] AS [page],
          [f].[instant] AS [instant],
          lag([f].[instant]) OVER (
            PARTITION BY [f].[user_id], [f].[user_id] + CHAR(1)
            ORDER BY [f].[user_id] + CHAR(1), [f].[page_view_at], [f].[event_id] + CHAR(1)
          ) AS [before]
        FROM [#fresh] AS [f]
      ) AS [h]
    ) AS [q]
  ) AS [n]
  GROUP BY [n].[user_id], [n].[user_id] + CHAR(1), [n].[cluster]
) AS [k];
GO

-- context: The ledger's rows there, each with its current session.
CREATE TABLE [#context] (
  [event_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [user_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [page_view_at] datetime2(6) NULL,
  [instant] datetime2(6) NULL,
  [current_session] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL
)
WITH (DISTRIBUTION = ROUND_ROBIN);
GO
INSERT INTO [#context] ([event_id], [user_id], [page_view_at], [instant], [current_session])
SELECT
  [t].[event_id] AS [event_id],
  [t].[user_id] AS [user_id],
  [t].[page_view_at] AS [page_view_at],
  [t].[page_view_at] AS [instant],
  coalesce([v].[became], [t].[session_id]) AS [current_session]
FROM [#ranges] AS [g]
JOIN [session_table] AS [t]
  ON [t].[user_id] = [g].[user_id] AND [t].[user_id] + CHAR(1) = [g].[user_id] + CHAR(1)
  AND [t].[page_view_at] >= [g].[from_at]
  AND [t].[page_view_at] <= [g].[to_at]
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
  ON [v].[session_id] = [t].[session_id] AND [v].[session_id] + CHAR(1) = [t].[session_id] + CHAR(1);
GO

-- neighbours: New rows and context in order.
CREATE TABLE [#neighbours] (
  [event_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [user_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [page_view_at] datetime2(6) NULL,
  [page] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [instant] datetime2(6) NULL,
  [is_new] int NULL,
  [current_session] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL
)
WITH (DISTRIBUTION = ROUND_ROBIN);
GO
INSERT INTO [#neighbours] (
  [event_id], [user_id], [page_view_at], [page], [instant], [is_new], [current_session]
)
SELECT
  [u].[event_id] AS [event_id],
  [u].[user_id] AS [user_id],
  [u].[page_view_at] AS [page_view_at],
  [u].[page] AS [page],
  [u].[instant] AS [instant],
  [u].[is_new] AS [is_new],
  [u].[current_session] AS [current_session]
FROM (
  SELECT
    [f].[event_id] AS [event_id],
    [f].[user_id] AS [user_id],
    [f].[page_view_at] AS [page_view_at],
    [f].[page] AS [page],
    [f].[instant] AS [instant],
    1 AS [is_new],
    CAST(NULL AS varchar(8000)) AS [current_session]
  FROM [#fresh] AS [f]
  UNION ALL
  SELECT
    [c].[event_id] AS [event_id],
    [c].[user_id] AS [user_id],
    [c].[page_view_at] AS [page_view_at],
    CAST(NULL AS varchar(8000)) AS [page],
    [c].[instant] AS [instant],
    0 AS [is_new],
    [c].[current_session] AS [current_session]
  FROM [#context] AS [c]
) AS [u];
GO

-- islands: Where sessions start, and the session id of each.
CREATE TABLE [#islands] (
  [event_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [user_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [page_view_at] datetime2(6) NULL,
  [page] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [is_new] int NULL,
  [current_session] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [target] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [first_at] datetime2(6) NULL,
  [target_is_new] int NULL
)
WITH (DISTRIBUTION = ROUND_ROBIN);
GO
INSERT INTO [#islands] (
  [event_id], [user_id], [page_view_at], [page], [is_new], [current_session], [target], [first_at],
  [target_is_new]
)
SELECT
  [i].[event_id] AS [event_id],
  [i].[user_id] AS [user_id],
  [i].[page_view_at] AS [page_view_at],
  [i].[page] AS [page],
  [i].[is_new] AS [is_new],
  [i].[current_session] AS [current_session],
  [i].[target] AS [target],
  [i].[first_at] AS [first_at],
  [i].[target_is_new] AS [target_is_new]
FROM (
  SELECT
    [n].[event_id] AS [event_id],
    [n].[user_id] AS [user_id],
    [n].[page_view_at] AS [page_view_at],
    [n].[page] AS [page],
    [n].[instant] AS [instant],
    [n].[is_new] AS [is_new],
    [n].[current_session] AS [current_session],
    [n].[starts] AS [starts],
    [n].[island] AS [island],
    first_value(coalesce([n].[current_session], [n].[event_id])) OVER (
      PARTITION BY [n].[user_id], [n].[user_id] + CHAR(1), [n].[island]
      ORDER BY [n].[user_id] + CHAR(1), [n].[page_view_at], [n].[event_id] + CHAR(1)
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS [target],
    first_value([n].[page_view_at]) OVER (
      PARTITION BY [n].[user_id], [n].[user_id] + CHAR(1), [n].[island]
      ORDER BY [n].[user_id] + CHAR(1), [n].[page_view_at], [n].[event_id] + CHAR(1)
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS [first_at],
    first_value([n].[is_new]) OVER (
      PARTITION BY [n].[user_id], [n].[user_id] + CHAR(1), [n].[island]
      ORDER BY [n].[user_id] + CHAR(1), [n].[page_view_at], [n].[event_id] + CHAR(1)
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS [target_is_new]
  FROM (
    SELECT
      [q].[event_id] AS [event_id],
      [q].[user_id] AS [user_id],
      [q].[page_view_at] AS [page_view_at],
      [q].[page] AS [page],
      [q].[instant] AS [instant],
      [q].[is_new] AS [is_new],
      [q].[current_session] AS [current_session],
      [q].[starts] AS [starts],
      sum([q].[starts]) OVER (
        PARTITION BY [q].[user_id], [q].[user_id] + CHAR(1)
        ORDER BY [q].[user_id] + CHAR(1), [q].[page_view_at], [q].[event_id] + CHAR(1)
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS [island]
    FROM (
      SELECT
        [h].[event_id] AS [event_id],
        [h].[user_id] AS [user_id],
        [h].[page_view_at] AS [page_view_at],
        [h].[page] AS [page],
        [h].[instant] AS [instant],
        [h].[is_new] AS [is_new],
        [h].[current_session] AS [current_session],
        CASE
          WHEN [h].[before] IS NULL
              OR ([h].[instant] >= DATEADD(microsecond, 0, DATEADD(second, 1800, [h].[before]))
                AND NOT ([h].[before_is_new] = 0
                  AND [h].[is_new] = 0
                  AND CASE WHEN ([h].[before_session] = [h].[current_session] AND [h].[before_session] + CHAR(1) = [h].[current_session] + CHAR(1)) OR ([h].[before_session] IS NULL AND [h].[current_session] IS NULL) THEN 1 ELSE 0 END = 1)) THEN 1
          ELSE 0
        END AS [starts]
      FROM (
        SELECT
          [r].[event_id] AS [event_id],
          [r].[user_id] AS [user_id],
          [r].[page_view_at] AS [page_view_at],
          [r].[page] AS [page],
          [r].[instant] AS [instant],
          [r].[is_new] AS [is_new],
          [r].[current_session] AS [current_session],
          lag([r].[instant]) OVER (
            PARTITION BY [r].[user_id], [r].[user_id] + CHAR(1)
            ORDER BY [r].[user_id] + CHAR(1), [r].[page_view_at], [r].[event_id] + CHAR(1)
          ) AS [before],
          lag([r].[is_new]) OVER (
            PARTITION BY [r].[user_id], [r].[user_id] + CHAR(1)
            ORDER BY [r].[user_id] + CHAR(1), [r].[page_view_at], [r].[event_id] + CHAR(1)
          ) AS [before_is_new],
          lag([r].[current_session]) OVER (
            PARTITION BY [r].[user_id], [r].[user_id] + CHAR(1)
            ORDER BY [r].[user_id] + CHAR(1), [r].[page_view_at], [r].[event_id] + CHAR(1)
          ) AS [before_session]
        FROM [#neighbours] AS [r]
      ) AS [h]
    ) AS [q]
  ) AS [n]
) AS [i];
GO

-- moved: Sessions that became part of another.
CREATE TABLE [#moved] (
  [current_session] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [target] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [target_at] datetime2(6) NULL,
  [reason] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL
)
WITH (DISTRIBUTION = ROUND_ROBIN);
GO
INSERT INTO [#moved] ([current_session], [target], [target_at], [reason])
SELECT
  [moved].[current_session] AS [current_session],
  [moved].[target] AS [target],
  [moved].[target_at] AS [target_at],
  [moved].[reason] AS [reason]
FROM (
  SELECT
    [m].[current_session] AS [current_session],
    [m].[target] AS [target],
    [m].[target_at] AS [target_at],
    CASE WHEN [m].[target_is_new] = 1 THEN 'extended' ELSE 'merged' END AS [reason]
  FROM (
    SELECT
      [i].[current_session] AS [current_session],
      [i].[target] AS [target],
      CASE WHEN [i].[target_is_new] = 1 THEN [i].[first_at] ELSE [o].[page_view_at] END AS [target_at],
      [i].[target_is_new] AS [target_is_new]
    FROM [#islands] AS [i]
    LEFT JOIN [session_table] AS [o]
      ON [o].[event_id] = [i].[target] AND [o].[event_id] + CHAR(1) = [i].[target] + CHAR(1)
    WHERE [i].[is_new] = 0
  ) AS [m]
  WHERE [m].[current_session] + CHAR(1) <> [m].[target] + CHAR(1)
) AS [moved]
GROUP BY [moved].[current_session], [moved].[current_session] + CHAR(1), [moved].[target], [moved].[target] + CHAR(1), [moved].[target_at], [moved].[reason], [moved].[reason] + CHAR(1);
GO

-- superseded: The same, and all that resolved to them.
CREATE TABLE [#superseded] (
  [session_id] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [became] varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [became_at] datetime2(6) NULL,
  [reason] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL
)
WITH (DISTRIBUTION = ROUND_ROBIN);
GO
INSERT INTO [#superseded] ([session_id], [became], [became_at], [reason])
SELECT
  [u].[session_id] AS [session_id],
  [u].[became] AS [became],
  [u].[became_at] AS [became_at],
  [u].[reason] AS [reason]
FROM (
  SELECT
    [u].[session_id] AS [session_id],
    [u].[became] AS [became],
    [u].[became_at] AS [became_at],
    [u].[reason] AS [reason]
  FROM (
    SELECT
      [m].[current_session] AS [session_id],
      [m].[target] AS [became],
      [m].[target_at] AS [became_at],
      [m].[reason] AS [reason]
    FROM [#moved] AS [m]
    UNION ALL
    SELECT
      [l].[session_id] AS [session_id],
      [m].[target] AS [became],
      [m].[target_at] AS [became_at],
      [m].[reason] AS [reason]
    FROM [#moved] AS [m]
    JOIN [session_lineage] AS [l]
      ON [l].[became] = [m].[current_session] AND [l].[became] + CHAR(1) = [m].[current_session] + CHAR(1)
  ) AS [u]
) AS [u]
GROUP BY [u].[session_id], [u].[session_id] + CHAR(1), [u].[became], [u].[became] + CHAR(1), [u].[became_at], [u].[reason], [u].[reason] + CHAR(1);
GO

-- rejected: What goes to quarantine and is not there yet.
CREATE TABLE [#rejected] (
  [reason] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [event_id] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [user_id] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [page_view_at] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  [page] varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8 NULL
)
WITH (DISTRIBUTION = ROUND_ROBIN);
GO
INSERT INTO [#rejected] ([reason], [event_id], [user_id], [page_view_at], [page])
SELECT
  [b].[reason] AS [reason],
  [b].[event_id] AS [event_id],
  [b].[user_id] AS [user_id],
  [b].[page_view_at] AS [page_view_at],
  [b].[page] AS [page]
FROM (
  SELECT
    [b].[reason] AS [reason],
    [b].[event_id] AS [event_id],
    [b].[user_id] AS [user_id],
    [b].[page_view_at] AS [page_view_at],
    [b].[page] AS [page]
  FROM (
    SELECT
      [b].[reason] AS [reason],
      [b].[event_id] AS [event_id],
      [b].[user_id] AS [user_id],
      [b].[page_view_at] AS [page_view_at],
      [b].[page] AS [page]
    FROM (
      SELECT
        [k].[reason] AS [reason],
        CASE
          WHEN [k].[event_id] IS NOT NULL AND [k].[event_id] + CHAR(1) <> '' + CHAR(1) THEN [k].[event_id]
          ELSE CAST(NULL AS varchar(8000))
        END AS [event_id],
        CASE
          WHEN [k].[user_id] IS NOT NULL AND [k].[user_id] + CHAR(1) <> '' + CHAR(1) THEN [k].[user_id]
          ELSE CAST(NULL AS varchar(8000))
        END AS [user_id],
        CASE
          WHEN [k].[page_view_at] IS NOT NULL THEN CONVERT(varchar(26), [k].[page_view_at], 121)
          ELSE CASE
              WHEN [k].[raw_time] IS NOT NULL AND [k].[raw_time] + CHAR(1) <> '' + CHAR(1) THEN [k].[raw_time]
              ELSE CAST(NULL AS varchar(8000))
            END
        END AS [page_view_at],
        [k].[page] AS [page]
      FROM [#picked] AS [k]
      WHERE [k].[reason] IS NOT NULL
      UNION ALL
      SELECT
        'duplicate_event_id' AS [reason],
        [c].[event_id] AS [event_id],
        [c].[user_id] AS [user_id],
        CONVERT(varchar(26), [c].[page_view_at], 121) AS [page_view_at],
        [c].[page] AS [page]
      FROM [#copies] AS [c]
      WHERE NOT ([c].[user_id] = [c].[first_user_id] AND [c].[user_id] + CHAR(1) = [c].[first_user_id] + CHAR(1)
          AND [c].[page_view_at] = [c].[first_page_view_at]
          AND CASE WHEN ([c].[page] = [c].[first_page] AND [c].[page] + CHAR(1) = [c].[first_page] + CHAR(1)) OR ([c].[page] IS NULL AND [c].[first_page] IS NULL) THEN 1 ELSE 0 END = 1)
    ) AS [b]
  ) AS [b]
  GROUP BY [b].[reason], [b].[reason] + CHAR(1), [b].[event_id], [b].[event_id] + CHAR(1), [b].[user_id], [b].[user_id] + CHAR(1), [b].[page_view_at], [b].[page_view_at] + CHAR(1), [b].[page], [b].[page] + CHAR(1)
) AS [b]
WHERE NOT EXISTS (
    SELECT 1
    FROM [session_quarantine] AS [q]
    WHERE [q].[reason] = [b].[reason] AND [q].[reason] + CHAR(1) = [b].[reason] + CHAR(1)
      AND CASE WHEN ([q].[event_id] = [b].[event_id] AND [q].[event_id] + CHAR(1) = [b].[event_id] + CHAR(1)) OR ([q].[event_id] IS NULL AND [b].[event_id] IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN ([q].[user_id] = [b].[user_id] AND [q].[user_id] + CHAR(1) = [b].[user_id] + CHAR(1)) OR ([q].[user_id] IS NULL AND [b].[user_id] IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN ([q].[page_view_at] = [b].[page_view_at] AND [q].[page_view_at] + CHAR(1) = [b].[page_view_at] + CHAR(1)) OR ([q].[page_view_at] IS NULL AND [b].[page_view_at] IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN ([q].[page] = [b].[page] AND [q].[page] + CHAR(1) = [b].[page] + CHAR(1)) OR ([q].[page] IS NULL AND [b].[page] IS NULL) THEN 1 ELSE 0 END = 1
  );
GO

BEGIN TRANSACTION;
GO

-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO [session_runs] (
  [run_id], [state], [recorded_at], [job], [mode], [window_from], [window_to], [arrival_mark],
  [arrival_mark_at], [pageviews], [lineage_rows], [quarantined], [engine], [tool_version]
)
SELECT
  coalesce((SELECT max([this_run].[run_id]) AS [run_id] FROM [session_runs] AS [this_run]) + 1, 1) AS [run_id],
  'started' AS [state],
  SYSUTCDATETIME() AS [recorded_at],
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}' AS [job],
  'window' AS [mode],
  CAST('{{ start_time }}' AS datetime2(6)) AS [window_from],
  CAST('{{ end_time }}' AS datetime2(6)) AS [window_to],
  CAST(NULL AS bigint) AS [arrival_mark],
  CAST(NULL AS datetime2(6)) AS [arrival_mark_at],
  CAST(NULL AS bigint) AS [pageviews],
  CAST(NULL AS bigint) AS [lineage_rows],
  CAST(NULL AS bigint) AS [quarantined],
  'Microsoft Fabric warehouse' AS [engine],
  'script' AS [tool_version]
FROM (SELECT 1 AS [one]) AS [o];
GO

-- lineage: Session ids that were superseded, and by which.
INSERT INTO [session_lineage] ([session_id], [became], [became_at], [reason], [run_id])
SELECT
  [x].[session_id] AS [session_id],
  [x].[became] AS [became],
  [x].[became_at] AS [became_at],
  [x].[reason] AS [reason],
  (SELECT max([this_run].[run_id]) AS [run_id] FROM [session_runs] AS [this_run]) AS [run_id]
FROM [#superseded] AS [x];
GO

-- rows: The new pageviews, each with its session.
INSERT INTO [session_table] ([event_id], [session_id], [user_id], [page_view_at], [page], [run_id])
SELECT
  [x].[event_id] AS [event_id],
  [x].[session_id] AS [session_id],
  [x].[user_id] AS [user_id],
  [x].[page_view_at] AS [page_view_at],
  [x].[page] AS [page],
  (SELECT max([this_run].[run_id]) AS [run_id] FROM [session_runs] AS [this_run]) AS [run_id]
FROM (
  SELECT
    [i].[event_id] AS [event_id],
    [i].[user_id] AS [user_id],
    [i].[page_view_at] AS [page_view_at],
    [i].[page] AS [page],
    [i].[target] AS [session_id]
  FROM [#islands] AS [i]
  WHERE [i].[is_new] = 1
) AS [x];
GO

-- quarantine: What cannot be sessionized, and why.
INSERT INTO [session_quarantine] (
  [reason], [event_id], [user_id], [page_view_at], [page], [source_file], [line], [run_id]
)
SELECT
  [x].[reason] AS [reason],
  [x].[event_id] AS [event_id],
  [x].[user_id] AS [user_id],
  [x].[page_view_at] AS [page_view_at],
  [x].[page] AS [page],
  CAST(NULL AS varchar(8000)) AS [source_file],
  CAST(NULL AS bigint) AS [line],
  (SELECT max([this_run].[run_id]) AS [run_id] FROM [session_runs] AS [this_run]) AS [run_id]
FROM [#rejected] AS [x];
GO

-- finished: Closes the run.
INSERT INTO [session_runs] (
  [run_id], [state], [recorded_at], [job], [mode], [window_from], [window_to], [arrival_mark],
  [arrival_mark_at], [pageviews], [lineage_rows], [quarantined], [engine], [tool_version]
)
SELECT
  (SELECT max([this_run].[run_id]) AS [run_id] FROM [session_runs] AS [this_run]) AS [run_id],
  'finished' AS [state],
  SYSUTCDATETIME() AS [recorded_at],
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}' AS [job],
  'window' AS [mode],
  CAST('{{ start_time }}' AS datetime2(6)) AS [window_from],
  CAST('{{ end_time }}' AS datetime2(6)) AS [window_to],
  (
    SELECT
      [started_run].[arrival_mark] AS [arrival_mark]
    FROM [session_runs] AS [started_run]
    WHERE [started_run].[run_id] = (SELECT max([this_run].[run_id]) AS [run_id] FROM [session_runs] AS [this_run])
      AND [started_run].[state] = 'started' AND [started_run].[state] + CHAR(1) = 'started' + CHAR(1)
  ) AS [arrival_mark],
  (
    SELECT
      [started_run].[arrival_mark_at] AS [arrival_mark_at]
    FROM [session_runs] AS [started_run]
    WHERE [started_run].[run_id] = (SELECT max([this_run].[run_id]) AS [run_id] FROM [session_runs] AS [this_run])
      AND [started_run].[state] = 'started' AND [started_run].[state] + CHAR(1) = 'started' + CHAR(1)
  ) AS [arrival_mark_at],
  (SELECT count_big(*) AS [n] FROM [#islands] AS [x] WHERE [x].[is_new] = 1) AS [pageviews],
  (SELECT count_big(*) AS [n] FROM [#superseded] AS [x]) AS [lineage_rows],
  (SELECT count_big(*) AS [n] FROM [#rejected] AS [x]) AS [quarantined],
  'Microsoft Fabric warehouse' AS [engine],
  'script' AS [tool_version]
FROM (SELECT 1 AS [one]) AS [o];
GO

COMMIT TRANSACTION;
GO

-- The steps of the run are of no more use.
DROP TABLE [#picked];
GO
DROP TABLE [#repeated];
GO
DROP TABLE [#copies];
GO
DROP TABLE [#fresh];
GO
DROP TABLE [#ranges];
GO
DROP TABLE [#context];
GO
DROP TABLE [#neighbours];
GO
DROP TABLE [#islands];
GO
DROP TABLE [#moved];
GO
DROP TABLE [#superseded];
GO
DROP TABLE [#rejected];
GO
