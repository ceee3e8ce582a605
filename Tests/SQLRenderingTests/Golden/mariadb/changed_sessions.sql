-- changed_sessions: since a run
SELECT
  `o`.`change` AS `change`,
  `o`.`session_id` AS `session_id`,
  `o`.`replaced_by` AS `replaced_by`,
  `o`.`user_id` AS `user_id`,
  `o`.`started_at` AS `started_at`,
  `o`.`ended_at` AS `ended_at`,
  `o`.`duration_microseconds` AS `duration_microseconds`,
  `o`.`pageviews` AS `pageviews`,
  `o`.`entry_page` AS `entry_page`,
  `o`.`exit_page` AS `exit_page`,
  `o`.`is_bounce` AS `is_bounce`
FROM (
  SELECT
    'changed' AS `change`,
    `s`.`session_id` AS `session_id`,
    NULL AS `replaced_by`,
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
      SELECT `b`.`session_id` AS `session_id`, `b`.`ended_at` AS `ended_at`, `b`.`pageviews` AS `pageviews`
      FROM (
        SELECT
          `u`.`session_id` AS `session_id`,
          max(`u`.`page_view_at`) AS `ended_at`,
          CAST(coalesce(sum(`u`.`pageviews`), 0) AS SIGNED) AS `pageviews`,
          CAST(coalesce(sum(`u`.`wanted`), 0) AS SIGNED) AS `wanted`
        FROM (
          SELECT
            `e`.`session_id` AS `session_id`,
            `e`.`page_view_at` AS `page_view_at`,
            1 AS `pageviews`,
            0 AS `wanted`
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
          UNION ALL
          SELECT
            `c`.`session_id` AS `session_id`,
            NULL AS `page_view_at`,
            0 AS `pageviews`,
            1 AS `wanted`
          FROM (
            SELECT DISTINCT `u`.`session_id` AS `session_id`
            FROM (
              SELECT `e`.`session_id` AS `session_id`
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
              WHERE `e`.`run_id` > {{ run }}
              UNION ALL
              SELECT `b`.`current_session` AS `session_id`
              FROM (
                SELECT
                  coalesce((
                    SELECT `l`.`became`
                    FROM `session_lineage` AS `l`
                    WHERE `l`.`session_id` = `t`.`session_id`
                    ORDER BY `l`.`became_at`, `l`.`became`
                    LIMIT 1
                  ), `t`.`session_id`) AS `current_session`
                FROM (
                  SELECT `l`.`became` AS `session_id`
                  FROM `session_lineage` AS `l`
                  WHERE `l`.`run_id` > {{ run }}
                ) AS `t`
              ) AS `b`
            ) AS `u`
          ) AS `c`
        ) AS `u`
        GROUP BY `u`.`session_id`
      ) AS `b`
      WHERE `b`.`wanted` > 0
        AND `b`.`pageviews` > 0
    ) AS `g`
    STRAIGHT_JOIN `session_table` AS `f` ON `f`.`event_id` = `g`.`session_id`
  ) AS `s`
  UNION ALL
  SELECT
    'retired' AS `change`,
    `b`.`session_id` AS `session_id`,
    `b`.`current_session` AS `replaced_by`,
    NULL AS `user_id`,
    NULL AS `started_at`,
    NULL AS `ended_at`,
    NULL AS `duration_microseconds`,
    NULL AS `pageviews`,
    NULL AS `entry_page`,
    NULL AS `exit_page`,
    NULL AS `is_bounce`
  FROM (
    SELECT DISTINCT
      `t`.`session_id` AS `session_id`,
      coalesce((
        SELECT `l`.`became`
        FROM `session_lineage` AS `l`
        WHERE `l`.`session_id` = `t`.`session_id`
        ORDER BY `l`.`became_at`, `l`.`became`
        LIMIT 1
      ), `t`.`session_id`) AS `current_session`
    FROM (
      SELECT `l`.`session_id` AS `session_id`
      FROM `session_lineage` AS `l`
      WHERE `l`.`run_id` > {{ run }}
    ) AS `t`
  ) AS `b`
) AS `o`
ORDER BY `change`, `user_id`, `started_at`, `session_id`;
