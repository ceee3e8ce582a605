-- agg_query.sql for Microsoft Fabric warehouse (dialect fabric)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 3 answers documented, 35 assumed.
--
-- The current sessions in numbers. Reads only.
--
-- Run it:  sqlcmd -b -I -i agg_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

SET XACT_ABORT ON;
GO

-- totals: All sessions in one row. Columns in _micro are millionths, durations are microseconds.
SELECT
  [t].[sessions] AS [sessions],
  [t].[users] AS [users],
  [t].[pageviews] AS [pageviews],
  [t].[bounces] AS [bounces],
  CASE
    WHEN [t].[sessions] > 0 THEN (([t].[pageviews] * 2000000) + [t].[sessions]) / ([t].[sessions] * 2)
    ELSE CAST(NULL AS bigint)
  END AS [pageviews_per_session_micro],
  CASE
    WHEN [t].[sessions] > 0 THEN (([t].[bounces] * 2000000) + [t].[sessions]) / ([t].[sessions] * 2)
    ELSE CAST(NULL AS bigint)
  END AS [bounce_rate_micro],
  CASE
    WHEN [t].[sessions] > 0 THEN (([t].[duration] * 2) + [t].[sessions]) / ([t].[sessions] * 2)
    ELSE CAST(NULL AS bigint)
  END AS [duration_mean],
  [t].[duration_median] AS [duration_median],
  [t].[duration_p95] AS [duration_p95]
FROM (
  SELECT
    count_big(*) AS [sessions],
    count_big(DISTINCT [r].[user_id] + CHAR(1)) AS [users],
    coalesce(sum(CAST([r].[pageviews] AS bigint)), 0) AS [pageviews],
    coalesce(sum(CAST(CASE WHEN [r].[is_bounce] = 1 THEN 1 ELSE 0 END AS bigint)), 0) AS [bounces],
    coalesce(sum(CAST([r].[duration_microseconds] AS bigint)), 0) AS [duration],
    max(CASE
      WHEN [r].[rank] = ((((([r].[rank] + [r].[rank_from_end]) - 1) * 50) + 99) / 100) THEN [r].[duration_microseconds]
      ELSE CAST(NULL AS bigint)
    END) AS [duration_median],
    max(CASE
      WHEN [r].[rank] = ((((([r].[rank] + [r].[rank_from_end]) - 1) * 95) + 99) / 100) THEN [r].[duration_microseconds]
      ELSE CAST(NULL AS bigint)
    END) AS [duration_p95]
  FROM (
    SELECT
      [s].[session_id] AS [session_id],
      [s].[user_id] AS [user_id],
      [s].[duration_microseconds] AS [duration_microseconds],
      [s].[pageviews] AS [pageviews],
      [s].[is_bounce] AS [is_bounce],
      row_number() OVER (ORDER BY [s].[duration_microseconds], [s].[session_id] + CHAR(1)) AS [rank],
      row_number() OVER (ORDER BY [s].[duration_microseconds] DESC, [s].[session_id] + CHAR(1) DESC) AS [rank_from_end]
    FROM (
      SELECT
        [s].[session_id] AS [session_id],
        [s].[user_id] AS [user_id],
        [s].[duration_microseconds] AS [duration_microseconds],
        [s].[pageviews] AS [pageviews],
        [s].[is_bounce] AS [is_bounce]
      FROM [sessions] AS [s]
    ) AS [s]
  ) AS [r]
) AS [t];
GO

-- session: One row for each session.
SELECT
  [o].[user_id] AS [user_id],
  [o].[session_id] AS [session_id],
  [o].[first_view] AS [first_view],
  [o].[last_view] AS [last_view],
  [o].[pageviews] AS [pageviews]
FROM (
  SELECT
    [s].[user_id] AS [user_id],
    [s].[session_id] AS [session_id],
    [s].[started_at] AS [first_view],
    [s].[ended_at] AS [last_view],
    [s].[pageviews] AS [pageviews]
  FROM [sessions] AS [s]
) AS [o]
ORDER BY [o].[user_id] + CHAR(1), [o].[first_view], [o].[session_id] + CHAR(1);
GO

-- user: One row for each user.
SELECT
  [o].[user_id] AS [user_id],
  [o].[sessions] AS [sessions],
  [o].[pageviews] AS [pageviews],
  [o].[first_view] AS [first_view],
  [o].[last_view] AS [last_view],
  [o].[duration_microseconds] AS [duration_microseconds],
  [o].[bounces] AS [bounces]
FROM (
  SELECT
    [s].[user_id] AS [user_id],
    count_big(*) AS [sessions],
    coalesce(sum(CAST([s].[pageviews] AS bigint)), 0) AS [pageviews],
    min([s].[started_at]) AS [first_view],
    max([s].[ended_at]) AS [last_view],
    coalesce(sum(CAST([s].[duration_microseconds] AS bigint)), 0) AS [duration_microseconds],
    coalesce(sum(CAST(CASE WHEN [s].[is_bounce] = 1 THEN 1 ELSE 0 END AS bigint)), 0) AS [bounces]
  FROM [sessions] AS [s]
  GROUP BY [s].[user_id], [s].[user_id] + CHAR(1)
) AS [o]
ORDER BY [o].[user_id] + CHAR(1);
GO

-- day: One row for each UTC day: sessions that started on it, pageviews on it.
SELECT
  [o].[day] AS [day],
  [o].[sessions] AS [sessions],
  [o].[pageviews] AS [pageviews],
  [o].[users] AS [users],
  [o].[bounces] AS [bounces]
FROM (
  SELECT
    [d].[day] AS [day],
    coalesce([t].[sessions], 0) AS [sessions],
    [d].[pageviews] AS [pageviews],
    [d].[users] AS [users],
    coalesce([t].[bounces], 0) AS [bounces]
  FROM (
    SELECT
      [v].[day] AS [day],
      count_big(*) AS [pageviews],
      count_big(DISTINCT [v].[user_id] + CHAR(1)) AS [users]
    FROM (
      SELECT
        CONVERT(varchar(10), [e].[page_view_at], 23) AS [day],
        [e].[user_id] AS [user_id]
      FROM [session_events] AS [e]
    ) AS [v]
    GROUP BY [v].[day], [v].[day] + CHAR(1)
  ) AS [d]
  LEFT JOIN (
    SELECT
      [b].[day] AS [day],
      count_big(*) AS [sessions],
      coalesce(sum(CAST([b].[bounce] AS bigint)), 0) AS [bounces]
    FROM (
      SELECT
        CONVERT(varchar(10), [s].[started_at], 23) AS [day],
        CASE WHEN [s].[is_bounce] = 1 THEN 1 ELSE 0 END AS [bounce]
      FROM [sessions] AS [s]
    ) AS [b]
    GROUP BY [b].[day], [b].[day] + CHAR(1)
  ) AS [t] ON [t].[day] = [d].[day] AND [t].[day] + CHAR(1) = [d].[day] + CHAR(1)
) AS [o]
ORDER BY [o].[day] + CHAR(1);
GO
