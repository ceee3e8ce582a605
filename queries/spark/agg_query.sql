-- agg_query.sql for Spark SQL 4 (dialect spark)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 1 answers documented, 37 assumed.
--
-- The current sessions in numbers. Reads only.
--
-- Run it:  spark-sql -f agg_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

SET TIME ZONE 'UTC';

-- totals: All sessions in one row. Columns in _micro are millionths, durations are microseconds.
SELECT
  `t`.`sessions` AS `sessions`,
  `t`.`users` AS `users`,
  `t`.`pageviews` AS `pageviews`,
  `t`.`bounces` AS `bounces`,
  CASE
    WHEN `t`.`sessions` > 0 THEN ((`t`.`pageviews` * 2000000) + `t`.`sessions`) DIV (`t`.`sessions` * 2)
    ELSE CAST(NULL AS BIGINT)
  END AS `pageviews_per_session_micro`,
  CASE
    WHEN `t`.`sessions` > 0 THEN ((`t`.`bounces` * 2000000) + `t`.`sessions`) DIV (`t`.`sessions` * 2)
    ELSE CAST(NULL AS BIGINT)
  END AS `bounce_rate_micro`,
  CASE
    WHEN `t`.`sessions` > 0 THEN ((`t`.`duration` * 2) + `t`.`sessions`) DIV (`t`.`sessions` * 2)
    ELSE CAST(NULL AS BIGINT)
  END AS `duration_mean`,
  `t`.`duration_median` AS `duration_median`,
  `t`.`duration_p95` AS `duration_p95`
FROM (
  SELECT
    count(*) AS `sessions`,
    count(DISTINCT `r`.`user_id`) AS `users`,
    coalesce(sum(`r`.`pageviews`), 0) AS `pageviews`,
    coalesce(sum(CASE WHEN `r`.`is_bounce` = 1 THEN 1 ELSE 0 END), 0) AS `bounces`,
    coalesce(sum(`r`.`duration_microseconds`), 0) AS `duration`,
    max(CASE
      WHEN `r`.`rank` = (((((`r`.`rank` + `r`.`rank_from_end`) - 1) * 50) + 99) DIV 100) THEN `r`.`duration_microseconds`
      ELSE CAST(NULL AS BIGINT)
    END) AS `duration_median`,
    max(CASE
      WHEN `r`.`rank` = (((((`r`.`rank` + `r`.`rank_from_end`) - 1) * 95) + 99) DIV 100) THEN `r`.`duration_microseconds`
      ELSE CAST(NULL AS BIGINT)
    END) AS `duration_p95`
  FROM (
    SELECT
      `s`.`session_id` AS `session_id`,
      `s`.`user_id` AS `user_id`,
      `s`.`duration_microseconds` AS `duration_microseconds`,
      `s`.`pageviews` AS `pageviews`,
      `s`.`is_bounce` AS `is_bounce`,
      row_number() OVER (ORDER BY `s`.`duration_microseconds`, `s`.`session_id`) AS `rank`,
      row_number() OVER (ORDER BY `s`.`duration_microseconds` DESC, `s`.`session_id` DESC) AS `rank_from_end`
    FROM (
      SELECT
        `s`.`session_id` AS `session_id`,
        `s`.`user_id` AS `user_id`,
        `s`.`duration_microseconds` AS `duration_microseconds`,
        `s`.`pageviews` AS `pageviews`,
        `s`.`is_bounce` AS `is_bounce`
      FROM `sessions` AS `s`
    ) AS `s`
  ) AS `r`
) AS `t`;

-- session: One row for each session.
SELECT
  `s`.`user_id` AS `user_id`,
  `s`.`session_id` AS `session_id`,
  `s`.`started_at` AS `first_view`,
  `s`.`ended_at` AS `last_view`,
  `s`.`pageviews` AS `pageviews`
FROM `sessions` AS `s`
ORDER BY `user_id`, `first_view`, `session_id`;

-- user: One row for each user.
SELECT
  `s`.`user_id` AS `user_id`,
  count(*) AS `sessions`,
  coalesce(sum(`s`.`pageviews`), 0) AS `pageviews`,
  min(`s`.`started_at`) AS `first_view`,
  max(`s`.`ended_at`) AS `last_view`,
  coalesce(sum(`s`.`duration_microseconds`), 0) AS `duration_microseconds`,
  coalesce(sum(CASE WHEN `s`.`is_bounce` = 1 THEN 1 ELSE 0 END), 0) AS `bounces`
FROM `sessions` AS `s`
GROUP BY `s`.`user_id`
ORDER BY `user_id`;

-- day: One row for each UTC day: sessions that started on it, pageviews on it.
SELECT
  `d`.`day` AS `day`,
  coalesce(`t`.`sessions`, 0) AS `sessions`,
  `d`.`pageviews` AS `pageviews`,
  `d`.`users` AS `users`,
  coalesce(`t`.`bounces`, 0) AS `bounces`
FROM (
  SELECT
    `v`.`day` AS `day`,
    count(*) AS `pageviews`,
    count(DISTINCT `v`.`user_id`) AS `users`
  FROM (
    SELECT
      date_format(`e`.`page_view_at`, 'yyyy-MM-dd') AS `day`,
      `e`.`user_id` AS `user_id`
    FROM `session_events` AS `e`
  ) AS `v`
  GROUP BY `v`.`day`
) AS `d`
LEFT JOIN (
  SELECT
    `b`.`day` AS `day`,
    count(*) AS `sessions`,
    coalesce(sum(`b`.`bounce`), 0) AS `bounces`
  FROM (
    SELECT
      date_format(`s`.`started_at`, 'yyyy-MM-dd') AS `day`,
      CASE WHEN `s`.`is_bounce` = 1 THEN 1 ELSE 0 END AS `bounce`
    FROM `sessions` AS `s`
  ) AS `b`
  GROUP BY `b`.`day`
) AS `t` ON `t`.`day` = `d`.`day`
ORDER BY `day`;
