-- agg_query.sql for MySQL 8 (dialect mysql)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 38 answers assumed.
--
-- The current sessions in numbers. Reads only.
--
-- Run it:  mysql my_database < agg_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';
SET SESSION time_zone = '+00:00';
SET NAMES utf8mb4 COLLATE utf8mb4_0900_bin;
SET SESSION max_sort_length = 262144, sort_buffer_size = 67108864;

-- totals: All sessions in one row. Columns in _micro are millionths, durations are microseconds.
SELECT
  `t`.`sessions` AS `sessions`,
  `t`.`users` AS `users`,
  `t`.`pageviews` AS `pageviews`,
  `t`.`bounces` AS `bounces`,
  CASE
    WHEN `t`.`sessions` > 0 THEN ((`t`.`pageviews` * 2000000) + `t`.`sessions`) DIV (`t`.`sessions` * 2)
    ELSE NULL
  END AS `pageviews_per_session_micro`,
  CASE
    WHEN `t`.`sessions` > 0 THEN ((`t`.`bounces` * 2000000) + `t`.`sessions`) DIV (`t`.`sessions` * 2)
    ELSE NULL
  END AS `bounce_rate_micro`,
  CASE
    WHEN `t`.`sessions` > 0 THEN ((`t`.`duration` * 2) + `t`.`sessions`) DIV (`t`.`sessions` * 2)
    ELSE NULL
  END AS `duration_mean`,
  `t`.`duration_median` AS `duration_median`,
  `t`.`duration_p95` AS `duration_p95`
