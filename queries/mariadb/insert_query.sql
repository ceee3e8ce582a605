-- insert_query.sql for MariaDB 10.11 (dialect mariadb)
-- Evidence: tested live, that is, the project's tests run it on the engine.
-- Of what is known of the engine: 36 answers tested live, 2 documented.
--
-- One run: puts the pageviews of a window that are not in the ledger yet into their sessions.
-- Insert-only: nothing that is there is changed or removed, and a second run adds no pageview.
--
-- Put in {{ start_time }} and {{ end_time }} first: YYYY-MM-DD HH:MM:SS in UTC, the end not included.
-- Late pageviews are found by a run over the window that they belong to.
--
-- The run ledger gets two rows: started, finished.
--
-- Run it:  mariadb my_database < insert_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

SET SESSION sql_mode = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION';
SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin;
SET SESSION time_zone = '+00:00';
SET SESSION max_sort_length = 262144, sort_buffer_size = 67108864;

DO get_lock(concat('sessionizer ', concat_ws('.', if('`session_runs`' LIKE '%`.`%', NULL, database()), replace('`session_runs`', '`', ''))), 31536000);
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
START TRANSACTION;

-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO `session_runs` (
  `run_id`, `state`, `recorded_at`, `job`, `mode`, `window_from`, `window_to`, `arrival_mark`,
  `arrival_mark_at`, `pageviews`, `lineage_rows`, `quarantined`, `engine`, `tool_version`
)
SELECT
  coalesce((SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) + 1, 1) AS `run_id`,
  'started' AS `state`,
  utc_timestamp(6) AS `recorded_at`,
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}' AS `job`,
  'window' AS `mode`,
  CAST('{{ start_time }}' AS DATETIME(6)) AS `window_from`,
  CAST('{{ end_time }}' AS DATETIME(6)) AS `window_to`,
  NULL AS `arrival_mark`,
  NULL AS `arrival_mark_at`,
  NULL AS `pageviews`,
  NULL AS `lineage_rows`,
  NULL AS `quarantined`,
  'MariaDB 10.11' AS `engine`,
  'script' AS `tool_version`
FROM (SELECT 1 AS `one`) AS `o`;

-- picked: Source rows that the ledger does not simply know.
CREATE TEMPORARY TABLE `sessionizer_scratch_picked` (
  `event_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `user_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `page_view_at` datetime(6),
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `reason` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `raw_event_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `raw_time` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_picked` (
  `event_id`, `user_id`, `page_view_at`, `page`, `reason`, `raw_event_id`, `raw_time`
)
SELECT
  `s`.`event_id` AS `event_id`,
  `s`.`user_id` AS `user_id`,
  `s`.`page_view_at` AS `page_view_at`,
  `s`.`page` AS `page`,
  CASE
    WHEN `s`.`reason` IS NOT NULL THEN `s`.`reason`
    WHEN `t`.`run_id` IS NOT NULL THEN 'duplicate_event_id'
    ELSE NULL
  END AS `reason`,
  `s`.`raw_event_id` AS `raw_event_id`,
  `s`.`raw_time` AS `raw_time`
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
        NULL AS `source_event_id`
      FROM `pageviews` AS `p`
      WHERE `p`.`page_view_at` >= CAST('{{ start_time }}' AS DATETIME(6))
        AND `p`.`page_view_at` < CAST('{{ end_time }}' AS DATETIME(6))
    ) AS `m`
    WHERE `m`.`page_view_at` >= CAST('{{ start_time }}' AS DATETIME(6))
      AND `m`.`page_view_at` < CAST('{{ end_time }}' AS DATETIME(6))
    LIMIT 9223372036854775807
  ) AS `j`
) AS `s`
LEFT JOIN `session_table` AS `t` ON `s`.`reason` IS NULL AND `t`.`event_id` = `s`.`event_id`
WHERE (`t`.`run_id` IS NULL
    OR NOT (`t`.`user_id` = `s`.`user_id`
      AND `t`.`page_view_at` = `s`.`page_view_at`
      AND `t`.`page` <=> `s`.`page`));

