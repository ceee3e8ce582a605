-- agg_query.sql for ClickHouse 26 (dialect clickhouse)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 1 answers documented, 37 assumed.
--
-- The current sessions in numbers. Reads only.
--
-- Run it:  clickhouse-client --multiquery < agg_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

SET join_use_nulls = 1;

-- totals: All sessions in one row. Columns in _micro are millionths, durations are microseconds.
SELECT
  `t`.`sessions` AS `sessions`,
  `t`.`users` AS `users`,
  `t`.`pageviews` AS `pageviews`,
  `t`.`bounces` AS `bounces`,
  CASE
    WHEN `t`.`sessions` > 0 THEN intDiv(((`t`.`pageviews` * 2000000) + `t`.`sessions`), (`t`.`sessions` * 2))
    ELSE CAST(NULL AS Nullable(Int64))
  END AS `pageviews_per_session_micro`,
  CASE
    WHEN `t`.`sessions` > 0 THEN intDiv(((`t`.`bounces` * 2000000) + `t`.`sessions`), (`t`.`sessions` * 2))
    ELSE CAST(NULL AS Nullable(Int64))
  END AS `bounce_rate_micro`,
  CASE
    WHEN `t`.`sessions` > 0 THEN intDiv(((`t`.`duration` * 2) + `t`.`sessions`), (`t`.`sessions` * 2))
    ELSE CAST(NULL AS Nullable(Int64))
  END AS `duration_mean`,
  `t`.`duration_median` AS `duration_median`,
  `t`.`duration_p95` AS `duration_p95`
