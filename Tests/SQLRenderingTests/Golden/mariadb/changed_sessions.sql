-- changed_sessions: since a run
SELECT
  `o`.`change` AS `change`,
  `o`.`session_id` AS `session_id`,
  `o`.`replaced_by` AS `replaced_by`,
  `o`.`reason` AS `reason`,
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
    NULL AS `reason`,
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
    WHERE `v`.`run_id` <= {{ until }}
      AND NOT EXISTS (
        SELECT 1
        FROM `session_versions` AS `w`
        WHERE `w`.`run_id` <= {{ until }}
          AND `w`.`anchor` = `v`.`anchor`
          AND `w`.`run_id` > `v`.`run_id`
      )
      AND NOT EXISTS (
        SELECT 1
        FROM `session_lineage` AS `l`
        WHERE `l`.`run_id` <= {{ until }}
          AND `l`.`session_id` = `v`.`anchor`
      )
      AND `v`.`run_id` > {{ run }}
  ) AS `s`
  UNION ALL
  SELECT
    'retired' AS `change`,
    `r`.`session_id` AS `session_id`,
    `r`.`sz_survivor` AS `replaced_by`,
    CASE WHEN (`r`.`sz_first_rank` + `r`.`sz_last_rank`) = 2 THEN 'extended' ELSE 'merged' END AS `reason`,
    `r`.`user_id` AS `user_id`,
    NULL AS `started_at`,
    NULL AS `ended_at`,
    NULL AS `duration_microseconds`,
    NULL AS `pageviews`,
    NULL AS `entry_page`,
    NULL AS `exit_page`,
    NULL AS `is_bounce`
  FROM (
    SELECT
      `u`.`anchor` AS `anchor`,
      `u`.`sz_survivor` AS `sz_survivor`,
      `u`.`session_id` AS `session_id`,
      `u`.`user_id` AS `user_id`,
      row_number() OVER (PARTITION BY `u`.`anchor` ORDER BY `u`.`session_id`) AS `sz_first_rank`,
      row_number() OVER (PARTITION BY `u`.`anchor` ORDER BY `u`.`session_id` DESC) AS `sz_last_rank`
    FROM (
      SELECT
        `n`.`anchor` AS `anchor`,
        `n`.`sz_survivor` AS `sz_survivor`,
        `p`.`session_id` AS `session_id`,
        `p`.`user_id` AS `user_id`
      FROM (
        SELECT `n`.`anchor` AS `anchor`, `n`.`session_id` AS `sz_survivor`
        FROM `session_versions` AS `n`
        WHERE `n`.`run_id` <= {{ until }}
          AND NOT EXISTS (
            SELECT 1
            FROM `session_versions` AS `w`
            WHERE `w`.`run_id` <= {{ until }}
              AND `w`.`anchor` = `n`.`anchor`
              AND `w`.`run_id` > `n`.`run_id`
          )
          AND NOT EXISTS (
            SELECT 1
            FROM `session_lineage` AS `l`
            WHERE `l`.`run_id` <= {{ until }}
              AND `l`.`session_id` = `n`.`anchor`
          )
          AND `n`.`run_id` > {{ run }}
      ) AS `n`
      STRAIGHT_JOIN `session_versions` AS `p`
        ON `p`.`anchor` = `n`.`anchor`
        AND `p`.`run_id` = (
          SELECT `w`.`run_id`
          FROM `session_versions` AS `w`
          WHERE `w`.`anchor` = `n`.`anchor`
            AND `w`.`run_id` <= {{ run }}
          ORDER BY `w`.`run_id` DESC
          LIMIT 1
        )
      UNION ALL
      SELECT
        `n`.`sz_island` AS `anchor`,
        `n`.`sz_survivor` AS `sz_survivor`,
        `p`.`session_id` AS `session_id`,
        `p`.`user_id` AS `user_id`
      FROM (
        SELECT `a`.`sz_anchor_before` AS `anchor`, `a`.`anchor` AS `sz_island`, `n`.`session_id` AS `sz_survivor`
        FROM (
          SELECT
            `d`.`session_id` AS `sz_anchor_before`,
            coalesce((
              SELECT `l`.`became`
              FROM `session_lineage` AS `l`
              WHERE `l`.`session_id` = `d`.`session_id`
                AND `l`.`run_id` <= {{ until }}
              ORDER BY `l`.`run_id` DESC
              LIMIT 1
            ), `d`.`session_id`) AS `anchor`
          FROM (
            SELECT DISTINCT `l`.`session_id` AS `session_id`
            FROM `session_lineage` AS `l`
            WHERE `l`.`run_id` > {{ run }}
              AND `l`.`run_id` <= {{ until }}
              AND NOT EXISTS (
                SELECT 1
                FROM `session_lineage` AS `e`
                WHERE `e`.`run_id` <= {{ run }}
                  AND `e`.`session_id` = `l`.`session_id`
              )
          ) AS `d`
        ) AS `a`
        STRAIGHT_JOIN `session_versions` AS `n`
          ON `n`.`anchor` = `a`.`anchor`
          AND `n`.`run_id` = (
            SELECT `w`.`run_id`
            FROM `session_versions` AS `w`
            WHERE `w`.`anchor` = `a`.`anchor`
              AND `w`.`run_id` <= {{ until }}
            ORDER BY `w`.`run_id` DESC
            LIMIT 1
          )
      ) AS `n`
      STRAIGHT_JOIN `session_versions` AS `p`
        ON `p`.`anchor` = `n`.`anchor`
        AND `p`.`run_id` = (
          SELECT `w`.`run_id`
          FROM `session_versions` AS `w`
          WHERE `w`.`anchor` = `n`.`anchor`
            AND `w`.`run_id` <= {{ run }}
          ORDER BY `w`.`run_id` DESC
          LIMIT 1
        )
    ) AS `u`
  ) AS `r`
  WHERE `r`.`session_id` <> `r`.`sz_survivor`
) AS `o`
ORDER BY `change`, `user_id`, `started_at`, `session_id`;
