-- agg_query.sql for ClickHouse 26 (dialect clickhouse); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 2 answers documented, 47 assumed.
--
-- The current sessions in numbers. Reads only.
--
-- Run it:  clickhouse-client --multiquery < agg_query.sql

SET join_use_nulls = 1;

-- totals: All sessions in one row. Columns in _micro are millionths, durations are microseconds.
WITH r AS (
  SELECT user_id AS user_id, duration_microseconds AS duration_microseconds, pageviews AS pageviews,
    is_bounce AS is_bounce, row_number() OVER (ORDER BY duration_microseconds, session_id) AS `rank`,
    row_number() OVER (ORDER BY duration_microseconds DESC, session_id DESC) AS rank_from_end
  FROM sessions
),
t AS (
  SELECT count(*) AS sessions, count(DISTINCT r.user_id) AS users, sum(r.pageviews) AS pageviews,
    sum(CASE WHEN r.is_bounce = 1 THEN 1 ELSE 0 END) AS bounces,
    sum(r.duration_microseconds) AS `duration`,
    max(toNullable(CASE WHEN r.`rank` = (intDiv(((((r.`rank` + r.rank_from_end) - 1) * 50) + 99), 100)) THEN r.duration_microseconds END)) AS duration_median,
    max(toNullable(CASE WHEN r.`rank` = (intDiv(((((r.`rank` + r.rank_from_end) - 1) * 95) + 99), 100)) THEN r.duration_microseconds END)) AS duration_p95
  FROM r
)
SELECT sessions AS sessions, users AS users, pageviews AS pageviews, bounces AS bounces,
  CASE WHEN sessions > 0 THEN intDiv(((pageviews * 2000000) + sessions), (sessions * 2)) END AS pageviews_per_session_micro,
  CASE WHEN sessions > 0 THEN intDiv(((bounces * 2000000) + sessions), (sessions * 2)) END AS bounce_rate_micro,
  CASE WHEN sessions > 0 THEN intDiv(((`duration` * 2) + sessions), (sessions * 2)) END AS duration_mean,
  duration_median AS duration_median, duration_p95 AS duration_p95
FROM t;

-- session: One row for each session.
SELECT user_id AS user_id, session_id AS session_id, started_at AS first_view,
  ended_at AS last_view, pageviews AS pageviews
FROM sessions ORDER BY user_id, first_view, session_id;

-- user: One row for each user.
SELECT s.user_id AS user_id, count(*) AS sessions, sum(s.pageviews) AS pageviews,
  min(toNullable(s.started_at)) AS first_view, max(toNullable(s.ended_at)) AS last_view,
  sum(s.duration_microseconds) AS duration_microseconds,
  sum(CASE WHEN s.is_bounce = 1 THEN 1 ELSE 0 END) AS bounces
FROM sessions AS s GROUP BY s.user_id ORDER BY user_id;

-- day: One row for each UTC day: sessions that started on it, pageviews on it.
WITH d AS (
  SELECT substring(toString(page_view_at), 1, 10) AS `day`, count(*) AS pageviews,
    count(DISTINCT user_id) AS users
  FROM session_events GROUP BY substring(toString(page_view_at), 1, 10)
),
t AS (
  SELECT substring(toString(started_at), 1, 10) AS `day`, count(*) AS sessions,
    sum(CASE WHEN is_bounce = 1 THEN 1 ELSE 0 END) AS bounces
  FROM sessions GROUP BY substring(toString(started_at), 1, 10)
)
SELECT d.`day` AS `day`, coalesce(t.sessions, 0) AS sessions, d.pageviews AS pageviews,
  d.users AS users, coalesce(t.bounces, 0) AS bounces
FROM d LEFT JOIN t ON t.`day` = d.`day` ORDER BY `day`;
