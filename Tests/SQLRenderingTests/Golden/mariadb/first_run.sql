-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO `session_runs` (
  `run_id`, `state`, `recorded_at`, `job`, `mode`, `window_from`, `window_to`, `arrival_mark`,
  `arrival_mark_at`, `pageviews`, `lineage_rows`, `quarantined`, `engine`, `tool_version`
)
SELECT
  coalesce((SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) + 1, 1) AS `run_id`,
  'started' AS `state`,
  utc_timestamp(6) AS `recorded_at`,
  '{…}' AS `job`,
  'whole' AS `mode`,
  NULL AS `window_from`,
  NULL AS `window_to`,
  (SELECT max(`p`.`arrival_id`) AS `mark` FROM `pageviews` AS `p`) AS `arrival_mark`,
  NULL AS `arrival_mark_at`,
  NULL AS `pageviews`,
  NULL AS `lineage_rows`,
  NULL AS `quarantined`,
  'MariaDB 10.11' AS `engine`,
  '1' AS `tool_version`
FROM (SELECT 1 AS `one`) AS `o`;

-- rows: The pageviews, each with its session.
INSERT INTO `session_table` (`event_id`, `session_id`, `user_id`, `page_view_at`, `page`, `run_id`)
SELECT
  `x`.`event_id` AS `event_id`,
  `x`.`session_id` AS `session_id`,
  `x`.`user_id` AS `user_id`,
  `x`.`page_view_at` AS `page_view_at`,
  `x`.`page` AS `page`,
  (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) AS `run_id`