FROM (
  SELECT
    count(*) AS `sessions`,
    count(DISTINCT `r`.`user_id`) AS `users`,
    sum(`r`.`pageviews`) AS `pageviews`,
    sum(CASE WHEN `r`.`is_bounce` = 1 THEN 1 ELSE 0 END) AS `bounces`,
    sum(`r`.`duration_microseconds`) AS `duration`,
    max(toNullable(CASE
      WHEN `r`.`rank` = (intDiv(((((`r`.`rank` + `r`.`rank_from_end`) - 1) * 50) + 99), 100)) THEN `r`.`duration_microseconds`
      ELSE CAST(NULL AS Nullable(Int64))
    END)) AS `duration_median`,
    max(toNullable(CASE
      WHEN `r`.`rank` = (intDiv(((((`r`.`rank` + `r`.`rank_from_end`) - 1) * 95) + 99), 100)) THEN `r`.`duration_microseconds`
      ELSE CAST(NULL AS Nullable(Int64))
    END)) AS `duration_p95`
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
          `g`.`session_id` AS `session_id`,
          `f`.`user_id` AS `user_id`,
          `f`.`page_view_at` AS `started_at`,
          `g`.`ended_at` AS `ended_at`,
          CAST(CAST((toUnixTimestamp64Micro(`g`.`ended_at`) - toUnixTimestamp64Micro(`f`.`page_view_at`)) AS Decimal(38, 6)) / 1000000 AS Decimal(20, 6)) AS `duration`,
          toUnixTimestamp64Micro(`g`.`ended_at`) - toUnixTimestamp64Micro(`f`.`page_view_at`) AS `duration_microseconds`,
          `g`.`pageviews` AS `pageviews`,
          `f`.`page` AS `entry_page`,
          `x`.`page` AS `exit_page`,
          CASE WHEN `g`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
        FROM (
          SELECT
            `e`.`session_id` AS `session_id`,
            max(toNullable(`e`.`page_view_at`)) AS `ended_at`,
            count(*) AS `pageviews`
          FROM (
            SELECT
              `r`.`event_id` AS `event_id`,
              `r`.`current_session` AS `session_id`,
              `r`.`user_id` AS `user_id`,
              `r`.`page_view_at` AS `page_view_at`,
              `r`.`page` AS `page`,
              `r`.`first_session_id` AS `first_session_id`,
              `r`.`run_id` AS `run_id`
            FROM (
              SELECT
                `t`.`event_id` AS `event_id`,
                `t`.`user_id` AS `user_id`,
                `t`.`page_view_at` AS `page_view_at`,
                `t`.`page` AS `page`,
                `t`.`session_id` AS `first_session_id`,
                `t`.`run_id` AS `run_id`,
                coalesce(`v`.`became`, `t`.`session_id`) AS `current_session`
              FROM (
                SELECT
                  `d`.`event_id` AS `event_id`,
                  `d`.`session_id` AS `session_id`,
                  `d`.`user_id` AS `user_id`,
                  `d`.`page_view_at` AS `page_view_at`,
                  `d`.`page` AS `page`,
                  `d`.`run_id` AS `run_id`
                FROM (
                  SELECT
                    `t`.`event_id` AS `event_id`,
                    `t`.`session_id` AS `session_id`,
                    `t`.`user_id` AS `user_id`,
                    `t`.`page_view_at` AS `page_view_at`,
                    `t`.`page` AS `page`,
                    `t`.`run_id` AS `run_id`,
                    row_number() OVER (PARTITION BY `t`.`event_id` ORDER BY `t`.`run_id`) AS `copy`
                  FROM `session_table` AS `t`
                ) AS `d`
                WHERE `d`.`copy` = 1
              ) AS `t`
              LEFT JOIN (
                SELECT `k`.`session_id` AS `session_id`, `k`.`became` AS `became`
                FROM (
                  SELECT
                    `l`.`session_id` AS `session_id`,
                    `l`.`became` AS `became`,
                    `l`.`became_at` AS `became_at`,
                    `l`.`reason` AS `reason`,
                    `l`.`run_id` AS `run_id`,
                    row_number() OVER (PARTITION BY `l`.`session_id` ORDER BY `l`.`became_at`, `l`.`became`) AS `rank`
                  FROM `session_lineage` AS `l`
                ) AS `k`
                WHERE `k`.`rank` = 1
              ) AS `v` ON `v`.`session_id` = `t`.`session_id`
            ) AS `r`
          ) AS `e`
          GROUP BY `e`.`session_id`
        ) AS `g`
        JOIN (
          SELECT
            `d`.`event_id` AS `event_id`,
            `d`.`session_id` AS `session_id`,
            `d`.`user_id` AS `user_id`,
            `d`.`page_view_at` AS `page_view_at`,
            `d`.`page` AS `page`,
            `d`.`run_id` AS `run_id`
          FROM (
            SELECT
              `f`.`event_id` AS `event_id`,
              `f`.`session_id` AS `session_id`,
              `f`.`user_id` AS `user_id`,
              `f`.`page_view_at` AS `page_view_at`,
              `f`.`page` AS `page`,
              `f`.`run_id` AS `run_id`,
              row_number() OVER (PARTITION BY `f`.`event_id` ORDER BY `f`.`run_id`) AS `copy`
            FROM `session_table` AS `f`
          ) AS `d`
          WHERE `d`.`copy` = 1
        ) AS `f` ON `f`.`event_id` = `g`.`session_id`
        JOIN (
          SELECT `y`.`user_id` AS `user_id`, `y`.`page_view_at` AS `page_view_at`, `y`.`page` AS `page`
          FROM (
            SELECT
              `x`.`event_id` AS `event_id`,
              `x`.`session_id` AS `session_id`,
              `x`.`user_id` AS `user_id`,
              `x`.`page_view_at` AS `page_view_at`,
              `x`.`page` AS `page`,
              `x`.`run_id` AS `run_id`,
              row_number() OVER (PARTITION BY `x`.`user_id`, `x`.`page_view_at` ORDER BY `x`.`event_id` DESC) AS `rank`
            FROM `session_table` AS `x`
          ) AS `y`
          WHERE `y`.`rank` = 1
        ) AS `x` ON `x`.`user_id` = `f`.`user_id` AND `x`.`page_view_at` = `g`.`ended_at`
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
    `g`.`session_id` AS `session_id`,
    `f`.`user_id` AS `user_id`,
    `f`.`page_view_at` AS `started_at`,
    `g`.`ended_at` AS `ended_at`,
    CAST(CAST((toUnixTimestamp64Micro(`g`.`ended_at`) - toUnixTimestamp64Micro(`f`.`page_view_at`)) AS Decimal(38, 6)) / 1000000 AS Decimal(20, 6)) AS `duration`,
    toUnixTimestamp64Micro(`g`.`ended_at`) - toUnixTimestamp64Micro(`f`.`page_view_at`) AS `duration_microseconds`,
    `g`.`pageviews` AS `pageviews`,
    `f`.`page` AS `entry_page`,
    `x`.`page` AS `exit_page`,
    CASE WHEN `g`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
  FROM (
    SELECT
      `e`.`session_id` AS `session_id`,
      max(toNullable(`e`.`page_view_at`)) AS `ended_at`,
      count(*) AS `pageviews`
    FROM (
      SELECT
        `r`.`event_id` AS `event_id`,
        `r`.`current_session` AS `session_id`,
        `r`.`user_id` AS `user_id`,
        `r`.`page_view_at` AS `page_view_at`,
        `r`.`page` AS `page`,
        `r`.`first_session_id` AS `first_session_id`,
        `r`.`run_id` AS `run_id`
      FROM (
        SELECT
          `t`.`event_id` AS `event_id`,
          `t`.`user_id` AS `user_id`,
          `t`.`page_view_at` AS `page_view_at`,
          `t`.`page` AS `page`,
          `t`.`session_id` AS `first_session_id`,
          `t`.`run_id` AS `run_id`,
          coalesce(`v`.`became`, `t`.`session_id`) AS `current_session`
        FROM (
          SELECT
            `d`.`event_id` AS `event_id`,
            `d`.`session_id` AS `session_id`,
            `d`.`user_id` AS `user_id`,
            `d`.`page_view_at` AS `page_view_at`,
            `d`.`page` AS `page`,
            `d`.`run_id` AS `run_id`
          FROM (
            SELECT
              `t`.`event_id` AS `event_id`,
              `t`.`session_id` AS `session_id`,
              `t`.`user_id` AS `user_id`,
              `t`.`page_view_at` AS `page_view_at`,
              `t`.`page` AS `page`,
              `t`.`run_id` AS `run_id`,
              row_number() OVER (PARTITION BY `t`.`event_id` ORDER BY `t`.`run_id`) AS `copy`
            FROM `session_table` AS `t`
          ) AS `d`
          WHERE `d`.`copy` = 1
        ) AS `t`
        LEFT JOIN (
          SELECT `k`.`session_id` AS `session_id`, `k`.`became` AS `became`
          FROM (
            SELECT
              `l`.`session_id` AS `session_id`,
              `l`.`became` AS `became`,
              `l`.`became_at` AS `became_at`,
              `l`.`reason` AS `reason`,
              `l`.`run_id` AS `run_id`,
              row_number() OVER (PARTITION BY `l`.`session_id` ORDER BY `l`.`became_at`, `l`.`became`) AS `rank`
            FROM `session_lineage` AS `l`
          ) AS `k`
          WHERE `k`.`rank` = 1
        ) AS `v` ON `v`.`session_id` = `t`.`session_id`
      ) AS `r`
    ) AS `e`
    GROUP BY `e`.`session_id`
  ) AS `g`
  JOIN (
    SELECT
      `d`.`event_id` AS `event_id`,
      `d`.`session_id` AS `session_id`,
      `d`.`user_id` AS `user_id`,
      `d`.`page_view_at` AS `page_view_at`,
      `d`.`page` AS `page`,
      `d`.`run_id` AS `run_id`
    FROM (
      SELECT
        `f`.`event_id` AS `event_id`,
        `f`.`session_id` AS `session_id`,
        `f`.`user_id` AS `user_id`,
        `f`.`page_view_at` AS `page_view_at`,
        `f`.`page` AS `page`,
        `f`.`run_id` AS `run_id`,
        row_number() OVER (PARTITION BY `f`.`event_id` ORDER BY `f`.`run_id`) AS `copy`
      FROM `session_table` AS `f`
    ) AS `d`
    WHERE `d`.`copy` = 1
  ) AS `f` ON `f`.`event_id` = `g`.`session_id`
  JOIN (
    SELECT `y`.`user_id` AS `user_id`, `y`.`page_view_at` AS `page_view_at`, `y`.`page` AS `page`
    FROM (
      SELECT
        `x`.`event_id` AS `event_id`,
        `x`.`session_id` AS `session_id`,
        `x`.`user_id` AS `user_id`,
        `x`.`page_view_at` AS `page_view_at`,
        `x`.`page` AS `page`,
        `x`.`run_id` AS `run_id`,
        row_number() OVER (PARTITION BY `x`.`user_id`, `x`.`page_view_at` ORDER BY `x`.`event_id` DESC) AS `rank`
      FROM `session_table` AS `x`
    ) AS `y`
    WHERE `y`.`rank` = 1
  ) AS `x` ON `x`.`user_id` = `f`.`user_id` AND `x`.`page_view_at` = `g`.`ended_at`
) AS `s`
ORDER BY `user_id`, `first_view`, `session_id`;