FROM (
  SELECT
    count(*) AS `sessions`,
    count(DISTINCT `r`.`user_id`) AS `users`,
    CAST(coalesce(sum(`r`.`pageviews`), 0) AS SIGNED) AS `pageviews`,
    CAST(coalesce(sum(CASE WHEN `r`.`is_bounce` = 1 THEN 1 ELSE 0 END), 0) AS SIGNED) AS `bounces`,
    CAST(coalesce(sum(`r`.`duration_microseconds`), 0) AS SIGNED) AS `duration`,
    max(CASE
      WHEN `r`.`rank` = (((((`r`.`rank` + `r`.`rank_from_end`) - 1) * 50) + 99) DIV 100) THEN `r`.`duration_microseconds`
      ELSE NULL
    END) AS `duration_median`,
    max(CASE
      WHEN `r`.`rank` = (((((`r`.`rank` + `r`.`rank_from_end`) - 1) * 95) + 99) DIV 100) THEN `r`.`duration_microseconds`
      ELSE NULL
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
      FROM (
        SELECT
          `v`.`session_id` AS `session_id`,
          `v`.`user_id` AS `user_id`,
          `v`.`started_at` AS `started_at`,
          `v`.`ended_at` AS `ended_at`,
          (timestampdiff(MICROSECOND, `v`.`started_at`, `v`.`ended_at`)) * 0.000001 AS `duration`,
          timestampdiff(MICROSECOND, `v`.`started_at`, `v`.`ended_at`) AS `duration_microseconds`,
          `v`.`pageviews` AS `pageviews`,
          `v`.`entry_page` AS `entry_page`,
          `v`.`exit_page` AS `exit_page`,
          CASE WHEN `v`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
        FROM `session_versions` AS `v`
        WHERE NOT EXISTS (
            SELECT 1
            FROM `session_versions` AS `w`
            WHERE `w`.`anchor` = `v`.`anchor`
              AND `w`.`run_id` > `v`.`run_id`
          )
          AND NOT EXISTS (SELECT 1 FROM `session_lineage` AS `l` WHERE `l`.`session_id` = `v`.`anchor`)
      ) AS `s`
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
FROM (
  SELECT
    `v`.`session_id` AS `session_id`,
    `v`.`user_id` AS `user_id`,
    `v`.`started_at` AS `started_at`,
    `v`.`ended_at` AS `ended_at`,
    (timestampdiff(MICROSECOND, `v`.`started_at`, `v`.`ended_at`)) * 0.000001 AS `duration`,
    timestampdiff(MICROSECOND, `v`.`started_at`, `v`.`ended_at`) AS `duration_microseconds`,
    `v`.`pageviews` AS `pageviews`,
    `v`.`entry_page` AS `entry_page`,
    `v`.`exit_page` AS `exit_page`,
    CASE WHEN `v`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
  FROM `session_versions` AS `v`
  WHERE NOT EXISTS (
      SELECT 1
      FROM `session_versions` AS `w`
      WHERE `w`.`anchor` = `v`.`anchor`
        AND `w`.`run_id` > `v`.`run_id`
    )
    AND NOT EXISTS (SELECT 1 FROM `session_lineage` AS `l` WHERE `l`.`session_id` = `v`.`anchor`)
) AS `s`
ORDER BY `user_id`, `first_view`, `session_id`;

-- user: One row for each user.
SELECT
  `s`.`user_id` AS `user_id`,
  count(*) AS `sessions`,
  CAST(coalesce(sum(`s`.`pageviews`), 0) AS SIGNED) AS `pageviews`,
  min(`s`.`started_at`) AS `first_view`,
  max(`s`.`ended_at`) AS `last_view`,
  CAST(coalesce(sum(`s`.`duration_microseconds`), 0) AS SIGNED) AS `duration_microseconds`,
  CAST(coalesce(sum(CASE WHEN `s`.`is_bounce` = 1 THEN 1 ELSE 0 END), 0) AS SIGNED) AS `bounces`
FROM (
  SELECT
    `v`.`session_id` AS `session_id`,
    `v`.`user_id` AS `user_id`,
    `v`.`started_at` AS `started_at`,
    `v`.`ended_at` AS `ended_at`,
    (timestampdiff(MICROSECOND, `v`.`started_at`, `v`.`ended_at`)) * 0.000001 AS `duration`,
    timestampdiff(MICROSECOND, `v`.`started_at`, `v`.`ended_at`) AS `duration_microseconds`,
    `v`.`pageviews` AS `pageviews`,
    `v`.`entry_page` AS `entry_page`,
    `v`.`exit_page` AS `exit_page`,
    CASE WHEN `v`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
  FROM `session_versions` AS `v`
  WHERE NOT EXISTS (
      SELECT 1
      FROM `session_versions` AS `w`
      WHERE `w`.`anchor` = `v`.`anchor`
        AND `w`.`run_id` > `v`.`run_id`
    )
    AND NOT EXISTS (SELECT 1 FROM `session_lineage` AS `l` WHERE `l`.`session_id` = `v`.`anchor`)
) AS `s`
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
      date_format(`e`.`page_view_at`, '%Y-%m-%d') AS `day`,
      `e`.`user_id` AS `user_id`
    FROM (
      SELECT
        `a`.`event_id` AS `event_id`,
        (
          SELECT `v`.`session_id`
          FROM `session_versions` AS `v`
          WHERE `v`.`anchor` = `a`.`anchor`
          ORDER BY `v`.`run_id` DESC
          LIMIT 1
        ) AS `session_id`,
        `a`.`user_id` AS `user_id`,
        `a`.`page_view_at` AS `page_view_at`,
        `a`.`sequence` AS `sequence`,
        `a`.`page` AS `page`,
        `a`.`run_id` AS `run_id`
      FROM (
        SELECT
          `t`.`event_id` AS `event_id`,
          `t`.`user_id` AS `user_id`,
          `t`.`page_view_at` AS `page_view_at`,
          `t`.`sequence` AS `sequence`,
          `t`.`page` AS `page`,
          `t`.`run_id` AS `run_id`,
          coalesce((
            SELECT `l`.`became`
            FROM `session_lineage` AS `l`
            WHERE `l`.`session_id` = `t`.`session_id`
            ORDER BY `l`.`run_id` DESC
            LIMIT 1
          ), `t`.`session_id`) AS `anchor`
        FROM `session_table` AS `t`
      ) AS `a`
    ) AS `e`
  ) AS `v`
  GROUP BY `v`.`day`
) AS `d`
LEFT JOIN (
  SELECT
    `b`.`day` AS `day`,
    count(*) AS `sessions`,
    CAST(coalesce(sum(`b`.`bounce`), 0) AS SIGNED) AS `bounces`
  FROM (
    SELECT
      date_format(`s`.`started_at`, '%Y-%m-%d') AS `day`,
      CASE WHEN `s`.`is_bounce` = 1 THEN 1 ELSE 0 END AS `bounce`
    FROM (
      SELECT
        `v`.`session_id` AS `session_id`,
        `v`.`user_id` AS `user_id`,
        `v`.`started_at` AS `started_at`,
        `v`.`ended_at` AS `ended_at`,
        (timestampdiff(MICROSECOND, `v`.`started_at`, `v`.`ended_at`)) * 0.000001 AS `duration`,
        timestampdiff(MICROSECOND, `v`.`started_at`, `v`.`ended_at`) AS `duration_microseconds`,
        `v`.`pageviews` AS `pageviews`,
        `v`.`entry_page` AS `entry_page`,
        `v`.`exit_page` AS `exit_page`,
        CASE WHEN `v`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
      FROM `session_versions` AS `v`
      WHERE NOT EXISTS (
          SELECT 1
          FROM `session_versions` AS `w`
          WHERE `w`.`anchor` = `v`.`anchor`
            AND `w`.`run_id` > `v`.`run_id`
        )
        AND NOT EXISTS (SELECT 1 FROM `session_lineage` AS `l` WHERE `l`.`session_id` = `v`.`anchor`)
    ) AS `s`
  ) AS `b`
  GROUP BY `b`.`day`
) AS `t` ON `t`.`day` = `d`.`day`
ORDER BY `day`;
