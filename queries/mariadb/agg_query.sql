-- agg_query.sql for MariaDB 10.11 (dialect mariadb); rendered by sessionizer, not edited by hand.
-- Evidence: tested live, that is, the project's tests run it on the engine.
-- Of what is known of the engine: 39 answers tested live, 2 documented, 8 assumed.
--
-- The current sessions in numbers. Reads only.
--
-- Run it:  mariadb my_database < agg_query.sql

SET SESSION sql_mode = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION';
SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin;
SET SESSION time_zone = '+00:00';
SET SESSION max_sort_length = 262144, sort_buffer_size = 67108864;

-- totals: All sessions in one row. Columns in _micro are millionths, durations are microseconds.
WITH s AS (
  SELECT session_id, user_id,
    timestampdiff(MICROSECOND, started_at, ended_at) AS duration_microseconds, pageviews,
    CASE WHEN pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
  FROM session_versions AS v
  WHERE NOT EXISTS (SELECT 1 FROM session_versions AS w WHERE w.anchor = v.anchor AND w.run_id > v.run_id)
    AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.session_id = v.anchor)
),
r AS (
  SELECT user_id, duration_microseconds, pageviews, is_bounce,
    row_number() OVER (ORDER BY duration_microseconds, session_id) AS `rank`,
    row_number() OVER (ORDER BY duration_microseconds DESC, session_id DESC) AS rank_from_end
  FROM s
),
t AS (
  SELECT count(*) AS sessions, count(DISTINCT r.user_id) AS users,
    CAST(coalesce(sum(r.pageviews), 0) AS SIGNED) AS pageviews,
    CAST(coalesce(sum(CASE WHEN r.is_bounce = 1 THEN 1 ELSE 0 END), 0) AS SIGNED) AS bounces,
    CAST(coalesce(sum(r.duration_microseconds), 0) AS SIGNED) AS `duration`,
    max(CASE WHEN r.`rank` = (((((r.`rank` + r.rank_from_end) - 1) * 50) + 99) DIV 100) THEN r.duration_microseconds END) AS duration_median,
    max(CASE WHEN r.`rank` = (((((r.`rank` + r.rank_from_end) - 1) * 95) + 99) DIV 100) THEN r.duration_microseconds END) AS duration_p95
  FROM r
)
SELECT sessions, users, pageviews, bounces,
  CASE WHEN sessions > 0 THEN ((pageviews * 2000000) + sessions) DIV (sessions * 2) END AS pageviews_per_session_micro,
  CASE WHEN sessions > 0 THEN ((bounces * 2000000) + sessions) DIV (sessions * 2) END AS bounce_rate_micro,
  CASE WHEN sessions > 0 THEN ((`duration` * 2) + sessions) DIV (sessions * 2) END AS duration_mean,
  duration_median, duration_p95
FROM t;

-- session: One row for each session.
SELECT user_id, session_id, started_at AS first_view, ended_at AS last_view, pageviews
FROM session_versions AS v
WHERE NOT EXISTS (SELECT 1 FROM session_versions AS w WHERE w.anchor = v.anchor AND w.run_id > v.run_id)
  AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.session_id = v.anchor)
ORDER BY user_id, first_view, session_id;

-- user: One row for each user.
SELECT v.user_id, count(*) AS sessions,
  CAST(coalesce(sum(v.pageviews), 0) AS SIGNED) AS pageviews, min(v.started_at) AS first_view,
  max(v.ended_at) AS last_view,
  CAST(coalesce(sum(timestampdiff(MICROSECOND, v.started_at, v.ended_at)), 0) AS SIGNED) AS duration_microseconds,
  CAST(coalesce(sum(CASE WHEN CASE WHEN v.pageviews = 1 THEN 1 ELSE 0 END = 1 THEN 1 ELSE 0 END), 0) AS SIGNED) AS bounces
FROM session_versions AS v
WHERE NOT EXISTS (SELECT 1 FROM session_versions AS w WHERE w.anchor = v.anchor AND w.run_id > v.run_id)
  AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.session_id = v.anchor)
GROUP BY v.user_id ORDER BY user_id;

-- day: One row for each UTC day: sessions that started on it, pageviews on it.
WITH anchored AS (SELECT user_id, page_view_at FROM session_table),
d AS (
  SELECT date_format(page_view_at, '%Y-%m-%d') AS `day`, count(*) AS pageviews,
    count(DISTINCT user_id) AS users
  FROM anchored GROUP BY date_format(page_view_at, '%Y-%m-%d')
),
t AS (
  SELECT date_format(started_at, '%Y-%m-%d') AS `day`, count(*) AS sessions,
    CAST(coalesce(sum(CASE WHEN CASE WHEN pageviews = 1 THEN 1 ELSE 0 END = 1 THEN 1 ELSE 0 END), 0) AS SIGNED) AS bounces
  FROM session_versions AS v
  WHERE NOT EXISTS (SELECT 1 FROM session_versions AS w WHERE w.anchor = v.anchor AND w.run_id > v.run_id)
    AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.session_id = v.anchor)
  GROUP BY date_format(started_at, '%Y-%m-%d')
)
SELECT d.`day` AS `day`, coalesce(t.sessions, 0) AS sessions, d.pageviews AS pageviews,
  d.users AS users, coalesce(t.bounces, 0) AS bounces
FROM d LEFT JOIN t ON t.`day` = d.`day` ORDER BY `day`;
