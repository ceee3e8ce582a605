-- sessions: as they are
SELECT
  `s`.`session_id` AS `session_id`,
  `s`.`user_id` AS `user_id`,
  `s`.`started_at` AS `started_at`,
  `s`.`ended_at` AS `ended_at`,
  `s`.`duration_microseconds` AS `duration_microseconds`,
  `s`.`pageviews` AS `pageviews`,
  `s`.`entry_page` AS `entry_page`,
  `s`.`exit_page` AS `exit_page`,
  `s`.`is_bounce` AS `is_bounce`
FROM (
  SELECT
    `g`.`session_id` AS `session_id`,
    `f`.`user_id` AS `user_id`,
    `f`.`page_view_at` AS `started_at`,
    `g`.`ended_at` AS `ended_at`,
    (timestampdiff(MICROSECOND, `f`.`page_view_at`, `g`.`ended_at`)) * 0.000001 AS `duration`,
    timestampdiff(MICROSECOND, `f`.`page_view_at`, `g`.`ended_at`) AS `duration_microseconds`,
    `g`.`pageviews` AS `pageviews`,
    `f`.`page` AS `entry_page`,
    (
      SELECT `x`.`page`
      FROM `session_table` AS `x`
      WHERE `x`.`user_id` = `f`.`user_id`
        AND `x`.`page_view_at` = `g`.`ended_at`
      ORDER BY `x`.`event_id` DESC
      LIMIT 1
    ) AS `exit_page`,
    CASE WHEN `g`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
  FROM (
    SELECT `e`.`session_id` AS `session_id`, max(`e`.`page_view_at`) AS `ended_at`, count(*) AS `pageviews`
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
          coalesce((
            SELECT `l`.`became`
            FROM `session_lineage` AS `l`
            WHERE `l`.`session_id` = `t`.`session_id`
            ORDER BY `l`.`became_at`, `l`.`became`
            LIMIT 1
          ), `t`.`session_id`) AS `current_session`
        FROM `session_table` AS `t`
      ) AS `r`
    ) AS `e`
    GROUP BY `e`.`session_id`
  ) AS `g`
  STRAIGHT_JOIN `session_table` AS `f` ON `f`.`event_id` = `g`.`session_id`
) AS `s`
ORDER BY `user_id`, `started_at`, `session_id`;

-- sessions: as of a run
SELECT
  `s`.`session_id` AS `session_id`,
  `s`.`user_id` AS `user_id`,
  `s`.`started_at` AS `started_at`,
  `s`.`ended_at` AS `ended_at`,
  `s`.`duration_microseconds` AS `duration_microseconds`,
  `s`.`pageviews` AS `pageviews`,
  `s`.`entry_page` AS `entry_page`,
  `s`.`exit_page` AS `exit_page`,
  `s`.`is_bounce` AS `is_bounce`
FROM (
  SELECT
    `g`.`session_id` AS `session_id`,
    `f`.`user_id` AS `user_id`,
    `f`.`page_view_at` AS `started_at`,
    `g`.`ended_at` AS `ended_at`,
    (timestampdiff(MICROSECOND, `f`.`page_view_at`, `g`.`ended_at`)) * 0.000001 AS `duration`,
    timestampdiff(MICROSECOND, `f`.`page_view_at`, `g`.`ended_at`) AS `duration_microseconds`,
    `g`.`pageviews` AS `pageviews`,
    `f`.`page` AS `entry_page`,
    (
      SELECT `x`.`page`
      FROM `session_table` AS `x`
      WHERE `x`.`user_id` = `f`.`user_id`
        AND `x`.`page_view_at` = `g`.`ended_at`
        AND `x`.`run_id` <= {{ run }}
      ORDER BY `x`.`event_id` DESC
      LIMIT 1
    ) AS `exit_page`,
    CASE WHEN `g`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
  FROM (
    SELECT `e`.`session_id` AS `session_id`, max(`e`.`page_view_at`) AS `ended_at`, count(*) AS `pageviews`
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
          coalesce((
            SELECT `l`.`became`
            FROM `session_lineage` AS `l`
            WHERE `l`.`session_id` = `t`.`session_id`
              AND `l`.`run_id` <= {{ run }}
            ORDER BY `l`.`became_at`, `l`.`became`
            LIMIT 1
          ), `t`.`session_id`) AS `current_session`
        FROM `session_table` AS `t`
        WHERE `t`.`run_id` <= {{ run }}
      ) AS `r`
    ) AS `e`
    GROUP BY `e`.`session_id`
  ) AS `g`
  STRAIGHT_JOIN `session_table` AS `f` ON `f`.`event_id` = `g`.`session_id`
  WHERE `f`.`run_id` <= {{ run }}
) AS `s`
ORDER BY `user_id`, `started_at`, `session_id`;
