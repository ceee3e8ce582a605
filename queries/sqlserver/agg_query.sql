-- agg_query.sql for SQL Server 2019 (dialect sqlserver); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 24 answers documented, 25 assumed.
--
-- The current sessions in numbers. Reads only.
--
-- Run it:  sqlcmd -b -x -I -i agg_query.sql

SET XACT_ABORT ON;
GO

-- totals: All sessions in one row. Columns in _micro are millionths, durations are microseconds.
WITH r AS (
  SELECT user_id, duration_microseconds, pageviews, is_bounce,
    row_number() OVER (ORDER BY duration_microseconds, session_id + CHAR(1)) AS [rank],
    row_number() OVER (ORDER BY duration_microseconds DESC, session_id + CHAR(1) DESC) AS rank_from_end
  FROM sessions
),
t AS (
  SELECT count_big(*) AS sessions, count_big(DISTINCT r.user_id + CHAR(1)) AS users,
    coalesce(sum(CAST(r.pageviews AS bigint)), 0) AS pageviews,
    coalesce(sum(CAST(CASE WHEN r.is_bounce = 1 THEN 1 ELSE 0 END AS bigint)), 0) AS bounces,
    coalesce(sum(CAST(r.duration_microseconds AS bigint)), 0) AS [duration],
    max(CASE WHEN r.[rank] = (((((r.[rank] + r.rank_from_end) - 1) * 50) + 99) / 100) THEN r.duration_microseconds END) AS duration_median,
    max(CASE WHEN r.[rank] = (((((r.[rank] + r.rank_from_end) - 1) * 95) + 99) / 100) THEN r.duration_microseconds END) AS duration_p95
  FROM r
)
SELECT sessions, users, pageviews, bounces,
  CASE WHEN sessions > 0 THEN ((pageviews * 2000000) + sessions) / (sessions * 2) END AS pageviews_per_session_micro,
  CASE WHEN sessions > 0 THEN ((bounces * 2000000) + sessions) / (sessions * 2) END AS bounce_rate_micro,
  CASE WHEN sessions > 0 THEN (([duration] * 2) + sessions) / (sessions * 2) END AS duration_mean,
  duration_median, duration_p95
FROM t;
GO

-- session: One row for each session.
WITH o AS (
  SELECT user_id, session_id, started_at AS first_view, ended_at AS last_view, pageviews
  FROM sessions
)
SELECT user_id, session_id, first_view, last_view, pageviews FROM o
ORDER BY user_id + CHAR(1), first_view, session_id + CHAR(1);
GO

-- user: One row for each user.
WITH o AS (
  SELECT s.user_id, count_big(*) AS sessions,
    coalesce(sum(CAST(s.pageviews AS bigint)), 0) AS pageviews, min(s.started_at) AS first_view,
    max(s.ended_at) AS last_view,
    coalesce(sum(CAST(s.duration_microseconds AS bigint)), 0) AS duration_microseconds,
    coalesce(sum(CAST(CASE WHEN s.is_bounce = 1 THEN 1 ELSE 0 END AS bigint)), 0) AS bounces
  FROM sessions AS s GROUP BY s.user_id, s.user_id + CHAR(1)
)
SELECT user_id, sessions, pageviews, first_view, last_view, duration_microseconds, bounces FROM o
ORDER BY user_id + CHAR(1);
GO

-- day: One row for each UTC day: sessions that started on it, pageviews on it.
WITH d AS (
  SELECT CONVERT(varchar(10), page_view_at, 23) AS [day], count_big(*) AS pageviews,
    count_big(DISTINCT user_id + CHAR(1)) AS users
  FROM session_events
  GROUP BY CONVERT(varchar(10), page_view_at, 23), CONVERT(varchar(10), page_view_at, 23) + CHAR(1)
),
t AS (
  SELECT CONVERT(varchar(10), started_at, 23) AS [day], count_big(*) AS sessions,
    coalesce(sum(CAST(CASE WHEN is_bounce = 1 THEN 1 ELSE 0 END AS bigint)), 0) AS bounces
  FROM sessions
  GROUP BY CONVERT(varchar(10), started_at, 23), CONVERT(varchar(10), started_at, 23) + CHAR(1)
),
o AS (
  SELECT d.[day], coalesce(t.sessions, 0) AS sessions, d.pageviews, d.users,
    coalesce(t.bounces, 0) AS bounces
  FROM d LEFT JOIN t ON t.[day] = d.[day] AND t.[day] + CHAR(1) = d.[day] + CHAR(1)
)
SELECT [day], sessions, pageviews, users, bounces FROM o ORDER BY [day] + CHAR(1);
GO