-- repeated: Event ids that came more than once.
CREATE TEMPORARY TABLE `sessionizer_scratch_repeated` (
  `event_id` varbinary(1024),
  KEY `repeated_by_event_id` (`event_id`)
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_repeated` (`event_id`)
SELECT `g`.`event_id` AS `event_id`
FROM (
  SELECT `k`.`event_id` AS `event_id`, count(*) AS `copies`
  FROM `sessionizer_scratch_picked` AS `k`
  WHERE `k`.`reason` IS NULL
  GROUP BY `k`.`event_id`
) AS `g`
WHERE `g`.`copies` > 1;

-- copies: Their rows; the first counts.
CREATE TEMPORARY TABLE `sessionizer_scratch_copies` (
  `event_id` varbinary(1024),
  `user_id` varbinary(1024),
  `page_view_at` datetime(6),
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `rank` bigint,
  `first_user_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `first_page_view_at` datetime(6),
  `first_page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  KEY `copies_by_event_id` (`event_id`)
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_copies` (
  `event_id`, `user_id`, `page_view_at`, `page`, `rank`, `first_user_id`, `first_page_view_at`,
  `first_page`
)
SELECT
  `w`.`event_id` AS `event_id`,
  `w`.`user_id` AS `user_id`,
  `w`.`page_view_at` AS `page_view_at`,
  `w`.`page` AS `page`,
  `w`.`rank` AS `rank`,
  `w`.`first_user_id` AS `first_user_id`,
  `w`.`first_page_view_at` AS `first_page_view_at`,
  `w`.`first_page` AS `first_page`
FROM (
  SELECT
    `k`.`event_id` AS `event_id`,
    `k`.`user_id` AS `user_id`,
    `k`.`page_view_at` AS `page_view_at`,
    `k`.`page` AS `page`,
    `k`.`reason` AS `reason`,
    `k`.`raw_event_id` AS `raw_event_id`,
    `k`.`raw_time` AS `raw_time`,
    row_number() OVER (PARTITION BY `k`.`event_id` ORDER BY `k`.`page_view_at`, `k`.`user_id`, `k`.`page`) AS `rank`,
    first_value(`k`.`user_id`) OVER (
      PARTITION BY `k`.`event_id`
      ORDER BY `k`.`page_view_at`, `k`.`user_id`, `k`.`page`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `first_user_id`,
    first_value(`k`.`page_view_at`) OVER (
      PARTITION BY `k`.`event_id`
      ORDER BY `k`.`page_view_at`, `k`.`user_id`, `k`.`page`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `first_page_view_at`,
    first_value(`k`.`page`) OVER (
      PARTITION BY `k`.`event_id`
      ORDER BY `k`.`page_view_at`, `k`.`user_id`, `k`.`page`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `first_page`
  FROM `sessionizer_scratch_picked` AS `k`
  WHERE `k`.`reason` IS NULL
    AND EXISTS (SELECT 1 FROM `sessionizer_scratch_repeated` AS `d` WHERE `d`.`event_id` = `k`.`event_id`)
) AS `w`;

-- fresh: The new rows, fixed once for the whole run.
CREATE TEMPORARY TABLE `sessionizer_scratch_fresh` (
  `event_id` varbinary(1024),
  `user_id` varbinary(1024),
  `page_view_at` datetime(6),
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `instant` bigint
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_fresh` (`event_id`, `user_id`, `page_view_at`, `page`, `instant`)
SELECT
  `f`.`event_id` AS `event_id`,
  `f`.`user_id` AS `user_id`,
  `f`.`page_view_at` AS `page_view_at`,
  `f`.`page` AS `page`,
  `f`.`instant` AS `instant`
FROM (
  SELECT
    `k`.`event_id` AS `event_id`,
    `k`.`user_id` AS `user_id`,
    `k`.`page_view_at` AS `page_view_at`,
    `k`.`page` AS `page`,
    timestampdiff(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', `k`.`page_view_at`) AS `instant`
  FROM `sessionizer_scratch_picked` AS `k`
  WHERE `k`.`reason` IS NULL
    AND NOT EXISTS (SELECT 1 FROM `sessionizer_scratch_copies` AS `d` WHERE `d`.`event_id` = `k`.`event_id`)
  UNION ALL
  SELECT
    `c`.`event_id` AS `event_id`,
    `c`.`user_id` AS `user_id`,
    `c`.`page_view_at` AS `page_view_at`,
    `c`.`page` AS `page`,
    timestampdiff(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', `c`.`page_view_at`) AS `instant`
  FROM `sessionizer_scratch_copies` AS `c`
  WHERE `c`.`rank` = 1
) AS `f`;

-- ranges: Where in time the new rows may touch the ledger.
CREATE TEMPORARY TABLE `sessionizer_scratch_ranges` (
  `user_id` varbinary(1024),
  `from_at` datetime(6),
  `to_at` datetime(6)
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_ranges` (`user_id`, `from_at`, `to_at`)
SELECT
  `k`.`user_id` AS `user_id`,
  TIMESTAMP '1970-01-01 00:00:00.000000' + INTERVAL (`k`.`first` + (-1800000000)) MICROSECOND AS `from_at`,
  TIMESTAMP '1970-01-01 00:00:00.000000' + INTERVAL (`k`.`last` + (1800000000)) MICROSECOND AS `to_at`
FROM (
  SELECT
    `n`.`user_id` AS `user_id`,
    `n`.`cluster` AS `cluster`,
    min(`n`.`instant`) AS `first`,
    max(`n`.`instant`) AS `last`
  FROM (
    SELECT
      `q`.`event_id` AS `event_id`,
      `q`.`user_id` AS `user_id`,
      `q`.`page_view_at` AS `page_view_at`,
      `q`.`instant` AS `instant`,
      `q`.`starts` AS `starts`,
      sum(`q`.`starts`) OVER (
        PARTITION BY `q`.`user_id`
        ORDER BY `q`.`user_id`, `q`.`page_view_at`, `q`.`event_id`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `cluster`
    FROM (
      SELECT
        `h`.`event_id` AS `event_id`,
        `h`.`user_id` AS `user_id`,
        `h`.`page_view_at` AS `page_view_at`,
        `h`.`instant` AS `instant`,
        CASE
          WHEN `h`.`before` IS NULL OR (`h`.`instant` + (-1800000000)) > (`h`.`before` + (1800000000)) THEN 1
          ELSE 0
        END AS `starts`
      FROM (
        SELECT
          `f`.`event_id` AS `event_id`,
          `f`.`user_id` AS `user_id`,
          `f`.`page_view_at` AS `page_view_at`,
          `f`.`page` AS `page`,
          `f`.`instant` AS `instant`,
          lag(`f`.`instant`) OVER (PARTITION BY `f`.`user_id` ORDER BY `f`.`user_id`, `f`.`page_view_at`, `f`.`event_id`) AS `before`
        FROM `sessionizer_scratch_fresh` AS `f`
      ) AS `h`
    ) AS `q`
  ) AS `n`
  GROUP BY `n`.`user_id`, `n`.`cluster`
) AS `k`;

-- context: The ledger's rows there, each with its current session.
CREATE TEMPORARY TABLE `sessionizer_scratch_context` (
  `event_id` varbinary(1024),
  `user_id` varbinary(1024),
  `page_view_at` datetime(6),
  `instant` bigint,
  `current_session` varbinary(1024)
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_context` (
  `event_id`, `user_id`, `page_view_at`, `instant`, `current_session`
)
SELECT
  `t`.`event_id` AS `event_id`,
  `t`.`user_id` AS `user_id`,
  `t`.`page_view_at` AS `page_view_at`,
  timestampdiff(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', `t`.`page_view_at`) AS `instant`,
  coalesce((
    SELECT `l`.`became`
    FROM `session_lineage` AS `l`
    WHERE `l`.`session_id` = `t`.`session_id`
    ORDER BY `l`.`became_at`, `l`.`became`
    LIMIT 1
  ), `t`.`session_id`) AS `current_session`
FROM `sessionizer_scratch_ranges` AS `g`
STRAIGHT_JOIN `session_table` AS `t`
  ON `t`.`user_id` >= `g`.`user_id` AND `t`.`user_id` <= `g`.`user_id`
  AND `t`.`page_view_at` >= `g`.`from_at`
  AND `t`.`page_view_at` <= `g`.`to_at`;

-- neighbours: New rows and context in order.
CREATE TEMPORARY TABLE `sessionizer_scratch_neighbours` (
  `event_id` varbinary(1024),
  `user_id` varbinary(1024),
  `page_view_at` datetime(6),
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `instant` bigint,
  `is_new` tinyint,
  `current_session` varbinary(1024)
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_neighbours` (
  `event_id`, `user_id`, `page_view_at`, `page`, `instant`, `is_new`, `current_session`
)
SELECT
  `u`.`event_id` AS `event_id`,
  `u`.`user_id` AS `user_id`,
  `u`.`page_view_at` AS `page_view_at`,
  `u`.`page` AS `page`,
  `u`.`instant` AS `instant`,
  `u`.`is_new` AS `is_new`,
  `u`.`current_session` AS `current_session`
FROM (
  SELECT
    `f`.`event_id` AS `event_id`,
    `f`.`user_id` AS `user_id`,
    `f`.`page_view_at` AS `page_view_at`,
    `f`.`page` AS `page`,
    `f`.`instant` AS `instant`,
    1 AS `is_new`,
    NULL AS `current_session`
  FROM `sessionizer_scratch_fresh` AS `f`
  UNION ALL
  SELECT
    `c`.`event_id` AS `event_id`,
    `c`.`user_id` AS `user_id`,
    `c`.`page_view_at` AS `page_view_at`,
    NULL AS `page`,
    `c`.`instant` AS `instant`,
    0 AS `is_new`,
    `c`.`current_session` AS `current_session`
  FROM `sessionizer_scratch_context` AS `c`
) AS `u`;

-- islands: Where sessions start, and the session id of each.
CREATE TEMPORARY TABLE `sessionizer_scratch_islands` (
  `event_id` varbinary(1024),
  `user_id` varbinary(1024),
  `page_view_at` datetime(6),
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `is_new` tinyint,
  `current_session` varbinary(1024),
  `target` varbinary(1024),
  `first_at` datetime(6),
  `target_is_new` tinyint
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_islands` (
  `event_id`, `user_id`, `page_view_at`, `page`, `is_new`, `current_session`, `target`, `first_at`,
  `target_is_new`
)
SELECT
  `i`.`event_id` AS `event_id`,
  `i`.`user_id` AS `user_id`,
  `i`.`page_view_at` AS `page_view_at`,
  `i`.`page` AS `page`,
  `i`.`is_new` AS `is_new`,
  `i`.`current_session` AS `current_session`,
  `i`.`target` AS `target`,
  `i`.`first_at` AS `first_at`,
  `i`.`target_is_new` AS `target_is_new`
FROM (
  SELECT
    `n`.`event_id` AS `event_id`,
    `n`.`user_id` AS `user_id`,
    `n`.`page_view_at` AS `page_view_at`,
    `n`.`page` AS `page`,
    `n`.`instant` AS `instant`,
    `n`.`is_new` AS `is_new`,
    `n`.`current_session` AS `current_session`,
    `n`.`starts` AS `starts`,
    `n`.`island` AS `island`,
    first_value(coalesce(`n`.`current_session`, `n`.`event_id`)) OVER (
      PARTITION BY `n`.`user_id`, `n`.`island`
      ORDER BY `n`.`user_id`, `n`.`page_view_at`, `n`.`event_id`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `target`,
    first_value(`n`.`page_view_at`) OVER (
      PARTITION BY `n`.`user_id`, `n`.`island`
      ORDER BY `n`.`user_id`, `n`.`page_view_at`, `n`.`event_id`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `first_at`,
    first_value(`n`.`is_new`) OVER (
      PARTITION BY `n`.`user_id`, `n`.`island`
      ORDER BY `n`.`user_id`, `n`.`page_view_at`, `n`.`event_id`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `target_is_new`
  FROM (
    SELECT
      `q`.`event_id` AS `event_id`,
      `q`.`user_id` AS `user_id`,
      `q`.`page_view_at` AS `page_view_at`,
      `q`.`page` AS `page`,
      `q`.`instant` AS `instant`,
      `q`.`is_new` AS `is_new`,
      `q`.`current_session` AS `current_session`,
      `q`.`starts` AS `starts`,
      sum(`q`.`starts`) OVER (
        PARTITION BY `q`.`user_id`
        ORDER BY `q`.`user_id`, `q`.`page_view_at`, `q`.`event_id`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `island`
    FROM (
      SELECT
        `h`.`event_id` AS `event_id`,
        `h`.`user_id` AS `user_id`,
        `h`.`page_view_at` AS `page_view_at`,
        `h`.`page` AS `page`,
        `h`.`instant` AS `instant`,
        `h`.`is_new` AS `is_new`,
        `h`.`current_session` AS `current_session`,
        CASE
          WHEN `h`.`before` IS NULL
              OR (`h`.`instant` >= `h`.`before` + 1800000000
                AND NOT (`h`.`before_is_new` = 0 AND `h`.`is_new` = 0 AND `h`.`before_session` <=> `h`.`current_session`)) THEN 1
          ELSE 0
        END AS `starts`
      FROM (
        SELECT
          `r`.`event_id` AS `event_id`,
          `r`.`user_id` AS `user_id`,
          `r`.`page_view_at` AS `page_view_at`,
          `r`.`page` AS `page`,
          `r`.`instant` AS `instant`,
          `r`.`is_new` AS `is_new`,
          `r`.`current_session` AS `current_session`,
          lag(`r`.`instant`) OVER (PARTITION BY `r`.`user_id` ORDER BY `r`.`user_id`, `r`.`page_view_at`, `r`.`event_id`) AS `before`,
          lag(`r`.`is_new`) OVER (PARTITION BY `r`.`user_id` ORDER BY `r`.`user_id`, `r`.`page_view_at`, `r`.`event_id`) AS `before_is_new`,
          lag(`r`.`current_session`) OVER (PARTITION BY `r`.`user_id` ORDER BY `r`.`user_id`, `r`.`page_view_at`, `r`.`event_id`) AS `before_session`
        FROM `sessionizer_scratch_neighbours` AS `r`
      ) AS `h`
    ) AS `q`
  ) AS `n`
) AS `i`;

-- moved: Sessions that became part of another.
CREATE TEMPORARY TABLE `sessionizer_scratch_moved` (
  `current_session` varbinary(1024),
  `target` varbinary(1024),
  `target_at` datetime(6),
  `reason` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_moved` (`current_session`, `target`, `target_at`, `reason`)
SELECT DISTINCT
  `m`.`current_session` AS `current_session`,
  `m`.`target` AS `target`,
  `m`.`target_at` AS `target_at`,
  CASE WHEN `m`.`target_is_new` = 1 THEN 'extended' ELSE 'merged' END AS `reason`
FROM (
  SELECT
    `i`.`current_session` AS `current_session`,
    `i`.`target` AS `target`,
    CASE WHEN `i`.`target_is_new` = 1 THEN `i`.`first_at` ELSE `o`.`page_view_at` END AS `target_at`,
    `i`.`target_is_new` AS `target_is_new`
  FROM `sessionizer_scratch_islands` AS `i`
  LEFT JOIN `session_table` AS `o` ON `o`.`event_id` = `i`.`target`
  WHERE `i`.`is_new` = 0
) AS `m`
WHERE `m`.`current_session` <> `m`.`target`;

-- superseded: The same, and all that resolved to them.
CREATE TEMPORARY TABLE `sessionizer_scratch_superseded` (
  `session_id` varbinary(1024),
  `became` varbinary(1024),
  `became_at` datetime(6),
  `reason` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_superseded` (`session_id`, `became`, `became_at`, `reason`)
SELECT DISTINCT
  `u`.`session_id` AS `session_id`,
  `u`.`became` AS `became`,
  `u`.`became_at` AS `became_at`,
  `u`.`reason` AS `reason`
FROM (
  SELECT
    `m`.`current_session` AS `session_id`,
    `m`.`target` AS `became`,
    `m`.`target_at` AS `became_at`,
    `m`.`reason` AS `reason`
  FROM `sessionizer_scratch_moved` AS `m`
  UNION ALL
  SELECT
    `l`.`session_id` AS `session_id`,
    `m`.`target` AS `became`,
    `m`.`target_at` AS `became_at`,
    `m`.`reason` AS `reason`
  FROM `sessionizer_scratch_moved` AS `m`
  STRAIGHT_JOIN `session_lineage` AS `l` ON `l`.`became` = `m`.`current_session`
) AS `u`;

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
    `b`.`reason` AS `reason`,
    `b`.`event_id` AS `event_id`,
    `b`.`user_id` AS `user_id`,
    `b`.`page_view_at` AS `page_view_at`,
    `b`.`page` AS `page`
  FROM (
    SELECT
      `k`.`reason` AS `reason`,
      CASE WHEN `k`.`event_id` IS NOT NULL AND `k`.`event_id` <> '' THEN `k`.`event_id` ELSE NULL END AS `event_id`,
      CASE WHEN `k`.`user_id` IS NOT NULL AND `k`.`user_id` <> '' THEN `k`.`user_id` ELSE NULL END AS `user_id`,
      CASE
        WHEN `k`.`page_view_at` IS NOT NULL THEN date_format(`k`.`page_view_at`, '%Y-%m-%d %H:%i:%s.%f')
        ELSE CASE WHEN `k`.`raw_time` IS NOT NULL AND `k`.`raw_time` <> '' THEN `k`.`raw_time` ELSE NULL END
      END AS `page_view_at`,
      `k`.`page` AS `page`
    FROM `sessionizer_scratch_picked` AS `k`
    WHERE `k`.`reason` IS NOT NULL
    UNION ALL
    SELECT
      'duplicate_event_id' AS `reason`,
      `c`.`event_id` AS `event_id`,
      `c`.`user_id` AS `user_id`,
      date_format(`c`.`page_view_at`, '%Y-%m-%d %H:%i:%s.%f') AS `page_view_at`,
      `c`.`page` AS `page`
    FROM `sessionizer_scratch_copies` AS `c`
    WHERE NOT (`c`.`user_id` = `c`.`first_user_id`
        AND `c`.`page_view_at` = `c`.`first_page_view_at`
        AND `c`.`page` <=> `c`.`first_page`)
  ) AS `b`
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

-- lineage: Session ids that were superseded, and by which.
INSERT INTO `session_lineage` (`session_id`, `became`, `became_at`, `reason`, `run_id`)
SELECT
  `x`.`session_id` AS `session_id`,
  `x`.`became` AS `became`,
  `x`.`became_at` AS `became_at`,
  `x`.`reason` AS `reason`,
  (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) AS `run_id`
FROM `sessionizer_scratch_superseded` AS `x`;

-- rows: The new pageviews, each with its session.
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
    `i`.`event_id` AS `event_id`,
    `i`.`user_id` AS `user_id`,
    `i`.`page_view_at` AS `page_view_at`,
    `i`.`page` AS `page`,
    `i`.`target` AS `session_id`
  FROM `sessionizer_scratch_islands` AS `i`
  WHERE `i`.`is_new` = 1
) AS `x`;

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
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}' AS `job`,
  'window' AS `mode`,
  CAST('{{ start_time }}' AS DATETIME(6)) AS `window_from`,
  CAST('{{ end_time }}' AS DATETIME(6)) AS `window_to`,
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
  (SELECT count(*) AS `n` FROM `sessionizer_scratch_islands` AS `x` WHERE `x`.`is_new` = 1) AS `pageviews`,
  (SELECT count(*) AS `n` FROM `sessionizer_scratch_superseded` AS `x`) AS `lineage_rows`,
  (SELECT count(*) AS `n` FROM `sessionizer_scratch_rejected` AS `x`) AS `quarantined`,
  'MariaDB 10.11' AS `engine`,
  'script' AS `tool_version`
FROM (SELECT 1 AS `one`) AS `o`;

COMMIT;
DO release_lock(concat('sessionizer ', concat_ws('.', if('`session_runs`' LIKE '%`.`%', NULL, database()), replace('`session_runs`', '`', ''))));

-- The steps of the run are of no more use.
DROP TEMPORARY TABLE IF EXISTS `sessionizer_scratch_picked`;
DROP TEMPORARY TABLE IF EXISTS `sessionizer_scratch_repeated`;
DROP TEMPORARY TABLE IF EXISTS `sessionizer_scratch_copies`;
DROP TEMPORARY TABLE IF EXISTS `sessionizer_scratch_fresh`;
DROP TEMPORARY TABLE IF EXISTS `sessionizer_scratch_ranges`;
DROP TEMPORARY TABLE IF EXISTS `sessionizer_scratch_context`;
DROP TEMPORARY TABLE IF EXISTS `sessionizer_scratch_neighbours`;
DROP TEMPORARY TABLE IF EXISTS `sessionizer_scratch_islands`;
DROP TEMPORARY TABLE IF EXISTS `sessionizer_scratch_moved`;
DROP TEMPORARY TABLE IF EXISTS `sessionizer_scratch_superseded`;
DROP TEMPORARY TABLE IF EXISTS `sessionizer_scratch_rejected`;