-- user: One row for each user.
SELECT
  `s`.`user_id` AS `user_id`,
  count(*) AS `sessions`,
  sum(`s`.`pageviews`) AS `pageviews`,
  min(toNullable(`s`.`started_at`)) AS `first_view`,
  max(toNullable(`s`.`ended_at`)) AS `last_view`,
  sum(`s`.`duration_microseconds`) AS `duration_microseconds`,
  sum(CASE WHEN `s`.`is_bounce` = 1 THEN 1 ELSE 0 END) AS `bounces`
FROM (
  SELECT
    `g`.`session_id` AS `session_id`,
    `f`.`user_id` AS `user_id`,
    `f`.`page_view_at` AS `started_at`,
    `g`.`ended_at` AS `ended_at`,
    CAST(CAST((toUnixTimestamp64Micro(`g`.`ended_at`) - toUnixTimestamp64Micro(`f`.`page_view_at`)) AS Decimal(38, 6)) / 1000000 AS Decimal(20, 6)) AS `duration`,
    toUnixTimestamp64Micro(`g`.`ended_at`) - toUnixTimestamp64Micro(`f`.`page_view_at`) AS `duration_microseconds`,
    `g`.`pageviews` AS `pageviews`,
    `f`.`page` AS `entry_page`,
    `x`.`page` AS `exit_page`,
    CASE WHEN `g`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
  FROM (
    SELECT
      `e`.`session_id` AS `session_id`,
      max(toNullable(`e`.`page_view_at`)) AS `ended_at`,
      count(*) AS `pageviews`
    FROM (
      SELECT
        `r`.`event_id` AS `event_id`,
        `r`.`current_session` AS `session_id`,
        `r`.`user_id` AS `user_id`,
        `r`.`page_view_at` AS `page_view_at`,
        `r`.`page` AS `page`,
        `r`.`first_session_id` AS `first_session_id`,
        `r`.`run_id` AS `run_id`
      FROM (
        SELECT
          `t`.`event_id` AS `event_id`,
          `t`.`user_id` AS `user_id`,
          `t`.`page_view_at` AS `page_view_at`,
          `t`.`page` AS `page`,
          `t`.`session_id` AS `first_session_id`,
          `t`.`run_id` AS `run_id`,
          coalesce(`v`.`became`, `t`.`session_id`) AS `current_session`
        FROM (
          SELECT
            `d`.`event_id` AS `event_id`,
            `d`.`session_id` AS `session_id`,
            `d`.`user_id` AS `user_id`,
            `d`.`page_view_at` AS `page_view_at`,
            `d`.`page` AS `page`,
            `d`.`run_id` AS `run_id`
          FROM (
            SELECT
              `t`.`event_id` AS `event_id`,
              `t`.`session_id` AS `session_id`,
              `t`.`user_id` AS `user_id`,
              `t`.`page_view_at` AS `page_view_at`,
              `t`.`page` AS `page`,
              `t`.`run_id` AS `run_id`,
              row_number() OVER (PARTITION BY `t`.`event_id` ORDER BY `t`.`run_id`) AS `copy`
            FROM `session_table` AS `t`
          ) AS `d`
          WHERE `d`.`copy` = 1
        ) AS `t`
        LEFT JOIN (
          SELECT `k`.`session_id` AS `session_id`, `k`.`became` AS `became`
          FROM (
            SELECT
              `l`.`session_id` AS `session_id`,
              `l`.`became` AS `became`,
              `l`.`became_at` AS `became_at`,
              `l`.`reason` AS `reason`,
              `l`.`run_id` AS `run_id`,
              row_number() OVER (PARTITION BY `l`.`session_id` ORDER BY `l`.`became_at`, `l`.`became`) AS `rank`
            FROM `session_lineage` AS `l`
          ) AS `k`
          WHERE `k`.`rank` = 1
        ) AS `v` ON `v`.`session_id` = `t`.`session_id`
      ) AS `r`
    ) AS `e`
    GROUP BY `e`.`session_id`
  ) AS `g`
  JOIN (
    SELECT
      `d`.`event_id` AS `event_id`,
      `d`.`session_id` AS `session_id`,
      `d`.`user_id` AS `user_id`,
      `d`.`page_view_at` AS `page_view_at`,
      `d`.`page` AS `page`,
      `d`.`run_id` AS `run_id`
    FROM (
      SELECT
        `f`.`event_id` AS `event_id`,
        `f`.`session_id` AS `session_id`,
        `f`.`user_id` AS `user_id`,
        `f`.`page_view_at` AS `page_view_at`,
        `f`.`page` AS `page`,
        `f`.`run_id` AS `run_id`,
        row_number() OVER (PARTITION BY `f`.`event_id` ORDER BY `f`.`run_id`) AS `copy`
      FROM `session_table` AS `f`
    ) AS `d`
    WHERE `d`.`copy` = 1
  ) AS `f` ON `f`.`event_id` = `g`.`session_id`
  JOIN (
    SELECT `y`.`user_id` AS `user_id`, `y`.`page_view_at` AS `page_view_at`, `y`.`page` AS `page`
    FROM (
      SELECT
        `x`.`event_id` AS `event_id`,
        `x`.`session_id` AS `session_id`,
        `x`.`user_id` AS `user_id`,
        `x`.`page_view_at` AS `page_view_at`,
        `x`.`page` AS `page`,
        `x`.`run_id` AS `run_id`,
        row_number() OVER (PARTITION BY `x`.`user_id`, `x`.`page_view_at` ORDER BY `x`.`event_id` DESC) AS `rank`
      FROM `session_table` AS `x`
    ) AS `y`
    WHERE `y`.`rank` = 1
  ) AS `x` ON `x`.`user_id` = `f`.`user_id` AND `x`.`page_view_at` = `g`.`ended_at`
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
      substring(toString(`e`.`page_view_at`), 1, 10) AS `day`,
      `e`.`user_id` AS `user_id`
    FROM (
      SELECT
        `r`.`event_id` AS `event_id`,
        `r`.`current_session` AS `session_id`,
        `r`.`user_id` AS `user_id`,
        `r`.`page_view_at` AS `page_view_at`,
        `r`.`page` AS `page`,
        `r`.`first_session_id` AS `first_session_id`,
        `r`.`run_id` AS `run_id`
      FROM (
        SELECT
          `t`.`event_id` AS `event_id`,
          `t`.`user_id` AS `user_id`,
          `t`.`page_view_at` AS `page_view_at`,
          `t`.`page` AS `page`,
          `t`.`session_id` AS `first_session_id`,
          `t`.`run_id` AS `run_id`,
          coalesce(`v`.`became`, `t`.`session_id`) AS `current_session`
        FROM (
          SELECT
            `d`.`event_id` AS `event_id`,
            `d`.`session_id` AS `session_id`,
            `d`.`user_id` AS `user_id`,
            `d`.`page_view_at` AS `page_view_at`,
            `d`.`page` AS `page`,
            `d`.`run_id` AS `run_id`
          FROM (
            SELECT
              `t`.`event_id` AS `event_id`,
              `t`.`session_id` AS `session_id`,
              `t`.`user_id` AS `user_id`,
              `t`.`page_view_at` AS `page_view_at`,
              `t`.`page` AS `page`,
              `t`.`run_id` AS `run_id`,
              row_number() OVER (PARTITION BY `t`.`event_id` ORDER BY `t`.`run_id`) AS `copy`
            FROM `session_table` AS `t`
          ) AS `d`
          WHERE `d`.`copy` = 1
        ) AS `t`
        LEFT JOIN (
          SELECT `k`.`session_id` AS `session_id`, `k`.`became` AS `became`
          FROM (
            SELECT
              `l`.`session_id` AS `session_id`,
              `l`.`became` AS `became`,
              `l`.`became_at` AS `became_at`,
              `l`.`reason` AS `reason`,
              `l`.`run_id` AS `run_id`,
              row_number() OVER (PARTITION BY `l`.`session_id` ORDER BY `l`.`became_at`, `l`.`became`) AS `rank`
            FROM `session_lineage` AS `l`
          ) AS `k`
          WHERE `k`.`rank` = 1
        ) AS `v` ON `v`.`session_id` = `t`.`session_id`
      ) AS `r`
    ) AS `e`
  ) AS `v`
  GROUP BY `v`.`day`
) AS `d`
LEFT JOIN (
  SELECT `b`.`day` AS `day`, count(*) AS `sessions`, sum(`b`.`bounce`) AS `bounces`
  FROM (
    SELECT
      substring(toString(`s`.`started_at`), 1, 10) AS `day`,
      CASE WHEN `s`.`is_bounce` = 1 THEN 1 ELSE 0 END AS `bounce`
    FROM (
      SELECT
        `g`.`session_id` AS `session_id`,
        `f`.`user_id` AS `user_id`,
        `f`.`page_view_at` AS `started_at`,
        `g`.`ended_at` AS `ended_at`,
        CAST(CAST((toUnixTimestamp64Micro(`g`.`ended_at`) - toUnixTimestamp64Micro(`f`.`page_view_at`)) AS Decimal(38, 6)) / 1000000 AS Decimal(20, 6)) AS `duration`,
        toUnixTimestamp64Micro(`g`.`ended_at`) - toUnixTimestamp64Micro(`f`.`page_view_at`) AS `duration_microseconds`,
        `g`.`pageviews` AS `pageviews`,
        `f`.`page` AS `entry_page`,
        `x`.`page` AS `exit_page`,
        CASE WHEN `g`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
      FROM (
        SELECT
          `e`.`session_id` AS `session_id`,
          max(toNullable(`e`.`page_view_at`)) AS `ended_at`,
          count(*) AS `pageviews`
        FROM (
          SELECT
            `r`.`event_id` AS `event_id`,
            `r`.`current_session` AS `session_id`,
            `r`.`user_id` AS `user_id`,
            `r`.`page_view_at` AS `page_view_at`,
            `r`.`page` AS `page`,
            `r`.`first_session_id` AS `first_session_id`,
            `r`.`run_id` AS `run_id`
          FROM (
            SELECT
              `t`.`event_id` AS `event_id`,
              `t`.`user_id` AS `user_id`,
              `t`.`page_view_at` AS `page_view_at`,
              `t`.`page` AS `page`,
              `t`.`session_id` AS `first_session_id`,
              `t`.`run_id` AS `run_id`,
              coalesce(`v`.`became`, `t`.`session_id`) AS `current_session`
            FROM (
              SELECT
                `d`.`event_id` AS `event_id`,
                `d`.`session_id` AS `session_id`,
                `d`.`user_id` AS `user_id`,
                `d`.`page_view_at` AS `page_view_at`,
                `d`.`page` AS `page`,
                `d`.`run_id` AS `run_id`
              FROM (
                SELECT
                  `t`.`event_id` AS `event_id`,
                  `t`.`session_id` AS `session_id`,
                  `t`.`user_id` AS `user_id`,
                  `t`.`page_view_at` AS `page_view_at`,
                  `t`.`page` AS `page`,
                  `t`.`run_id` AS `run_id`,
                  row_number() OVER (PARTITION BY `t`.`event_id` ORDER BY `t`.`run_id`) AS `copy`
                FROM `session_table` AS `t`
              ) AS `d`
              WHERE `d`.`copy` = 1
            ) AS `t`
            LEFT JOIN (
              SELECT `k`.`session_id` AS `session_id`, `k`.`became` AS `became`
              FROM (
                SELECT
                  `l`.`session_id` AS `session_id`,
                  `l`.`became` AS `became`,
                  `l`.`became_at` AS `became_at`,
                  `l`.`reason` AS `reason`,
                  `l`.`run_id` AS `run_id`,
                  row_number() OVER (PARTITION BY `l`.`session_id` ORDER BY `l`.`became_at`, `l`.`became`) AS `rank`
                FROM `session_lineage` AS `l`
              ) AS `k`
              WHERE `k`.`rank` = 1
            ) AS `v` ON `v`.`session_id` = `t`.`session_id`
          ) AS `r`
        ) AS `e`
        GROUP BY `e`.`session_id`
      ) AS `g`
      JOIN (
        SELECT
          `d`.`event_id` AS `event_id`,
          `d`.`session_id` AS `session_id`,
          `d`.`user_id` AS `user_id`,
          `d`.`page_view_at` AS `page_view_at`,
          `d`.`page` AS `page`,
          `d`.`run_id` AS `run_id`
        FROM (
          SELECT
            `f`.`event_id` AS `event_id`,
            `f`.`session_id` AS `session_id`,
            `f`.`user_id` AS `user_id`,
            `f`.`page_view_at` AS `page_view_at`,
            `f`.`page` AS `page`,
            `f`.`run_id` AS `run_id`,
            row_number() OVER (PARTITION BY `f`.`event_id` ORDER BY `f`.`run_id`) AS `copy`
          FROM `session_table` AS `f`
        ) AS `d`
        WHERE `d`.`copy` = 1
      ) AS `f` ON `f`.`event_id` = `g`.`session_id`
      JOIN (
        SELECT `y`.`user_id` AS `user_id`, `y`.`page_view_at` AS `page_view_at`, `y`.`page` AS `page`
        FROM (
          SELECT
            `x`.`event_id` AS `event_id`,
            `x`.`session_id` AS `session_id`,
            `x`.`user_id` AS `user_id`,
            `x`.`page_view_at` AS `page_view_at`,
            `x`.`page` AS `page`,
            `x`.`run_id` AS `run_id`,
            row_number() OVER (PARTITION BY `x`.`user_id`, `x`.`page_view_at` ORDER BY `x`.`event_id` DESC) AS `rank`
          FROM `session_table` AS `x`
        ) AS `y`
        WHERE `y`.`rank` = 1
      ) AS `x` ON `x`.`user_id` = `f`.`user_id` AND `x`.`page_view_at` = `g`.`ended_at`
    ) AS `s`
  ) AS `b`
  GROUP BY `b`.`day`
) AS `t` ON `t`.`day` = `d`.`day`
ORDER BY `day`;