FROM (
  SELECT
    `n`.`event_id` AS `event_id`,
    `n`.`user_id` AS `user_id`,
    `n`.`page_view_at` AS `page_view_at`,
    `n`.`page` AS `page`,
    `n`.`starts` AS `starts`,
    `n`.`number_in_user` AS `number_in_user`,
    first_value(`n`.`event_id`) OVER (
      PARTITION BY `n`.`user_id`, `n`.`number_in_user`
      ORDER BY `n`.`user_id`, `n`.`page_view_at`, `n`.`event_id`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `session_id`
  FROM (
    SELECT
      `q`.`event_id` AS `event_id`,
      `q`.`user_id` AS `user_id`,
      `q`.`page_view_at` AS `page_view_at`,
      `q`.`page` AS `page`,
      `q`.`starts` AS `starts`,
      sum(`q`.`starts`) OVER (
        PARTITION BY `q`.`user_id`
        ORDER BY `q`.`user_id`, `q`.`page_view_at`, `q`.`event_id`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `number_in_user`
    FROM (
      SELECT
        `h`.`event_id` AS `event_id`,
        `h`.`user_id` AS `user_id`,
        `h`.`page_view_at` AS `page_view_at`,
        `h`.`page` AS `page`,
        CASE WHEN `h`.`before` IS NULL OR `h`.`instant` >= `h`.`before` + 1800000000 THEN 1 ELSE 0 END AS `starts`
      FROM (
        SELECT
          `g`.`event_id` AS `event_id`,
          `g`.`user_id` AS `user_id`,
          `g`.`page_view_at` AS `page_view_at`,
          `g`.`page` AS `page`,
          `g`.`instant` AS `instant`,
          lag(`g`.`instant`) OVER (PARTITION BY `g`.`user_id` ORDER BY `g`.`user_id`, `g`.`page_view_at`, `g`.`event_id`) AS `before`
        FROM (
          SELECT
            `s`.`event_id` AS `event_id`,
            `s`.`user_id` AS `user_id`,
            `s`.`page_view_at` AS `page_view_at`,
            `s`.`page` AS `page`,
            timestampdiff(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', `s`.`page_view_at`) AS `instant`
          FROM (
            SELECT
              `j`.`event_id` AS `event_id`,
              `j`.`user_id` AS `user_id`,
              `j`.`page_view_at` AS `page_view_at`,
              `j`.`page` AS `page`,
              `j`.`reason` AS `reason`,
              CASE WHEN `j`.`reason` IS NOT NULL THEN `j`.`source_event_id` ELSE NULL END AS `raw_event_id`,
              CASE
                WHEN `j`.`reason` IS NOT NULL THEN CAST(CONVERT(`j`.`source_time` USING utf8mb4) AS BINARY)
                ELSE NULL
              END AS `raw_time`
            FROM (
              SELECT
                `m`.`event_id` AS `event_id`,
                `m`.`user_id` AS `user_id`,
                `m`.`page_view_at` AS `page_view_at`,
                `m`.`page` AS `page`,
                `m`.`source_event_id` AS `source_event_id`,
                `m`.`source_time` AS `source_time`,
                CASE
                  WHEN `m`.`event_id` IS NULL OR `m`.`event_id` = '' THEN 'null_event_id'
                  WHEN `m`.`user_id` IS NULL OR `m`.`user_id` = '' THEN 'null_user'
                  WHEN `m`.`page_view_at` IS NULL THEN CASE
                      WHEN CAST(CONVERT(`m`.`source_time` USING utf8mb4) AS BINARY) IS NULL
                          OR CAST(CONVERT(`m`.`source_time` USING utf8mb4) AS BINARY) = '' THEN 'null_time'
                      WHEN (month(`m`.`source_time`) > 0 AND day(`m`.`source_time`) > 0 AND day(`m`.`source_time`) <= day(last_day(`m`.`source_time`))) THEN 'time_out_of_range'
                      ELSE 'bad_time'
                    END
                  WHEN octet_length(`m`.`event_id`) > 1024 OR octet_length(`m`.`user_id`) > 1024 THEN 'key_too_long'
                  ELSE NULL
                END AS `reason`
              FROM (
                SELECT
                  CAST(CONVERT(`p`.`user_id` USING utf8mb4) AS BINARY) AS `user_id`,
                  CASE
                    WHEN `p`.`page_view_at` >= '0001-01-02' AND `p`.`page_view_at` < '9999-12-31' AND month(`p`.`page_view_at`) > 0 AND day(`p`.`page_view_at`) > 0 AND day(`p`.`page_view_at`) <= day(last_day(`p`.`page_view_at`))
                    THEN CAST(`p`.`page_view_at` AS DATETIME(6))
                  END AS `page_view_at`,
                  CAST(CONVERT(`p`.`page` USING utf8mb4) AS BINARY) AS `page`,
                  `p`.`page_view_at` AS `source_time`,
                  CAST(CONVERT(`p`.`event_id` USING utf8mb4) AS BINARY) AS `event_id`,
                  NULL AS `source_event_id`,
                  `p`.`arrival_id` AS `arrival`
                FROM `pageviews` AS `p`
              ) AS `m`
            ) AS `j`
          ) AS `s`
          WHERE `s`.`reason` IS NULL
        ) AS `g`
      ) AS `h`
    ) AS `q`
  ) AS `n`
) AS `x`;

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMPORARY TABLE `sessionizer_scratch_rejected` (
  `reason` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `event_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `user_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `page_view_at` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_rejected` (`reason`, `event_id`, `user_id`, `page_view_at`, `page`)
SELECT
  `b`.`reason` AS `reason`,
  `b`.`event_id` AS `event_id`,
  `b`.`user_id` AS `user_id`,
  `b`.`page_view_at` AS `page_view_at`,
  `b`.`page` AS `page`
FROM (
  SELECT DISTINCT
    `s`.`reason` AS `reason`,
    CASE WHEN `s`.`event_id` IS NOT NULL AND `s`.`event_id` <> '' THEN `s`.`event_id` ELSE NULL END AS `event_id`,
    CASE WHEN `s`.`user_id` IS NOT NULL AND `s`.`user_id` <> '' THEN `s`.`user_id` ELSE NULL END AS `user_id`,
    CASE
      WHEN `s`.`page_view_at` IS NOT NULL THEN date_format(`s`.`page_view_at`, '%Y-%m-%d %H:%i:%s.%f')
      ELSE CASE WHEN `s`.`raw_time` IS NOT NULL AND `s`.`raw_time` <> '' THEN `s`.`raw_time` ELSE NULL END
    END AS `page_view_at`,
    `s`.`page` AS `page`
  FROM (
    SELECT
      `j`.`event_id` AS `event_id`,
      `j`.`user_id` AS `user_id`,
      `j`.`page_view_at` AS `page_view_at`,
      `j`.`page` AS `page`,
      `j`.`reason` AS `reason`,
      CASE WHEN `j`.`reason` IS NOT NULL THEN `j`.`source_event_id` ELSE NULL END AS `raw_event_id`,
      CASE
        WHEN `j`.`reason` IS NOT NULL THEN CAST(CONVERT(`j`.`source_time` USING utf8mb4) AS BINARY)
        ELSE NULL
      END AS `raw_time`
    FROM (
      SELECT
        `m`.`event_id` AS `event_id`,
        `m`.`user_id` AS `user_id`,
        `m`.`page_view_at` AS `page_view_at`,
        `m`.`page` AS `page`,
        `m`.`source_event_id` AS `source_event_id`,
        `m`.`source_time` AS `source_time`,
        CASE
          WHEN `m`.`event_id` IS NULL OR `m`.`event_id` = '' THEN 'null_event_id'
          WHEN `m`.`user_id` IS NULL OR `m`.`user_id` = '' THEN 'null_user'
          WHEN `m`.`page_view_at` IS NULL THEN CASE
              WHEN CAST(CONVERT(`m`.`source_time` USING utf8mb4) AS BINARY) IS NULL
                  OR CAST(CONVERT(`m`.`source_time` USING utf8mb4) AS BINARY) = '' THEN 'null_time'
              WHEN (month(`m`.`source_time`) > 0 AND day(`m`.`source_time`) > 0 AND day(`m`.`source_time`) <= day(last_day(`m`.`source_time`))) THEN 'time_out_of_range'
              ELSE 'bad_time'
            END
          WHEN octet_length(`m`.`event_id`) > 1024 OR octet_length(`m`.`user_id`) > 1024 THEN 'key_too_long'
          ELSE NULL
        END AS `reason`
      FROM (
        SELECT
          CAST(CONVERT(`p`.`user_id` USING utf8mb4) AS BINARY) AS `user_id`,
          CASE
            WHEN `p`.`page_view_at` >= '0001-01-02' AND `p`.`page_view_at` < '9999-12-31' AND month(`p`.`page_view_at`) > 0 AND day(`p`.`page_view_at`) > 0 AND day(`p`.`page_view_at`) <= day(last_day(`p`.`page_view_at`))
            THEN CAST(`p`.`page_view_at` AS DATETIME(6))
          END AS `page_view_at`,
          CAST(CONVERT(`p`.`page` USING utf8mb4) AS BINARY) AS `page`,
          `p`.`page_view_at` AS `source_time`,
          CAST(CONVERT(`p`.`event_id` USING utf8mb4) AS BINARY) AS `event_id`,
          NULL AS `source_event_id`,
          `p`.`arrival_id` AS `arrival`
        FROM `pageviews` AS `p`
      ) AS `m`
      LIMIT 9223372036854775807
    ) AS `j`
  ) AS `s`
  WHERE `s`.`reason` IS NOT NULL
) AS `b`
WHERE NOT EXISTS (
    SELECT 1
    FROM `session_quarantine` AS `q`
    WHERE `q`.`reason` = `b`.`reason`
      AND `q`.`event_id` <=> `b`.`event_id`
      AND `q`.`user_id` <=> `b`.`user_id`
      AND `q`.`page_view_at` <=> `b`.`page_view_at`
      AND `q`.`page` <=> `b`.`page`
  );

-- quarantine: What cannot be sessionized, and why.
INSERT INTO `session_quarantine` (
  `reason`, `event_id`, `user_id`, `page_view_at`, `page`, `source_file`, `line`, `run_id`
)
SELECT
  `x`.`reason` AS `reason`,
  `x`.`event_id` AS `event_id`,
  `x`.`user_id` AS `user_id`,
  `x`.`page_view_at` AS `page_view_at`,
  `x`.`page` AS `page`,
  NULL AS `source_file`,
  NULL AS `line`,
  (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) AS `run_id`
FROM `sessionizer_scratch_rejected` AS `x`;

-- finished: Closes the run.
INSERT INTO `session_runs` (
  `run_id`, `state`, `recorded_at`, `job`, `mode`, `window_from`, `window_to`, `arrival_mark`,
  `arrival_mark_at`, `pageviews`, `lineage_rows`, `quarantined`, `engine`, `tool_version`
)
SELECT
  (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) AS `run_id`,
  'finished' AS `state`,
  utc_timestamp(6) AS `recorded_at`,
  '{…}' AS `job`,
  'whole' AS `mode`,
  NULL AS `window_from`,
  NULL AS `window_to`,
  (
    SELECT
      `started_run`.`arrival_mark` AS `arrival_mark`
    FROM `session_runs` AS `started_run`
    WHERE `started_run`.`run_id` = (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`)
      AND `started_run`.`state` = 'started'
  ) AS `arrival_mark`,
  (
    SELECT
      `started_run`.`arrival_mark_at` AS `arrival_mark_at`
    FROM `session_runs` AS `started_run`
    WHERE `started_run`.`run_id` = (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`)
      AND `started_run`.`state` = 'started'
  ) AS `arrival_mark_at`,
  (
    SELECT count(*) AS `n`
    FROM `session_table` AS `w`
    WHERE `w`.`run_id` = (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`)
  ) AS `pageviews`,
  0 AS `lineage_rows`,
  (SELECT count(*) AS `n` FROM `sessionizer_scratch_rejected` AS `x`) AS `quarantined`,
  'MariaDB 10.11' AS `engine`,
  '1' AS `tool_version`
FROM (SELECT 1 AS `one`) AS `o`;
