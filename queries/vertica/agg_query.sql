-- agg_query.sql for Vertica 12 (dialect vertica); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 1 answer documented, 48 assumed.
--
-- The current sessions in numbers. Reads only.
--
-- Run it:  vsql -X -v ON_ERROR_STOP=on -f agg_query.sql

SET TIME ZONE TO 'UTC';

-- totals: All sessions in one row. Columns in _micro are millionths, durations are microseconds.
WITH r AS (
  SELECT user_id, duration_microseconds, pageviews, is_bounce,
    row_number() OVER (ORDER BY duration_microseconds, session_id) AS "rank",
    row_number() OVER (ORDER BY duration_microseconds DESC, session_id DESC) AS rank_from_end
  FROM sessions
),
t AS (
  SELECT count(*) AS sessions, count(DISTINCT r.user_id) AS users,
    coalesce(sum(r.pageviews), 0) AS pageviews,
    coalesce(sum(CASE WHEN r.is_bounce = 1 THEN 1 ELSE 0 END), 0) AS bounces,
    coalesce(sum(r.duration_microseconds), 0) AS "duration",
    max(CASE WHEN r."rank" = (((((r."rank" + r.rank_from_end) - 1) * 50) + 99) // 100) THEN r.duration_microseconds END) AS duration_median,
    max(CASE WHEN r."rank" = (((((r."rank" + r.rank_from_end) - 1) * 95) + 99) // 100) THEN r.duration_microseconds END) AS duration_p95
  FROM r
)
SELECT sessions, users, pageviews, bounces,
  CASE WHEN sessions > 0 THEN ((pageviews * 2000000) + sessions) // (sessions * 2) END AS pageviews_per_session_micro,
  CASE WHEN sessions > 0 THEN ((bounces * 2000000) + sessions) // (sessions * 2) END AS bounce_rate_micro,
  CASE WHEN sessions > 0 THEN (("duration" * 2) + sessions) // (sessions * 2) END AS duration_mean,
  duration_median, duration_p95
FROM t;

-- session: One row for each session.
SELECT user_id, session_id, started_at AS first_view, ended_at AS last_view, pageviews
FROM sessions ORDER BY user_id, first_view, session_id;

-- user: One row for each user.
SELECT s.user_id, count(*) AS sessions, coalesce(sum(s.pageviews), 0) AS pageviews,
  min(s.started_at) AS first_view, max(s.ended_at) AS last_view,
  coalesce(sum(s.duration_microseconds), 0) AS duration_microseconds,
  coalesce(sum(CASE WHEN s.is_bounce = 1 THEN 1 ELSE 0 END), 0) AS bounces
FROM sessions AS s GROUP BY s.user_id ORDER BY user_id;

-- day: One row for each UTC day: sessions that started on it, pageviews on it.
WITH d AS (
  SELECT TO_CHAR(page_view_at, 'YYYY-MM-DD') AS "day", count(*) AS pageviews,
    count(DISTINCT user_id) AS users
  FROM session_events GROUP BY TO_CHAR(page_view_at, 'YYYY-MM-DD')
),
t AS (
  SELECT TO_CHAR(started_at, 'YYYY-MM-DD') AS "day", count(*) AS sessions,
    coalesce(sum(CASE WHEN is_bounce = 1 THEN 1 ELSE 0 END), 0) AS bounces
  FROM sessions GROUP BY TO_CHAR(started_at, 'YYYY-MM-DD')
)
SELECT d."day" AS "day", coalesce(t.sessions, 0) AS sessions, d.pageviews AS pageviews,
  d.users AS users, coalesce(t.bounces, 0) AS bounces
FROM d LEFT JOIN t ON t."day" = d."day" ORDER BY "day";
