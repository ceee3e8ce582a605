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
          `v`.`session_id` AS `session_id`,
          `v`.`user_id` AS `user_id`,
          `v`.`started_at` AS `started_at`,
          `v`.`ended_at` AS `ended_at`,
          CAST(CAST((toUnixTimestamp64Micro(`v`.`ended_at`) - toUnixTimestamp64Micro(`v`.`started_at`)) AS Decimal(38, 6)) / 1000000 AS Decimal(20, 6)) AS `duration`,
          toUnixTimestamp64Micro(`v`.`ended_at`) - toUnixTimestamp64Micro(`v`.`started_at`) AS `duration_microseconds`,
          `v`.`pageviews` AS `pageviews`,
          `v`.`entry_page` AS `entry_page`,
          `v`.`exit_page` AS `exit_page`,
          CASE WHEN `v`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
        FROM (
          SELECT
            `v`.`anchor` AS `anchor`,
            `v`.`run_id` AS `run_id`,
            `v`.`session_id` AS `session_id`,
            `v`.`user_id` AS `user_id`,
            `v`.`started_at` AS `started_at`,
            `v`.`ended_at` AS `ended_at`,
            `v`.`last_event_id` AS `last_event_id`,
            `v`.`first_sequence` AS `first_sequence`,
            `v`.`last_sequence` AS `last_sequence`,
            `v`.`pageviews` AS `pageviews`,
            `v`.`anchors` AS `anchors`,
            `v`.`entry_page` AS `entry_page`,
            `v`.`exit_page` AS `exit_page`
          FROM (
            SELECT
              `k`.`anchor` AS `anchor`,
              `k`.`run_id` AS `run_id`,
              `k`.`session_id` AS `session_id`,
              `k`.`user_id` AS `user_id`,
              `k`.`started_at` AS `started_at`,
              `k`.`ended_at` AS `ended_at`,
              `k`.`last_event_id` AS `last_event_id`,
              `k`.`first_sequence` AS `first_sequence`,
              `k`.`last_sequence` AS `last_sequence`,
              `k`.`pageviews` AS `pageviews`,
              `k`.`anchors` AS `anchors`,
              `k`.`entry_page` AS `entry_page`,
              `k`.`exit_page` AS `exit_page`
            FROM (
              SELECT
                `v`.`anchor` AS `anchor`,
                `v`.`run_id` AS `run_id`,
                `v`.`session_id` AS `session_id`,
                `v`.`user_id` AS `user_id`,
                `v`.`started_at` AS `started_at`,
                `v`.`ended_at` AS `ended_at`,
                `v`.`last_event_id` AS `last_event_id`,
                `v`.`first_sequence` AS `first_sequence`,
                `v`.`last_sequence` AS `last_sequence`,
                `v`.`pageviews` AS `pageviews`,
                `v`.`anchors` AS `anchors`,
                `v`.`entry_page` AS `entry_page`,
                `v`.`exit_page` AS `exit_page`,
                row_number() OVER (PARTITION BY `v`.`anchor` ORDER BY `v`.`run_id` DESC) AS `sz_rank`
              FROM `session_versions` AS `v`
            ) AS `k`
            WHERE `k`.`sz_rank` = 1
          ) AS `v`
          LEFT ANTI JOIN `session_lineage` AS `l` ON `l`.`session_id` = `v`.`anchor`
        ) AS `v`
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
    CAST(CAST((toUnixTimestamp64Micro(`v`.`ended_at`) - toUnixTimestamp64Micro(`v`.`started_at`)) AS Decimal(38, 6)) / 1000000 AS Decimal(20, 6)) AS `duration`,
    toUnixTimestamp64Micro(`v`.`ended_at`) - toUnixTimestamp64Micro(`v`.`started_at`) AS `duration_microseconds`,
    `v`.`pageviews` AS `pageviews`,
    `v`.`entry_page` AS `entry_page`,
    `v`.`exit_page` AS `exit_page`,
    CASE WHEN `v`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
  FROM (
    SELECT
      `v`.`anchor` AS `anchor`,
      `v`.`run_id` AS `run_id`,
      `v`.`session_id` AS `session_id`,
      `v`.`user_id` AS `user_id`,
      `v`.`started_at` AS `started_at`,
      `v`.`ended_at` AS `ended_at`,
      `v`.`last_event_id` AS `last_event_id`,
      `v`.`first_sequence` AS `first_sequence`,
      `v`.`last_sequence` AS `last_sequence`,
      `v`.`pageviews` AS `pageviews`,
      `v`.`anchors` AS `anchors`,
      `v`.`entry_page` AS `entry_page`,
      `v`.`exit_page` AS `exit_page`
    FROM (
      SELECT
        `k`.`anchor` AS `anchor`,
        `k`.`run_id` AS `run_id`,
        `k`.`session_id` AS `session_id`,
        `k`.`user_id` AS `user_id`,
        `k`.`started_at` AS `started_at`,
        `k`.`ended_at` AS `ended_at`,
        `k`.`last_event_id` AS `last_event_id`,
        `k`.`first_sequence` AS `first_sequence`,
        `k`.`last_sequence` AS `last_sequence`,
        `k`.`pageviews` AS `pageviews`,
        `k`.`anchors` AS `anchors`,
        `k`.`entry_page` AS `entry_page`,
        `k`.`exit_page` AS `exit_page`
      FROM (
        SELECT
          `v`.`anchor` AS `anchor`,
          `v`.`run_id` AS `run_id`,
          `v`.`session_id` AS `session_id`,
          `v`.`user_id` AS `user_id`,
          `v`.`started_at` AS `started_at`,
          `v`.`ended_at` AS `ended_at`,
          `v`.`last_event_id` AS `last_event_id`,
          `v`.`first_sequence` AS `first_sequence`,
          `v`.`last_sequence` AS `last_sequence`,
          `v`.`pageviews` AS `pageviews`,
          `v`.`anchors` AS `anchors`,
          `v`.`entry_page` AS `entry_page`,
          `v`.`exit_page` AS `exit_page`,
          row_number() OVER (PARTITION BY `v`.`anchor` ORDER BY `v`.`run_id` DESC) AS `sz_rank`
        FROM `session_versions` AS `v`
      ) AS `k`
      WHERE `k`.`sz_rank` = 1
    ) AS `v`
    LEFT ANTI JOIN `session_lineage` AS `l` ON `l`.`session_id` = `v`.`anchor`
  ) AS `v`
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
    `v`.`session_id` AS `session_id`,
    `v`.`user_id` AS `user_id`,
    `v`.`started_at` AS `started_at`,
    `v`.`ended_at` AS `ended_at`,
    CAST(CAST((toUnixTimestamp64Micro(`v`.`ended_at`) - toUnixTimestamp64Micro(`v`.`started_at`)) AS Decimal(38, 6)) / 1000000 AS Decimal(20, 6)) AS `duration`,
    toUnixTimestamp64Micro(`v`.`ended_at`) - toUnixTimestamp64Micro(`v`.`started_at`) AS `duration_microseconds`,
    `v`.`pageviews` AS `pageviews`,
    `v`.`entry_page` AS `entry_page`,
    `v`.`exit_page` AS `exit_page`,
    CASE WHEN `v`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
  FROM (
    SELECT
      `v`.`anchor` AS `anchor`,
      `v`.`run_id` AS `run_id`,
      `v`.`session_id` AS `session_id`,
      `v`.`user_id` AS `user_id`,
      `v`.`started_at` AS `started_at`,
      `v`.`ended_at` AS `ended_at`,
      `v`.`last_event_id` AS `last_event_id`,
      `v`.`first_sequence` AS `first_sequence`,
      `v`.`last_sequence` AS `last_sequence`,
      `v`.`pageviews` AS `pageviews`,
      `v`.`anchors` AS `anchors`,
      `v`.`entry_page` AS `entry_page`,
      `v`.`exit_page` AS `exit_page`
    FROM (
      SELECT
        `k`.`anchor` AS `anchor`,
        `k`.`run_id` AS `run_id`,
        `k`.`session_id` AS `session_id`,
        `k`.`user_id` AS `user_id`,
        `k`.`started_at` AS `started_at`,
        `k`.`ended_at` AS `ended_at`,
        `k`.`last_event_id` AS `last_event_id`,
        `k`.`first_sequence` AS `first_sequence`,
        `k`.`last_sequence` AS `last_sequence`,
        `k`.`pageviews` AS `pageviews`,
        `k`.`anchors` AS `anchors`,
        `k`.`entry_page` AS `entry_page`,
        `k`.`exit_page` AS `exit_page`
      FROM (
        SELECT
          `v`.`anchor` AS `anchor`,
          `v`.`run_id` AS `run_id`,
          `v`.`session_id` AS `session_id`,
          `v`.`user_id` AS `user_id`,
          `v`.`started_at` AS `started_at`,
          `v`.`ended_at` AS `ended_at`,
          `v`.`last_event_id` AS `last_event_id`,
          `v`.`first_sequence` AS `first_sequence`,
          `v`.`last_sequence` AS `last_sequence`,
          `v`.`pageviews` AS `pageviews`,
          `v`.`anchors` AS `anchors`,
          `v`.`entry_page` AS `entry_page`,
          `v`.`exit_page` AS `exit_page`,
          row_number() OVER (PARTITION BY `v`.`anchor` ORDER BY `v`.`run_id` DESC) AS `sz_rank`
        FROM `session_versions` AS `v`
      ) AS `k`
      WHERE `k`.`sz_rank` = 1
    ) AS `v`
    LEFT ANTI JOIN `session_lineage` AS `l` ON `l`.`session_id` = `v`.`anchor`
  ) AS `v`
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
        `a`.`event_id` AS `event_id`,
        `s`.`session_id` AS `session_id`,
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
          coalesce(`r`.`became`, `t`.`session_id`) AS `anchor`
        FROM (
          SELECT
            `d`.`event_id` AS `event_id`,
            `d`.`session_id` AS `session_id`,
            `d`.`user_id` AS `user_id`,
            `d`.`page_view_at` AS `page_view_at`,
            `d`.`sequence` AS `sequence`,
            `d`.`page` AS `page`,
            `d`.`run_id` AS `run_id`
          FROM (
            SELECT
              `t`.`event_id` AS `event_id`,
              `t`.`session_id` AS `session_id`,
              `t`.`user_id` AS `user_id`,
              `t`.`page_view_at` AS `page_view_at`,
              `t`.`sequence` AS `sequence`,
              `t`.`page` AS `page`,
              `t`.`run_id` AS `run_id`,
              row_number() OVER (PARTITION BY `t`.`event_id` ORDER BY `t`.`run_id`) AS `sz_rank`
            FROM `session_table` AS `t`
          ) AS `d`
          WHERE `d`.`sz_rank` = 1
        ) AS `t`
        LEFT JOIN (
          SELECT `k`.`session_id` AS `session_id`, `k`.`became` AS `became`
          FROM (
            SELECT
              `l`.`session_id` AS `session_id`,
              `l`.`became` AS `became`,
              `l`.`run_id` AS `run_id`,
              row_number() OVER (PARTITION BY `l`.`session_id` ORDER BY `l`.`run_id` DESC) AS `sz_rank`
            FROM `session_lineage` AS `l`
          ) AS `k`
          WHERE `k`.`sz_rank` = 1
        ) AS `r` ON `r`.`session_id` = `t`.`session_id`
      ) AS `a`
      JOIN (
        SELECT `k`.`anchor` AS `anchor`, `k`.`session_id` AS `session_id`
        FROM (
          SELECT
            `v`.`anchor` AS `anchor`,
            `v`.`run_id` AS `run_id`,
            `v`.`session_id` AS `session_id`,
            `v`.`user_id` AS `user_id`,
            `v`.`started_at` AS `started_at`,
            `v`.`ended_at` AS `ended_at`,
            `v`.`last_event_id` AS `last_event_id`,
            `v`.`first_sequence` AS `first_sequence`,
            `v`.`last_sequence` AS `last_sequence`,
            `v`.`pageviews` AS `pageviews`,
            `v`.`anchors` AS `anchors`,
            `v`.`entry_page` AS `entry_page`,
            `v`.`exit_page` AS `exit_page`,
            row_number() OVER (PARTITION BY `v`.`anchor` ORDER BY `v`.`run_id` DESC) AS `sz_rank`
          FROM `session_versions` AS `v`
        ) AS `k`
        WHERE `k`.`sz_rank` = 1
      ) AS `s` ON `s`.`anchor` = `a`.`anchor`
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
        `v`.`session_id` AS `session_id`,
        `v`.`user_id` AS `user_id`,
        `v`.`started_at` AS `started_at`,
        `v`.`ended_at` AS `ended_at`,
        CAST(CAST((toUnixTimestamp64Micro(`v`.`ended_at`) - toUnixTimestamp64Micro(`v`.`started_at`)) AS Decimal(38, 6)) / 1000000 AS Decimal(20, 6)) AS `duration`,
        toUnixTimestamp64Micro(`v`.`ended_at`) - toUnixTimestamp64Micro(`v`.`started_at`) AS `duration_microseconds`,
        `v`.`pageviews` AS `pageviews`,
        `v`.`entry_page` AS `entry_page`,
        `v`.`exit_page` AS `exit_page`,
        CASE WHEN `v`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
      FROM (
        SELECT
          `v`.`anchor` AS `anchor`,
          `v`.`run_id` AS `run_id`,
          `v`.`session_id` AS `session_id`,
          `v`.`user_id` AS `user_id`,
          `v`.`started_at` AS `started_at`,
          `v`.`ended_at` AS `ended_at`,
          `v`.`last_event_id` AS `last_event_id`,
          `v`.`first_sequence` AS `first_sequence`,
          `v`.`last_sequence` AS `last_sequence`,
          `v`.`pageviews` AS `pageviews`,
          `v`.`anchors` AS `anchors`,
          `v`.`entry_page` AS `entry_page`,
          `v`.`exit_page` AS `exit_page`
        FROM (
          SELECT
            `k`.`anchor` AS `anchor`,
            `k`.`run_id` AS `run_id`,
            `k`.`session_id` AS `session_id`,
            `k`.`user_id` AS `user_id`,
            `k`.`started_at` AS `started_at`,
            `k`.`ended_at` AS `ended_at`,
            `k`.`last_event_id` AS `last_event_id`,
            `k`.`first_sequence` AS `first_sequence`,
            `k`.`last_sequence` AS `last_sequence`,
            `k`.`pageviews` AS `pageviews`,
            `k`.`anchors` AS `anchors`,
            `k`.`entry_page` AS `entry_page`,
            `k`.`exit_page` AS `exit_page`
          FROM (
            SELECT
              `v`.`anchor` AS `anchor`,
              `v`.`run_id` AS `run_id`,
              `v`.`session_id` AS `session_id`,
              `v`.`user_id` AS `user_id`,
              `v`.`started_at` AS `started_at`,
              `v`.`ended_at` AS `ended_at`,
              `v`.`last_event_id` AS `last_event_id`,
              `v`.`first_sequence` AS `first_sequence`,
              `v`.`last_sequence` AS `last_sequence`,
              `v`.`pageviews` AS `pageviews`,
              `v`.`anchors` AS `anchors`,
              `v`.`entry_page` AS `entry_page`,
              `v`.`exit_page` AS `exit_page`,
              row_number() OVER (PARTITION BY `v`.`anchor` ORDER BY `v`.`run_id` DESC) AS `sz_rank`
            FROM `session_versions` AS `v`
          ) AS `k`
          WHERE `k`.`sz_rank` = 1
        ) AS `v`
        LEFT ANTI JOIN `session_lineage` AS `l` ON `l`.`session_id` = `v`.`anchor`
      ) AS `v`
    ) AS `s`
  ) AS `b`
  GROUP BY `b`.`day`
) AS `t` ON `t`.`day` = `d`.`day`
ORDER BY `day`;
