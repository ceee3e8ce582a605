-- agg_query.sql for Amazon Redshift (dialect redshift); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 25 answers documented, 24 assumed.
--
-- The current sessions in numbers. Reads only.
--
-- Run it:  psql -X -v ON_ERROR_STOP=1 -f agg_query.sql

SET TIMEZONE TO 'UTC';

-- totals: All sessions in one row. Columns in _micro are millionths, durations are microseconds.
WITH r AS (
  SELECT user_id, duration_microseconds, pageviews, is_bounce,
    row_number() OVER (ORDER BY duration_microseconds, session_id || CHR(1)) AS "rank",
    row_number() OVER (ORDER BY duration_microseconds DESC, session_id || CHR(1) DESC) AS rank_from_end
  FROM sessions
),
t AS (
  SELECT count(*) AS sessions, count(DISTINCT r.user_id || CHR(1)) AS users,
    CAST(coalesce(sum(r.pageviews), 0) AS BIGINT) AS pageviews,
    CAST(coalesce(sum(CASE WHEN r.is_bounce = 1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS bounces,
    CAST(coalesce(sum(r.duration_microseconds), 0) AS BIGINT) AS "duration",
    max(CASE WHEN r."rank" = (((((r."rank" + r.rank_from_end) - 1) * 50) + 99) / 100) THEN r.duration_microseconds END) AS duration_median,
    max(CASE WHEN r."rank" = (((((r."rank" + r.rank_from_end) - 1) * 95) + 99) / 100) THEN r.duration_microseconds END) AS duration_p95
  FROM r
)
SELECT sessions, users, pageviews, bounces,
  CASE WHEN sessions > 0 THEN ((pageviews * 2000000) + sessions) / (sessions * 2) END AS pageviews_per_session_micro,
  CASE WHEN sessions > 0 THEN ((bounces * 2000000) + sessions) / (sessions * 2) END AS bounce_rate_micro,
  CASE WHEN sessions > 0 THEN (("duration" * 2) + sessions) / (sessions * 2) END AS duration_mean,
  duration_median, duration_p95
FROM t;

-- session: One row for each session.
WITH o AS (
  SELECT user_id, session_id, started_at AS first_view, ended_at AS last_view, pageviews
  FROM sessions
)
SELECT user_id, session_id, first_view, last_view, pageviews FROM o
ORDER BY user_id || CHR(1), first_view, session_id || CHR(1);

-- user: One row for each user.
WITH o AS (
  SELECT s.user_id, count(*) AS sessions,
    CAST(coalesce(sum(s.pageviews), 0) AS BIGINT) AS pageviews, min(s.started_at) AS first_view,
    max(s.ended_at) AS last_view,
    CAST(coalesce(sum(s.duration_microseconds), 0) AS BIGINT) AS duration_microseconds,
    CAST(coalesce(sum(CASE WHEN s.is_bounce = 1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS bounces
  FROM sessions AS s GROUP BY s.user_id, s.user_id || CHR(1)
)
SELECT user_id, sessions, pageviews, first_view, last_view, duration_microseconds, bounces FROM o
ORDER BY user_id || CHR(1);

-- day: One row for each UTC day: sessions that started on it, pageviews on it.
WITH d AS (
  SELECT TO_CHAR(page_view_at, 'YYYY-MM-DD') AS "day", count(*) AS pageviews,
    count(DISTINCT user_id || CHR(1)) AS users
  FROM session_events
  GROUP BY TO_CHAR(page_view_at, 'YYYY-MM-DD'), TO_CHAR(page_view_at, 'YYYY-MM-DD') || CHR(1)
),
t AS (
  SELECT TO_CHAR(started_at, 'YYYY-MM-DD') AS "day", count(*) AS sessions,
    CAST(coalesce(sum(CASE WHEN is_bounce = 1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS bounces
  FROM sessions
  GROUP BY TO_CHAR(started_at, 'YYYY-MM-DD'), TO_CHAR(started_at, 'YYYY-MM-DD') || CHR(1)
),
o AS (
  SELECT d."day", coalesce(t.sessions, 0) AS sessions, d.pageviews, d.users,
    coalesce(t.bounces, 0) AS bounces
  FROM d LEFT JOIN t ON t."day" = d."day" AND OCTET_LENGTH(t."day") = OCTET_LENGTH(d."day")
)
SELECT "day", sessions, pageviews, users, bounces FROM o ORDER BY "day" || CHR(1);
